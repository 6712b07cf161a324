//! Pictures made larger: by themselves, and when they are finished.

use super::common::{bytes, decant, generate, pixels, refuses, repository, scratch, works};
use decant_record::Enlarged;

const DOUBLE: &str = "tests/models/upscale/compact-x2.safetensors";

#[test]
fn a_finished_picture_is_enlarged_and_its_record_says_so() {
    let (out, again) = (scratch("enlarged.png"), scratch("enlarged-again.png"));
    let run = ["--prompt", "a cat", "--steps", "1", "--width", "24", "--height", "16", "--upscale", DOUBLE, "--out"];
    let stderr = generate(&[&run[..], &[&out]].concat());
    assert!(stderr.contains("compact-x2, SRVGGNetCompact, 2 convolutions of 6 channels, ×2: 24×16 to 48×32 in 1 tile, "), "{stderr}");
    let (width, drawn) = pixels(&out);
    assert_eq!((width, drawn.len()), (48, 48 * 32));
    let found = decant_record::read(&bytes(&out)).expect("it says how");
    assert_eq!(found.record.enlarged, [Enlarged { by: "compact-x2".into(), times: 2 }]);
    assert_eq!((found.record.settings.width, found.record.settings.height), (Some(24), Some(16)), "the model's");
    let text = String::from_utf8_lossy(&bytes(&out)).into_owned();
    assert!(text.contains("Postprocess upscale by: 2, Postprocess upscaler: compact-x2"), "other tools are told in their words");

    // The smaller picture alone, enlarged by itself, is the same, and says the same.
    let small = scratch("small.png");
    generate(&["--prompt", "a cat", "--steps", "1", "--width", "24", "--height", "16", "--quiet", "--out", &small]);
    works(&["upscale", &small, "--with", DOUBLE, "--device", "cpu", "--quiet", "--out", &again]);
    let twice = decant_record::read(&bytes(&again)).expect("what it said goes along");
    assert_eq!((twice.record.enlarged, twice.record.settings), (found.record.enlarged, found.record.settings));
    // Through bytes the smaller picture is rounded once more.
    let far = pixels(&again).1.iter().flatten().zip(drawn.iter().flatten()).map(|(a, b)| a.abs_diff(*b)).max();
    assert!(far.is_some_and(|far| far <= 4), "{far:?}");
    let output =
        decant(&["generate", "--model", "tests/models/sd1-tiny", "--device", "cpu", "--settings", &out, "--quiet", "--out", &again]);
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(
        stderr.trim(),
        "settings: the picture was made larger afterwards, 2 times by compact-x2; the settings are those before that"
    );
}

#[test]
fn an_upscaler_that_comes_with_the_model_is_used_by_its_name() {
    let (out, by_file) = (scratch("own.png"), scratch("own-file.png"));
    let run = |with: &str, out: &str| {
        let base = [
            "generate",
            "--model",
            "models/emoji",
            "--device",
            "cpu",
            "--prompt",
            "a fox",
            "--steps",
            "1",
            "--width",
            "32",
            "--height",
            "32",
        ];
        works(&[&base[..], &["--quiet", "--upscale", with, "--out", out]].concat());
    };
    run("emoji-x2", &out);
    run("models/emoji/emoji-x2/emoji-x2.safetensors", &by_file);
    assert_eq!(pixels(&out).0, 64);
    assert_eq!(bytes(&out), bytes(&by_file));
    assert!(works(&["inspect", "models/emoji"]).contains("upscaler       emoji-x2 (--upscale emoji-x2)"));
    let other =
        ["generate", "--model", "tests/models/sd1-tiny", "--device", "cpu", "--prompt", "x", "--upscale", "emoji-x2", "--out", &out];
    assert!(refuses(&other).contains("emoji-x2: there is no such file or folder"), "another model brings none");
}

#[test]
fn what_stands_beside_a_models_networks_goes_along_into_a_folder_and_is_said_to_stay_behind_a_file() {
    let (folder, file) = (scratch("smaller"), scratch("smaller.gguf"));
    works(&["quantize", "models/emoji", "--out", &folder, "--type", "q8_0", "--quiet"]);
    for name in ["tiny/config.json", "emoji-fast/pytorch_lora_weights.safetensors", "emoji-x2/emoji-x2.safetensors"] {
        assert_eq!(bytes(&format!("{folder}/{name}")), std::fs::read(repository().join("models/emoji").join(name)).expect("it is there"));
    }
    let stderr = decant(&["quantize", "models/emoji", "--out", &file, "--type", "q8_0", "--quiet"]).stderr;
    let stderr = String::from_utf8(stderr).expect("sentences are UTF-8");
    for (what, flag) in [
        ("the small decoder for previews (tiny)", "--preview-decoder"),
        ("the LoRA of the gear fast (emoji-fast)", "--lora"),
        ("the upscaler (emoji-x2)", "--upscale"),
    ] {
        assert!(stderr.contains(&format!("not in this file: {what}; keep its folder for {flag}")), "{stderr}");
    }
    assert!(works(&["inspect", &file]).contains("Emoji"), "it opens, and names nothing that is not there");
}

#[test]
fn what_cannot_be_enlarged_is_said_in_a_sentence() {
    let (picture, out) = ("docs/pictures/seven.png", scratch("never.png"));
    let refused = |with: &str| refuses(&["upscale", picture, "--with", with, "--device", "cpu", "--out", &out]);
    assert!(
        refused("tests/models/lora/none.safetensors")
            .contains("there is no such file or folder; give an upscaler's file, or its http address")
    );
    assert!(refused("models/digits/vae").contains("no upscaler that Decant knows"), "{}", refused("models/digits/vae"));
    let small = refuses(&["upscale", picture, "--with", DOUBLE, "--device", "cpu", "--budget", "1000", "--out", &out]);
    assert!(small.contains("even one tile of ") && small.contains("free memory"), "{small}");
    let model = refuses(&["generate", "--model", DOUBLE, "--device", "cpu", "--prompt", "x", "--out", &out]);
    assert!(model.contains("this is an upscaler, which makes finished pictures larger"), "{model}");
    let prompt = ["generate", "--model", "tests/models/sd1-tiny", "--device", "cpu", "--prompt", "x", "--out", &out, "--upscale", DOUBLE];
    assert_eq!(
        refuses(&[&prompt[..], &["--grid", "steps=1,2"]].concat()),
        "--upscale enlarges single pictures, not the cells of a grid; leave one of the two out"
    );
    assert!(!std::path::Path::new(&out).exists());
}
