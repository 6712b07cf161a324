//! The small twins: what their single files give equals what their diffusers folders give, bit for bit.

use super::{memory, models, open, open_as};
use crate::common::{folder, largest_difference};
use decant_graph::Cpu;
use decant_sd::config::{ClipConfig, ModelIndex, Scheduler, TinyConfig, UNetConfig, VaeConfig};
use decant_sd::files::{Files, Memory};
use decant_sd::layout::{self, Choice, Opened};
use decant_sd::pipeline::{Options, Pipeline, Unobserved};
use decant_sd::request::Request;
use pollster::block_on;
use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};
use std::collections::BTreeSet;
use std::rc::Rc;

/// File below `tests/models/layouts`, the folder that it must equal, the family to ask for where tensors cannot tell.
const TWINS: &[(&str, &str, Option<&str>)] = &[
    ("inpaint-tiny.safetensors", "inpaint-tiny", Some("sd1-inpainting")),
    ("turbo-tiny.safetensors", "turbo-tiny", Some("sd-turbo")),
    ("turbo-tiny.gguf", "turbo-tiny", Some("sd-turbo")),
    ("lcm-tiny.safetensors", "lcm-tiny", None),
    ("lcm-tiny.ckpt", "lcm-tiny", None),
    ("bk-sdm-tiny.safetensors", "bk-sdm-tiny", None),
    ("sdxl-tiny.safetensors", "sdxl-tiny", None),
    ("sdxl-tiny.gguf", "sdxl-tiny", None),
];

fn choice(family: Option<&str>) -> Choice {
    Choice { family: family.map(String::from), ..Choice::default() }
}

fn same_tensors(place: &str, expected: &Opened, got: &Opened) {
    let components: Vec<&str> = expected.components().collect();
    assert_eq!(components, got.components().collect::<Vec<_>>(), "{place}");
    for component in components {
        let (expected_checkpoint, got_checkpoint) =
            (expected.checkpoint(component).expect("it is listed"), got.checkpoint(component).expect("it is listed"));
        let names = |checkpoint: &decant_sd::weights::Checkpoint| checkpoint.tensors().keys().cloned().collect::<BTreeSet<_>>();
        let (ours, theirs) = (names(expected_checkpoint), names(got_checkpoint));
        assert_eq!(ours.symmetric_difference(&theirs).collect::<Vec<_>>(), Vec::<&String>::new(), "{place}: {component}");
        for name in ours {
            let (a, b) = (&expected_checkpoint.tensors()[&name], &got_checkpoint.tensors()[&name]);
            // A layer around transformer blocks may be a matrix or a 1×1 convolution: the same numbers.
            let flat = |shape: &[usize]| shape.iter().copied().filter(|axis| *axis != 1).collect::<Vec<_>>();
            assert_eq!(flat(&a.shape), flat(&b.shape), "{place}: {component} {name}");
            let expected = block_on(expected_checkpoint.read(&*expected.files, &name)).expect("the folder is sound");
            let got = block_on(got_checkpoint.read(&*got.files, &name)).unwrap_or_else(|error| panic!("{place}: {error}"));
            assert_eq!(expected, got, "{place}: {component} {name}");
        }
    }
}

fn same_configurations(place: &str, expected: &Opened, got: &Opened) {
    let read = |opened: &Opened| {
        let files = &*opened.files;
        let sized = block_on(UNetConfig::read(files, "unet")).expect(place);
        let second = opened.checkpoint("text_encoder_2").is_some();
        (
            UNetConfig { sample_size: [8, 8], ..sized },
            block_on(VaeConfig::read(files, "vae")).expect(place),
            block_on(ClipConfig::read(files, "text_encoder")).expect(place),
            second.then(|| block_on(ClipConfig::read(files, "text_encoder_2")).expect(place)),
            block_on(Scheduler::read(files)).expect(place),
            block_on(ModelIndex::read(files)).expect(place),
        )
    };
    assert_eq!(read(expected), read(got), "{place}");
}

#[test]
fn a_single_file_is_its_folder() {
    for (file, twin, family) in TWINS {
        let (expected, got) = (open(models(twin)), open_as(models(&format!("layouts/{file}")), &choice(*family)));
        assert_eq!((expected.layout, got.layout), ("diffusers folder", "original names"), "{file}");
        same_tensors(file, &expected, &got);
        same_configurations(file, &expected, &got);
    }
}

/// A file of `tests/models/layouts` with a tokenizer beside it, since a twin's text encoder has no rows for CLIP's whole vocabulary.
fn with_tokenizers(file: &str, twin: &str) -> Memory {
    let bytes = std::fs::read(folder("tests/models/layouts").join(file)).expect("it is committed");
    let mut files = Memory::new("test", [("any.pt", bytes)]);
    let source = models(twin);
    let names = block_on(source.names()).expect("a folder can be listed").expect("and is");
    for name in names.into_iter().filter(|name| name.starts_with("tokenizer")) {
        let bytes = std::fs::read(folder("tests/models").join(twin).join(&name)).expect("it is committed");
        files.files.insert(name, bytes.into());
    }
    files
}

#[test]
fn a_single_file_draws_its_folders_picture() {
    let draw = |files: Rc<dyn Files>, family: Option<&str>| {
        let options = Options { family: family.map(String::from), ..Options::default() };
        let mut pipeline = block_on(Pipeline::load(files, Rc::new(Cpu), options, &mut |_| {})).unwrap_or_else(|error| panic!("{error}"));
        let request = Request { steps: Some(2), guidance: Some(3.0), width: Some(16), height: Some(24), seed: 5, ..Request::default() };
        block_on(pipeline.generate(&request, &mut Unobserved)).unwrap_or_else(|error| panic!("{error}")).picture
    };
    for (file, twin, family) in TWINS {
        let (expected, got) = (draw(models(twin), None), draw(Rc::new(with_tokenizers(file, twin)), *family));
        let difference = largest_difference(&expected.values, &got.values);
        assert!(difference <= 1e-4, "{file}: {difference}");
    }
}

#[test]
fn a_folder_of_pytorchs_own_files_is_the_same_folder() {
    let mut files = Memory::new("test", [("", vec![])]);
    for (at, keep) in [("bk-sdm-tiny", ".json"), ("bk-sdm-tiny", ".txt"), ("layouts/bk-sdm-tiny", ".bin")] {
        let source = models(at);
        let names = block_on(source.names()).expect("a folder can be listed").expect("and is");
        for name in names.into_iter().filter(|name| name.ends_with(keep)) {
            let bytes = std::fs::read(folder("tests/models").join(at).join(&name)).expect("it is committed");
            files.files.insert(name, bytes.into());
        }
    }
    same_tensors("a folder of .bin files", &open(models("bk-sdm-tiny")), &open(Rc::new(files)));
}

/// A safetensors file with other names, and tensors more.
fn renamed(bytes: &[u8], name: impl Fn(&str) -> String, more: &[(&str, &[usize])]) -> Vec<u8> {
    let file = SafeTensors::deserialize(bytes).expect("a file of ours");
    let mut tensors: Vec<(String, TensorView)> = file.tensors().into_iter().map(|(old, view)| (name(&old), view)).collect();
    let zeros = vec![0; 4 * more.iter().map(|(_, shape)| shape.iter().product()).max().unwrap_or(0)];
    for (name, shape) in more {
        let bytes = &zeros[..4 * shape.iter().product::<usize>()];
        tensors.push((name.to_string(), TensorView::new(Dtype::F32, shape.to_vec(), bytes).expect("it fits")));
    }
    safetensors::serialize(tensors, None).expect("it can be written")
}

#[test]
fn networks_that_were_saved_while_wrapped_are_the_same_networks() {
    let bytes = std::fs::read(folder("tests/models/layouts/lcm-tiny.safetensors")).expect("it is committed");
    let expected = open(models("lcm-tiny"));
    for (from, to) in [
        ("model.diffusion_model.", "model.diffusion_model._orig_mod."),
        ("model.diffusion_model.", "model.diffusion_model.model.diffusion_model."),
        ("first_stage_model.", "first_stage_model._orig_mod."),
    ] {
        let name = |old: &str| old.strip_prefix(from).map_or_else(|| old.to_string(), |rest| format!("{to}{rest}"));
        same_tensors(to, &expected, &open(memory(&[("x.safetensors", renamed(&bytes, name, &[]))])));
    }
}

#[test]
fn a_model_with_a_control_net_in_its_file_is_used_without_it_and_says_so() {
    let bytes = std::fs::read(folder("tests/models/layouts/lcm-tiny.safetensors")).expect("it is committed");
    let more: &[(&str, &[usize])] =
        &[("control_model.input_hint_block.0.weight", &[4, 3, 3, 3]), ("control_model.zero_convs.0.0.bias", &[4])];
    let opened = open(memory(&[("control_sd15.safetensors", renamed(&bytes, str::to_string, more))]));
    same_tensors("control_sd15", &open(models("lcm-tiny")), &opened);
    assert!(opened.why.ends_with("not followed: the ControlNet that is in the file as well"), "{}", opened.why);
}

#[test]
fn a_weight_file_in_a_folder_of_its_own_is_found_and_the_folders_own_files_win() {
    let bytes = std::fs::read(folder("tests/models/layouts/lcm-tiny.safetensors")).expect("it is committed");
    let mine = br#"{"_class_name": "DDIMScheduler", "beta_start": 0.5}"#.to_vec();
    let opened = open(memory(&[("whatever.safetensors", bytes), ("scheduler/scheduler_config.json", mine), ("readme.md", vec![1])]));
    same_tensors("a folder of one file", &open(models("lcm-tiny")), &opened);
    let scheduler = block_on(Scheduler::read(&*opened.files)).expect("it is there");
    assert_eq!((scheduler.class.as_str(), scheduler.config.beta_start), ("DDIMScheduler", Some(0.5)));
}

#[test]
fn networks_in_files_of_their_own_are_put_together() {
    let read = |path: &str| std::fs::read(folder("tests/models/sdxl-tiny").join(path)).expect("it is committed");
    let files = [
        ("unet.safetensors", read("unet/diffusion_pytorch_model.safetensors")),
        ("vae.safetensors", read("vae/diffusion_pytorch_model.safetensors")),
        ("clip_l.safetensors", read("text_encoder/model.safetensors")),
        ("clip_g.safetensors", read("text_encoder_2/model.safetensors")),
    ];
    let opened = block_on(layout::open(memory(&files))).err().map(|error| error.to_string());
    // Which of two text encoders is which, only the published widths tell; these are the twin's.
    assert_eq!(
        opened.as_deref(),
        Some("test: there are 4 weight files here (clip_g.safetensors, clip_l.safetensors, unet.safetensors, …); give one of them")
    );
    let read = |path: &str| std::fs::read(folder("tests/models/lcm-tiny").join(path)).expect("it is committed");
    let files = [
        ("unet.safetensors", read("unet/diffusion_pytorch_model.safetensors")),
        ("vae.safetensors", read("vae/diffusion_pytorch_model.safetensors")),
        ("clip.safetensors", read("text_encoder/model.safetensors")),
    ];
    let opened = open(memory(&files));
    assert_eq!(opened.layout, "diffusers names");
    same_tensors("three files", &open(models("lcm-tiny")), &opened);
}

#[test]
fn a_tiny_autoencoder_is_the_same_in_two_files() {
    let open = |path: &str| block_on(layout::open_tiny(models(path))).unwrap_or_else(|error| panic!("{path}: {error}"));
    let (expected, got) = (open("taesd-tiny"), open("layouts/taesd-tiny"));
    same_tensors("taesd-tiny", &expected, &got);
    let config = |opened: &Opened| block_on(TinyConfig::read(&*opened.files, "vae")).expect("it is there");
    assert_eq!(config(&expected), config(&got));
    for half in ["encoder", "decoder"] {
        let alone = open(&format!("layouts/taesd-tiny/{half}.safetensors"));
        let tensors = alone.checkpoint("vae").expect("it is there").tensors();
        assert!(tensors.keys().all(|name| name.starts_with(&format!("{half}.layers."))), "{half}");
    }
    assert_eq!(config(&open("layouts/taesd-tiny/decoder.safetensors")), config(&expected), "the encoder is taken for its mirror image");
}
