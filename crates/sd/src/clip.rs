//! CLIP's text encoder (Radford et al. 2021), as `transformers`' `CLIPTextModel` names and computes it.

use crate::config::ClipConfig;
use decant_graph::{Graph, Var, Weights};

/// Token ids to text embeddings: inputs `ids` and `positions` `[batch, tokens]`, output `text_embeddings` `[batch, tokens, hidden_size]`.
///
/// `skip` leaves out that many of the last layers (diffusers' `clip_skip`); the final norm is applied in any case.
pub fn text_encoder(graph: &Graph, config: &ClipConfig, batch: usize, skip: usize) {
    let root = graph.weights();
    let w = if root.has("text_model") { root.at("text_model") } else { root };
    let tokens = config.max_position_embeddings;
    let ids = graph.ids("ids", &[batch, tokens]);
    let positions = graph.ids("positions", &[batch, tokens]);
    let embeddings = w.at("embeddings");
    let mut x =
        ids.gather(embeddings.at("token_embedding"), config.vocab_size) + positions.gather(embeddings.at("position_embedding"), tokens);
    let layers = config.num_hidden_layers.saturating_sub(skip);
    for i in 0..layers {
        x = layer(config, w.at("encoder").at("layers").at(i), x);
    }
    graph.output("text_embeddings", x.layer_norm(w.at("final_layer_norm"), config.layer_norm_eps));
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
