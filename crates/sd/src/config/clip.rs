//! `text_encoder/config.json`: transformers' `CLIPTextConfig`.

use super::keys::{TRANSFORMERS, Table, honour, ignore, only};
use super::object::{Object, read_json};
use crate::Error;
use crate::files::Files;
use decant_graph::op::Activation;

/// A CLIP text encoder: `CLIPTextModel`, or `CLIPTextModelWithProjection` where the model's index says so.
#[derive(Debug, Clone, PartialEq)]
pub struct ClipConfig {
    /// Rows of the token table.
    pub vocab_size: usize,
    /// Width of the hidden states.
    pub hidden_size: usize,
    /// Width between the two layers of each network.
    pub intermediate_size: usize,
    /// Layers.
    pub num_hidden_layers: usize,
    /// Attention heads; they divide the width.
    pub num_attention_heads: usize,
    /// Between the two layers of each network.
    pub hidden_act: Activation,
    /// Added to the variance in every norm.
    pub layer_norm_eps: f32,
    /// Rows of the position table: tokens in a prompt, start and end included.
    pub max_position_embeddings: usize,
    /// Width of the projected, pooled text; only `CLIPTextModelWithProjection` has it.
    pub projection_dim: Option<usize>,
    /// The token whose first place is pooled. 2 stands for the token of the highest number: files from before transformers 4.31 say 2,
    /// whatever their tokenizer does, and `CLIPTextModel.forward` still knows it.
    pub eos_token_id: u32,
}

pub(super) const TABLE: Table = Table {
    class: "CLIPTextConfig",
    keys: [
        &[
            honour("vocab_size", "49408"),
            honour("hidden_size", "512"),
            honour("intermediate_size", "2048"),
            honour("num_hidden_layers", "12"),
            honour("num_attention_heads", "8"),
            honour("hidden_act", "\"quick_gelu\""),
            honour("layer_norm_eps", "1e-5"),
            honour("max_position_embeddings", "77"),
            honour("projection_dim", "512"),
            honour("eos_token_id", "49407"),
            only("model_type", &["\"clip_text_model\""], "another model"),
            only("use_attention_mask", &["false", "null"], "the pipeline would hide the padding from the text encoder"),
            ignore("bos_token_id", "the tokenizer adds it"),
            ignore("pad_token_id", "the tokenizer adds it; the padding is not masked"),
            ignore("attention_dropout", "training"),
            ignore("dropout", "training"),
            ignore("initializer_range", "training"),
            ignore("initializer_factor", "training"),
        ],
        TRANSFORMERS,
    ],
};

/// The end's number in files from before transformers 4.31, where the end is the highest number.
const LEGACY_EOS: u32 = 2;

/// transformers' `ACT2FN`.
const ACTIVATIONS: &[(&str, Activation)] = &[
    ("quick_gelu", Activation::QuickGelu),
    ("gelu", Activation::Gelu),
    ("gelu_python", Activation::Gelu),
    ("gelu_new", Activation::GeluTanh),
    ("gelu_pytorch_tanh", Activation::GeluTanh),
    ("silu", Activation::Silu),
    ("swish", Activation::Silu),
];

impl ClipConfig {
    /// Reads `FOLDER/config.json`.
    pub async fn read(files: &dyn Files, folder: &str) -> Result<ClipConfig, Error> {
        let file = format!("{folder}/config.json");
        ClipConfig::parse(&file, &read_json(files, &file).await?)
    }

    /// Parses and checks; `file` is for messages.
    pub fn parse(file: &str, json: &[u8]) -> Result<ClipConfig, Error> {
        let object = Object::parse(file, json, &TABLE)?;
        let config = ClipConfig {
            vocab_size: object.count("vocab_size")?,
            hidden_size: object.count("hidden_size")?,
            intermediate_size: object.count("intermediate_size")?,
            num_hidden_layers: object.count("num_hidden_layers")?,
            num_attention_heads: object.count("num_attention_heads")?,
            hidden_act: object.named("hidden_act", ACTIVATIONS)?,
            layer_norm_eps: object.positive("layer_norm_eps")?,
            max_position_embeddings: object.count("max_position_embeddings")?,
            projection_dim: object.optional("projection_dim", Object::count)?,
            eos_token_id: object.whole("eos_token_id", u32::MAX as usize)? as u32,
        };
        if !config.hidden_size.is_multiple_of(config.num_attention_heads) {
            return Err(object.refuse("num_attention_heads", &format!("expected a divisor of hidden_size {}", config.hidden_size)));
        }
        Ok(config)
    }

    /// Which of a prompt's tokens is pooled, as `CLIPTextModel.forward` chooses it; the first one where there is none.
    pub fn pooled_token(&self, ids: &[u32]) -> usize {
        let wanted = if self.eos_token_id == LEGACY_EOS { ids.iter().copied().max() } else { Some(self.eos_token_id) };
        ids.iter().position(|id| Some(*id) == wanted).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pooled_token_is_transformers_choice() {
        let config = |eos| ClipConfig::parse("c.json", format!("{{\"eos_token_id\": {eos}}}").as_bytes()).expect("sound");
        // Old files: the highest number, its first place. New ones: the token itself; without it argmax of zeros, the first place.
        for (eos, ids, place) in [(2, [7, 5, 9, 9], 2), (5, [7, 5, 9, 5], 1), (9, [7, 5, 9, 9], 2), (4, [7, 5, 9, 9], 0)] {
            assert_eq!(config(eos).pooled_token(&ids), place, "{eos} in {ids:?}");
        }
    }
}
