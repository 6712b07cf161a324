//! What a builder writes down and a program is made of: values and where they come from. [`crate::fuse`] rewrites it in between.

use crate::WeightUse;
use crate::op::Op;
use std::collections::HashMap;

/// What was written down so far.
#[derive(Default)]
pub(crate) struct Draft {
    pub values: Vec<Value>,
    pub weights: Vec<WeightUse>,
    pub outputs: Vec<(String, usize)>,
    pub errors: Vec<String>,
    /// Whether halves will do.
    pub f16: bool,
    /// The value of each weight by its name.
    pub weight_values: HashMap<String, u32>,
    /// Paths into the checkpoint's names, by number.
    pub paths: Vec<String>,
    /// The number of each path.
    pub path_ids: HashMap<String, u32>,
}

/// Something that an operation can read.
pub(crate) struct Value {
    /// `None` after an error.
    pub shape: Option<Vec<usize>>,
    pub source: Source,
}

pub(crate) enum Source {
    Input {
        name: String,
        ids: bool,
        kept: bool,
    },
    Weight(usize),
    Op {
        op: Box<dyn Op>,
        operands: Vec<usize>,
    },
    /// After an error, or after being fused into a later operation.
    Nothing,
}
