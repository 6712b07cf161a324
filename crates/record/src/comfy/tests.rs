//! Graphs as ComfyUI writes them: what reaches the sampler is followed or named.

use super::*;
use crate::comfy::nodes::{BLOCKS, Row};
use crate::{Canvas, Found, Source};
use decant_sd::lora::LoraUse;
use decant_sd::request::Mix;
use decant_solver::{Rng, Sampler, Sigmas, TimestepSpacing};
use std::collections::BTreeSet;

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
    assert_eq!((s.prompt.as_str(), s.negative.as_str()), ("a blue seven", "blurry"), "{:?}", found.notes);
    assert_eq!((s.steps, s.guidance, s.seed, s.width, s.height), (Some(6), Some(3.0), 7, Some(32), Some(32)), "{:?}", found.notes);
    assert_eq!((s.sampler, s.strength, s.start_step, s.rng), (Some(Sampler::Euler), None, None, Rng::Cpu));
    assert_eq!((found.record.model.name.as_str(), found.source), ("digits.safetensors", Source::Comfy));
}

fn loras(found: &Found) -> Vec<(&str, f32, Option<f32>)> {
    found.record.settings.loras.iter().map(|LoraUse { name, weight, text }| (name.as_str(), *weight, *text)).collect()
}

#[test]
fn the_usual_row_is_followed_and_nothing_is_left_to_say() {
    let found = found(&[]);
    is_six(&found);
    let s = &found.record.settings;
    assert_eq!((&s.sigmas, s.spacing, s.emphasis), (&Sigmas::Model, Some(TimestepSpacing::Linspace), true));
    assert_eq!(found.notes, Vec::<String>::new());
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
        assert_eq!(found.notes, [format!("not followed: {class}")]);
    }
    let unknown = around("Two Outputs", both);
    is_six(&unknown);
    assert_eq!(unknown.notes, ["not known here, and so not followed: Two Outputs"]);
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
    assert_eq!(inpainted.notes, ["the picture that it began with is not in the file", "not followed: InpaintModelConditioning"]);
}

#[test]
fn values_are_followed_through_links_and_what_cannot_be_is_said() {
    let cases: [&[(&str, Value)]; 8] = [
        &[("20", node("Seed (rgthree)", json!({"seed": 7}))), ("3.seed", json!(["20", 0]))],
        &[
            ("21", node("PrimitiveInt", json!({"value": 6, "control_after_generate": "fixed"}))),
            ("22", node("PrimitiveFloat", json!({"value": 3.0}))),
            ("3.steps", json!(["21", 0])),
            ("3.cfg", json!(["22", 0])),
        ],
        &[
            ("23", node("CR SDXL Aspect Ratio", json!({"width": 32, "height": 32}))),
            ("5.width", json!(["23", 0])),
            ("5.height", json!(["23", 1])),
        ],
        &[
            (
                "23",
                node("CR SDXL Aspect Ratio", json!({"width": 8, "height": 8, "aspect_ratio": "1:1 square 32x32", "swap_dimensions": "On"})),
            ),
            ("5.width", json!(["23", 0])),
            ("5.height", json!(["23", 1])),
        ],
        &[(
            "5",
            node("SDXL Empty Latent Image (rgthree)", json!({"dimensions": "  32 x 32  (square)", "clip_scale": 2.0, "batch_size": 1})),
        )],
        &[
            (
                "24",
                node(
                    "KSampler Config (rgthree)",
                    json!({"steps_total": 6, "refiner_step": 4, "cfg": 3.0, "sampler_name": "euler", "scheduler": "normal"}),
                ),
            ),
            ("3.steps", json!(["24", 0])),
            ("3.cfg", json!(["24", 2])),
            ("3.sampler_name", json!(["24", 3])),
            ("3.scheduler", json!(["24", 4])),
        ],
        &[
            ("25", node("PrimitiveStringMultiline", json!({"value": "a blue"}))),
            ("26", node("StringConcatenate", json!({"string_a": ["25", 0], "string_b": "seven", "delimiter": " "}))),
            ("27", node("ShowText|pysssss", json!({"text": ["26", 0], "text_0": "a blue seven"}))),
            ("6.text", json!(["27", 0])),
        ],
        &[
            ("28", node("Reroute", json!({"": ["6", 0]}))),
            ("29", node("Reroute", json!({"": ["28", 0]}))),
            ("3.positive", json!(["29", 0])),
        ],
    ];
    for changes in cases {
        let found = found(changes);
        is_six(&found);
        assert_eq!(found.notes, Vec::<String>::new(), "{changes:?}");
    }
    let selected = found(&[
        ("24", node("Sampler Selector", json!({"sampler_name": "dpmpp_2m", "scheduler": "karras"}))),
        ("3.sampler_name", json!(["24", 0])),
        ("3.scheduler", json!(["24", 1])),
    ]);
    let s = &selected.record.settings;
    assert_eq!((s.sampler, &s.sigmas, &selected.notes[..]), (Some(Sampler::Dpmpp2m), &Sigmas::Karras, &[][..]));

    let lost = found(&[
        ("20", node("Power Puter (rgthree)", json!({"code": "1+1"}))),
        ("3.seed", json!(["20", 0])),
        ("3.steps", json!(["99", 0])),
        ("5.width", json!(["20", 0])),
    ]);
    assert_eq!(lost.record.settings.steps, None);
    let note = "not found in the graph, and so as usual: seed (from Power Puter (rgthree)), steps (from a node that is not in the file), width (from Power Puter (rgthree))";
    assert_eq!(lost.notes, [note]);
    let guessed = found(&[
        ("20", node("My Numbers", json!({"value": 6}))),
        ("3.steps", json!(["20", 0])),
        ("21", node("My Words", json!({"text": "a blue seven"}))),
        ("6.text", json!(["21", 0])),
    ]);
    is_six(&guessed);
    let notes = [
        "steps 6 is read from My Numbers, a node that is not known here",
        "“a blue seven” is read from My Words, a node that is not known here",
    ];
    assert_eq!(guessed.notes, notes);
}

#[test]
fn custom_sampling_is_followed() {
    let custom = |more: &[(&str, Value)]| {
        let mut changes = vec![
            (
                "3",
                node(
                    "SamplerCustomAdvanced",
                    json!({"noise": ["40", 0], "guider": ["41", 0], "sampler": ["42", 0], "sigmas": ["43", 0], "latent_image": ["5", 0]}),
                ),
            ),
            ("40", node("RandomNoise", json!({"noise_seed": 7}))),
            ("41", node("CFGGuider", json!({"model": ["4", 0], "positive": ["6", 0], "negative": ["7", 0], "cfg": 3.0}))),
            ("42", node("KSamplerSelect", json!({"sampler_name": "euler"}))),
            ("43", node("BasicScheduler", json!({"model": ["4", 0], "scheduler": "karras", "steps": 6, "denoise": 1.0}))),
        ];
        changes.extend_from_slice(more);
        found(&changes)
    };
    let plain = custom(&[]);
    is_six(&plain);
    assert_eq!((&plain.record.settings.sigmas, plain.notes), (&Sigmas::Karras, vec![]));
    let karras =
        custom(&[("43", node("KarrasScheduler", json!({"steps": 6, "sigma_max": 14.614642, "sigma_min": 0.0291675, "rho": 7.0})))]);
    assert_eq!((&karras.record.settings.sigmas, karras.record.settings.steps, karras.notes), (&Sigmas::Karras, Some(6), vec![]));
    let steep = custom(&[("43", node("KarrasScheduler", json!({"steps": 6, "sigma_max": 14.614642, "sigma_min": 0.0291675, "rho": 5.0})))]);
    assert_eq!(steep.notes, ["not followed: rho 5.0"]);
    let split = custom(&[("44", node("SplitSigmas", json!({"sigmas": ["43", 0], "step": 3}))), ("3.sigmas", json!(["44", 0]))]);
    assert_eq!((split.record.settings.steps, split.notes), (Some(6), vec!["not followed: SplitSigmas".to_string()]));
    let sde = custom(&[("42", node("SamplerDPMPP_3M_SDE", json!({"eta": 0.5, "s_noise": 1.0, "noise_device": "gpu"})))]);
    assert_eq!((sde.record.settings.sampler, sde.record.settings.eta, sde.notes), (Some(Sampler::Dpmpp3mSde), Some(0.5), vec![]));
    let unguided = custom(&[("41", node("BasicGuider", json!({"model": ["4", 0], "conditioning": ["6", 0]})))]);
    let s = &unguided.record.settings;
    assert_eq!((s.guidance, s.prompt.as_str(), s.negative.as_str(), &unguided.notes[..]), (Some(1.0), "a blue seven", "", &[][..]));
    let listed = custom(&[("43", node("ManualSigmas", json!({"sigmas": "14.6, 3, 0"})))]);
    assert_eq!(listed.record.settings.sigmas.to_string(), "14.6,3,0");
    // Its parts are not in the file: nothing of it can be known.
    let mut bare = custom(&[]).notes;
    bare.clear();
    let mut graph = six(&[(
        "3",
        node(
            "SamplerCustomAdvanced",
            json!({"noise": ["40", 0], "guider": ["41", 0], "sampler": ["42", 0], "sigmas": ["43", 0], "latent_image": ["5", 0]}),
        ),
    )]);
    let said = read(&graph.to_string()).expect_err("nothing is behind it").to_string();
    assert_eq!(said, "the settings (ComfyUI's graph) cannot be read: the nodes that its sampler is made of are not in the file");
    graph["3"] = node(
        "SamplerCustom",
        json!({"noise_seed": 7, "cfg": 3.0, "add_noise": true, "model": ["4", 0], "positive": ["6", 0], "negative": ["7", 0],
        "sampler": ["42", 0], "sigmas": ["43", 0], "latent_image": ["5", 0]}),
    );
    graph["42"] = node("KSamplerSelect", json!({"sampler_name": "euler"}));
    graph["43"] = node("BasicScheduler", json!({"model": ["4", 0], "scheduler": "normal", "steps": 6, "denoise": 1.0}));
    is_six(&read(&graph.to_string()).expect("it has a sampler"));
}

#[test]
fn steps_that_another_sampler_takes_are_said() {
    let advanced = |end: Value, begin: i64| {
        found(&[(
            "3",
            node(
                "KSamplerAdvanced",
                json!({"add_noise": "enable", "noise_seed": 7, "steps": 6, "cfg": 3.0, "sampler_name": "euler", "scheduler": "normal",
            "start_at_step": begin, "end_at_step": end, "return_with_leftover_noise": "disable", "model": ["4", 0], "positive": ["6", 0],
            "negative": ["7", 0], "latent_image": ["5", 0]}),
            ),
        )])
    };
    for (end, begin, notes) in [
        (json!(10000), 0, vec![]),
        (json!(4), 0, vec!["not followed: end_at_step 4"]),
        (json!(6), 2, vec!["not followed: start_at_step 2"]),
    ] {
        let found = advanced(end, begin);
        is_six(&found);
        assert_eq!(found.notes, notes);
    }
}

#[test]
fn a_picture_that_was_gone_on_from_takes_as_many_steps_as_there() {
    let from = |denoise: f64| {
        found(&[
            ("5", node("VAEEncode", json!({"pixels": ["32", 0], "vae": ["4", 2]}))),
            ("32", node("LoadImage", json!({"image": "x.png"}))),
            ("3.denoise", json!(denoise)),
        ])
    };
    for (denoise, steps, start) in [(0.5, 12, Some(6)), (0.7, 8, Some(2)), (1.0, 6, None)] {
        let found = from(denoise);
        let s = &found.record.settings;
        assert_eq!((s.steps, s.start_step, s.strength), (Some(steps), start, None), "{denoise}");
        assert_eq!(found.notes, ["the picture that it began with is not in the file"]);
    }
    let nothing = found(&[("3.denoise", json!(0.5))]);
    is_six(&nothing);
    assert_eq!(nothing.notes, ["not followed: denoise 0.5 of nothing"]);
    let second = found(&[
        ("10", node("LatentUpscale", json!({"samples": ["3", 0], "width": 64, "height": 64}))),
        (
            "11",
            node(
                "KSampler",
                json!({"seed": 9, "steps": 8, "cfg": 5.0, "sampler_name": "lms", "scheduler": "normal", "denoise": 0.5, "model": ["4", 0],
            "positive": ["6", 0], "negative": ["7", 0], "latent_image": ["10", 0]}),
            ),
        ),
        ("8.samples", json!(["11", 0])),
    ]);
    is_six(&second);
    assert_eq!(second.notes, ["the graph has 2 samplers; the first that begins from nothing is taken"]);
}

/// A LoRA's name and its two weights.
type Used = (&'static str, f32, Option<f32>);

#[test]
fn loras_are_found_with_both_of_their_weights() {
    let one = |class: &str, inputs: Value, clip: u64| {
        found(&[("11", node(class, inputs)), ("3.model", json!(["11", 0])), ("6.clip", json!([if clip == 1 { "11" } else { "4" }, 1]))])
    };
    let loader = |name: &str, model: f64, clip: f64| json!({"lora_name": name, "strength_model": model, "strength_clip": clip, "model": ["4", 0], "clip": ["4", 1]});
    let power = json!({"PowerLoraLoaderHeaderWidget": {"type": "x"}, "lora_1": {"on": true, "lora": "styles/ink.safetensors", "strength": 0.5},
        "lora_2": {"on": false, "lora": "oil.safetensors", "strength": 1}, "lora_3": {"on": true, "lora": "oil.pt", "strength": 0.2, "strengthTwo": 0.1},
        "model": ["4", 0], "clip": ["4", 1]});
    let stack =
        json!({"lora_01": "ink.safetensors", "strength_01": 0.5, "lora_02": "None", "strength_02": 1, "model": ["4", 0], "clip": ["4", 1]});
    let cases: [(&str, Value, u64, &[Used]); 7] = [
        ("LoraLoader", loader("ink.safetensors", 0.5, 0.5), 1, &[("ink", 0.5, None)]),
        ("LoraLoader", loader("folder\\ink.safetensors", 0.5, 1.0), 1, &[("ink", 0.5, Some(1.0))]),
        // The text encoder comes from the checkpoint itself.
        ("LoraLoader", loader("ink", 0.5, 1.0), 0, &[("ink", 0.5, Some(0.0))]),
        (
            "LoraLoaderModelOnly",
            json!({"lora_name": "ink.safetensors", "strength_model": 0.5, "model": ["4", 0]}),
            0,
            &[("ink", 0.5, Some(0.0))],
        ),
        (
            "LoraLoader|pysssss",
            json!({"lora_name": {"content": "ink.pt", "image": null}, "strength_model": 0.5, "strength_clip": 0.5, "model": ["4", 0], "clip": ["4", 1]}),
            1,
            &[("ink", 0.5, None)],
        ),
        ("Power Lora Loader (rgthree)", power, 1, &[("ink", 0.5, None), ("oil", 0.2, Some(0.1))]),
        ("Lora Loader Stack (rgthree)", stack, 1, &[("ink", 0.5, None)]),
    ];
    for (class, inputs, clip, expected) in cases {
        let found = one(class, inputs, clip);
        is_six(&found);
        assert_eq!((loras(&found), &found.notes[..]), (expected.to_vec(), &[][..]), "{class}");
    }
    let linked = found(&[
        ("20", node("FloatConstant", json!({"value": 0.5}))),
        (
            "21",
            node(
                "CR LoRA Stack",
                json!({"switch_1": "On", "lora_name_1": "a.safetensors", "model_weight_1": 0.3, "clip_weight_1": 0.3, "switch_2": "Off", "lora_name_2": "b"}),
            ),
        ),
        ("22", node("CR Apply LoRA Stack", json!({"model": ["11", 0], "clip": ["11", 1], "lora_stack": ["21", 0]}))),
        (
            "11",
            node(
                "LoraLoader",
                json!({"lora_name": "ink", "strength_model": ["20", 0], "strength_clip": ["20", 0], "model": ["4", 0], "clip": ["4", 1]}),
            ),
        ),
        ("12", node("CLIPSetLastLayer", json!({"stop_at_clip_layer": -2, "clip": ["22", 1]}))),
        ("3.model", json!(["22", 0])),
        ("6.clip", json!(["12", 0])),
    ]);
    assert_eq!((loras(&linked), linked.record.settings.clip_skip), (vec![("a", 0.3, None), ("ink", 0.5, None)], 1));
    assert_eq!(linked.notes, Vec::<String>::new());
}

#[test]
fn conditionings_are_joined_mixed_or_named() {
    let second = ("60", node("CLIPTextEncode", json!({"text": "a red four", "clip": ["4", 1]})));
    let with = |class: &str, inputs: Value| found(&[second.clone(), ("61", node(class, inputs)), ("3.positive", json!(["61", 0]))]);
    let joined = with("ConditioningConcat", json!({"conditioning_to": ["6", 0], "conditioning_from": ["60", 0]}));
    assert_eq!((joined.record.settings.prompt.as_str(), joined.notes), ("a blue seven BREAK a red four", vec![]));
    let mixed =
        with("ConditioningAverage", json!({"conditioning_to": ["6", 0], "conditioning_from": ["60", 0], "conditioning_to_strength": 0.75}));
    is_six(&mixed);
    assert_eq!((&mixed.record.settings.mixes[..], &mixed.notes[..]), (&[Mix { prompt: "a red four".into(), factor: 0.25 }][..], &[][..]));
    let both = with("ConditioningCombine", json!({"conditioning_1": ["6", 0], "conditioning_2": ["60", 0]}));
    is_six(&both);
    assert_eq!(both.notes, ["not followed: the second positive prompt “a red four”, ConditioningCombine"]);
    for class in ["ConditioningSetTimestepRange", "ConditioningSetMask", "unCLIPConditioning"] {
        let found = with(class, json!({"conditioning": ["6", 0], "start": 0.0, "end": 0.5}));
        is_six(&found);
        assert_eq!(found.notes, [format!("not followed: {class}")]);
    }
    let xl = |l: &str| json!({"text_g": "a blue seven", "text_l": l, "width": 1024, "height": 1024, "crop_w": 0, "crop_h": 0, "target_width": 1024, "target_height": 1024, "clip": ["4", 1]});
    let same = found(&[("6", node("CLIPTextEncodeSDXL", xl("a blue seven")))]);
    is_six(&same);
    assert_eq!(same.notes, Vec::<String>::new());
    let two = found(&[("6", node("CLIPTextEncodeSDXL", xl("oil on canvas")))]);
    is_six(&two);
    assert_eq!(two.notes, ["not followed: text_l “oil on canvas”"]);
}

#[test]
fn what_is_done_to_the_model_is_followed_or_named() {
    let sampled = found(&[
        ("33", node("ModelSamplingDiscrete", json!({"sampling": "v_prediction", "zsnr": true, "model": ["4", 0]}))),
        ("34", node("RescaleCFG", json!({"multiplier": 0.7, "model": ["33", 0]}))),
        ("3.model", json!(["34", 0])),
    ]);
    is_six(&sampled);
    assert_eq!(
        (sampled.record.settings.rescale, sampled.prediction.as_deref(), sampled.record.settings.zero_snr),
        (0.7, Some("v_prediction"), true)
    );
    assert!(sampled.notes.len() == 1 && sampled.notes[0].contains("v_prediction"), "{:?}", sampled.notes);
    let usual = found(&[
        ("33", node("ModelSamplingDiscrete", json!({"sampling": "eps", "zsnr": false, "model": ["4", 0]}))),
        ("3.model", json!(["33", 0])),
    ]);
    assert_eq!((usual.notes.len(), usual.prediction), (0, None));
    let patched = found(&[
        ("33", node("FreeU_V2", json!({"b1": 1.3, "b2": 1.4, "s1": 0.9, "s2": 0.2, "model": ["4", 0]}))),
        ("34", node("IPAdapterAdvanced", json!({"weight": 1.0, "model": ["33", 0], "ipadapter": ["35", 0], "image": ["36", 0]}))),
        ("37", node("PerturbedAttentionGuidance", json!({"scale": 3.0, "model": ["34", 0]}))),
        ("3.model", json!(["37", 0])),
        ("38", node("VAELoader", json!({"vae_name": "kl-f8.pt"}))),
        ("8.vae", json!(["38", 0])),
    ]);
    is_six(&patched);
    assert_eq!(patched.notes, ["not followed: PerturbedAttentionGuidance, IPAdapterAdvanced, FreeU_V2, VAE kl-f8.pt"]);
    let batch = found(&[("5.batch_size", json!(4))]);
    assert_eq!(batch.notes, ["not followed: batch_size 4"]);
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
        (&text.inversions[..], &text.notes[..]),
        (&["birb-style".to_string(), "EasyNegative".into()][..], &["not followed: <lora:ink:0.5> in a text".to_string()][..])
    );
}

#[test]
fn every_node_of_the_table_is_followed_named_or_means_nothing() {
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    for (block, Row(class, is, inputs)) in BLOCKS.iter().flat_map(|block| block.rows.iter().map(move |row| (block, row))) {
        assert!(
            !block.collection.is_empty() && !block.source.is_empty() && block.date.starts_with("2026"),
            "{class}: its block says no source and date"
        );
        assert!(seen.insert(class), "{class} stands twice");
        let leads = match is {
            Is::Leads(leads) | Is::Loses(leads) => leads.first().copied().unwrap_or_default(),
            _ => "",
        };
        // Where the node lies: by what it passes on.
        let place = match leads {
            "model" | "model1" | "model_optional" => "3.model",
            "clip" | "clip1" => "6.clip",
            "samples" | "samples1" | "samples_to" | "destination" | "pixels" => "3.latent_image",
            "" | "source" | "number" | "text" | "sigmas" => "3.unused",
            _ => "3.positive",
        };
        let mut all = six(&[("3.unused", json!(["50", 0]))]);
        let before = if place == "3.unused" || place == "6.clip" { json!(["4", 1]) } else { all["3"]["inputs"][&place[2..]].clone() };
        all["50"] = node(
            class,
            Value::Object(Map::from_iter([
                (if leads.is_empty() { "behind" } else { leads }.to_string(), before),
                ("wings".into(), json!(2)),
            ])),
        );
        let at = place.split_once('.').expect("a place");
        all[at.0]["inputs"][at.1] = json!(["50", 0]);
        let found = read(&all.to_string()).expect("it has a sampler");
        let said = found.notes.join(" ");
        assert!(!said.contains("not known"), "{class}: {said}");
        match is {
            Is::Loses(_) => assert!(said.contains(class), "{class}: {said}"),
            Is::Runs => assert!(said.contains("2 samplers") || said.is_empty(), "{class}: {said}"),
            // An input that its row does not know is named.
            _ => assert!(said.contains("wings 2") || inputs.contains(&"*"), "{class}: {said}"),
        }
        if matches!(is, Is::Leads(_) | Is::Loses(_)) && !["samples", "pixels"].contains(&leads) && *class != "ConditioningZeroOut" {
            assert_eq!(found.record.settings.prompt, "a blue seven", "{class}");
        }
    }
    assert!(seen.len() > 200);
    let unknown = found(&[("50", node("Unheard Of", json!({"model": ["4", 0], "strength": 2}))), ("3.model", json!(["50", 0]))]);
    is_six(&unknown);
    assert_eq!(unknown.notes, ["not known here, and so not followed: Unheard Of"]);
}

#[test]
fn hostile_graphs_are_read_or_refused() {
    let mut circle = six(&[
        ("6", node("Reroute", json!({"conditioning": ["7", 0]}))),
        ("7", node("x", json!({"conditioning": ["6", 0]}))),
        ("4", node("y", json!({"model": ["4", 0]}))),
    ]);
    let found = read(&circle.to_string()).expect("it has a sampler");
    assert!(found.notes.contains(&"no text leads to the positive prompt".to_string()), "{:?}", found.notes);
    // Each of these would be read twice as often as the one before it.
    for (class, [a, b]) in [
        ("ConditioningConcat", ["conditioning_to", "conditioning_from"]),
        ("StringConcatenate", ["string_a", "string_b"]),
        ("Unknown", ["text", "string"]),
    ] {
        for i in 100..160 {
            circle[i.to_string()] = node(class, json!({a: [(i + 1).to_string(), 0], b: [(i + 1).to_string(), 0]}));
        }
        circle["3"]["inputs"]["positive"] = json!(["100", 0]);
        circle["7"] = node("CLIPTextEncode", json!({"text": ["100", 0]}));
        assert!(read(&circle.to_string()).expect("it has a sampler").notes.len() <= 30);
    }
    let odd = json!({"1": {"inputs": {"sampler_name": [], "steps": "x", "cfg": null, "seed": -1, "positive": 7, "model": ["9"]}}});
    assert_eq!(read(&odd.to_string()).expect("it has a sampler").record.settings.steps, None);
    for (text, problem) in [("", "EOF"), ("[]", "invalid type"), ("{\"1\": 3}", "expected a KSampler among its 1 nodes, found none")] {
        let said = read(text).expect_err(text).to_string();
        assert!(said.starts_with(&format!("the settings (ComfyUI's graph) cannot be read: {problem}")), "{said}");
    }
}

#[test]
fn an_unreadable_text_hides_no_readable_one() {
    let graph = json!({"3": node("SamplerCustomAdvanced", json!({"noise": ["40", 0], "guider": ["41", 0], "sampler": ["42", 0], "sigmas": ["43", 0]}))}).to_string();
    let line = "a blue seven\nNegative prompt: blurry\nSteps: 6, Sampler: Euler, Schedule type: Uniform, CFG scale: 3, Seed: 7, Size: 32x32, Model: digits, RNG: CPU, Version: v1.10.1";
    let picture = Canvas::filled(1, 1, [0; 3]);
    let read = |texts: &[(&str, &str)]| crate::read(&picture.png(texts).expect("it can be written"));
    let found = read(&[("prompt", &graph), ("parameters", line)]).expect("one of them is sound");
    assert_eq!(
        (found.source, found.record.settings.steps, found.record.settings.negative.as_str()),
        (Source::Parameters, Some(6), "blurry")
    );
    assert_eq!(
        found.notes,
        [
            "the settings (ComfyUI's graph) cannot be read: the nodes that its sampler is made of are not in the file; what is beside it is taken: the text parameters"
        ]
    );
    let said = read(&[("prompt", &graph)]).expect_err("it is alone").to_string();
    assert!(said.starts_with("the settings (ComfyUI's graph) cannot be read"), "{said}");
    let found = read(&[("decant", "{"), ("prompt", &six(&[]).to_string())]).expect("one of them is sound");
    assert!(found.source == Source::Comfy && found.notes[0].starts_with("the settings (decant) cannot be read: "), "{:?}", found.notes);
}
