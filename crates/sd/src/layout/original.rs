//! The original layout's networks as diffusers' tensors: names, and the few that are stored otherwise.
//!
//! Otherwise stored are the autoencoder's attention (1×1 convolutions for what diffusers keeps as matrices), OpenCLIP's fused
//! `in_proj` (queries, keys and values one below the other), and its `text_projection`, `[in, out]`.

use super::names::{Places, RESNET, replaced, translated, unet_places, vae_places};
use super::parts::Part;
use crate::weights::{Origin, TensorInfo};

/// What becomes of a tensor: its names in diffusers (several where it is fused, an empty one where it is dropped), and how each is made.
type Made = Vec<(String, Origin)>;

/// A network's tensors as diffusers has them, and the names that no rule takes.
#[derive(Default)]
pub(super) struct Renamed {
    pub tensors: Made,
    pub strangers: Vec<String>,
}

impl Renamed {
    /// Adds a tensor under its new names; none is a stranger.
    fn add(&mut self, part: &Part, name: &str, renamed: Made) {
        if renamed.is_empty() {
            self.strangers.push(format!("{}{name}", part.prefix));
        }
        self.tensors.extend(renamed);
    }
}

/// A part in the original's naming or diffusers' own.
pub(super) fn renamed(component: &str, part: &Part) -> Renamed {
    let rename: &dyn Fn(&str, &TensorInfo, Origin) -> Made = match component {
        "unet" if part.tensors.keys().any(|name| name.starts_with("down_blocks.")) => &as_it_is,
        "vae" if part.tensors.keys().any(|name| name.contains(".mid_block.")) => &as_it_is,
        "unet" => &unet(unet_places(part)),
        "vae" => &vae(vae_places(part)),
        _ => &text_encoder(part, component == "text_encoder_2"),
    };
    let mut renamed = Renamed::default();
    for (name, info) in &part.tensors {
        let origin = Origin::whole(format!("{}{name}", part.prefix));
        renamed.add(part, name, rename(name, info, origin));
    }
    renamed.tensors.retain(|(name, _)| !name.is_empty());
    renamed
}

fn as_it_is(name: &str, _: &TensorInfo, origin: Origin) -> Made {
    vec![(name.into(), origin)]
}

fn unet(places: Places) -> impl Fn(&str, &TensorInfo, Origin) -> Made {
    move |name, _, origin| {
        let name = translated(name, &places);
        let name = name.map(|name| if name.contains(".resnets.") { replaced(name, RESNET) } else { name });
        name.map(|name| (name, origin)).into_iter().collect()
    }
}

fn vae(places: Places) -> impl Fn(&str, &TensorInfo, Origin) -> Made {
    move |name, info, mut origin| {
        let Some(name) = translated(name, &places) else { return vec![] };
        let name = replaced(name, &[(".nin_shortcut.", ".conv_shortcut.")]);
        if let (true, [out, inputs, 1, 1] | [out, inputs, 1]) = (name.contains(".attentions."), &info.shape[..]) {
            origin.shape = Some(vec![*out, *inputs]);
        }
        vec![(name, origin)]
    }
}

/// What is dropped: it has a name, so that it is no stranger, but an empty one.
fn dropped(origin: Origin) -> Made {
    vec![(String::new(), origin)]
}

const OPEN_CLIP: &[(&str, &str)] = &[
    ("token_embedding", "text_model.embeddings.token_embedding"),
    ("positional_embedding", "text_model.embeddings.position_embedding.weight"),
    ("ln_final", "text_model.final_layer_norm"),
    ("transformer.resblocks", "text_model.encoder.layers"),
    // transformers' own names, which stand in files that were OpenCLIP's and files that never were
    ("text_model", "text_model"),
    ("embeddings", "text_model.embeddings"),
    ("encoder", "text_model.encoder"),
    ("final_layer_norm", "text_model.final_layer_norm"),
];

const OPEN_CLIP_LAYER: &[(&str, &str)] = &[
    (".ln_1.", ".layer_norm1."),
    (".ln_2.", ".layer_norm2."),
    (".mlp.c_fc.", ".mlp.fc1."),
    (".mlp.c_proj.", ".mlp.fc2."),
    (".attn.", ".self_attn."),
    (".in_proj_", ".in_proj."),
];

/// OpenCLIP's projection: a bare matrix `[in, out]`, or a linear layer. Only the second text encoder of XL uses it.
const PROJECTIONS: &[(&str, bool)] = &[("text_projection", true), ("text_model.text_projection", true), ("text_projection.weight", false)];

/// Both namings of CLIP, and the mixture that stable-diffusion.cpp writes. `second`: XL's second text encoder.
fn text_encoder<'p>(part: &'p Part, second: bool) -> impl Fn(&str, &TensorInfo, Origin) -> Made + use<'p> {
    let places: Places = OPEN_CLIP.iter().map(|(from, to)| (from.to_string(), to.to_string())).collect();
    let unused = if second { None } else { unused_layer(part, &places) };
    move |name, info, mut origin| {
        if let Some((_, transposed)) = PROJECTIONS.iter().find(|(projection, _)| *projection == name) {
            origin.transposed = *transposed;
            return if second { vec![("text_projection.weight".into(), origin)] } else { dropped(origin) };
        }
        let Some(name) = translated(name, &places) else { return vec![] };
        if unused.is_some() && layer_of(&name) == unused {
            return dropped(origin);
        }
        let name = replaced(name, OPEN_CLIP_LAYER);
        match name.split_once(".in_proj.") {
            Some((attention, end)) => thirds(attention, end, info, &origin),
            None => vec![(name, origin)],
        }
    }
}

/// The last layer of Stable Diffusion 2's text encoder: the model was trained on what comes before it, and diffusers leaves it out.
/// Under transformers' names, a file from which it is gone already has 23 layers.
fn unused_layer(part: &Part, places: &Places) -> Option<usize> {
    let last = part.tensors.keys().filter_map(|name| layer_of(&translated(name, places)?)).max();
    let open_clip = part.tensors.contains_key("token_embedding.weight");
    last.filter(|last| open_clip || *last == 23)
}

/// Queries, keys and values, of which a fused layer has one below the other.
fn thirds(attention: &str, end: &str, info: &TensorInfo, origin: &Origin) -> Made {
    let width = info.shape.first().map_or(0, |rows| rows / 3);
    let third = |(at, name): (usize, &str)| {
        (format!("{attention}.{name}.{end}"), Origin { rows: Some(at * width..(at + 1) * width), ..origin.clone() })
    };
    ["q_proj", "k_proj", "v_proj"].into_iter().enumerate().map(third).collect()
}

fn layer_of(name: &str) -> Option<usize> {
    name.strip_prefix("text_model.encoder.layers.")?.split('.').next()?.parse().ok()
}
