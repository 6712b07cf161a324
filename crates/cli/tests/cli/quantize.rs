//! `decant quantize`, and what a smaller model still draws.

use super::common::{generate_with, refuses, scratch, works};

const TINY: &str = "tests/models/sd1-tiny";

#[test]
fn quantized_models_draw_too() {
    let (folder, out) = (scratch("quantized"), scratch("quantized.png"));
    works(&["quantize", TINY, "--out", &folder]);
    works(&[
        "generate", "--model", &folder, "--device", "cpu", "--prompt", "a cat", "--steps", "1", "--width", "16", "--height", "16", "--out",
        &out,
    ]);
    let inside = format!("{folder}/inside");
    assert!(refuses(&["quantize", &folder, "--out", &inside]).ends_with("give a place outside the model's own, which is only read"));
    assert!(refuses(&["quantize", &folder, "--out", &folder]).ends_with("give a place outside the model's own, which is only read"));
    assert!(std::fs::metadata(format!("{folder}/model_index.json")).expect("still there").len() > 0, "the model is untouched");
    refuses(&["quantize", "tests", "--out", &folder]);
}

#[test]
fn quantizing_says_what_it_cost_and_keeps_what_it_is_told_to() {
    let (out, table) = (scratch("small.gguf"), scratch("small.csv"));
    let stdout =
        works(&["quantize", "builtin:digits", "--out", &out, "--type", "q4_0", "--keep", "unet.*to_q=f16", "--table", &table, "--quiet"]);
    for part in ["unet", "text_encoder", "vae", "in all", "signal to noise", "small.gguf"] {
        assert!(stdout.contains(part), "{part:?} is missing from:\n{stdout}");
    }
    let (picture, again) = (scratch("small.png"), scratch("small-again"));
    let draw = |model: &str| {
        generate_with(model, &["--prompt", "a red 4", "--steps", "1", "--quiet", "--no-metadata", "--out", &picture]);
        std::fs::read(&picture).expect("it was just drawn")
    };
    let drawn = draw(&out);
    works(&["quantize", &out, "--out", &again, "--type", "f32", "--quiet"]);
    assert_eq!(draw(&again), drawn, "the one file, and the folder made of it, are the same model");
    let table = std::fs::read_to_string(&table).expect("it was just written");
    let row =
        |start: &str| table.lines().find(|line| line.starts_with(start)).expect(start).split(',').map(String::from).collect::<Vec<_>>();
    assert_eq!(table.lines().next(), Some("tensor,type,shape,bytes,snr_db"));
    assert_eq!(row("unet.down_blocks.1.attentions.0.transformer_blocks.0.attn1.to_q.weight")[1], "f16");
    assert_eq!(row("unet.down_blocks.1.attentions.0.transformer_blocks.0.attn1.to_k.weight")[1], "q4_0");
    assert_eq!(row("unet.conv_in.weight")[1], "f16");
    assert_eq!(
        refuses(&["quantize", TINY, "--out", &out, "--keep", "attn=q9"]),
        "--keep attn=q9: expected PATTERN=TYPE with a type of f32, f16, q8_0, q4_0"
    );
    assert_eq!(
        refuses(&["quantize", TINY, "--out", &out, "--keep", "banana=f16"]),
        "--keep banana: no tensor is called so; decant inspect --tensors lists the names"
    );
}
