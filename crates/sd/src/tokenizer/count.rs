//! A prompt's tokens as JSON: what a page shows of them, and what a trace keeps. Field names are `TokenCount`'s in `web/api/decant.d.ts`.

use super::{Piece, Tokens};
use serde::Serialize;

#[derive(Serialize)]
struct Count<'a> {
    used: usize,
    limit: usize,
    cut: &'a str,
    chunks: usize,
    pieces: Vec<Spelled<'a>>,
    ids: &'a [u32],
}

#[derive(Serialize)]
struct Spelled<'a> {
    id: u32,
    text: &'a str,
    weight: f32,
    chunk: usize,
    inversion: bool,
}

impl Tokens {
    /// An object: how many tokens are used and would fit, what was cut, the pieces, the numbers that the model reads.
    pub fn to_json(&self) -> String {
        let Tokens { ids, chunks, pieces, dropped_text, .. } = self;
        let count = Count {
            used: pieces.len(),
            limit: ids.len() - 2 * chunks,
            cut: dropped_text,
            chunks: *chunks,
            pieces: pieces.iter().map(|piece| spelled(piece, self.positions())).collect(),
            ids,
        };
        serde_json::to_string(&count).expect("text and finite numbers are JSON")
    }
}

fn spelled(Piece { id, text, weight, at, inversion, .. }: &Piece, positions: usize) -> Spelled<'_> {
    Spelled { id: *id, text, weight: *weight, chunk: at / positions, inversion: *inversion }
}
