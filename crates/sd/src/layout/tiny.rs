//! TAESD's files: the original numbering, and diffusers' `AutoencoderTiny`.
//!
//! The original is two `nn.Sequential`s, often in two files. The decoder's begins with a clamp, which diffusers does not count:
//! its layer 3 is diffusers' `decoder.layers.2` (<https://github.com/madebyollin/taesd>).

use super::names::numbers;
use super::parts::Part;
use crate::weights::{Checkpoint, Origin};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Beginnings of names of the two halves; diffusers' own first.
const HALVES: &[(&str, &str, bool)] = &[
    ("encoder.layers.", "encoder", true),
    ("decoder.layers.", "decoder", true),
    ("taesd_encoder.", "encoder", false),
    ("taesd_decoder.", "decoder", false),
    ("encoder.", "encoder", false),
    ("decoder.", "decoder", false),
];

/// The file's tensors as diffusers has them; `None` if it is no tiny autoencoder.
pub(super) fn renamed(checkpoint: &Checkpoint) -> Option<Vec<(String, Origin)>> {
    let tensors = checkpoint.tensors();
    // The first layers, by what goes in: the decoder's takes latents, the encoder's a picture.
    let alone = match (tensors.get("1.weight"), tensors.get("0.weight")) {
        (Some(info), None) if info.shape.len() == 4 => Some(("", "decoder", false)),
        (None, Some(info)) if info.shape.get(1) == Some(&3) => Some(("", "encoder", false)),
        _ => None,
    };
    let rename = |name: &str| {
        let halves = HALVES.iter().chain(&alone);
        let (rest, half, diffusers) = halves.filter_map(|(start, half, own)| Some((name.strip_prefix(start)?, half, own))).next()?;
        let (number, end) = rest.split_once('.')?;
        let number: usize = number.parse().ok()?;
        let clamp = usize::from(*half == "decoder" && !diffusers);
        Some(format!("{half}.layers.{}.{end}", number.checked_sub(clamp)?))
    };
    tensors.keys().map(|name| Some((rename(name)?, Origin::whole(name)))).collect()
}

/// `config.json` of an `AutoencoderTiny` of these tensors.
pub(super) fn config(checkpoint: &Checkpoint) -> Value {
    let tensors: BTreeMap<&str, _> = checkpoint.tensors().iter().map(|(name, info)| (name.as_str(), info)).collect();
    let part = Part { prefix: "", tensors };
    let mut config = json!({"_class_name": "AutoencoderTiny"});
    let decoder = stages(&part, "decoder.layers.");
    let encoder = stages(&part, "encoder.layers.");
    // A half that is not there is taken for the other's mirror image.
    let encoder = encoder.or_else(|| decoder.clone().map(|(width, counts)| (width, counts.into_iter().rev().collect())));
    for (half, key, stages) in [("encoder", "num_encoder_blocks", encoder), ("decoder", "num_decoder_blocks", decoder)] {
        if let Some((width, counts)) = stages {
            config[format!("{half}_block_out_channels")] = json!(vec![width; counts.len()]);
            config[key] = json!(counts);
        }
    }
    if let Some(info) = part.tensors.get("decoder.layers.0.weight") {
        config["latent_channels"] = json!(info.shape.get(1));
    }
    config
}

/// Width, and blocks between one convolution and the next.
fn stages(part: &Part, start: &str) -> Option<(usize, Vec<usize>)> {
    let first = part.tensors.get(format!("{start}0.weight").as_str())?;
    let mut counts = vec![0];
    for layer in numbers(part, start).into_iter().skip(1) {
        let block = part.tensors.contains_key(format!("{start}{layer}.conv.0.weight").as_str());
        match counts.last_mut() {
            Some(count) if block => *count += 1,
            _ => counts.push(0),
        }
    }
    counts.pop(); // behind the last convolution there is nothing
    Some((*first.shape.first()?, counts))
}
