//! What a whole model or request that cannot work gets: one sentence, before anything heavy happens, and the session lives on.
//! It is long because the sentences stand in one list, each beside the fault that gets it.

mod common;

use common::folder;
use decant_graph::Cpu;
use decant_sd::config::Grammar;
use decant_sd::files::{Folder, Memory};
use decant_sd::lora::LoraUse;
use decant_sd::pipeline::{Options, Pipeline, Unobserved};
use decant_sd::request::{Decoder, Preview, Request};
use decant_solver::Sampler;
use pollster::block_on;
use safetensors::SafeTensors;
use safetensors::tensor::{Dtype, TensorView};
use std::collections::BTreeMap;
use std::path::Path;
use std::rc::Rc;

/// The tiny model's files by name.
fn files() -> BTreeMap<String, Vec<u8>> {
    let root = folder("tests/models/sd1-tiny");
    let mut files = BTreeMap::new();
    collect(&root, &root, &mut files);
    files
}

fn collect(root: &Path, at: &Path, files: &mut BTreeMap<String, Vec<u8>>) {
    for entry in std::fs::read_dir(at).expect("the tiny model is there").flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(root, &path, files);
        } else {
            let name = path.strip_prefix(root).expect("found below the root").to_string_lossy().replace('\\', "/");
            files.insert(name, std::fs::read(&path).expect("a file can be read"));
        }
    }
}

fn load(files: BTreeMap<String, Vec<u8>>) -> Result<Pipeline, decant_sd::Error> {
    block_on(Pipeline::load(Rc::new(Memory::new("test", files)), Rc::new(Cpu), Options::default(), &mut |_| {}))
}

fn sentence(files: BTreeMap<String, Vec<u8>>) -> String {
    load(files).err().expect("this model cannot load").to_string()
}

/// The denoiser's weights after `change`, as a file.
fn changed(change: impl Fn(&mut BTreeMap<String, (Dtype, Vec<usize>, Vec<u8>)>)) -> BTreeMap<String, Vec<u8>> {
    let name = "unet/diffusion_pytorch_model.safetensors";
    let mut files = files();
    let read = SafeTensors::deserialize(&files[name]).expect("the tiny model is sound");
    let mut tensors = read.tensors().into_iter().map(|(n, t)| (n, (t.dtype(), t.shape().to_vec(), t.data().to_vec()))).collect();
    change(&mut tensors);
    let views = tensors.iter().map(|(n, (d, s, b))| (n, TensorView::new(*d, s.clone(), b).expect("shape and bytes agree")));
    let bytes = safetensors::serialize(views, None).expect("the file can be written");
    files.insert(name.into(), bytes);
    files
}

#[test]
fn a_missing_tensor_is_named() {
    let files = changed(|t| {
        t.remove("mid_block.resnets.0.conv1.weight");
        t.remove("conv_out.bias").expect("it was there");
    });
    assert_eq!(sentence(files), "unet: the model does not fit its weights:\nmid_block.resnets.0.conv1.weight is missing");
}

#[test]
fn a_bias_without_its_weight_and_a_norm_without_its_bias_are_named() {
    let files = changed(|t| {
        t.remove("conv_in.weight");
        t.remove("conv_norm_out.bias");
    });
    let text = sentence(files);
    assert_eq!(text, "unet: the model does not fit its weights:\nconv_in.weight is missing\nconv_norm_out.bias is missing");
}

#[test]
fn an_extra_tensor_is_named() {
    let files = changed(|t| {
        let copy = t["conv_out.bias"].clone();
        t.insert("controlnet_cond_embedding.bias".into(), copy);
    });
    assert_eq!(
        sentence(files),
        "unet: 1 tensors of the file belong to no layer of the configuration; is config.json another model's? They are: controlnet_cond_embedding.bias"
    );
}

#[test]
fn a_tensor_of_another_shape_is_named_with_both() {
    let files = changed(|t| {
        let tensor = t.get_mut("mid_block.resnets.0.time_emb_proj.weight").expect("it is there");
        tensor.1.reverse();
    });
    let text = sentence(files);
    assert!(text.contains("linear at mid_block.resnets.0.time_emb_proj: input [1, 64] does not fit weight [64, 32]"), "{text}");
}

#[test]
fn nan_in_the_weights_is_named_with_its_place() {
    let files = changed(|t| {
        let bytes = &mut t.get_mut("conv_in.weight").expect("it is there").2;
        bytes[4..6].copy_from_slice(&half::f16::NAN.to_le_bytes());
    });
    let text = sentence(files);
    assert!(text.contains("conv_in.weight") && text.contains("NaN"), "{text}");
}

#[test]
fn networks_of_two_models_are_noticed() {
    let mut files = files();
    let other = std::fs::read(folder("tests/models/sd2-tiny/text_encoder/config.json")).expect("it is there");
    files.insert("text_encoder/config.json".into(), other);
    let text = sentence(files);
    assert_eq!(
        text,
        "unet/config.json: cross_attention_dim is 32, but the text_encoder's hidden_size is 48; are these files of one model?"
    );
}

#[test]
fn bad_requests_get_a_sentence_and_the_session_goes_on() {
    let mut pipeline = load(files()).expect("the tiny model is sound");
    let small = Request { steps: Some(1), width: Some(16), height: Some(16), ..Request::default() };
    let mut generate =
        |request: Request| block_on(pipeline.generate(&request, &mut Unobserved)).map(|g| g.picture).map_err(|e| e.to_string());
    let steps = |steps| Request { steps: Some(steps), ..small.clone() };
    assert_eq!(
        generate(steps(0)).expect_err("no steps"),
        "sampling with 0 steps: expected 1 to 1000 (num_train_timesteps); choose a number in that range"
    );
    assert_eq!(
        generate(steps(1001)).expect_err("too many"),
        "sampling with 1001 steps: expected 1 to 1000 (num_train_timesteps); choose a number in that range"
    );
    assert_eq!(
        generate(Request { width: Some(20), ..small.clone() }).expect_err("off the grid"),
        "width 20 does not fit the model: a multiple of 8 from 8 to 16384 is needed, for instance 16"
    );
    let absurd = generate(Request { width: Some(16_384), height: Some(16_384), ..small.clone() }).expect_err("more than any machine has");
    assert!(
        absurd.starts_with("16384×16384 would take ")
            && absurd.ends_with("; ask for a smaller picture, weights kept as q4_0, or a TAESD as the decoder"),
        "{absurd}"
    );
    // An empty prompt is allowed, with guidance and without.
    let empty = generate(small.clone()).expect("an empty prompt is a prompt");
    assert!(empty.values.iter().all(|v| v.is_finite()));
    generate(Request { guidance: Some(1.0), ..small.clone() }).expect("without guidance");
    assert_eq!(generate(small).expect("the session goes on"), empty, "the same request gives the same picture");
}

#[test]
fn both_kinds_of_preview_are_pictures_and_change_nothing() {
    struct Pictures(Vec<(usize, usize)>);
    impl decant_sd::pipeline::Observer for Pictures {
        async fn event(&mut self, event: decant_sd::pipeline::Event<'_>) -> Result<(), decant_sd::Error> {
            if let decant_sd::pipeline::Event::Step { preview_noisy: Some(noisy), preview_denoised: Some(denoised), .. } = event {
                assert!(noisy.values.iter().chain(&denoised.values).all(|v| (0.0..=1.0).contains(v)));
                assert_eq!((noisy.width, noisy.height), (3, 2), "one pixel per latent place");
                self.0.push((denoised.width, denoised.height));
            }
            Ok(())
        }
    }
    let mut pipeline = load(files()).expect("the tiny model is sound");
    // PNDM, which the model's file names, calls the model once more than it has steps.
    let sampler = Some(Sampler::Ddim);
    let request = |preview| Request { steps: Some(2), sampler, width: Some(24), height: Some(16), seed: 3, preview, ..Request::default() };
    let plain = block_on(pipeline.generate(&request(Preview::None), &mut Unobserved)).expect("it runs").picture;
    for (preview, size) in [(Preview::Projection, (3, 2)), (Preview::Decoder, (24, 16))] {
        let mut pictures = Pictures(vec![]);
        let picture = block_on(pipeline.generate(&request(preview), &mut pictures)).expect("it runs").picture;
        assert_eq!(pictures.0, [size, size], "{preview:?}");
        assert_eq!(picture, plain, "{preview:?} changes the result");
    }
}

#[test]
fn a_tiny_autoencoder_shows_steps_where_there_is_one_of_the_models_family() {
    struct Sizes(Vec<(usize, usize)>);
    impl decant_sd::pipeline::Observer for Sizes {
        async fn event(&mut self, event: decant_sd::pipeline::Event<'_>) -> Result<(), decant_sd::Error> {
            if let decant_sd::pipeline::Event::Step { preview_noisy: Some(noisy), preview_denoised: Some(denoised), .. } = event {
                self.0.extend([(noisy.width, noisy.height), (denoised.width, denoised.height)]);
            }
            Ok(())
        }
    }
    let open = |model: &str, tiny: bool| {
        let there = |path: &str| Rc::new(Folder::open(folder("tests/models").join(path)).expect("it is there"));
        let preview = tiny.then(|| there("taesd-tiny") as Rc<dyn decant_sd::files::Files>);
        let options = Options { preview, ..Options::default() };
        block_on(Pipeline::load(there(model), Rc::new(Cpu), options, &mut |_| {}))
    };
    let sampler = Some(Sampler::Ddim);
    let request = |preview| Request { steps: Some(1), sampler, width: Some(24), height: Some(16), preview, ..Request::default() };
    let mut pipeline = open("sd1-tiny", true).expect("the two belong together");
    let plain = block_on(pipeline.generate(&request(Preview::None), &mut Unobserved)).expect("it runs").picture;
    for preview in [Preview::Auto, Preview::Tiny] {
        let mut sizes = Sizes(vec![]);
        let picture = block_on(pipeline.generate(&request(preview), &mut sizes)).expect("it runs").picture;
        assert_eq!(sizes.0, [(3, 2), (24, 16)], "{preview:?}: one pixel per latent place, then a whole picture");
        assert_eq!(picture, plain, "{preview:?} changes the result");
    }
    let by_tiny = Request { decoder: Decoder::Tiny, ..request(Preview::None) };
    let tiny = block_on(pipeline.generate(&by_tiny, &mut Unobserved)).expect("it runs").picture;
    assert!((tiny.width, tiny.height) == (24, 16) && tiny != plain);

    let mut alone = open("sd1-tiny", false).expect("the model is sound");
    let error =
        "a tiny autoencoder was asked for, but the model was opened without one; give the folder or file of a TAESD as its preview decoder";
    for request in [by_tiny, request(Preview::Tiny)] {
        assert_eq!(block_on(alone.generate(&request, &mut Unobserved)).expect_err("there is none").to_string(), error);
    }
    let error = open("sd2-tiny", true).err().expect("its latents are of another size").to_string();
    assert!(error.starts_with("the tiny autoencoder has 4 latent channels of 8×8 pixels, the model 4 of 4×4"), "{error}");
}

#[test]
fn a_folder_that_brings_its_small_decoder_is_shown_with_it() {
    let mut files = files();
    for name in ["config.json", "diffusion_pytorch_model.safetensors"] {
        let bytes = std::fs::read(folder("tests/models/taesd-tiny").join(name)).expect("it is there");
        files.insert(format!("small/{name}"), bytes);
    }
    let hinted = |hint: &str| {
        let mut files = files.clone();
        files.insert("decant.json".into(), format!(r#"{{"preview_decoder": {hint:?}}}"#).into_bytes());
        files
    };
    let request = Request { steps: Some(1), width: Some(24), height: Some(16), preview: Preview::Tiny, ..Request::default() };
    let mut pipeline = load(hinted("small")).expect("both are sound");
    assert!(block_on(pipeline.generate(&request, &mut Unobserved)).is_ok());
    let absent = sentence(hinted("absent"));
    assert!(absent.contains("absent"), "{absent}");
    let outside = sentence(hinted("../small"));
    assert!(outside.contains(r#"preview_decoder is "../small", expected the name of a folder inside of the model's"#), "{outside}");
}

#[test]
fn an_upscaler_that_a_folder_brings_is_called_as_its_folder_and_a_wrong_one_is_refused() {
    let mut files = files();
    let network = std::fs::read(folder("tests/models/upscale").join("compact-x2.safetensors")).expect("it is there");
    files.insert("twice/weights.safetensors".into(), network);
    let hinted = |hint: &str| {
        let mut files = files.clone();
        files.insert("decant.json".into(), hint.as_bytes().to_vec());
        files
    };
    let brought = |hint: &str| {
        let found = block_on(load(hinted(hint)).expect("nobody has asked for it yet").upscaler());
        found.map(|upscaler| upscaler.map(|upscaler| (upscaler.name().to_string(), upscaler.scale())))
    };
    assert_eq!(brought(r#"{"upscaler": "twice"}"#).expect("it is sound"), Some(("twice".into(), 2)));
    assert_eq!(brought("{}").expect("there is none"), None);
    for (hint, problem) in
        [(r#"{"upscaler": "absent"}"#, "there are 0 weight files here"), (r#"{"upscaler": "unet"}"#, "no upscaler that Decant knows")]
    {
        let refusal = brought(hint).expect_err("it brings none").to_string();
        assert!(refusal.contains(problem), "{refusal}");
    }
    let outside = sentence(hinted(r#"{"upscaler": "../twice"}"#));
    assert!(outside.contains(r#"upscaler is "../twice", expected the name of a folder inside of the model's"#), "{outside}");
}

#[test]
fn a_gear_that_a_folder_brings_is_loaded_when_it_is_used_and_a_wrong_one_is_refused() {
    let mut files = files();
    let lora = std::fs::read(folder("tests/models/lora").join("kohya.safetensors")).expect("it is there");
    files.insert("ink/pytorch_lora_weights.safetensors".into(), lora);
    let hinted = |gear: &str| {
        let mut files = files.clone();
        files.insert("decant.json".into(), format!(r#"{{"gears": [{gear}]}}"#).into_bytes());
        files
    };
    let sound = r#"{"name": "fast", "lora": "ink", "steps": 2, "guidance": 1, "sampler": "euler"}"#;
    let mut pipeline = load(hinted(sound)).expect("all is sound");
    let plain = Request { steps: Some(1), width: Some(24), height: Some(16), ..Request::default() };
    let using = |name: &str| Request { loras: vec![LoraUse { name: name.into(), weight: 1.0, text: None }], ..plain.clone() };
    let mut latents = |request: &Request| block_on(pipeline.generate(request, &mut Unobserved)).expect("it comes along").latents;
    let first = latents(&plain);
    assert_ne!(first, latents(&using("ink")));
    assert_eq!(first, latents(&plain));
    assert_ne!(first, latents(&using("ink.safetensors")));
    assert_eq!(pipeline.loras().iter().map(|lora| lora.name.as_str()).collect::<Vec<&str>>(), ["ink"], "when it is used, and once");
    let mut wrong = load(hinted(&sound.replace(r#""ink""#, r#""pen""#))).expect("nobody has asked for it yet");
    let refusal = block_on(wrong.generate(&using("pen"), &mut Unobserved)).expect_err("there is no such folder").to_string();
    assert!(refusal.contains("pen"), "{refusal}");
    assert!(block_on(wrong.generate(&plain, &mut Unobserved)).is_ok(), "without it all goes on");
    for (change, problem) in [
        ([r#""ink""#, r#""../ink""#], r#"decant.json: a gear's lora is "../ink", expected the name of a folder inside of the model's"#),
        ([r#""steps": 2"#, r#""steps": 0"#], "decant.json: the gear fast has 0 steps, expected 1 or more"),
        ([r#""euler""#, r#""oiler""#], "oiler"),
        ([r#""name""#, r#""nmae""#], "nmae"),
    ] {
        let refusal = sentence(hinted(&sound.replace(change[0], change[1])));
        assert!(refusal.contains(problem), "{refusal}");
    }
}

#[test]
fn what_prompts_are_made_of_is_read_and_a_key_of_it_that_means_nothing_is_refused() {
    let hinted = |grammar: &str| {
        let mut files = files();
        files.insert("decant.json".into(), format!(r#"{{"words": ["fox"], "grammar": {grammar}}}"#).into_bytes());
        files
    };
    let pipeline = load(hinted(r#"{"styles": ["flat"], "backgrounds": ["light blue"], "words": ["next to"]}"#)).expect("it is sound");
    let listed = |words: &[&str]| words.iter().map(|word| word.to_string()).collect::<Vec<_>>();
    let grammar = Grammar { styles: listed(&["flat"]), backgrounds: listed(&["light blue"]), words: listed(&["next to"]) };
    assert_eq!(pipeline.config().grammar, Some(grammar));
    let strange = sentence(hinted(r#"{"styles": [], "backgrounds": [], "words": [], "verbs": []}"#));
    assert!(strange.contains("decant.json") && strange.contains("verbs"), "{strange}");
}

#[test]
fn an_observer_can_end_the_run_at_any_event() {
    struct Stop(usize);
    impl decant_sd::pipeline::Observer for Stop {
        async fn event(&mut self, _: decant_sd::pipeline::Event<'_>) -> Result<(), decant_sd::Error> {
            self.0 = self.0.checked_sub(1).ok_or(decant_sd::Error::Cancelled)?;
            Ok(())
        }
    }
    let mut pipeline = load(files()).expect("the tiny model is sound");
    let request = Request { steps: Some(2), sampler: Some(Sampler::Ddim), width: Some(16), height: Some(16), ..Request::default() };
    for events in 0..5 {
        let error = block_on(pipeline.generate(&request, &mut Stop(events))).expect_err("it was ended");
        assert_eq!(error.to_string(), "the run was cancelled", "after {events} events");
    }
    block_on(pipeline.generate(&request, &mut Stop(5))).expect("text, start, two steps, decoding: then it is done");
}
