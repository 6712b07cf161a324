//! What happens to prompts that are longer than a text encoder reads at once.

use serde::{Deserialize, Serialize};

/// What happens to a prompt of more than 75 tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Long {
    /// What does not fit is cut off.
    #[default]
    Truncate,
    /// Each 75 tokens are encoded on their own, and the denoiser sees them one after another.
    Chunks,
    /// The same, and a chunk ends at a comma where one is among its last 20 tokens.
    Commas,
}

/// A row for menus and help.
pub struct LongRow {
    /// What it is.
    pub long: Long,
    /// As in settings and flags.
    pub id: &'static str,
    /// One line for people.
    pub summary: &'static str,
}

/// Everything that can be done with long prompts.
pub const LONGS: &[LongRow] = &[
    LongRow { long: Long::Truncate, id: "truncate", summary: "What does not fit into 75 tokens is cut off, as diffusers does" },
    LongRow { long: Long::Chunks, id: "chunks", summary: "Each 75 tokens are encoded on their own; BREAK begins the next 75" },
    LongRow { long: Long::Commas, id: "commas", summary: "As chunks, and a chunk ends at a comma among its last 20 tokens" },
];
