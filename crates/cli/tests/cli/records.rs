//! Pictures that say how they were made, and are made again from that; many on one sheet; runs as animations.

use super::common::{bytes, decant, generate, generate_with, pixels, refuses_to_generate as refuses, scratch};
use std::path::Path;

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
    let stderr = generate_with("tests/models/sd2-tiny", &["--settings", &first, "--out", &again]);
    assert!(stderr.contains("the settings are of the model sd1-tiny, this is sd2-tiny: the picture will be another"), "{stderr}");
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
    assert_eq!(decant_record::read(&bytes(&apng)).expect("it carries one").record.settings.steps, Some(3));
    generate(&[&base[..], &["--animate", &apng, "--no-metadata"]].concat());
    assert!(decant_record::read(&bytes(&apng)).is_err(), "unless it is not wanted");
}

#[test]
fn a_record_is_followed_as_far_as_the_sampler_and_the_pictures_allow() {
    let (first, again) = (scratch("f1.png"), scratch("f2.png"));
    let small = ["--prompt", "x", "--steps", "2", "--width", "16", "--height", "16", "--out", &first];
    generate(&[&small[..], &["--sampler", "ddim", "--eta", "0.5"]].concat());
    let stderr = generate(&["--settings", &first, "--sampler", "euler", "--out", &again]);
    assert!(stderr.contains("settings: eta 0.5 is left out: the sampler euler does not read it"), "{stderr}");
    assert_eq!(decant_record::read(&bytes(&again)).expect("it was just written").record.settings.eta, None);
    let refused = refuses(&["--settings", &first, "--sampler", "euler", "--eta", "0.5", "--out", &again]);
    assert!(refused.starts_with("the sampler euler cannot follow eta 0.5, expected none: ddim, "), "{refused}");

    let sentence = generate(&[&small[..], &["--sampler", "lcm", "--spacing", "trailing"]].concat());
    assert!(sentence.contains("settings: spacing trailing is left out: the sampler lcm does not read it"), "{sentence}");
    assert_eq!(decant_record::read(&bytes(&first)).expect("it was just written").record.settings.spacing, None);
    generate(&[&small[..], &["--hires", "2", "--hires-by", "lanczos"]].concat());
    generate(&["--settings", &first, "--without", "hires", "--out", &again]);

    let photograph = "tests/golden/pictures/turned-6.jpg";
    generate(&["--prompt", "x", "--steps", "2", "--init-image", photograph, "--strength", "0.5", "--pad", "8", "--out", &first]);
    assert_eq!(
        refuses(&["--settings", &first, "--out", &again]),
        "the settings are of a picture that was made from another one; give that by --init-image, or leave it out by --without strength,pad"
    );
    generate(&["--settings", &first, "--without", "strength,pad", "--out", &again]);
    let settings = decant_record::read(&bytes(&again)).expect("it was just written").record.settings;
    assert_eq!((settings.strength, settings.pad), (None, [0; 4]));
    let slip = refuses(&["--settings", &first, "--without", "strenght", "--out", &again]);
    assert!(slip.starts_with("--without: settings: there is no strenght, ") && slip.ends_with("did you mean strength?"), "{slip}");
}

#[test]
fn what_cannot_be_started_from_or_drawn_gets_one_sentence() {
    let (out, junk) = (scratch("never.png"), scratch("junk.jpg"));
    std::fs::write(&junk, b"GIF89a and so on").expect("there is room");
    assert!(refuses(&["--settings", "no/such.png", "--out", &out]).starts_with("no/such.png: could not be read: "));
    assert!(refuses(&["--settings", &junk, "--out", &out]).contains("junk.jpg: this is no picture with settings"));
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

#[test]
fn another_tools_picture_is_followed_and_what_is_not_is_said() {
    let (photo, out) = (scratch("webui.jpg"), scratch("webui-again.png"));
    let line = "a [blue:red:0.5] house AND a tree, easynegative <lora:styles\\kohya.safetensors:0.8:0.5>\nNegative prompt: blurry\nSteps: 2, Sampler: Euler, \
                Schedule type: Uniform, CFG scale: 3, Seed: 7, Size: 16x16, RNG: CPU, TI hashes: \"easynegative: 12\", ENSD: 31337, Version: v1.10.1";
    let comment: Vec<u8> = b"UNICODE\0".iter().copied().chain(line.encode_utf16().flat_map(u16::to_be_bytes)).collect();
    let four = |number: usize| (number as u32).to_be_bytes();
    let entry = |tag: [u8; 2], kind: u8, count: usize, value: usize| [&tag[..], &[0, kind], &four(count), &four(value)].concat();
    let first = [&b"MM\0*\0\0\0\x08\0\x01"[..], &entry([0x87, 0x69], 4, 1, 26), &four(0)].concat();
    let block = [&first[..], b"\0\x01", &entry([0x92, 0x86], 7, comment.len(), 44), &four(0), &comment].concat();
    let jpeg = [&b"\xff\xd8\xff\xe1"[..], &(block.len() as u16 + 8).to_be_bytes(), b"Exif\0\0", &block, b"\xff\xda"].concat();
    std::fs::write(&photo, jpeg).expect("there is room");
    let without = decant(&["generate", "--model", "tests/models/sd1-tiny", "--device", "cpu", "--settings", &photo, "--out", &out]);
    let refused = String::from_utf8_lossy(&without.stderr);
    assert!(!without.status.success() && refused.contains("LoRA kohya: it is not loaded"), "{refused}");
    let stderr = generate(&["--settings", &photo, "--lora", "tests/models/lora/kohya.safetensors", "--out", &out]);
    for sentence in [
        "settings: not followed: ENSD 31337",
        "the settings mean the textual inversion easynegative, which is read as plain words; load it by --textual-inversion",
        "prompt: read as words, not followed: [blue:red:0.5] (prompt editing); AND (several prompts at once)",
    ] {
        assert!(stderr.lines().any(|line| line == sentence), "{stderr}");
    }
    let settings = decant_record::read(&bytes(&out)).expect("it was just written").record.settings;
    let lora = &settings.loras[0];
    assert_eq!((lora.name.as_str(), lora.weight, lora.text), ("kohya", 0.5, Some(0.8)));
    assert_eq!((settings.prompt.as_str(), settings.steps), ("a [blue:red:0.5] house AND a tree, easynegative", Some(2)));
    let typed =
        generate(&["--prompt", "a (red:1.3) house <lora:kohya:0.5>", "--steps", "1", "--width", "16", "--height", "16", "--out", &out]);
    assert!(
        typed.contains(
            "prompt: read as words, not followed: (red:1.3) (a stressed word: --emphasis follows it); <lora:kohya:0.5> (a LoRA: "
        ),
        "{typed}"
    );
    let plain =
        generate(&["--prompt", "a [red] house, \\[a|b\\]", "--emphasis", "--steps", "1", "--width", "16", "--height", "16", "--out", &out]);
    assert!(!plain.contains("prompt:"), "{plain}");
}
