//! The original code's names of a network's layers, as diffusers' names.
//!
//! The original numbers its blocks through: `input_blocks.4.1` is the second thing in the fifth block on the way down. Which level and
//! which layer that is follows from what the blocks hold, so that pruned networks and those with fewer levels need no rules of their own.
//!
//! Original: `ldm/modules/diffusionmodules/{openaimodel,model}.py`; diffusers: `UNet2DConditionModel`, `AutoencoderKL`.

use super::parts::Part;
use std::collections::{BTreeMap, BTreeSet};

/// Beginnings of names, whole parts only, and what stands for them.
pub(crate) type Places = BTreeMap<String, String>;

/// A name with its longest known beginning replaced; `None` where no beginning is known.
pub(crate) fn translated(name: &str, places: &Places) -> Option<String> {
    let mut end = name.len();
    loop {
        if let Some(place) = places.get(&name[..end]) {
            return Some(format!("{place}{}", &name[end..]));
        }
        end = name[..end].rfind('.')?;
    }
}

/// Parts of a name inside a block, one after another.
pub(crate) fn replaced(name: String, pairs: &[(&str, &str)]) -> String {
    pairs.iter().fold(name, |name, (from, to)| name.replace(from, to))
}

pub(crate) const UNET: &[(&str, &str)] = &[
    ("input_blocks.0.0", "conv_in"),
    ("time_embed.0", "time_embedding.linear_1"),
    ("time_embed.2", "time_embedding.linear_2"),
    ("time_embed.cond_proj", "time_embedding.cond_proj"),
    ("time_embedding.cond_proj", "time_embedding.cond_proj"),
    ("label_emb.0.0", "add_embedding.linear_1"),
    ("label_emb.0.2", "add_embedding.linear_2"),
    ("middle_block.0", "mid_block.resnets.0"),
    ("middle_block.1", "mid_block.attentions.0"),
    ("middle_block.2", "mid_block.resnets.1"),
    ("out.0", "conv_norm_out"),
    ("out.2", "conv_out"),
];

/// Inside a UNet's resnet.
pub(crate) const RESNET: &[(&str, &str)] = &[
    (".in_layers.0.", ".norm1."),
    (".in_layers.2.", ".conv1."),
    (".emb_layers.1.", ".time_emb_proj."),
    (".out_layers.0.", ".norm2."),
    (".out_layers.3.", ".conv2."),
    (".skip_connection.", ".conv_shortcut."),
];

/// Where diffusers has each block of a UNet.
pub(super) fn unet_places(part: &Part) -> Places {
    let mut places = places(UNET);
    let has = |start: &str| part.tensors.keys().any(|name| name.starts_with(start));
    let (mut level, mut layer) = (0, 0);
    for block in numbers(part, "input_blocks.").into_iter().skip(1) {
        let name = format!("input_blocks.{block}");
        if has(&format!("{name}.0.op.")) {
            places.insert(format!("{name}.0.op"), format!("down_blocks.{level}.downsamplers.0.conv"));
            (level, layer) = (level + 1, 0);
        } else {
            places.insert(format!("{name}.0"), format!("down_blocks.{level}.resnets.{layer}"));
            places.insert(format!("{name}.1"), format!("down_blocks.{level}.attentions.{layer}"));
            layer += 1;
        }
    }
    (level, layer) = (0, 0);
    for block in numbers(part, "output_blocks.") {
        let name = format!("output_blocks.{block}");
        if has(&format!("{name}.0.in_layers.")) {
            places.insert(format!("{name}.0"), format!("up_blocks.{level}.resnets.{layer}"));
            places.insert(format!("{name}.1"), format!("up_blocks.{level}.attentions.{layer}"));
            layer += 1;
        }
        // The last thing in a level's last block, after its attention if it has one.
        if let Some(at) = (0..3).find(|at| has(&format!("{name}.{at}.conv."))) {
            places.insert(format!("{name}.{at}.conv"), format!("up_blocks.{level}.upsamplers.0.conv"));
            (level, layer) = (level + 1, 0);
        }
    }
    places
}

const VAE: &[(&str, &str)] = &[
    ("conv_in", "conv_in"),
    ("conv_out", "conv_out"),
    ("norm_out", "conv_norm_out"),
    ("mid.block_1", "mid_block.resnets.0"),
    ("mid.block_2", "mid_block.resnets.1"),
    ("mid.attn_1.norm", "mid_block.attentions.0.group_norm"),
    ("mid.attn_1.q", "mid_block.attentions.0.to_q"),
    ("mid.attn_1.k", "mid_block.attentions.0.to_k"),
    ("mid.attn_1.v", "mid_block.attentions.0.to_v"),
    ("mid.attn_1.proj_out", "mid_block.attentions.0.to_out.0"),
    // What ComfyUI and newer stable-diffusion.cpp write.
    ("mid.attn_1.to_q", "mid_block.attentions.0.to_q"),
    ("mid.attn_1.to_k", "mid_block.attentions.0.to_k"),
    ("mid.attn_1.to_v", "mid_block.attentions.0.to_v"),
    ("mid.attn_1.to_out", "mid_block.attentions.0.to_out"),
];

/// Where diffusers has each block of an autoencoder. The original counts the decoder's levels from the full resolution, diffusers from
/// the smallest.
pub(super) fn vae_places(part: &Part) -> Places {
    let mut places = places(&[("quant_conv", "quant_conv"), ("post_quant_conv", "post_quant_conv")]);
    for half in ["encoder", "decoder"] {
        places.extend(VAE.iter().map(|(from, to)| (format!("{half}.{from}"), format!("{half}.{to}"))));
    }
    for level in numbers(part, "encoder.down.") {
        places.insert(format!("encoder.down.{level}.block"), format!("encoder.down_blocks.{level}.resnets"));
        places.insert(format!("encoder.down.{level}.downsample"), format!("encoder.down_blocks.{level}.downsamplers.0"));
    }
    let levels = numbers(part, "decoder.up.");
    for (step, level) in levels.iter().rev().enumerate() {
        places.insert(format!("decoder.up.{level}.block"), format!("decoder.up_blocks.{step}.resnets"));
        places.insert(format!("decoder.up.{level}.upsample"), format!("decoder.up_blocks.{step}.upsamplers.0"));
    }
    places
}

fn places(pairs: &[(&str, &str)]) -> Places {
    pairs.iter().map(|(from, to)| (from.to_string(), to.to_string())).collect()
}

/// The numbers that follow a beginning of names, sorted.
pub(super) fn numbers(part: &Part, start: &str) -> BTreeSet<usize> {
    let number = |name: &&str| name.strip_prefix(start)?.split('.').next()?.parse().ok();
    part.tensors.keys().filter_map(number).collect()
}
