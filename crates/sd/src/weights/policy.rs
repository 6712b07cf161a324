//! Which weights stay more exact than was wished, because little is saved and much is lost by rounding them.
//!
//! Sizes decide as much as sensitivity: of Stable Diffusion 1.5's 1066 million numbers the rows below keep 162 million.

use decant_graph::Encoding;

/// A kind of weight that is kept at least this exact.
struct Sensitive {
    /// The network's name starts so.
    component: &'static str,
    /// The tensor's name contains this.
    part: &'static str,
    least: Encoding,
}

const fn row(component: &'static str, part: &'static str, least: Encoding) -> Sensitive {
    Sensitive { component, part, least }
}

/// The first row that fits decides.
///
/// The figures are measured on models/digits (trained weights): how far the network's output moves, as relative RMS, when only these tensors
/// are q4_0. All of the UNet's together move it by 3.9e-2, without the rows below by 1.3e-2; of the tensors that are in no row, the 5.2
/// million numbers of the resnets' 3×3 convolutions move it by 0.9e-2, all feed-forward layers by 0.7e-2, `time_emb_proj` by 0.1e-2.
const SENSITIVE: &[Sensitive] = &[
    // What latents enter and leave by, 23 thousand numbers: 3.3e-2 from conv_out alone.
    row("unet", "conv_in.", Encoding::F16),
    row("unet", "conv_out.", Encoding::F16),
    // The step's number, and SDXL's sizes and pooled prompt, reach every block through these 2 million numbers (SDXL: 7): 0.2e-2.
    row("unet", "time_embedding.", Encoding::F16),
    row("unet", "add_embedding.", Encoding::F16),
    row("unet", "class_embedding.", Encoding::F16),
    // Residual streams pass through these without a way around, 48 of Stable Diffusion 1.5's million numbers: 1.8e-2 and 1.5e-2.
    row("unet", ".proj_in.", Encoding::Q8_0),
    row("unet", ".proj_out.", Encoding::Q8_0),
    row("unet", ".conv_shortcut.", Encoding::Q8_0),
    // 1.9e-2 from 77 rows, 2.5e-2 from the attention; the table of tokens, a third of the network, moves it by 1.6e-2.
    row("text_encoder", "position_embedding.", Encoding::F16),
    row("text_encoder", ".self_attn.", Encoding::Q8_0),
    row("text_encoder", "text_projection.", Encoding::F16),
    // TAESD has a million numbers in all.
    row("vae", "coder.layers.", Encoding::F16),
    row("vae", "conv_in.", Encoding::F16),
    row("vae", "conv_out.", Encoding::F16),
    row("vae", "quant_conv.", Encoding::F16),
    // Errors here are seen as they are: 7e-2, 5.5e-2 of it from conv_out.
    row("vae", "", Encoding::Q8_0),
];

/// How one weight is kept when all are to be kept as `encoding`: never less exact than that.
///
/// `component` is `unet`, `vae`, `text_encoder` or `text_encoder_2`, `name` and `shape` (`[out, in]`, `[out, in, kh, kw]`, `[n]`) are the
/// tensor's as diffusers has them. Vectors (norms, biases), and what else is no matrix or convolution, are f32; where a row's inputs do not divide into the encoding's blocks, f16.
pub fn stored_encoding(component: &str, name: &str, shape: &[usize], encoding: Encoding) -> Encoding {
    let ([_, inputs] | [_, inputs, _, _]) = shape else { return Encoding::F32 };
    let row = SENSITIVE.iter().find(|row| component.starts_with(row.component) && name.contains(row.part));
    let stored = row.map_or(encoding, |row| more_exact(row.least, encoding));
    let blocks = stored.row().block;
    // f32 and f16 have blocks of 4 only on a device, which pads them.
    if inputs.is_multiple_of(blocks) { stored } else { more_exact(Encoding::F16, stored) }
}

fn more_exact(one: Encoding, other: Encoding) -> Encoding {
    if one.row().error_bound < other.row().error_bound { one } else { other }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_stored_less_exactly_than_chosen_and_vectors_are_f32() {
        for row in decant_graph::ENCODINGS {
            for (component, name) in [("unet", "conv_in.weight"), ("unet", "mid_block.attentions.0.proj_in.weight"), ("vae", "x.weight")] {
                let stored = stored_encoding(component, name, &[320, 64, 3, 3], row.encoding);
                assert!(stored.row().error_bound <= row.error_bound, "{} {component} {name}: {stored:?}", row.name);
                assert_eq!(stored_encoding(component, name, &[320], row.encoding), Encoding::F32);
            }
        }
    }

    #[test]
    fn the_first_row_that_fits_decides() {
        for (component, name, shape, expected) in [
            ("unet", "down_blocks.0.resnets.0.conv1.weight", &[320, 320, 3, 3][..], Encoding::Q8_0),
            ("unet", "conv_in.weight", &[320, 32, 3, 3], Encoding::F16),
            ("unet", "time_embedding.linear_1.weight", &[1280, 320], Encoding::F16),
            ("unet", "down_blocks.0.resnets.0.conv1.weight", &[4, 31, 3, 3], Encoding::F16),
            ("text_encoder_2", "text_model.embeddings.position_embedding.weight", &[77, 1280], Encoding::F16),
            ("vae", "decoder.layers.3.conv.0.weight", &[64, 64, 3, 3], Encoding::F16),
            ("vae", "post_quant_conv.weight", &[32, 32, 1, 1], Encoding::F16),
            ("vae", "decoder.mid_block.attentions.0.to_q.weight", &[512, 512], Encoding::Q8_0),
        ] {
            assert_eq!(stored_encoding(component, name, shape, Encoding::Q8_0), expected, "{component} {name}");
        }
    }
}
