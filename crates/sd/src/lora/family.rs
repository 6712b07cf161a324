//! Whose LoRA a file is, by the width of the text that its layers see: what a family's attention to the text takes cannot be another's.

use crate::error::Sentence;
use crate::families::Generation;
use crate::sentence;

/// Layers whose input is the text.
const OF_TEXT: [&str; 2] = ["attn2_to_k", "attn2_to_v"];

/// Whether a denoiser's layer, its name joined by underscores, sees the text.
pub(super) fn sees_text(layer: &str) -> bool {
    OF_TEXT.iter().any(|end| layer.ends_with(end))
}

/// The family whose text is that wide, for a sentence.
pub(super) fn named(width: usize) -> Sentence {
    match Generation::of_text(width) {
        Some(generation) => sentence!("{family}, whose text is {width} wide", family = generation.title, width),
        None => sentence!("a model whose text is {width} wide", width),
    }
}
