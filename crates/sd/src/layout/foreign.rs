//! What a file is that is no model of Stable Diffusion's: recognised by its tensors' names, to be refused by its own name.

use crate::error::Sentence;
use crate::sentence;
use crate::weights::{Checkpoint, TensorInfo};
use std::collections::BTreeMap;

/// A part of a name that only such files have, what they are, and what to do.
const SIGNS: &[(&str, Sentence, Sentence)] = &[
    ("lora_down", LORA, MODEL),
    ("lora.down", LORA, MODEL),
    ("_lora.", LORA, MODEL),
    ("lora_A", LORA, MODEL),
    ("hada_w1_a", LORA, MODEL),
    ("lokr_w", LORA, MODEL),
    ("unet:0:down", LORA, MODEL),
    ("text_encoder:0:down", LORA, MODEL),
    ("string_to_param", INVERSION, MODEL),
    ("emb_params", INVERSION, MODEL),
    (CONTROL, sentence!("a ControlNet"), MODEL),
    ("controlnet_cond_embedding.", sentence!("a ControlNet"), MODEL),
    ("control_net.", sentence!("a ControlNet"), MODEL),
    ("input_hint_block.", sentence!("a ControlNet"), MODEL),
    ("ip_adapter.", sentence!("an IP-Adapter"), MODEL),
    ("motion_modules.", sentence!("an AnimateDiff motion module"), MODEL),
    ("joint_blocks.", sentence!("Stable Diffusion 3"), FAMILY),
    ("single_transformer_blocks.", sentence!("Flux or a relative of it"), FAMILY),
    ("double_blocks.", sentence!("Flux or a relative of it"), FAMILY),
    ("double_layers.", sentence!("AuraFlow"), FAMILY),
    ("clip_txt_mapper.", sentence!("Stable Cascade"), FAMILY),
    (".channelwise.", sentence!("Stable Cascade"), FAMILY),
    ("conditioner.embedders.0.model.", sentence!("the Stable Diffusion XL refiner, which finishes another model's pictures"), FAMILY),
    ("edm_mean", sentence!("Playground 2.5"), FAMILY),
    ("text_encoders.", sentence!("Stable Diffusion 3 or a later family"), FAMILY),
    ("caption_projection.", sentence!("PixArt or a relative of it"), FAMILY),
    ("cap_embedder.", sentence!("Lumina or a relative of it"), FAMILY),
    ("patch_embedding.", sentence!("a video or vision model"), FAMILY),
    ("visual_projection.", sentence!("a whole CLIP, pictures included"), MODEL),
    ("vision_model.", sentence!("a CLIP that sees pictures"), MODEL),
];

pub(super) const LORA: Sentence = sentence!("a LoRA, which changes a model");
pub(super) const INVERSION: Sentence = sentence!("a textual inversion, which adds words to a model");
pub(super) const UPSCALER: Sentence = sentence!("an upscaler, which makes finished pictures larger");
const MODEL: Sentence = sentence!("give the model itself");
pub(super) const FAMILY: Sentence = sentence!("Decant runs Stable Diffusion 1.x, 2.x and XL, their turbo, LCM and pruned relatives");

/// How the names of a ControlNet begin that was put into one file with its model (ControlNet's first `control_sd15_*.pth`).
const CONTROL: &str = "control_model.";

/// Whether a tensor belongs to a ControlNet that is in one file with its model.
pub(super) fn is_control(name: &str) -> bool {
    name.starts_with(CONTROL)
}

/// Whether a file has such a ControlNet in it.
pub(super) fn has_control(checkpoint: &Checkpoint) -> bool {
    checkpoint.tensors().keys().any(|name| is_control(name))
}

/// Most tensors of a textual inversion: one or two embeddings, and a few numbers about them.
const INVERSION_TENSORS: usize = 8;

/// Widths of the text encoders, of which an inversion's vectors are rows.
const TEXT_WIDTHS: [usize; 3] = [768, 1024, 1280];

/// What it is, and what to do; `None` for something that nobody has heard of.
pub(super) fn recognised(tensors: &BTreeMap<String, TensorInfo>) -> Option<(Sentence, Sentence)> {
    let sign = SIGNS.iter().find(|(sign, ..)| tensors.keys().any(|name| name.contains(sign)));
    if let Some((_, what, hint)) = sign {
        return Some((what.clone(), hint.clone()));
    }
    if crate::upscale::is_upscaler(tensors) {
        return Some((UPSCALER, MODEL));
    }
    let vectors = |info: &TensorInfo| info.shape.len() <= 2 && info.shape.last().is_some_and(|width| TEXT_WIDTHS.contains(width));
    let inversion = tensors.len() <= INVERSION_TENSORS && tensors.values().any(vectors);
    inversion.then_some((INVERSION, MODEL))
}
