//! CLIP's text encoder (Radford et al. 2021), as `transformers`' `CLIPTextModel` and `CLIPTextModelWithProjection` name and compute it.
//!
//! Which of its hidden states a model was trained with differs: Stable Diffusion 1 takes the last one under the final norm, 2 the same of
//! an encoder whose file lacks the last layer, XL the last but one of both its encoders as they are, side by side.

use crate::config::ClipConfig;
use decant_graph::{Graph, Var, Weights};

/// What is read back from a text encoder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hidden {
    /// The last hidden states under the final norm.
    Normed,
    /// The last but one, without a norm (`hidden_states[-2]`).
    Penultimate,
    /// The last but one, and each token's projection; the caller picks the one that is pooled ([`ClipConfig::pooled_token`]).
    Projected,
}

/// How a text encoder is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// What is read back.
    pub hidden: Hidden,
    /// Layers left out before those hidden states (diffusers' `clip_skip`); what is usual is then an output, too.
    pub skip: usize,
    /// Whether some tokens' embeddings are given instead of looked up.
    pub given: bool,
}

impl From<Hidden> for Reading {
    fn from(hidden: Hidden) -> Reading {
        Reading { hidden, skip: 0, given: false }
    }
}

impl Reading {
    /// The most layers that can be left out of this encoder.
    pub fn most_skipped(self, config: &ClipConfig) -> usize {
        self.hidden.layers(config)
    }
}

impl Hidden {
    /// Layers before the hidden states that are usual.
    fn layers(self, config: &ClipConfig) -> usize {
        match self {
            Hidden::Normed => config.num_hidden_layers,
            Hidden::Penultimate | Hidden::Projected => config.num_hidden_layers.saturating_sub(1),
        }
    }
}

/// Token ids to text embeddings: inputs `ids` and `positions` `[batch, tokens]`; outputs, in this order,
/// `text_embeddings [batch, tokens, hidden_size]`, where layers are skipped also `unskipped` of the same shape, and for
/// [`Hidden::Projected`] `projected [batch, tokens, projection_dim]`, which no skipping changes.
///
/// Where embeddings are given there are two more inputs `[batch, tokens, hidden_size]`: `keep`, 1 for a token that is looked up and 0 for
/// one that is given, and `token_rows`, 0 and its embedding.
pub fn text_encoder(graph: &Graph, config: &ClipConfig, batch: usize, reading: impl Into<Reading>) {
    let Reading { hidden, skip, given } = reading.into();
    let root = graph.weights();
    let w = if root.has("text_model") { root.at("text_model") } else { root };
    let norm = w.at("final_layer_norm");
    let usual = hidden.layers(config);
    let read = |name, x: Var<'_>| match hidden {
        Hidden::Normed => graph.output(name, x.layer_norm(norm, config.layer_norm_eps)),
        Hidden::Penultimate | Hidden::Projected => graph.output(name, x),
    };
    let mut x = embedded(graph, config, w, batch, given);
    for i in 0..usual {
        if i == usual.saturating_sub(skip) {
            read("text_embeddings", x);
        }
        x = layer(config, w.at("encoder").at("layers").at(i), x);
    }
    read(if skip > 0 { "unskipped" } else { "text_embeddings" }, x);
    if hidden == Hidden::Projected {
        let last = layer(config, w.at("encoder").at("layers").at(usual), x).layer_norm(norm, config.layer_norm_eps);
        graph.output("projected", last.linear(root.at("text_projection")));
    }
}

/// Rows of the token table (or what is given instead of them) and of the position table, added. `[batch, tokens, hidden_size]`
fn embedded<'g>(graph: &'g Graph, config: &ClipConfig, w: Weights<'g>, batch: usize, given: bool) -> Var<'g> {
    let tokens = config.max_position_embeddings;
    let ids = graph.ids("ids", &[batch, tokens]);
    let positions = graph.ids("positions", &[batch, tokens]);
    let embeddings = w.at("embeddings");
    let mut x = ids.gather(embeddings.at("token_embedding"), config.vocab_size);
    if given {
        let shape = [batch, tokens, config.hidden_size];
        x = x * graph.input("keep", &shape) + graph.input("token_rows", &shape);
    }
    x + positions.gather(embeddings.at("position_embedding"), tokens)
}

/// Attention over the tokens so far, then a network of two layers, each added to its input.
fn layer<'g>(config: &ClipConfig, w: Weights<'g>, x: Var<'g>) -> Var<'g> {
    let attention = w.at("self_attn");
    let h = x.layer_norm(w.at("layer_norm1"), config.layer_norm_eps);
    let q = h.linear(attention.at("q_proj"));
    let k = h.linear(attention.at("k_proj"));
    let v = h.linear(attention.at("v_proj"));
    let x = q.attention(k, v, config.num_attention_heads, true).linear(attention.at("out_proj")) + x;
    let h = x.layer_norm(w.at("layer_norm2"), config.layer_norm_eps);
    h.linear(w.at("mlp").at("fc1")).activation(config.hidden_act).linear(w.at("mlp").at("fc2")) + x
}
