//! Every node of ComfyUI's and of its most used extensions that is known to lie between a sampler and what it uses, and what becomes of each.
//!
//! It is data: a block for each collection with where it was looked up and when. What a node is decides how the graph is walked (`graph.rs`);
//! a class that no row has is named as unknown, and walked by what its inputs are called.

mod builtin;
mod extensions;

use builtin::{CORE_LATENTS, CORE_MODEL, CORE_SAMPLING, CORE_TEXT, CORE_VALUES};
use extensions::{AFTER, COMFYROLL, EFFICIENCY, OTHERS, RGTHREE};

/// What a node is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Is {
    /// A sampler: a picture comes of it.
    Runs,
    /// It chooses a sampler: by this name, or by its input `sampler_name` where this is empty.
    Picks(&'static str),
    /// It lays out the noise levels: along this schedule, or by its input `scheduler` where this is empty.
    Spaces(&'static str),
    /// Each output is the value of this input; an empty name is one that is computed, and so not in the file.
    Holds(&'static [&'static str]),
    /// These texts joined, with what its input `delimiter` holds between them.
    Joins(&'static [&'static str]),
    /// Width and height, chosen from a list as "832x1216", or typed; the outputs by name.
    Sizes(&'static [&'static str]),
    /// A text encoder.
    Says,
    /// Each output is what comes in by this input; what the node does to it is followed, or is nothing.
    Leads(&'static [&'static str]),
    /// The same, and what the node does is not followed.
    Loses(&'static [&'static str]),
    /// Latents of nothing, of a size.
    Empty,
    /// It brings something in; what is behind it matters to nobody.
    Ends,
}

/// A class, what it is, and those of its inputs that are followed or mean nothing; `name=value` means nothing while it is that. Others are named.
pub struct Row(pub &'static str, pub Is, pub &'static [&'static str]);

/// A collection of nodes.
#[cfg_attr(not(test), expect(dead_code, reason = "where a table comes from is for those who read it; a test holds that it is said"))]
pub struct Block {
    /// The collection.
    pub collection: &'static str,
    /// Where it was looked up.
    pub source: &'static str,
    /// When.
    pub date: &'static str,
    /// Its nodes.
    pub rows: &'static [Row],
}

/// All collections.
pub const BLOCKS: &[Block] =
    &[CORE_SAMPLING, CORE_TEXT, CORE_MODEL, CORE_LATENTS, CORE_VALUES, RGTHREE, EFFICIENCY, COMFYROLL, OTHERS, AFTER];

/// A class's row.
pub(super) fn find(class: &str) -> Option<&'static Row> {
    BLOCKS.iter().flat_map(|block| block.rows).find(|row| row.0 == class)
}

/// Classes whose mere presence changed the picture after its sampler.
pub(super) fn is_after(class: &str) -> bool {
    AFTER.rows.iter().any(|row| row.0 == class)
}
