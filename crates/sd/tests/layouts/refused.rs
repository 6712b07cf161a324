//! What is no whole model: one sentence that says what it is, or what it lacks.

use super::names::Sparse;
use super::{memory, sentence, zeros};
use crate::common::folder;
use decant_sd::layout;
use pollster::block_on;
use std::rc::Rc;

/// Tensors of a file, and how the sentence about it goes on after the place.
type Case<'a> = (&'a [(&'a str, &'a [usize])], &'a str);

const FOREIGN: &[Case] = &[
    (&[("model.diffusion_model.joint_blocks.0.x_block.attn.qkv.weight", &[4, 4])], "this is Stable Diffusion 3, not a model"),
    (&[("double_blocks.0.img_attn.norm.key_norm.scale", &[4])], "this is Flux or a relative of it, not a model"),
    (&[("conditioner.embedders.0.model.ln_final.weight", &[4])], "this is the Stable Diffusion XL refiner"),
    (&[("lora_unet_down_blocks_0_attentions_0_proj_in.lora_down.weight", &[4, 4])], "this is a LoRA, which changes a model"),
    (&[("unet.down_blocks.0.attentions.0.attn1.to_k.lora.down.weight", &[4, 4])], "this is a LoRA, which changes a model"),
    (&[("unet:0:down", &[4, 4])], "this is a LoRA, which changes a model"),
    (&[("emb_params", &[2, 768])], "this is a textual inversion, which adds words to a model"),
    (&[("<some-style>", &[768])], "this is a textual inversion, which adds words to a model"),
    (&[("control_model.time_embed.0.weight", &[4, 4])], "this is a ControlNet"),
    (&[("controlnet_cond_embedding.conv_in.weight", &[4, 3, 3, 3])], "this is a ControlNet"),
    (&[("first_stage_model.decoder.conv_in.weight", &[8, 4, 3, 3])], "this holds only a model's vae, it lacks text_encoder and unet"),
    (&[("decoder.conv_in.weight", &[8, 4, 3, 3])], "this holds only a model's vae, it lacks text_encoder and unet"),
    (&[("input_blocks.0.0.weight", &[8, 4, 3, 3])], "this holds only a model's unet, it lacks text_encoder and vae"),
    (&[("down_blocks.0.resnets.0.time_emb_proj.weight", &[8, 4])], "this holds only a model's unet, it lacks text_encoder and vae"),
    (&[("text_model.embeddings.token_embedding.weight", &[9, 4])], "this holds only a model's text_encoder, it lacks unet and vae"),
    (&[("1.weight", &[8, 4, 3, 3]), ("1.bias", &[8])], "this is a tiny autoencoder (TAESD), which only shows what a model makes"),
    (&[("fc.weight", &[4, 4]), ("fc.bias", &[4])], "this is no model that Decant knows: it has 2 tensors, for instance fc.bias, fc.weight"),
    (
        &[("model.diffusion_model.input_blocks.0.0.weight", &[8, 4, 3, 3]), ("model.diffusion_model.surprise.weight", &[4])],
        "this has 1 tensors that belong to no layer of Stable Diffusion, for instance model.diffusion_model.surprise.weight",
    ),
];

#[test]
fn other_families_and_parts_of_models_are_named() {
    for (tensors, expected) in FOREIGN {
        let text = sentence(memory(&[("f", zeros(tensors))]));
        assert!(text.starts_with(&format!("test: {expected}")), "{text}");
    }
}

#[test]
fn folders_that_are_no_models_say_what_they_lack() {
    let nothing = vec![1];
    for (names, expected) in [
        (
            &["unet/diffusion_pytorch_model.safetensors", "unet/config.json"][..],
            "this folder has unet, but no model_index.json and no text_encoder, no vae",
        ),
        (&["readme.md", "picture.png"], "there is no weight file here"),
        (&[], "this folder is empty"),
    ] {
        let files: Vec<(&str, Vec<u8>)> = names.iter().map(|name| (*name, nothing.clone())).collect();
        let text = sentence(memory(&files));
        assert!(text.starts_with(&format!("test: {expected}")), "{text}");
    }
}

#[test]
fn a_file_that_is_cut_short_or_empty_is_refused() {
    let whole = std::fs::read(folder("tests/models/layouts/bk-sdm-tiny.safetensors")).expect("it is committed");
    for length in [0, 5, 1000, whole.len() - 1] {
        let text = sentence(memory(&[("f", whole[..length].to_vec())]));
        assert!(text.contains("f: ") || text.contains("f has"), "{text}");
    }
}

/// A network that lacks a tensor is a sentence or an unknown relative, not a panic: one tensor in five, one after another, is missing.
#[test]
fn no_change_of_a_header_makes_it_panic() {
    let whole = std::fs::read(folder("tests/models/layouts/turbo-tiny.safetensors")).expect("it is committed");
    let length = u64::from_le_bytes(whole[..8].try_into().expect("eight bytes")) as usize;
    let header: serde_json::Map<String, serde_json::Value> = serde_json::from_slice(&whole[8..8 + length]).expect("it is JSON");
    for name in header.keys().filter(|name| !name.starts_with("__")).step_by(5) {
        let mut less = header.clone();
        less.remove(name);
        let shapes: Vec<(&str, Vec<usize>)> = less
            .iter()
            .filter(|(name, _)| !name.starts_with("__"))
            .map(|(name, info)| {
                (
                    name.as_str(),
                    info["shape"].as_array().expect("a list").iter().map(|axis| axis.as_u64().expect("a length") as usize).collect(),
                )
            })
            .collect();
        let file = Sparse::new(shapes.iter().map(|(name, shape)| (*name, &shape[..])), "");
        let _ = block_on(layout::open(Rc::new(file)));
    }
}
