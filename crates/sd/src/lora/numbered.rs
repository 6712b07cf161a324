//! The layout of cloneofsimo's `lora` package: layers have numbers, `unet:9:down`, in the order in which PyTorch walks through the model.
//!
//! The order is that of the diffusers that it was written for (0.11): in a denoiser the way down, the way up, then the middle; in each
//! transformer block self-attention, the gated layer, attention to the text. Layers of kinds that its metadata do not list are not counted.

use super::keys::{Called, Part};
use super::names::Names;

/// The layer and part that a tensor is; `None` where its name is no such number.
pub(super) fn parsed(tensor: &str, order: &[(&'static str, Vec<String>)]) -> Option<(Called, Part)> {
    let mut parts = tensor.split(':');
    let (network, number, part) = (parts.next()?, parts.next()?.parse::<usize>().ok()?, parts.next()?);
    let part = [("down", Part::Down), ("up", Part::Up)].into_iter().find(|(name, _)| *name == part)?.1;
    let (network, layers) = order.iter().find(|(name, _)| *name == network)?;
    let layer = layers.get(number).cloned().unwrap_or_else(|| format!("layer {number}"));
    Some((Called { network: Some(network), layer }, part)).filter(|_| parts.next().is_none())
}

/// The layers of each network in order. `note` is what the file's metadata say of a network: the kinds of modules that were looked into.
pub(super) fn order<'a>(names: &Names, note: impl Fn(&str) -> Option<&'a str>) -> Vec<(&'static str, Vec<String>)> {
    let with_gate = note("unet").is_none_or(|kinds| kinds.contains("GEGLU"));
    let inside = ATTENTION.iter().filter(|layer| with_gate || !layer.starts_with("ff."));
    let inside: Vec<&str> = inside.copied().collect();
    let flat = |layers: Vec<String>| layers.into_iter().map(|layer| super::keys::flattened(&layer)).collect();
    let text = in_order(names, "text_encoder", &["text_model.encoder.layers.", "encoder.layers."], &TEXT);
    let unet = in_order(names, "unet", &["down_blocks.", "up_blocks.", "mid_block."], &inside);
    vec![("unet", flat(unet)), ("text_encoder", flat(text))]
}

const ATTENTION: [&str; 9] = [
    "attn1.to_q",
    "attn1.to_k",
    "attn1.to_v",
    "attn1.to_out.0",
    "ff.net.0.proj",
    "attn2.to_q",
    "attn2.to_k",
    "attn2.to_v",
    "attn2.to_out.0",
];

const TEXT: [&str; 4] = ["self_attn.k_proj", "self_attn.v_proj", "self_attn.q_proj", "self_attn.out_proj"];

/// Every block that has these layers, by where it stands in the network, and in each the layers in the given order.
fn in_order(names: &Names, network: &'static str, starts: &[&str], inside: &[&str]) -> Vec<String> {
    let mut found: Vec<(usize, Vec<usize>, usize, String)> = names
        .layers(network)
        .filter_map(|layer| {
            let start = starts.iter().position(|start| layer.starts_with(start))?;
            let (at, end) = inside.iter().enumerate().find(|(_, end)| layer.ends_with(&format!(".{end}")))?;
            let block = layer.strip_suffix(end)?;
            Some((start, block.split('.').filter_map(|part| part.parse().ok()).collect(), at, layer.to_string()))
        })
        .collect();
    found.sort();
    found.into_iter().map(|(.., layer)| layer).collect()
}
