//! `text_encoder/config.json`: transformers' `CLIPTextConfig`.

use super::keys::{TRANSFORMERS, Table, honour, ignore, only};
use super::object::{Object, read_json};
use crate::Error;
use crate::files::Files;
use decant_graph::op::Activation;

/// A CLIP text encoder, as Stable Diffusion uses it: its last hidden states, not the pooled one.
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
            only("model_type", &["\"clip_text_model\""], "another model"),
            only("use_attention_mask", &["false", "null"], "the pipeline would hide the padding from the text encoder"),
            ignore("projection_dim", "only the projected, pooled output has it"),
            ignore("eos_token_id", "only the pooled output looks for it"),
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
        };
        if !config.hidden_size.is_multiple_of(config.num_attention_heads) {
            return Err(object.refuse("num_attention_heads", &format!("expected a divisor of hidden_size {}", config.hidden_size)));
        }
        Ok(config)
    }
}
