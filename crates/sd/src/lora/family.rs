//! Whose LoRA a file is, by the width of the text that its layers see: what a family's attention to the text takes cannot be another's.

/// Width of the text, family.
const WIDTHS: &[(usize, &str)] = &[(768, "Stable Diffusion 1.x"), (1024, "Stable Diffusion 2.x"), (2048, "Stable Diffusion XL")];

/// Layers whose input is the text.
const OF_TEXT: [&str; 2] = ["attn2_to_k", "attn2_to_v"];

/// Whether a denoiser's layer, its name joined by underscores, sees the text.
pub(super) fn sees_text(layer: &str) -> bool {
    OF_TEXT.iter().any(|end| layer.ends_with(end))
}

/// The family whose text is that wide, for a sentence.
pub(super) fn named(width: usize) -> String {
    match WIDTHS.iter().find(|(known, _)| *known == width) {
        Some((_, family)) => format!("{family}, whose text is {width} wide"),
        None => format!("a model whose text is {width} wide"),
    }
}
