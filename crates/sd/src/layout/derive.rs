//! Configurations from tensors: what their names and shapes say, and the few rules for what they do not.
//!
//! Names are diffusers'. The rules hold for every published model of Stable Diffusion's architecture: heads are 64 wide, or there are 8
//! where the layers around the transformer blocks are convolutions (Stable Diffusion 1); norms have 32 groups; OpenAI's text encoder has
//! `quick_gelu`, OpenCLIP's `gelu`. Models too narrow for that are somebody's test models, and get [`SMALL`].

use crate::weights::{Checkpoint, TensorInfo};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// What the rules give where widths are no multiples of 64 (heads) or 32 (norms).
const SMALL: Small = Small { head: 8, groups: 4 };

struct Small {
    head: usize,
    groups: usize,
}

/// Names and shapes.
struct Shapes<'a>(&'a BTreeMap<String, TensorInfo>);

impl Shapes<'_> {
    fn axis(&self, name: &str, axis: usize) -> Option<usize> {
        self.0.get(name)?.shape.get(axis).copied()
    }

    fn has(&self, start: &str) -> bool {
        self.0.range(start.to_string()..).next().is_some_and(|(name, _)| name.starts_with(start))
    }

    /// How many numbers follow this beginning of names.
    fn count(&self, start: &str) -> usize {
        let found = self.0.range(start.to_string()..).map_while(|(name, _)| name.strip_prefix(start));
        found.filter_map(|rest| rest.split('.').next()?.parse::<usize>().ok()).collect::<BTreeSet<_>>().len()
    }
}

/// One level of a UNet, on one of its ways.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Level {
    channels: usize,
    layers: usize,
    /// Transformer blocks in each attention; 0 where there is none.
    depth: usize,
}

fn level(shapes: &Shapes, at: &str) -> Result<Level, String> {
    let (layers, attentions) = (shapes.count(&format!("{at}.resnets.")), shapes.count(&format!("{at}.attentions.")));
    let channels = shapes.axis(&format!("{at}.resnets.0.conv1.weight"), 0).ok_or(format!("{at} has no resnets"))?;
    let depths: BTreeSet<usize> = (0..attentions).map(|i| shapes.count(&format!("{at}.attentions.{i}.transformer_blocks."))).collect();
    match (attentions, depths.first(), depths.len()) {
        (0, ..) => Ok(Level { channels, layers, depth: 0 }),
        (count, Some(depth), 1) if count == layers && *depth > 0 => Ok(Level { channels, layers, depth: *depth }),
        _ => Err(format!("the attentions of {at} are not alike, one after each of its {layers} resnets")),
    }
}

/// `unet/config.json`. The error says what was found and does not fit the architecture.
pub(super) fn unet(checkpoint: &Checkpoint, pooled: Option<usize>) -> Result<Value, String> {
    let shapes = Shapes(checkpoint.tensors());
    let levels = shapes.count("down_blocks.");
    let down = (0..levels).map(|i| level(&shapes, &format!("down_blocks.{i}"))).collect::<Result<Vec<_>, _>>()?;
    let up = (0..levels).map(|i| level(&shapes, &format!("up_blocks.{i}"))).collect::<Result<Vec<_>, _>>()?;
    let mirrored = down.iter().rev().map(|down| Level { layers: down.layers + 1, ..*down });
    if !mirrored.eq(up.iter().copied()) || shapes.count("up_blocks.") != levels {
        return Err("its way up does not mirror its way down".into());
    }
    let last = down.last().ok_or("it has no levels")?;
    let middle = shapes.count("mid_block.attentions.0.transformer_blocks.");
    if middle > 0 && last.depth > 0 && middle != last.depth {
        return Err(format!("its middle has {middle} transformer blocks, its last level {}", last.depth));
    }
    let attention = shapes.0.keys().find(|name| name.ends_with("attn2.to_k.weight")).ok_or("it has no attention to the text")?;
    let projection = shapes.0.iter().find(|(name, _)| name.ends_with("proj_in.weight"));
    let linear = projection.is_some_and(|(_, info)| info.shape.len() == 2);
    let channels: Vec<usize> = down.iter().map(|level| level.channels).collect();
    let mut depths: Vec<usize> = down.iter().map(|level| level.depth.max(1)).collect();
    if let (Some(depth), true) = (depths.last_mut(), last.depth == 0) {
        *depth = middle.max(1);
    }
    let mut config = Map::new();
    let mut set = |key: &str, value: Value| drop(config.insert(key.into(), value));
    set("_class_name", json!("UNet2DConditionModel"));
    set("in_channels", json!(shapes.axis("conv_in.weight", 1).ok_or("it has no conv_in")?));
    set("out_channels", json!(shapes.axis("conv_out.weight", 0).ok_or("it has no conv_out")?));
    set("down_block_types", down.iter().map(|level| if level.depth > 0 { "CrossAttnDownBlock2D" } else { "DownBlock2D" }).collect());
    set("up_block_types", up.iter().map(|level| if level.depth > 0 { "CrossAttnUpBlock2D" } else { "UpBlock2D" }).collect());
    set("layers_per_block", down.iter().map(|level| level.layers).collect());
    set("transformer_layers_per_block", depths.into());
    set("cross_attention_dim", json!(shapes.axis(attention, 1)));
    set("use_linear_projection", json!(linear));
    set("attention_head_dim", if linear { channels.iter().map(|width| heads(*width, &channels)).collect() } else { json!(8) });
    set("norm_num_groups", json!(groups(&channels)));
    set("mid_block_type", middle_type(&shapes, middle));
    set("block_out_channels", channels.into());
    if let Some(width) = shapes.axis("time_embedding.cond_proj.weight", 1) {
        set("time_cond_proj_dim", json!(width));
    }
    if let Some(width) = shapes.axis("add_embedding.linear_1.weight", 1) {
        // Six numbers about sizes, each as sines and cosines, beside the pooled text (SDXL, Podell et al. 2023).
        let sizes = width.saturating_sub(pooled.ok_or("it wants a pooled text, but there is no second text encoder")?);
        set("addition_embed_type", json!("text_time"));
        set("addition_time_embed_dim", json!(sizes / 6));
        set("projection_class_embeddings_input_dim", json!(width));
    }
    Ok(config.into())
}

fn middle_type(shapes: &Shapes, transformer_blocks: usize) -> Value {
    match transformer_blocks {
        0 if !shapes.has("mid_block.") => Value::Null,
        0 => json!("UNetMidBlock2D"),
        _ => json!("UNetMidBlock2DCrossAttn"),
    }
}

/// Heads of a layer this wide, in a network of these widths.
fn heads(width: usize, all: &[usize]) -> usize {
    let head = if all.iter().all(|width| width % 64 == 0) { 64 } else { SMALL.head };
    (width / head).max(1)
}

fn groups(all: &[usize]) -> usize {
    if all.iter().all(|width| width % 32 == 0) { 32 } else { SMALL.groups }
}

/// `text_encoder/config.json`. `open_clip`: OpenCLIP's activation.
pub(super) fn text_encoder(checkpoint: &Checkpoint, open_clip: bool) -> Result<Value, String> {
    let shapes = Shapes(checkpoint.tensors());
    let at = if shapes.has("text_model.") { "text_model." } else { "" };
    let axis = |name: &str, axis| shapes.axis(&format!("{at}{name}"), axis).ok_or(format!("it has no {name}"));
    let width = axis("embeddings.token_embedding.weight", 1)?;
    let mut config = json!({
        "model_type": "clip_text_model",
        "vocab_size": axis("embeddings.token_embedding.weight", 0)?,
        "hidden_size": width,
        "intermediate_size": axis("encoder.layers.0.mlp.fc1.weight", 0)?,
        "num_hidden_layers": shapes.count(&format!("{at}encoder.layers.")),
        "num_attention_heads": heads(width, &[width]),
        "hidden_act": if open_clip { "gelu" } else { "quick_gelu" },
        "max_position_embeddings": axis("embeddings.position_embedding.weight", 0)?,
        "projection_dim": width,
        "eos_token_id": 2,
    });
    if let Some(projected) = shapes.axis("text_projection.weight", 0) {
        config["projection_dim"] = json!(projected);
    }
    Ok(config)
}

/// `vae/config.json`, without the scaling factor, which no tensor tells.
pub(super) fn vae(checkpoint: &Checkpoint) -> Result<Value, String> {
    let shapes = Shapes(checkpoint.tensors());
    let (down, up) = (shapes.count("encoder.down_blocks."), shapes.count("decoder.up_blocks."));
    let width = |i| shapes.axis(&format!("decoder.up_blocks.{i}.resnets.0.conv1.weight"), 0).ok_or("its decoder lacks resnets");
    let channels = (0..up).rev().map(width).collect::<Result<Vec<_>, _>>()?;
    if up == 0 || (down > 0 && down != up) {
        return Err(format!("its encoder has {down} levels and its decoder {up}"));
    }
    Ok(json!({
        "_class_name": "AutoencoderKL",
        "block_out_channels": channels,
        "down_block_types": vec!["DownEncoderBlock2D"; up],
        "up_block_types": vec!["UpDecoderBlock2D"; up],
        "layers_per_block": shapes.count("decoder.up_blocks.0.resnets.").saturating_sub(1),
        "latent_channels": shapes.axis("decoder.conv_in.weight", 1).ok_or("its decoder has no conv_in")?,
        "norm_num_groups": groups(&channels),
        "use_quant_conv": shapes.has("quant_conv."),
        "use_post_quant_conv": shapes.has("post_quant_conv."),
        "mid_block_add_attention": shapes.has("decoder.mid_block.attentions."),
    }))
}
