//! One LoRA in every layout is the same LoRA, to the bit.

use crate::common::run::{load, trace};
use crate::{Tensors, f32s, file, safetensors, used};
use decant_graph::Cpu;
use decant_sd::files::Folder;
use decant_sd::request::Request;
use decant_sd::weights::Checkpoint;
use half::{bf16, f16};
use pollster::block_on;
use std::collections::BTreeMap;
use std::rc::Rc;

const RANK: usize = 2;

/// One layer of a network: its name, its inputs and outputs.
struct Layer {
    network: &'static str,
    name: String,
    input: usize,
    out: usize,
}

/// The attention layers of both networks, in the order in which cloneofsimo's package counts them.
fn layers() -> Vec<Layer> {
    let files = Folder::open(crate::folder("tests/models/sd1-tiny")).expect("the model is there");
    let unet = ["attn1.to_q", "attn1.to_k", "attn1.to_v", "attn1.to_out.0", "attn2.to_q", "attn2.to_k", "attn2.to_v", "attn2.to_out.0"];
    let text = ["self_attn.k_proj", "self_attn.v_proj", "self_attn.q_proj", "self_attn.out_proj"];
    let mut layers = vec![];
    for (network, starts, ends) in
        [("unet", &["down_blocks.", "up_blocks.", "mid_block."][..], &unet[..]), ("text_encoder", &["text_model."], &text)]
    {
        let checkpoint = block_on(Checkpoint::open(&files, network)).expect("the weights are there");
        for start in starts {
            let first = format!(".{}.weight", ends[0]);
            for block in checkpoint.tensors().keys().filter_map(|name| name.strip_suffix(&first)).filter(|name| name.starts_with(start)) {
                for end in ends {
                    let name = format!("{block}.{end}");
                    let shape = &checkpoint.tensors()[&format!("{name}.weight")].shape;
                    layers.push(Layer { network, name, input: shape[1], out: shape[0] });
                }
            }
        }
    }
    layers
}

/// Numbers that f16 and bf16 hold exactly.
fn numbers(count: usize, seed: usize) -> Vec<f32> {
    (0..count).map(|i| ((i * 7 + seed * 13) % 31) as f32 / 64.0 - 15.0 / 64.0).collect()
}

/// The file, with names and bytes written in one of the ways.
fn written(way: &Way) -> Vec<u8> {
    let mut tensors = Tensors::new();
    let mut counts = BTreeMap::new();
    for (seed, layer) in layers().iter().enumerate() {
        let number = counts.entry(layer.network).or_insert(0);
        let halves = [("down", vec![RANK, layer.input], 2 * seed), ("up", vec![layer.out, RANK], 2 * seed + 1)];
        for (half, shape, seed) in halves {
            let values = numbers(shape.iter().product(), seed);
            let bytes = match way.dtype {
                "F16" => values.iter().flat_map(|v| f16::from_f32(*v).to_le_bytes()).collect(),
                "BF16" => values.iter().flat_map(|v| bf16::from_f32(*v).to_le_bytes()).collect(),
                _ => f32s(&values),
            };
            tensors.insert((way.name)(layer, half, *number), (way.dtype, shape, bytes));
        }
        *number += 1;
    }
    safetensors(&tensors, way.metadata)
}

struct Way {
    what: &'static str,
    name: fn(&Layer, &str, usize) -> String,
    dtype: &'static str,
    metadata: &'static str,
}

fn dotted(layer: &Layer, half: &str, _: usize) -> String {
    format!("{}.{}.lora.{half}.weight", layer.network, layer.name)
}

const WAYS: &[Way] = &[
    Way { what: "diffusers", name: dotted, dtype: "F32", metadata: "" },
    Way { what: "diffusers in f16", name: dotted, dtype: "F16", metadata: "" },
    Way { what: "diffusers in bf16", name: dotted, dtype: "BF16", metadata: "" },
    Way {
        what: "PEFT",
        name: |layer, half, _| format!("{}.{}.lora_{}.weight", layer.network, layer.name, if half == "down" { "A" } else { "B" }),
        dtype: "F32",
        metadata: r#""format":"pt""#,
    },
    Way {
        what: "kohya",
        name: |layer, half, _| {
            let network = if layer.network == "unet" { "lora_unet" } else { "lora_te" };
            format!("{network}_{}.lora_{half}.weight", layer.name.replace('.', "_"))
        },
        dtype: "F32",
        metadata: "",
    },
    Way {
        what: "underscores to the end",
        name: |layer, half, _| {
            let network = if layer.network == "unet" { "lora_unet_unet" } else { "lora_te1" };
            format!("{network}_{}_lora_{half}.weight", layer.name.replace('.', "_"))
        },
        dtype: "F32",
        metadata: "",
    },
    Way {
        what: "diffusers before 0.17",
        name: |layer, half, _| {
            if layer.network == "unet" {
                let (attention, name) = layer.name.trim_end_matches(".0").rsplit_once('.').expect("a block and a layer");
                return format!("{attention}.processor.{name}_lora.{half}.weight");
            }
            let name = layer.name.replace(".out_proj", ".to_out").replace("_proj", "").replace("self_attn.", "self_attn.to_");
            format!("text_encoder.{}_lora.{half}.weight", name.replace("to_to_", "to_"))
        },
        dtype: "F32",
        metadata: "",
    },
    Way {
        what: "diffusers 0.18",
        name: |layer, half, _| format!("{}.{}.lora_linear_layer.{half}.weight", layer.network, layer.name.replace("text_model.", "")),
        dtype: "F32",
        metadata: "",
    },
    Way {
        what: "cloneofsimo's numbers",
        name: |layer, half, number| format!("{}:{number}:{half}", layer.network),
        dtype: "F32",
        metadata: r#""unet":"[\"CrossAttention\", \"Attention\"]","text_encoder":"[\"CLIPAttention\"]""#,
    },
];

#[test]
fn every_layout_gives_the_same_latents() {
    let mut pipeline = load("sd1-tiny", Rc::new(Cpu));
    let plain =
        Request { width: Some(16), height: Some(24), steps: Some(1), prompt: "a seven".into(), guidance: Some(1.0), ..Request::default() };
    let request = Request { loras: vec![used("x", 0.5)], ..plain.clone() };
    let without = trace(&mut pipeline, &plain).1.get("next_000");
    let mut first = None;
    for way in WAYS {
        let info = block_on(pipeline.add_lora("x", file(written(way)))).unwrap_or_else(|e| panic!("{}: {e}", way.what));
        let unet = layers().iter().filter(|layer| layer.network == "unet").count();
        assert_eq!((info.unet, info.text, info.rank), (unet, layers().len() - unet, RANK), "{}", way.what);
        assert!(info.unmatched.is_empty(), "{}: {:?}", way.what, info.unmatched);
        let got = trace(&mut pipeline, &request).1.get("next_000");
        assert_ne!(got, without, "{}: it changes something", way.what);
        assert_eq!(got, *first.get_or_insert_with(|| got.clone()), "{}", way.what);
        pipeline.remove_lora("x").expect("it was added");
    }
    assert_eq!(trace(&mut pipeline, &plain).1.get("next_000"), without, "without any, all is as before");
}
