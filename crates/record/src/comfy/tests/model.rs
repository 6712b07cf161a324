//! The model of a sampler: LoRAs, and what nodes do to it.

use super::*;
use decant_sd::lora::LoraUse;

fn loras(found: &Found) -> Vec<(&str, f32, Option<f32>)> {
    found.record.settings.loras.iter().map(|LoraUse { name, weight, text }| (name.as_str(), *weight, *text)).collect()
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
        assert_eq!((loras(&found), &found.english()[..]), (expected.to_vec(), &[][..]), "{class}");
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
    assert_eq!(linked.english(), Vec::<String>::new());
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
    assert!(sampled.english().len() == 1 && sampled.english()[0].contains("v_prediction"), "{:?}", sampled.english());
    let usual = found(&[
        ("33", node("ModelSamplingDiscrete", json!({"sampling": "eps", "zsnr": false, "model": ["4", 0]}))),
        ("3.model", json!(["33", 0])),
    ]);
    assert_eq!((usual.english().len(), usual.prediction), (0, None));
    let patched = found(&[
        ("33", node("FreeU_V2", json!({"b1": 1.3, "b2": 1.4, "s1": 0.9, "s2": 0.2, "model": ["4", 0]}))),
        ("34", node("IPAdapterAdvanced", json!({"weight": 1.0, "model": ["33", 0], "ipadapter": ["35", 0], "image": ["36", 0]}))),
        ("37", node("PerturbedAttentionGuidance", json!({"scale": 3.0, "model": ["34", 0]}))),
        ("3.model", json!(["37", 0])),
        ("38", node("VAELoader", json!({"vae_name": "kl-f8.pt"}))),
        ("8.vae", json!(["38", 0])),
    ]);
    is_six(&patched);
    assert_eq!(patched.english(), ["not followed: PerturbedAttentionGuidance, IPAdapterAdvanced, FreeU_V2, VAE kl-f8.pt"]);
    let batch = found(&[("5.batch_size", json!(4))]);
    assert_eq!(batch.english(), ["not followed: batch_size 4"]);
}
