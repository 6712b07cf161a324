//! What the words do, against diffusers: CLIP-skip, textual inversions, mixing, swapping, emphasis and long prompts, as whole pictures.
//!
//! Each golden says in its metadata what is asked for and which files are added first (`tests/golden/make/words.py`).

mod common;

use common::run::{load, trace};
use common::{Golden, folder, relative_rms, rms};
use decant_graph::{Cpu, Device};
use decant_sd::pipeline::{Pipeline, Unobserved};
use decant_sd::request::{Long, Request};
use pollster::block_on;
use std::rc::Rc;

/// Largest relative RMS of embeddings and latents, and largest RMS of a picture in 0…1.
const EMBEDDINGS: f64 = 1e-4;
const LATENTS: f64 = 1e-3;
const PICTURE: f64 = 1e-3;
/// Goldens that the GPU runs, too: two more inputs of a text encoder, one more output, and more tokens than 77.
const ON_GPU: &[&str] = &["words-sdxl-inversion", "words-sd1-clip-skip", "words-sd1-chunks"];

fn inversion(name: &str) -> Vec<u8> {
    std::fs::read(folder("tests/golden/inversions").join(name)).expect("the file is there")
}

fn agrees(name: &str, device: Rc<dyn Device>) {
    let (golden, place) = (Golden::open(name), device.name());
    let mut pipeline = load(&golden.setting("model"), device);
    if golden.has_setting("inversions") {
        for file in golden.setting("inversions").split(',').filter(|file| !file.is_empty()) {
            block_on(pipeline.add_textual_inversion(file, inversion(file))).expect("a sound file");
        }
    }
    let (generated, trace) = trace(&mut pipeline, &golden.request());
    assert_eq!(golden.shape("text_embeddings"), trace.shape("text_embeddings"), "{name}");
    let text = relative_rms(&golden.get("text_embeddings"), &trace.get("text_embeddings"));
    let latents = relative_rms(&golden.get("latents"), &generated.latents.values);
    let image = rms(&golden.get("image"), &generated.picture.values);
    println!("{name:24} {place:40} embeddings {text:.2e}, latents {latents:.2e}, picture {image:.2e}");
    assert!(text <= EMBEDDINGS && latents <= LATENTS && image <= PICTURE, "{name} on {place}: {text:.2e}, {latents:.2e}, {image:.2e}");
}

#[test]
fn pictures_agree() {
    Golden::names("words-").iter().for_each(|name| agrees(name, Rc::new(Cpu)));
}

#[test]
fn some_agree_on_the_gpu() {
    let gpu = &common::devices()[1];
    let on_gpu = |name: &&String| common::all_on_gpu() || ON_GPU.contains(&name.as_str());
    Golden::names("words-").iter().filter(on_gpu).for_each(|name| agrees(name, gpu.clone()));
}

fn picture(pipeline: &mut Pipeline, words: &str) -> Vec<f32> {
    let mut request = Request::from_json(words).expect("settings as any");
    (request.steps, request.width, request.height, request.guidance) = (Some(1), Some(16), Some(16), Some(2.0));
    block_on(pipeline.generate(&request, &mut Unobserved)).expect("the run is sound").picture.values
}

#[test]
fn what_says_the_same_gives_the_same_picture() {
    let mut pipeline = load("sd1-tiny", Rc::new(Cpu));
    block_on(pipeline.add_textual_inversion("birb.bin", inversion("birb.learned_embeds.bin"))).expect("a sound file");
    for (one, other) in [
        // A word swapped for another is the other word.
        (r#"{"prompt": "a red house", "swaps": [{"token": "house", "with": [{"token": "dog"}]}]}"#, r#"{"prompt": "a red dog"}"#),
        // Two words swapped for each other: each is the other's own embedding, not what it became.
        (
            r#"{"prompt": "red dog", "swaps": [{"token": "red", "with": [{"token": "dog"}]}, {"token": "dog", "with": [{"token": "red"}]}]}"#,
            r#"{"prompt": "dog red"}"#,
        ),
        // A word swapped for a learnt one.
        (
            r#"{"prompt": "a red house", "swaps": [{"token": "house", "with": [{"token": "<birb-style>"}]}]}"#,
            r#"{"prompt": "a red <birb-style>"}"#,
        ),
        (r#"{"prompt": "a dog", "mixes": [{"prompt": "red", "factor": 0}]}"#, r#"{"prompt": "a dog"}"#),
        (r#"{"prompt": "a dog", "mixes": [{"prompt": "red", "factor": 1}]}"#, r#"{"prompt": "red"}"#),
        (r#"{"prompt": "a (dog:1.0)", "emphasis": true}"#, r#"{"prompt": "a dog"}"#),
        (r#"{"prompt": "a dog", "emphasis": true, "long": "chunks"}"#, r#"{"prompt": "a dog"}"#),
    ] {
        assert_eq!(picture(&mut pipeline, one), picture(&mut pipeline, other), "{one} and {other}");
    }
    let [plain, skipped] = [r#"{"prompt": "a dog"}"#, r#"{"prompt": "a dog", "clipSkip": 1}"#].map(|words| picture(&mut pipeline, words));
    assert_ne!(plain, skipped);
    assert_eq!(plain, picture(&mut pipeline, r#"{"prompt": "a dog"}"#), "and it is forgotten again");
}

#[test]
fn files_of_every_kind_are_read() {
    let mut pipeline = load("sd1-tiny", Rc::new(Cpu));
    for (file, tokens, vectors) in [
        ("birb.learned_embeds.bin", vec!["<birb-style>", "birb"], 1),
        ("hiten.pt", vec!["hiten-4", "hiten"], 4),
        ("param-dict.pt", vec!["param-dict"], 4),
        ("ink.safetensors", vec!["ink"], 3),
        ("halves.safetensors", vec!["<halves>", "halves"], 2),
    ] {
        let words = block_on(pipeline.add_textual_inversion(&format!("some/folder/{file}"), inversion(file))).expect(file);
        let got: Vec<(Vec<&str>, usize)> =
            words.iter().map(|word| (word.tokens.iter().map(String::as_str).collect(), word.vectors)).collect();
        assert_eq!(got, [(tokens.clone(), vectors)], "{file}");
        let counted = pipeline.reader().read(&format!("a {} b", tokens[0].to_uppercase()), Default::default()).expect("it is sound");
        assert_eq!(counted.pieces.iter().filter(|piece| piece.inversion).count(), vectors, "{file}");
    }
    assert_eq!(pipeline.textual_inversions().len(), 5);
    let with = picture(&mut pipeline, r#"{"prompt": "a dog <birb-style>"}"#);
    assert!(pipeline.remove_textual_inversion("birb.learned_embeds.bin") && !pipeline.remove_textual_inversion("birb"));
    assert_ne!(with, picture(&mut pipeline, r#"{"prompt": "a dog <birb-style>"}"#), "now it is a row of signs and letters");
    let again = block_on(pipeline.add_textual_inversion("ink.pt", inversion("hiten.pt"))).expect_err("it is called as another is");
    assert_eq!(
        again.to_string(),
        "the textual inversion ink is called hiten-4 in a prompt, as hiten is; give one of the files another name"
    );
    block_on(pipeline.add_textual_inversion("ink.safetensors", inversion("birb.learned_embeds.bin"))).expect("one in place of another");
    assert_eq!(pipeline.reader().token("<birb-style>").expect("one vector"), pipeline.reader().token("INK").expect("the same"));
}

#[test]
fn what_cannot_be_gets_a_sentence_and_the_session_goes_on() {
    let mut pipeline = load("sd1-tiny", Rc::new(Cpu));
    let small = Request { steps: Some(1), width: Some(16), height: Some(16), prompt: "a red dog".into(), ..Request::default() };
    let mut generate = |words: &str| {
        let mut request = Request::from_json(words).expect("settings as any");
        (request.steps, request.width, request.height) = (small.steps, small.width, small.height);
        request.prompt = if request.prompt.is_empty() { small.prompt.clone() } else { request.prompt };
        block_on(pipeline.generate(&request, &mut Unobserved)).map(|_| ()).map_err(|error| error.to_string())
    };
    for (words, sentence) in [
        (
            r#"{"swaps": [{"token": "house", "with": [{"token": "dog"}]}]}"#,
            "the prompt has no token \"house\" that could be swapped; swap a word that stands in it",
        ),
        (
            r#"{"swaps": [{"token": "dog", "with": [{"token": "horse"}]}]}"#,
            "the prompt cannot have \"horse\" swapped, which is 2 tokens (hor se</w>); name a word that is one token, or load the textual inversion of that name",
        ),
        (r#"{"swaps": [{"token": "", "with": []}]}"#, "the prompt cannot have \"\" swapped, which is no token; name a word"),
        (
            r#"{"clipSkip": 4}"#,
            "the prompt cannot be read with clip-skip 4: expected 0 to 3; 0 leaves out no layer, 1 is usual for models that were trained so",
        ),
        (
            r#"{"prompt": "a (dog:9.9.9)", "emphasis": true}"#,
            "the prompt has the weight \"9.9.9\", which is no number; a weight is written as in (word:1.3)",
        ),
        (
            r#"{"swaps": [{"token": "dog", "with": [{"token": "cat", "weight": 1e30}]}]}"#,
            "the prompt cannot be mixed: the weight of \"cat\" is 1000000000000000000000000000000, expected -1000 to 1000; 0.5 is half of it",
        ),
        (
            r#"{"swaps": [{"token": "dog", "with": []}, {"token": "DOG", "with": [{"token": "red"}]}]}"#,
            "the prompt has the token \"DOG\" swapped twice; give all that stands in its place in one swap, such as a=b+c",
        ),
    ] {
        assert_eq!(generate(words).expect_err(words), sentence);
    }
    generate(r#"{"clipSkip": 3, "swaps": [{"token": "dog", "with": []}]}"#).expect("all layers left out, and a word of nothing");
    let endless = Request { mixes: vec![decant_sd::request::Mix { prompt: "x".into(), factor: f32::INFINITY }], ..small };
    let error = block_on(pipeline.generate(&endless, &mut Unobserved)).expect_err("no number").to_string();
    assert_eq!(error, "the prompt cannot be mixed: the factor of \"x\" is inf, expected -1000 to 1000; 0.5 is half of it");
}

#[test]
fn files_that_are_not_for_the_model_are_refused() {
    let mut pipeline = load("sd2-tiny", Rc::new(Cpu));
    let mut add = |name: &str, bytes: Vec<u8>| block_on(pipeline.add_textual_inversion(name, bytes)).expect_err(name).to_string();
    let wide = "has vectors of 32 numbers, this model's are of 48 numbers; use one that was made for this family";
    assert_eq!(add("birb.learned_embeds.bin", inversion("birb.learned_embeds.bin")), format!("the textual inversion birb {wide}"));
    let pair = add("pair.safetensors", inversion("pair.safetensors"));
    assert!(pair.starts_with("the textual inversion pair has vectors of 24 and 32 numbers, this model's are of 48 numbers"), "{pair}");
    let empty = add("e.pt", vec![]);
    assert_eq!(empty, "e: is empty; download the file again");
    // Whatever is cut or changed is read or refused.
    let mut pipeline = load("sd1-tiny", Rc::new(Cpu));
    for file in ["birb.learned_embeds.bin", "hiten.pt", "param-dict.pt", "ink.safetensors"] {
        let whole = inversion(file);
        for at in (0..whole.len()).step_by(97) {
            assert!(block_on(pipeline.add_textual_inversion("cut", whole[..at].to_vec())).is_err(), "{file} cut at {at}");
            let mut bent = whole.clone();
            bent[at] ^= 0x41;
            if let Err(error) = block_on(pipeline.add_textual_inversion("bent", bent)) {
                assert!(error.to_string().lines().count() == 1, "{file} bent at {at}: {error}");
            }
        }
    }
}

#[test]
fn memory_is_predicted_for_all_chunks() {
    let pipeline = load("sd1-tiny", Rc::new(Cpu));
    let request = |long| Request { prompt: "house ".repeat(160), long, width: Some(64), height: Some(64), ..Request::default() };
    let [one, three] =
        [Long::Truncate, Long::Chunks].map(|long| pipeline.memory_for(&request(long)).expect("it can be said").activations());
    assert!(three > one, "{three} bytes for three chunks, {one} for one");
}
