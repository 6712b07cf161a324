//! Graphs as ComfyUI writes them: what reaches the sampler is followed or named.

mod model;
mod tables;
mod values;

use super::*;
use crate::{Found, Source};
use decant_sd::request::Mix;
use decant_solver::{Rng, Sampler, Sigmas, TimestepSpacing};

/// A node.
fn node(class: &str, inputs: Value) -> Value {
    json!({"class_type": class, "inputs": inputs})
}

/// Six steps of Euler at 32×32 for "a blue seven", and what the case changes.
fn six(changes: &[(&str, Value)]) -> Value {
    let mut graph = json!({
        "3": node("KSampler", json!({"seed": 7, "steps": 6, "cfg": 3.0, "sampler_name": "euler", "scheduler": "normal", "denoise": 1.0,
            "model": ["4", 0], "positive": ["6", 0], "negative": ["7", 0], "latent_image": ["5", 0]})),
        "4": node("CheckpointLoaderSimple", json!({"ckpt_name": "digits.safetensors"})),
        "5": node("EmptyLatentImage", json!({"width": 32, "height": 32, "batch_size": 1})),
        "6": node("CLIPTextEncode", json!({"text": "a blue seven", "clip": ["4", 1]})),
        "7": node("CLIPTextEncode", json!({"text": "blurry", "clip": ["4", 1]})),
        "8": node("VAEDecode", json!({"samples": ["3", 0], "vae": ["4", 2]})),
        "9": node("SaveImage", json!({"filename_prefix": "x", "images": ["8", 0]})),
    });
    for (place, value) in changes {
        match place.split_once('.') {
            Some((id, input)) => graph[id]["inputs"][input] = value.clone(),
            None => graph[place] = value.clone(),
        }
    }
    graph
}

fn found(changes: &[(&str, Value)]) -> Found {
    read(&six(changes).to_string()).expect("it has a sampler")
}

/// What all of these pictures were made with, whatever way it takes.
fn is_six(found: &Found) {
    let s = &found.record.settings;
    assert_eq!((s.prompt.as_str(), s.negative.as_str()), ("a blue seven", "blurry"), "{:?}", found.english());
    assert_eq!((s.steps, s.guidance, s.seed, s.width, s.height), (Some(6), Some(3.0), 7, Some(32), Some(32)), "{:?}", found.english());
    assert_eq!((s.sampler, s.strength, s.start_step, s.rng), (Some(Sampler::Euler), None, None, Rng::Cpu));
    assert_eq!((found.record.model.name.as_str(), found.source), ("digits.safetensors", Source::Comfy));
}

#[test]
fn the_usual_row_is_followed_and_nothing_is_left_to_say() {
    let found = found(&[]);
    is_six(&found);
    let s = &found.record.settings;
    assert_eq!((&s.sigmas, s.spacing, s.emphasis), (&Sigmas::Model, Some(TimestepSpacing::Linspace), true));
    assert_eq!(found.english(), Vec::<String>::new());
    let nan = six(&[("6.is_changed", json!(null))]).to_string().replace("\"is_changed\":null", "\"is_changed\":[NaN, -Infinity]");
    assert!(nan.contains("NaN"));
    assert_eq!(read(&nan).expect("Python wrote it").record.settings.prompt, "a blue seven");
}

#[test]
fn nodes_with_two_outputs_keep_the_prompts_apart() {
    let both = json!({"strength": 1.0, "positive": ["6", 0], "negative": ["7", 0], "control_net": ["31", 0], "image": ["32", 0]});
    let around = |class: &str, inputs: Value| {
        found(&[
            ("30", node(class, inputs)),
            ("31", node("ControlNetLoader", json!({"control_net_name": "canny.pth"}))),
            ("32", node("LoadImage", json!({"image": "x.png"}))),
            ("3.positive", json!(["30", 0])),
            ("3.negative", json!(["30", 1])),
        ])
    };
    for class in ["ControlNetApplyAdvanced", "ControlNetApplySD3", "ACN_AdvancedControlNetApply"] {
        let found = around(class, both.clone());
        is_six(&found);
        assert_eq!(found.english(), [format!("not followed: {class}")]);
    }
    let unknown = around("Two Outputs", both);
    is_six(&unknown);
    assert_eq!(unknown.english(), ["not known here, and so not followed: Two Outputs"]);
    // Inpainting's also passes on the latents of a picture.
    let inpainted = found(&[
        (
            "30",
            node(
                "InpaintModelConditioning",
                json!({"positive": ["6", 0], "negative": ["7", 0], "vae": ["4", 2], "pixels": ["32", 0], "mask": ["32", 1]}),
            ),
        ),
        ("32", node("LoadImage", json!({"image": "x.png"}))),
        ("3.positive", json!(["30", 0])),
        ("3.negative", json!(["30", 1])),
        ("3.latent_image", json!(["30", 2])),
    ]);
    let s = &inpainted.record.settings;
    assert_eq!((s.prompt.as_str(), s.negative.as_str()), ("a blue seven", "blurry"));
    assert_eq!(inpainted.english(), ["the picture that it began with is not in the file", "not followed: InpaintModelConditioning"]);
}

#[test]
fn conditionings_are_joined_mixed_or_named() {
    let second = ("60", node("CLIPTextEncode", json!({"text": "a red four", "clip": ["4", 1]})));
    let with = |class: &str, inputs: Value| found(&[second.clone(), ("61", node(class, inputs)), ("3.positive", json!(["61", 0]))]);
    let joined = with("ConditioningConcat", json!({"conditioning_to": ["6", 0], "conditioning_from": ["60", 0]}));
    assert_eq!((joined.record.settings.prompt.as_str(), joined.english()), ("a blue seven BREAK a red four", vec![]));
    let mixed =
        with("ConditioningAverage", json!({"conditioning_to": ["6", 0], "conditioning_from": ["60", 0], "conditioning_to_strength": 0.75}));
    is_six(&mixed);
    assert_eq!(
        (&mixed.record.settings.mixes[..], &mixed.english()[..]),
        (&[Mix { prompt: "a red four".into(), factor: 0.25 }][..], &[][..])
    );
    let both = with("ConditioningCombine", json!({"conditioning_1": ["6", 0], "conditioning_2": ["60", 0]}));
    is_six(&both);
    assert_eq!(both.english(), ["not followed: the second positive prompt “a red four”, ConditioningCombine"]);
    for class in ["ConditioningSetTimestepRange", "ConditioningSetMask", "unCLIPConditioning"] {
        let found = with(class, json!({"conditioning": ["6", 0], "start": 0.0, "end": 0.5}));
        is_six(&found);
        assert_eq!(found.english(), [format!("not followed: {class}")]);
    }
    let xl = |l: &str| json!({"text_g": "a blue seven", "text_l": l, "width": 1024, "height": 1024, "crop_w": 0, "crop_h": 0, "target_width": 1024, "target_height": 1024, "clip": ["4", 1]});
    let same = found(&[("6", node("CLIPTextEncodeSDXL", xl("a blue seven")))]);
    is_six(&same);
    assert_eq!(same.english(), Vec::<String>::new());
    let two = found(&[("6", node("CLIPTextEncodeSDXL", xl("oil on canvas")))]);
    is_six(&two);
    assert_eq!(two.english(), ["not followed: text_l “oil on canvas”"]);
}

#[test]
fn texts_mean_the_same_here() {
    let text = found(&[(
        "6.text",
        json!("a [blue] \\[seven], embedding:birb-style, (embedding:styles\\EasyNegative.safetensors:1.2) my_embedding:x <lora:ink:0.5>"),
    )]);
    let s = &text.record.settings;
    assert_eq!(s.prompt, "a \\[blue\\] \\[seven\\], birb-style, (EasyNegative:1.2) my_embedding:x ");
    assert_eq!(
        (&text.inversions[..], &text.english()[..]),
        (&["birb-style".to_string(), "EasyNegative".into()][..], &["not followed: <lora:ink:0.5> in a text".to_string()][..])
    );
}
