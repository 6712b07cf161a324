//! Which network each tensor of a file belongs to: by the beginning of its name, or, where a file holds one network only, by what it has.
//!
//! The beginnings are those of the original code (CompVis' and Stability's latent diffusion), of stable-diffusion.cpp, and of diffusers'
//! folders put into one file; and what is put before all of a network's names by those who saved it while it was wrapped.

use crate::weights::{Checkpoint, TensorInfo};
use std::collections::BTreeMap;

/// A beginning of tensors' names, and whose they are.
const PREFIXES: &[(&str, &str)] = &[
    // Written twice over by a converter, or while `torch.compile` was wrapped around the network.
    ("model.diffusion_model.model.diffusion_model.", "unet"),
    ("model.diffusion_model._orig_mod.", "unet"),
    ("first_stage_model._orig_mod.", "vae"),
    ("model.diffusion_model.", "unet"),
    ("unet.", "unet"),
    ("first_stage_model.", "vae"),
    ("vae.", "vae"),
    ("cond_stage_model.transformer.", "text_encoder"),
    ("cond_stage_model.model.", "text_encoder"),
    ("cond_stage_model.1.transformer.", "text_encoder_2"),
    ("conditioner.embedders.0.transformer.", "text_encoder"),
    ("conditioner.embedders.1.model.", "text_encoder_2"),
    ("conditioner.embedders.1.transformer.", "text_encoder_2"),
    ("text_encoder.", "text_encoder"),
    ("text_encoder_2.", "text_encoder_2"),
];

/// What training leaves behind and no picture needs: averaged copies, tables that the schedule computes, losses.
const IGNORED: &[&str] = &[
    "model_ema.",
    "betas",
    "alphas_cumprod",
    "sqrt_",
    "log_one_minus_alphas_cumprod",
    "posterior_",
    "logvar",
    "loss.",
    "denoiser.",
    "embedding_manager.",
    "first_stage_model.loss.",
    "first_stage_model.model_ema.",
    "scale_factor",
    "global_step",
    "v_pred",
    "ztsnr",
];

/// Ends of names that no network computes with: numbers of places, and CLIP's temperature.
const IGNORED_ENDS: &[&str] = &["position_ids", "logit_scale"];

/// A network that a file holds alone: one tensor that every such network has, in any naming.
const ALONE: &[(&str, &str)] = &[
    ("input_blocks.0.0.weight", "unet"),
    ("down_blocks.0.resnets.0.time_emb_proj.weight", "unet"),
    ("decoder.conv_in.weight", "vae"),
    ("text_model.embeddings.token_embedding.weight", "text_encoder"),
    ("token_embedding.weight", "text_encoder"),
];

/// What stands before the names of a network that was saved while it was wrapped: by `torch.compile`, by `DataParallel`, by both.
const WRAPPERS: &[&str] = &["", "_orig_mod.", "module.", "module._orig_mod.", "_orig_mod.module."];

/// A network's tensors, by their names without the common beginning.
pub(super) struct Part<'a> {
    /// What all the names begin with.
    pub prefix: &'a str,
    pub tensors: BTreeMap<&'a str, &'a TensorInfo>,
}

impl Part<'_> {
    /// Whether these are the original code's names, not diffusers' or transformers'.
    pub fn is_original(&self) -> bool {
        let signs = ["input_blocks.", "decoder.mid.", "transformer.resblocks."];
        self.tensors.keys().any(|name| signs.iter().any(|sign| name.starts_with(sign)))
    }
}

/// A file's tensors by network, and the names that belong to none.
pub(super) struct Parts<'a> {
    pub parts: BTreeMap<&'static str, Part<'a>>,
    pub strangers: Vec<&'a str>,
}

pub(super) fn parts(checkpoint: &Checkpoint) -> Parts<'_> {
    let tensors = checkpoint.tensors();
    let alone = |wrapper: &&str| ALONE.iter().find(|(sign, _)| tensors.contains_key(&format!("{wrapper}{sign}")));
    if let Some((prefix, (_, component))) = WRAPPERS.iter().find_map(|wrapper| Some((*wrapper, alone(wrapper)?))) {
        let component = if *component == "text_encoder" { which_text_encoder(tensors, prefix) } else { component };
        let (own, others): (Vec<_>, Vec<_>) = tensors.iter().partition(|(name, _)| name.starts_with(prefix));
        let own = own.into_iter().map(|(name, info)| (&name[prefix.len()..], info)).filter(|(name, _)| !ignored(name)).collect();
        let strangers = others.into_iter().map(|(name, _)| name.as_str()).filter(|name| !ignored(name)).collect();
        return Parts { parts: BTreeMap::from([(component, Part { prefix, tensors: own })]), strangers };
    }
    let (mut parts, mut strangers) = (BTreeMap::<_, Part>::new(), vec![]);
    for (name, info) in tensors {
        let found = PREFIXES.iter().find_map(|(prefix, component)| Some((*component, *prefix, name.strip_prefix(prefix)?)));
        match found {
            _ if ignored(name) => {}
            Some((component, prefix, rest)) => {
                let part = parts.entry(component).or_insert(Part { prefix, tensors: BTreeMap::new() });
                part.tensors.insert(rest, info);
            }
            None => strangers.push(name.as_str()),
        }
    }
    Parts { parts, strangers }
}

fn ignored(name: &str) -> bool {
    IGNORED.iter().any(|start| name.starts_with(start)) || IGNORED_ENDS.iter().any(|end| name.ends_with(end))
}

/// Of XL's two, the second is 1280 wide, and only it is projected with as many numbers; Stable Diffusion 2's, 1024.
fn which_text_encoder(tensors: &BTreeMap<String, TensorInfo>, prefix: &str) -> &'static str {
    let projections = ["text_projection", "text_projection.weight", "text_model.text_projection"];
    let width = projections.iter().find_map(|name| tensors.get(&format!("{prefix}{name}"))).and_then(|info| info.shape.first());
    if width == Some(&1280) { "text_encoder_2" } else { "text_encoder" }
}
