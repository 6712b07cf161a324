//! Files that other tools write and read, and that are sound though they look odd: each gives what its plain twin gives.
//! It is long because it makes the odd files itself, each beside its plain twin.

mod common;

use common::run::load;
use common::{f32s, folder, rms, safetensors};
use decant_graph::Cpu;
use decant_sd::config::Scheduler;
use decant_sd::files::{Files, Folder, Memory};
use decant_sd::layout;
use decant_sd::lora::LoraUse;
use decant_sd::pipeline::{Generated, Options, Pipeline, Unobserved};
use decant_sd::request::Request;
use decant_sd::weights::{Checkpoint, Origin};
use pollster::block_on;
use safetensors::SafeTensors;
use std::collections::BTreeMap;
use std::rc::Rc;

/// Each tensor's type, shape and bytes.
type Tensors = BTreeMap<String, (String, Vec<usize>, Vec<u8>)>;

fn tensors(bytes: &[u8]) -> Tensors {
    let file = SafeTensors::deserialize(bytes).expect("a file of ours");
    let one = |(name, view): (String, safetensors::tensor::TensorView)| {
        (name, (format!("{:?}", view.dtype()), view.shape().to_vec(), view.data().to_vec()))
    };
    file.tensors().into_iter().map(one).collect()
}

fn bytes(path: &str) -> Vec<u8> {
    std::fs::read(folder("tests/models").join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn only(name: &str, bytes: Vec<u8>) -> Rc<dyn Files> {
    Rc::new(Memory::new("a test", [(name, bytes)]))
}

/// A model of the tests in memory.
fn model(name: &str) -> Memory {
    let source = Folder::open(folder("tests/models").join(name)).expect("it is there");
    let names = block_on(source.names()).expect("a folder can be listed").expect("and is");
    Memory::new(name, names.into_iter().map(|file| (file.clone(), bytes(&format!("{name}/{file}")))))
}

fn draw(pipeline: &mut Pipeline, request: Request) -> Generated {
    let request = Request { steps: Some(1), guidance: Some(2.0), width: Some(16), height: Some(16), seed: 3, ..request };
    block_on(pipeline.generate(&request, &mut Unobserved)).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn a_loras_alpha_may_be_of_any_type_of_numbers() {
    let plain = tensors(&bytes("lora/kohya.safetensors"));
    let mut pipeline = load("sd1-tiny", Rc::new(Cpu));
    let with = |pipeline: &mut Pipeline, tensors: &Tensors| {
        block_on(pipeline.add_lora("ink", only("ink.safetensors", safetensors(tensors, "")))).expect("it fits");
        let used = LoraUse { name: "ink".into(), ..LoraUse::default() };
        let drawn = draw(pipeline, Request { prompt: "a cat".into(), loras: vec![used], ..Request::default() }).latents.values;
        pipeline.remove_lora("ink").expect("it was added");
        drawn
    };
    let (mut floats, mut whole) = (plain.clone(), plain);
    let alphas: Vec<String> = whole.keys().filter(|name| name.ends_with(".alpha")).cloned().collect();
    assert!(!alphas.is_empty());
    for (at, name) in alphas.iter().enumerate() {
        floats.insert(name.clone(), ("F32".into(), vec![], f32s(&[3.0])));
        let (dtype, bytes) = [("I64", 3i64.to_le_bytes().to_vec()), ("I32", 3i32.to_le_bytes().to_vec()), ("U8", vec![3])][at % 3].clone();
        whole.insert(name.clone(), (dtype.into(), if at % 2 == 0 { vec![] } else { vec![1] }, bytes));
    }
    assert_eq!(with(&mut pipeline, &floats), with(&mut pipeline, &whole));
}

#[test]
fn a_byte_order_mark_in_front_of_any_text_says_nothing() {
    let plain = model("sd1-tiny");
    let mut marked = plain.clone();
    let texts = marked.files.iter_mut().filter(|(name, _)| name.ends_with(".json") || name.ends_with(".txt"));
    let mut count = 0;
    for (name, bytes) in texts {
        let text = String::from_utf8(bytes.to_vec()).expect("a text");
        let wide = |number: fn(u16) -> [u8; 2]| ("\u{feff}".to_string() + &text).encode_utf16().flat_map(number).collect::<Vec<u8>>();
        *bytes = match name.as_str() {
            "model_index.json" => wide(u16::to_le_bytes).into(),
            "unet/config.json" => wide(u16::to_be_bytes).into(),
            _ => ("\u{feff}".to_string() + &text).into_bytes().into(),
        };
        count += 1;
    }
    assert!(count > 8);
    let open =
        |files: Memory| block_on(Pipeline::load(Rc::new(files), Rc::new(Cpu), Options::default(), &mut |_| {})).expect("it is sound");
    let request = || Request { prompt: "a cat".into(), ..Request::default() };
    assert_eq!(draw(&mut open(plain), request()).latents, draw(&mut open(marked), request()).latents);
}

#[test]
fn words_that_a_lora_brings_along_are_offered_and_go_with_it() {
    let mut bundle = tensors(&bytes("lora/kohya.safetensors"));
    let mut pipeline = load("sd1-tiny", Rc::new(Cpu));
    let width = pipeline.config().text.hidden_size;
    let rows: Vec<f32> = (0..2 * width).map(|i| (i as f32).sin()).collect();
    bundle.insert("bundle_emb.birb.string_to_param.*".into(), ("F32".into(), vec![2, width], f32s(&rows)));
    bundle.insert("bundle_emb.wide.string_to_param.*".into(), ("F32".into(), vec![1, 4], f32s(&[0.0; 4])));
    let bundle = safetensors(&bundle, "");
    let info = block_on(pipeline.add_lora("ink", only("ink.safetensors", bundle.clone()))).expect("it fits");
    assert_eq!((info.words, info.unmatched), (vec!["birb".to_string()], vec!["bundle_emb.wide.string_to_param.*".to_string()]));
    let latents = |pipeline: &mut Pipeline| draw(pipeline, Request { prompt: "a birb".into(), ..Request::default() }).latents.values;
    let with_word = latents(&mut pipeline);
    pipeline.remove_lora("ink").expect("it was added");
    assert!(pipeline.textual_inversions().is_empty());
    let without_word = latents(&mut pipeline);
    assert!(rms(&with_word, &without_word) > 1e-4);
    // The same file given as a textual inversion, and the word in a file of its own.
    let words = block_on(pipeline.add_textual_inversion("ink.safetensors", bundle)).expect("it holds a word");
    assert_eq!((words.len(), words[0].tokens.clone(), words[0].vectors), (1, vec!["birb".to_string()], 2));
    assert_eq!(latents(&mut pipeline), with_word);
    assert!(pipeline.remove_textual_inversion(&words[0].name));
    let alone = Tensors::from([("emb_params".to_string(), ("F32".to_string(), vec![2, width], f32s(&rows)))]);
    block_on(pipeline.add_textual_inversion("birb.safetensors", safetensors(&alone, ""))).expect("it is one");
    assert_eq!(latents(&mut pipeline), with_word);
}

#[test]
fn an_inversion_of_xl_may_be_named_by_its_text_encoders() {
    let mut pipeline = load("sdxl-tiny", Rc::new(Cpu));
    let widths = [&pipeline.config().text, pipeline.config().text_2.as_ref().expect("XL has two")].map(|text| text.hidden_size);
    let rows = widths.map(|width| f32s(&(0..2 * width).map(|i| (i as f32).cos()).collect::<Vec<f32>>()));
    let mut add = |names: [&str; 2]| {
        let one = |at: usize| (names[at].to_string(), ("F32".to_string(), vec![2, widths[at]], rows[at].clone()));
        let words = block_on(pipeline.add_textual_inversion("tok.safetensors", safetensors(&Tensors::from([one(0), one(1)]), "")))
            .expect("it is one");
        let prompt = words[0].tokens[0].clone();
        (draw(&mut pipeline, Request { prompt, ..Request::default() }).latents.values, words[0].tokens.clone())
    };
    let (clip, _) = add(["clip_l", "clip_g"]);
    let (encoders, tokens) = add(["text_encoders_0", "text_encoders_1"]);
    assert_eq!((clip, tokens), (encoders, vec!["<s0><s1>".to_string(), "tok".to_string()]));
}

#[test]
fn eight_bit_floats_are_multiplied_by_the_scales_beside_them() {
    // e4m3: 1, -1.5, 448, 2^-9; e5m2: 1, 2, -0.5, 2^-16.
    let [four, five] = [vec![0x38, 0xbc, 0x7e, 0x01], vec![0x3c, 0x40, 0xb8, 0x01]];
    let scaled: Tensors = [
        ("a.weight", ("F8_E4M3", vec![2, 2], four.clone())),
        ("a.scale_weight", ("F32", vec![], f32s(&[0.5]))),
        ("a.scale_input", ("F32", vec![1], f32s(&[7.0]))),
        ("b.weight", ("F8_E5M2", vec![2, 2], five.clone())),
        ("b.weight_scale", ("F32", vec![2, 1], f32s(&[2.0, 3.0]))),
        ("c.weight", ("F8_E4M3", vec![4], four)),
        ("d.weight", ("F32", vec![1], f32s(&[9.0]))),
        ("d.weight_scale", ("F32", vec![1], f32s(&[9.0]))),
        ("scaled_fp8", ("F8_E4M3", vec![0], vec![])),
    ]
    .map(|(name, (dtype, shape, bytes))| (name.to_string(), (dtype.to_string(), shape, bytes)))
    .into();
    let files = only("any.safetensors", safetensors(&scaled, ""));
    let checkpoint = block_on(Checkpoint::open_file(&*files, "any.safetensors")).expect("it is sound");
    assert_eq!(checkpoint.tensors().keys().collect::<Vec<_>>(), ["a.weight", "b.weight", "c.weight", "d.weight", "d.weight_scale"]);
    let small = (-9f32).exp2();
    let read = |checkpoint: &Checkpoint, name: &str| block_on(checkpoint.read(&*files, name)).expect("finite numbers");
    assert_eq!(read(&checkpoint, "a.weight"), [0.5, -0.75, 224.0, small / 2.0]);
    assert_eq!(read(&checkpoint, "b.weight"), [2.0, 4.0, -1.5, (-16f32).exp2() * 3.0]);
    assert_eq!(read(&checkpoint, "c.weight"), [1.0, -1.5, 448.0, small]);
    // Under other names, and a part of the rows with its part of the scales.
    let rows = Origin { rows: Some(1..2), ..Origin::whole("b.weight") };
    let renamed = checkpoint.rearranged(vec![("x".into(), Origin::whole("a.weight")), ("y".into(), rows)]).expect("they are there");
    assert_eq!((read(&renamed, "x"), read(&renamed, "y")), (read(&checkpoint, "a.weight"), vec![-1.5, (-16f32).exp2() * 3.0]));
    let three = Tensors::from([
        ("a.weight".into(), ("F8_E4M3".into(), vec![2, 2], vec![0; 4])),
        ("a.scale_weight".into(), ("F32".into(), vec![3], f32s(&[1.0; 3]))),
    ]);
    let refused =
        block_on(Checkpoint::open_file(&*only("x", safetensors(&three, "")), "x")).expect_err("three scales of two rows").to_string();
    assert!(refused.contains("expected one number, or one for each of the 2 rows of a.weight"), "{refused}");
}

/// Markers in one file of XL: empty tensors beside the networks'.
#[test]
fn a_marker_of_zero_terminal_snr_is_followed() {
    let marked = |names: &[&str]| {
        let mut tensors = tensors(&bytes("layouts/sdxl-tiny.safetensors"));
        tensors.extend(names.iter().map(|name| (name.to_string(), ("F32".to_string(), vec![0], vec![]))));
        let opened = block_on(layout::open(only("any.safetensors", safetensors(&tensors, "")))).expect("it is a whole model");
        block_on(Scheduler::read(&*opened.files)).expect("it has one").config
    };
    let (plain, v, both) = (marked(&[]), marked(&["v_pred"]), marked(&["v_pred", "ztsnr"]));
    assert_eq!([&plain, &v, &both].map(|config| config.rescale_betas_zero_snr), [false, false, true]);
    assert_eq!(v.prediction_type, both.prediction_type);
    assert_ne!(plain.prediction_type, v.prediction_type);
}

fn with_vae(vae: Rc<dyn Files>) -> Result<Pipeline, decant_sd::Error> {
    let options = Options { vae: Some(vae), ..Options::default() };
    let files = Rc::new(Folder::open(folder("tests/models/sd1-tiny")).expect("it is there"));
    block_on(Pipeline::load(files, Rc::new(Cpu), options, &mut |_| {}))
}

#[test]
fn another_autoencoder_stands_in_for_the_models_own() {
    let own = tensors(&bytes("sd1-tiny/vae/diffusion_pytorch_model.safetensors"));
    let mut brighter = own.clone();
    let bias = brighter.get_mut("decoder.conv_out.bias").expect("it has one");
    assert_eq!(bias.0, "F32", "as the model was saved");
    bias.2 = f32s(&[0.5; 3]);
    let mut plain = load("sd1-tiny", Rc::new(Cpu));
    let expected = draw(&mut plain, Request::default());
    let config = bytes("sd1-tiny/vae/config.json");
    let parts = |tensors: &Tensors| [("config.json", config.clone()), ("diffusion_pytorch_model.safetensors", safetensors(tensors, ""))];
    let places: [(&str, Rc<dyn Files>); 4] = [
        ("its own folder", Rc::new(Folder::open(folder("tests/models/sd1-tiny/vae")).expect("it is there"))),
        ("a folder", Rc::new(Memory::new("a folder", parts(&own)))),
        ("one file", only("any.safetensors", safetensors(&own, ""))),
        ("a whole model", Rc::new(model("sd1-tiny"))),
    ];
    for (what, files) in places {
        let mut pipeline = with_vae(files).unwrap_or_else(|error| panic!("{what}: {error}"));
        let got = draw(&mut pipeline, Request::default());
        assert_eq!((got.latents, got.picture.values), (expected.latents.clone(), expected.picture.values.clone()), "{what}");
        assert_eq!(
            block_on(pipeline.fingerprint()).expect("it can be read"),
            block_on(plain.fingerprint()).expect("it can be read"),
            "{what}"
        );
    }
    for files in [only("vae.safetensors", safetensors(&brighter, "")), Rc::new(Memory::new("a folder", parts(&brighter)))] {
        let mut pipeline = with_vae(files).expect("it fits");
        let got = draw(&mut pipeline, Request::default());
        assert_eq!(got.latents, expected.latents);
        assert!(rms(&got.picture.values, &expected.picture.values) > 0.02);
    }
}

/// A checkpoint without an autoencoder, as many fine-tunes are: it opens with one.
#[test]
fn a_checkpoint_without_an_autoencoder_opens_with_another() {
    let whole = tensors(&bytes("layouts/sdxl-tiny.safetensors"));
    let (vae, rest): (Tensors, Tensors) = whole.clone().into_iter().partition(|(name, _)| name.starts_with("first_stage_model."));
    let open = |tensors: &Tensors, vae: Option<Rc<dyn Files>>| {
        let mut files = model("sdxl-tiny");
        files.files.retain(|name, _| name.starts_with("tokenizer"));
        files.files.insert("any.safetensors".into(), safetensors(tensors, "").into());
        block_on(Pipeline::load(Rc::new(files), Rc::new(Cpu), Options { vae, ..Options::default() }, &mut |_| {}))
    };
    let refused = open(&rest, None).err().expect("it has none").to_string();
    assert!(refused.contains("it lacks vae; give an autoencoder (VAE) with it"), "{refused}");
    let mut both = open(&rest, Some(only("vae.safetensors", safetensors(&vae, "")))).expect("now it has one");
    let mut plain = open(&whole, None).expect("it is whole");
    assert_eq!(draw(&mut both, Request::default()).picture.values, draw(&mut plain, Request::default()).picture.values);
}

#[test]
fn an_autoencoder_of_another_family_is_refused_in_a_sentence() {
    let own = tensors(&bytes("sd1-tiny/vae/diffusion_pytorch_model.safetensors"));
    let sixteen = br#"{"_class_name": "AutoencoderKL", "latent_channels": 16}"#.to_vec();
    let parts = |config: Vec<u8>| {
        Rc::new(Memory::new("a folder", [("config.json", config), ("diffusion_pytorch_model.safetensors", safetensors(&own, ""))]))
    };
    let cases: [(Rc<dyn Files>, &str); 6] = [
        (
            Rc::new(Folder::open(folder("tests/models/sdxl-tiny/vae")).expect("it is there")),
            "this autoencoder is for Stable Diffusion XL (its latents are scaled by 0.13025)",
        ),
        (
            only("x", safetensors(&own, r#""modelspec.architecture":"stable-diffusion-xl-v1-base/vae""#)),
            "this autoencoder is for Stable Diffusion XL",
        ),
        (parts(sixteen), "this autoencoder has 16 latent channels of 1×1 pixels, the model 4 of 8×8"),
        (Rc::new(Folder::open(folder("tests/models/taesd-tiny")).expect("it is there")), "this is a tiny autoencoder (TAESD)"),
        (only("x", bytes("lora/kohya.safetensors")), "a LoRA"),
        (only("x", bytes("sd1-tiny/unet/diffusion_pytorch_model.safetensors")), "no autoencoder of Stable Diffusion's"),
    ];
    for (files, part) in cases {
        let error = with_vae(files).err().expect("it does not fit").to_string();
        assert!(error.contains(part), "{error}");
    }
}

/// A model of the tests with one tensor so large that sums of it overflow.
fn enlarged(component: &str, tensor: &str) -> Memory {
    let mut files = model("sd1-tiny");
    let name = format!("{component}/diffusion_pytorch_model.safetensors");
    let mut all = tensors(&files.files[&name]);
    let one = all.get_mut(tensor).expect("it has one");
    let count = one.1.iter().product::<usize>();
    let large: Vec<f32> = (0..count).map(|at| if at % 3 == 0 { -2e38 } else { 3e38 }).collect();
    (one.0, one.2) = ("F32".into(), f32s(&large));
    files.files.insert(name, safetensors(&all, "").into());
    files
}

#[test]
fn numbers_that_overflow_end_the_run_where_they_do() {
    for device in common::devices() {
        for (component, tensor, expected) in [
            ("unet", "conv_out.weight", "step 1 of 3 (timestep "),
            ("vae", "decoder.conv_out.weight", "values that the autoencoder's decoder made of sound latents are NaN or infinite"),
        ] {
            let files = Rc::new(enlarged(component, tensor));
            let mut pipeline =
                block_on(Pipeline::load(files, device.clone(), Options::default(), &mut |_| {})).expect("its numbers are finite");
            let request = Request {
                prompt: "a cat".into(),
                steps: Some(2),
                guidance: Some(1000.0),
                width: Some(16),
                height: Some(16),
                ..Request::default()
            };
            let error = block_on(pipeline.generate(&request, &mut Unobserved)).err().map(|error| error.to_string());
            assert!(error.as_ref().is_some_and(|error| error.contains(expected)), "{} on {}: {error:?}", component, device.name());
        }
    }
}
