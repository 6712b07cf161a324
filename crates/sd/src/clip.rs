//! CLIP's text encoder (Radford et al. 2021), as `transformers`' `CLIPTextModel` and `CLIPTextModelWithProjection` name and compute it.
//!
//! Which of its hidden states a model was trained with differs: Stable Diffusion 1 takes the last one under the final norm, 2 the same of
//! an encoder whose file lacks the last layer, XL the last but one of both its encoders as they are, side by side.

use crate::config::ClipConfig;
use decant_graph::{Graph, Var, Weights};

/// What is read back from a text encoder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hidden {
    /// The last hidden states under the final norm, this many layers left out before it (diffusers' `clip_skip`).
    Normed(usize),
    /// The last but one, without a norm (`hidden_states[-2]`).
    Penultimate,
    /// The last but one, and each token's projection; the caller picks the one that is pooled ([`ClipConfig::pooled_token`]).
    Projected,
}

/// Token ids to text embeddings: inputs `ids` and `positions` `[batch, tokens]`; output `text_embeddings [batch, tokens, hidden_size]`, and
/// for [`Hidden::Projected`] also `projected [batch, tokens, projection_dim]`.
pub fn text_encoder(graph: &Graph, config: &ClipConfig, batch: usize, hidden: Hidden) {
    let root = graph.weights();
    let w = if root.has("text_model") { root.at("text_model") } else { root };
    let (mut x, last) = (embedded(graph, config, w, batch), config.num_hidden_layers);
    let kept = match hidden {
        Hidden::Normed(skip) => last.saturating_sub(skip),
        Hidden::Penultimate | Hidden::Projected => last.saturating_sub(1),
    };
    for i in 0..kept {
        x = layer(config, w.at("encoder").at("layers").at(i), x);
    }
    let norm = w.at("final_layer_norm");
    match hidden {
        Hidden::Normed(_) => graph.output("text_embeddings", x.layer_norm(norm, config.layer_norm_eps)),
        Hidden::Penultimate => graph.output("text_embeddings", x),
        Hidden::Projected => {
            graph.output("text_embeddings", x);
            let last = layer(config, w.at("encoder").at("layers").at(kept), x).layer_norm(norm, config.layer_norm_eps);
            graph.output("projected", last.linear(root.at("text_projection")));
        }
    }
}

/// Rows of the token table and of the position table, added. `[batch, tokens, hidden_size]`
fn embedded<'g>(graph: &'g Graph, config: &ClipConfig, w: Weights<'g>, batch: usize) -> Var<'g> {
    let tokens = config.max_position_embeddings;
    let ids = graph.ids("ids", &[batch, tokens]);
    let positions = graph.ids("positions", &[batch, tokens]);
    let embeddings = w.at("embeddings");
    ids.gather(embeddings.at("token_embedding"), config.vocab_size) + positions.gather(embeddings.at("position_embedding"), tokens)
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
