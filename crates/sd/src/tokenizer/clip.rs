//! CLIP's own vocabulary, which every Stable Diffusion has: for models that are one file and bring none.
//!
//! `clip_merges.bin` holds the 48,894 merges as pairs of piece numbers (`tests/make_merges.py` makes it from OpenAI CLIP's list, MIT licence).
//! A piece's spelling is that of its two parts, so the merges are all that has to be kept: 196 KB instead of 1.6 MB.

use super::vocabulary::{Vocabulary, byte};
use tokenizers::models::bpe::Vocab;

static MERGES: &[u8] = include_bytes!("clip_merges.bin");

/// The 49,408 pieces and their merges.
pub(super) fn vocabulary() -> Vocabulary {
    let mut spelled = alphabet();
    spelled.extend(alphabet().into_iter().map(|letter| letter + "</w>"));
    let mut merges = Vec::with_capacity(MERGES.len() / 4);
    for [a, b, c, d] in MERGES.as_chunks::<4>().0 {
        let [first, second] = [[*a, *b], [*c, *d]].map(|number| spelled[usize::from(u16::from_le_bytes(number))].clone());
        spelled.push(format!("{first}{second}"));
        merges.push((first, second));
    }
    spelled.extend(["<|startoftext|>".into(), "<|endoftext|>".into()]);
    let pieces: Vocab = spelled.into_iter().zip(0..).collect();
    Vocabulary { file: "CLIP's vocabulary".into(), pieces, merges, added: vec![] }
}

/// The characters that stand for bytes, in CLIP's order: the printable ones, then those from 256 on.
fn alphabet() -> Vec<String> {
    let letters = (0..=u32::from('\u{17f}')).filter_map(char::from_u32).filter(|letter| byte(*letter).is_some());
    letters.map(String::from).collect()
}
