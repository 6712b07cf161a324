//! Pictures that say how they were made, and are made again from that; many on one sheet; runs as animations.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn decant(arguments: &[&str]) -> Output {
    let repository = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut command = Command::new(env!("CARGO_BIN_EXE_decant"));
    command.args(arguments).env("DECANT_MODELS", repository.join("models")).current_dir(repository);
    command.output().expect("the command was just built")
}

/// `decant generate` with a tiny model: what it says on stderr.
fn generate(arguments: &[&str]) -> String {
    generate_with("sd1-tiny", arguments)
}

fn generate_with(model: &str, arguments: &[&str]) -> String {
    let output = decant(&[&["generate", "--model", &format!("tests/models/{model}"), "--device", "cpu"], arguments].concat());
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{arguments:?}: {said}");
    said
}

/// Exit code 1 and the one sentence.
fn refuses(arguments: &[&str]) -> String {
    let output = decant(&[&["generate", "--model", "tests/models/sd1-tiny", "--device", "cpu"], arguments].concat());
    assert_eq!(output.status.code(), Some(1), "{arguments:?}");
    let said = String::from_utf8_lossy(&output.stderr).trim().to_string();
    said.strip_prefix("decant: ").expect("it says who speaks").into()
}

/// A file of this test run's own.
fn scratch(name: &str) -> String {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(name).to_string_lossy().into_owned()
}

fn bytes(path: &str) -> Vec<u8> {
    std::fs::read(path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Width and the pixels, red green blue.
fn pixels(path: &str) -> (usize, Vec<[u8; 3]>) {
    let mut reader = png::Decoder::new(std::io::Cursor::new(bytes(path))).read_info().expect("it is a PNG");
    let mut rgb = vec![0; reader.output_buffer_size().expect("it is small")];
    reader.next_frame(&mut rgb).expect("it is whole");
    (reader.info().width as usize, rgb.as_chunks::<3>().0.to_vec())
}

#[test]
fn a_picture_is_made_again_from_its_own_file() {
    let [first, again, other, json, from_json] = ["r1.png", "r2.png", "r3.png", "r1.json", "r4.png"].map(scratch);
    let asked = [
        "--prompt",
        "a \"cat\", né 猫\nsecond (line:1.2)",
        "--negative",
        "a dog",
        "--steps",
        "2",
        "--sampler",
        "heun",
        "--guidance",
        "3.3",
        "--seed",
        "7",
        "--width",
        "16",
        "--height",
        "24",
        "--sidecar",
        "--out",
        &first,
    ];
    generate(&asked);
    generate(&["--settings", &first, "--out", &again]);
    assert_eq!(bytes(&again), bytes(&first), "bit for bit, record included");
    generate(&["--settings", &json, "--out", &from_json]);
    assert_eq!(bytes(&from_json), bytes(&first), "and from the JSON beside it");
    generate(&["--settings", &first, "--seed", "8", "--no-metadata", "--out", &other]);
    assert_ne!(pixels(&other), pixels(&first), "a flag overrides the record");
    assert!(decant_record::read(&bytes(&other)).expect_err("it says nothing").to_string().contains("holds no settings"));
    let record = decant_record::read(&bytes(&first)).expect("it was just written").record;
    assert_eq!((record.settings.seed, record.settings.steps, record.model.name.as_str()), (7, Some(2), "sd1-tiny"));
    assert_eq!((record.model.hash.len(), record.device.is_empty()), (16, false));
}

#[test]
fn another_model_is_told_apart_by_its_weights() {
    let (first, again) = (scratch("m1.png"), scratch("m2.png"));
    generate(&["--prompt", "x", "--steps", "1", "--width", "16", "--height", "16", "--out", &first]);
    let said = generate_with("sd2-tiny", &["--settings", &first, "--out", &again]);
    assert!(said.contains("the settings are of the model sd1-tiny, this is sd2-tiny: the picture will be another"), "{said}");
}

#[test]
fn a_trace_says_all_settings() {
    let (out, trace) = (scratch("t.png"), scratch("t.safetensors"));
    generate(&["--prompt", "x", "--steps", "1", "--sampler", "heun", "--width", "16", "--height", "16", "--trace", &trace, "--out", &out]);
    let file = bytes(&trace);
    let header = String::from_utf8_lossy(&file[8..8 + u64::from_le_bytes(*file.first_chunk().expect("a length")) as usize]).into_owned();
    assert!(header.contains(r#""settings":"{\"prompt\":\"x\",\"steps\":1,"#), "{header}");
}

#[test]
fn every_cell_of_a_grid_is_the_picture_of_its_settings() {
    let (sheet, one) = (scratch("grid.png"), scratch("cell.png"));
    let base = ["--prompt", "a cat", "--steps", "1", "--width", "16", "--height", "16"];
    let axes = ["--grid", "steps=1,2", "--grid", "prompt:cat=cat,dog", "--grid", "seed=3..4"];
    generate(&[&base[..], &axes, &["--out", &sheet]].concat());
    generate(&["--prompt", "a dog", "--steps", "2", "--seed", "4", "--width", "16", "--height", "16", "--out", &one]);
    let ((width, sheet_pixels), (_, cell)) = (pixels(&sheet), pixels(&one));
    // 16 pixels are enlarged six times; the last cell ends half a letter before the sheet's right lower corner.
    let (zoom, gap, height) = (6, 4, sheet_pixels.len() / width);
    let (left, top) = (width - gap - 16 * zoom, height - gap - 16 * zoom);
    for (i, pixel) in cell.iter().enumerate() {
        let (x, y) = (left + i % 16 * zoom, top + i / 16 * zoom);
        assert_eq!((sheet_pixels[y * width + x], sheet_pixels[(y + zoom - 1) * width + x + zoom - 1]), (*pixel, *pixel), "pixel {i}");
    }
    let record = decant_record::read(&bytes(&sheet)).expect("it was just written").record;
    assert_eq!((record.settings.prompt.as_str(), record.settings.seed), ("a cat", 3), "the first cell's");
    assert_eq!(record.grid, ["steps=1,2", "prompt:cat=cat,dog", "seed=3..4"]);
}

#[test]
fn a_run_is_animated() {
    let (out, gif, apng) = (scratch("a.png"), scratch("a.gif"), scratch("a-run.png"));
    let base = ["--prompt", "x", "--steps", "3", "--width", "16", "--height", "8", "--out", &out];
    generate(&[&base[..], &["--animate", &gif]].concat());
    generate(&[&base[..], &["--animate", &apng]].concat());
    let file = bytes(&gif);
    let mut reader = gif::Decoder::new(&file[..]).expect("it is a GIF");
    let mut frames = 0;
    while reader.next_frame_info().expect("it is whole").is_some() {
        frames += 1;
    }
    // The model's own sampler calls its denoiser once more than there are steps.
    assert_eq!((reader.width(), reader.height(), frames), (32, 8, 5));
    let reader = png::Decoder::new(std::io::Cursor::new(bytes(&apng))).read_info().expect("it is a PNG");
    assert_eq!(reader.info().animation_control().map(|control| control.num_frames), Some(5));
}

#[test]
fn what_cannot_be_started_from_or_drawn_gets_one_sentence() {
    let (out, junk) = (scratch("never.png"), scratch("junk.jpg"));
    std::fs::write(&junk, b"\xff\xd8\xff\xe0 and so on").expect("there is room");
    assert!(refuses(&["--settings", "no/such.png", "--out", &out]).starts_with("no/such.png: could not be read: "));
    assert!(refuses(&["--settings", &junk, "--out", &out]).contains("junk.jpg: this is neither a PNG nor a JSON file of settings"));
    let json = scratch("never.json");
    let ask = |more: &[&str]| refuses(&[&["--prompt", "x", "--steps", "1", "--width", "16", "--height", "16"], more].concat());
    assert!(ask(&["--out", &json, "--sidecar"]).contains("two things would be written there"));
    assert!(ask(&["--out", &out, "--grid", "steps"]).starts_with("grid steps: expected NAME=VALUE"));
    assert!(
        ask(&["--out", &out, "--grid", "steps=1,0"]).starts_with("the cell at steps 0: sampling with 0 steps"),
        "all cells are looked at first"
    );
    assert!(ask(&["--out", &out, "--grid", "width=16,16384", "--grid", "height=16,16384"]).contains("would take"));
    assert!(!Path::new(&out).exists() && !Path::new(&json).exists());
    let clap = |more: &[&str]| decant(&[&["generate", "--prompt", "x", "--out", &out], more].concat()).status.code();
    assert_eq!(clap(&["--animate", "x.webm"]), Some(2));
    assert_eq!(clap(&["--grid", "steps=1", "--animate", "x.gif"]), Some(2));
    assert_eq!(decant(&["generate", "--out", &out]).status.code(), Some(2), "neither a prompt nor settings");
}
