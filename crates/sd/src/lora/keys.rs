//! What the name of a tensor in a LoRA file says: which network, which layer, and which part of the layer's change.
//!
//! Trainers join the parts of a layer's name by dots (diffusers, PEFT) or by underscores (kohya, LyCORIS). With every dot made an
//! underscore they are all alike: a beginning for the network, the layer, an end for the part. Which layer is meant, [`super::names`]
//! looks up among the model's own.

use crate::error::Sentence;
use crate::sentence;

/// A part of what changes one layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    /// `[rank, in, …]`.
    Down,
    /// `[out, rank]`.
    Up,
    /// `[rank, rank, kernel]`, between the two: LyCORIS' Tucker form of a convolution.
    Mid,
    /// One number; the scale is alpha / rank.
    Alpha,
    /// LoHa's first product: `[out, rank]` and `[rank, in · kernel]`.
    W1A,
    W1B,
    /// Its second.
    W2A,
    W2B,
    /// `[rank, rank, kernel]`, where the products are in Tucker form.
    T1,
    T2,
}

/// A layer as a file calls it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Called {
    /// The network, where the name says it.
    pub network: Option<&'static str>,
    /// The layer's name, joined by underscores.
    pub layer: String,
}

/// Ends of names. `….to_q.lora.down.weight` and `….to_q_lora.down.weight` (diffusers before 0.17) are one with underscores.
const ENDS: &[(&str, Part)] = &[
    ("_lora_down_weight", Part::Down),
    ("_lora_up_weight", Part::Up),
    ("_lora_mid_weight", Part::Mid),
    ("_lora_linear_layer_down_weight", Part::Down),
    ("_lora_linear_layer_up_weight", Part::Up),
    ("_lora_A_weight", Part::Down),
    ("_lora_B_weight", Part::Up),
    ("_lora_A_default_weight", Part::Down),
    ("_lora_B_default_weight", Part::Up),
    ("_alpha", Part::Alpha),
    ("_hada_w1_a", Part::W1A),
    ("_hada_w1_b", Part::W1B),
    ("_hada_w2_a", Part::W2A),
    ("_hada_w2_b", Part::W2B),
    ("_hada_t1", Part::T1),
    ("_hada_t2", Part::T2),
];

/// Beginnings that say the network; longer ones first.
const STARTS: &[(&str, Option<&str>)] = &[
    ("lora_unet_unet_", Some("unet")),
    ("lora_unet_", Some("unet")),
    ("unet_", Some("unet")),
    ("diffusion_model_", Some("unet")),
    ("lora_te1_", Some("text_encoder")),
    ("lora_te2_", Some("text_encoder_2")),
    ("lora_te_", Some("text_encoder")),
    ("text_encoder_2_", Some("text_encoder_2")),
    ("text_encoder_", Some("text_encoder")),
    ("lycoris_", None),
];

/// Parts of other kinds of files, and what those are.
const OTHERS: &[(&str, Sentence)] = &[
    ("_lokr_", sentence!("a LoKr")),
    ("_oft_", sentence!("an OFT")),
    ("_boft_", sentence!("a BOFT")),
    ("_on_input", sentence!("an (IA)³")),
    ("_glora_", sentence!("a GLoRA")),
    ("_diff", sentence!("a difference of whole weights")),
    ("double_blocks", sentence!("a LoRA for Flux")),
    ("single_transformer_blocks", sentence!("a LoRA for Flux")),
    ("joint_blocks", sentence!("a LoRA for Stable Diffusion 3")),
    ("string_to_param", sentence!("a textual inversion")),
];

/// What changes a pair's meaning, so that a file that has it cannot be used without.
const MORE: &[&str] = &["dora_scale", "lora_magnitude_vector"];

/// The layer and the part that a tensor is; `None` where its end says neither.
pub(super) fn parsed(tensor: &str) -> Option<(Called, Part)> {
    // `torch.compile` puts a name of its own before what it wraps.
    let flat = flattened(tensor).replace("_orig_mod_", "");
    let (rest, part) = ENDS.iter().find_map(|(end, part)| Some((flat.strip_suffix(end)?, *part)))?;
    let rest = rest.strip_prefix("base_model_model_").unwrap_or(rest);
    let start = STARTS.iter().find_map(|(start, network)| Some((rest.strip_prefix(start)?, *network)));
    let (rest, network) = start.unwrap_or((rest, None));
    Some((Called { network, layer: rest.replace("_processor_", "_") }, part))
}

/// A name with every dot made an underscore.
pub(super) fn flattened(name: &str) -> String {
    name.replace('.', "_")
}

/// What kind of file a tensor's name is typical of, if not of a LoRA that is read here.
pub(super) fn another_kind(tensor: &str) -> Option<Sentence> {
    let flat = flattened(tensor);
    OTHERS.iter().find(|(sign, _)| flat.contains(sign)).map(|(_, what)| what.clone())
}

/// Whether a tensor belongs to a DoRA, whose pairs mean something else than a LoRA's.
pub(super) fn is_dora(tensor: &str) -> bool {
    MORE.iter().any(|sign| tensor.contains(sign))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_to_write_a_layer_is_one() {
        let q = "down_blocks_0_attentions_0_transformer_blocks_0_attn1_to_q";
        for (tensor, network, layer, part) in [
            ("unet.down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_q.lora_A.weight", Some("unet"), q, Part::Down),
            ("unet.down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_q.lora.up.weight", Some("unet"), q, Part::Up),
            ("down_blocks.0.attentions.0.transformer_blocks.0.attn1.processor.to_q_lora.down.weight", None, q, Part::Down),
            ("base_model.model.down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_q.lora_B.weight", None, q, Part::Up),
            ("lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn1_to_q.alpha", Some("unet"), q, Part::Alpha),
            ("lora_unet_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn1_to_q_lora_up.weight", Some("unet"), q, Part::Up),
            ("lora_unet__orig_mod_down_blocks_0_attentions_0_transformer_blocks_0_attn1_to_q.alpha", Some("unet"), q, Part::Alpha),
            ("unet._orig_mod.down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_q.lora_A.weight", Some("unet"), q, Part::Down),
            ("lora_unet_input_blocks_1_0_in_layers_2.hada_w1_a", Some("unet"), "input_blocks_1_0_in_layers_2", Part::W1A),
            (
                "lora_te2_text_model_encoder_layers_3_mlp_fc1.lora_mid.weight",
                Some("text_encoder_2"),
                "text_model_encoder_layers_3_mlp_fc1",
                Part::Mid,
            ),
            (
                "text_encoder.text_model.encoder.layers.0.self_attn.q_proj.lora_linear_layer.down.weight",
                Some("text_encoder"),
                "text_model_encoder_layers_0_self_attn_q_proj",
                Part::Down,
            ),
        ] {
            let called = Called { network, layer: layer.into() };
            assert_eq!(parsed(tensor), Some((called, part)), "{tensor}");
        }
        assert_eq!(parsed("lora_unet_mid_block_attentions_0_proj_in.lokr_w1"), None);
    }
}
