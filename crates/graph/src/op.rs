//! Operations: one file each under `op/`, one row each in [`OPS`].
//!
//! An operation says its result's shape (or one sentence why its operands do not fit), what it means (candle-core, in the operands' own float
//! type), and what a GPU and a CPU have to run (plain data). It knows no model and no device.

use crate::caps::Caps;
use crate::choice::Candidate;
use crate::launch::{Kernel, Launch};
use crate::lowering::Lowering;
use crate::weights::WeightUse;
use candle_core::Tensor;
use decant_kernels::Set;
use std::any::Any;
use std::collections::BTreeSet;
use std::fmt::Debug;

mod attention;
mod attention_weights;
mod backward;
mod case;
mod concat;
mod conv2d;
mod epilogue;
mod gather;
mod geglu;
mod group_norm;
mod layer_norm;
mod linear;
mod matrix_units;
mod pixel_shuffle;
mod pointwise;
mod prelu;
mod reshape;
mod stack_rows;
mod statistics;
mod timestep;
mod units;
mod upsample;
mod ways;

pub use attention::Attention;
pub use attention_weights::AttentionWeights;
pub use backward::{
    ActivationBackward, AttentionBackward, AttentionOperand, Conv2dBackward, GegluBackward, GroupNormBackward, LayerNormBackward,
    LinearBackward, Narrow, Spread, UpsampleBackward, differentiable,
};
pub use case::{Case, Fill, awkward};
pub use concat::Concat;
pub use conv2d::{Conv2d, DOUBLED, Padding, SAME, Window};
pub use epilogue::Epilogue;
pub use gather::Gather;
pub use geglu::Geglu;
pub use group_norm::GroupNorm;
pub use layer_norm::LayerNorm;
pub use linear::Linear;
pub use pixel_shuffle::PixelShuffle;
pub use pointwise::{Activation, Binary, BinaryKind, Unary};
pub use prelu::Prelu;
pub use reshape::Reshape;
pub use stack_rows::StackRows;
pub use statistics::GroupNormStatistics;
pub use timestep::TimestepEmbedding;
pub use upsample::Upsample;

/// What an operation's GPU or CPU side sees of an operand.
#[derive(Debug, Clone, Copy)]
pub struct Operand<'a> {
    /// Its shape: a value's own, or a weight's as in the file.
    pub shape: &'a [usize],
    /// Set where the operand is a weight.
    pub weight: Option<&'a WeightUse>,
}

/// An operation's GPU side.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Gpu {
    /// In order; each sees what the ones before it wrote.
    pub launches: Vec<Launch>,
    /// Numbers (f32) in each scratch buffer.
    pub scratch: Vec<usize>,
}

/// Something that an operation may be able to do to its result before writing it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Fusion {
    /// Apply a function.
    Activation(Activation),
    /// Add one row per batch entry, `[batch, channels]`, to every place.
    PerBatch,
    /// Add a value of the result's shape.
    Residual,
    /// Multiply the first half of the channels by the GELU of the second.
    Geglu,
}

/// A copy behind the same trait, and the operation as what it is: every operation that is `Clone` has both.
pub trait BoxedOp {
    /// The same operation once more.
    fn boxed(&self) -> Box<dyn Op>;
    /// For who wants to know which it is.
    fn as_any(&self) -> &dyn Any;
}

impl<T: Op + Clone + 'static> BoxedOp for T {
    fn boxed(&self) -> Box<dyn Op> {
        Box::new(self.clone())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// One kind of computation.
pub trait Op: Debug + BoxedOp {
    /// As in [`OPS`] and in a program's listing.
    fn name(&self) -> &'static str;
    /// The result's shape, or what does not fit.
    fn shape(&self, operands: &[&[usize]]) -> Result<Vec<usize>, String>;
    /// The meaning. Weights come in the file's shape, all floats in one type (f32 or f64).
    fn cpu(&self, operands: &[Tensor]) -> candle_core::Result<Tensor>;
    /// Names of the ways in which a GPU with these capabilities runs it, the best first.
    fn ways(&self, _operands: &[Operand], _result: &[usize], _caps: &Caps) -> Vec<Candidate> {
        vec![Candidate::always("only", ())]
    }
    /// What it launches by that way, one of those that fit; `Err` says what only the CPU can do.
    fn gpu(&self, operands: &[Operand], result: &[usize], caps: &Caps, way: &str) -> Result<Gpu, String>;
    /// Work of which one size says which candidate is best for all: `conv2d few`. None where there is but one way.
    fn class(&self, _operands: &[Operand], _result: &[usize]) -> Option<String> {
        None
    }
    /// Ways to run it on a CPU with that instruction set, the best first; none where only candle can.
    fn kernels(&self, _operands: &[Operand], _result: &[usize], _set: Set) -> Vec<Candidate<Lowering>> {
        vec![]
    }
    /// Bytes that candle's way takes beside operands and result.
    fn cpu_scratch(&self, _operands: &[&[usize]]) -> u64 {
        0
    }
    /// Takes on work that followed it, if it can. For `PerBatch` and `Residual` the operand is appended after this.
    fn fuse(&mut self, _next: Fusion) -> bool {
        false
    }
    /// The work that this operation is, seen from the one before it.
    fn as_fusion(&self) -> Option<Fusion> {
        None
    }
    /// Whether the result is the first operand's bytes under another shape.
    fn is_view(&self) -> bool {
        false
    }
}

/// One row of [`OPS`].
pub struct OpRow {
    /// The operation's name.
    pub name: &'static str,
    /// Largest error on a GPU against f64 on the CPU, as a root mean square relative to the result's own (NMSE's root).
    pub tolerance: f64,
    /// Why that much.
    pub reason: &'static str,
    /// Sizes to try: one, odd, prime, Stable Diffusion's own; with outliers.
    pub cases: fn() -> Vec<Case>,
}

/// As [`OpRow::tolerance`] where a candidate computes in halves: f16 has 11 significant bits, and sums of 16 products are kept in it.
pub const F16_TOLERANCE: f64 = 2e-3;

impl OpRow {
    /// The largest error of that candidate.
    pub fn tolerance_of(&self, candidate: &str) -> f64 {
        if is_f16(candidate) { F16_TOLERANCE } else { self.tolerance }
    }
}

/// Whether that GPU candidate computes in halves.
pub fn is_f16(candidate: &str) -> bool {
    candidate.ends_with("_f16")
}

/// Every operation. Tests and benchmarks loop over this table.
pub const OPS: &[OpRow] = &[
    linear::ROW,
    conv2d::ROW,
    attention::ROW,
    attention_weights::ROW,
    group_norm::ROW,
    statistics::ROW,
    stack_rows::ROW,
    layer_norm::ROW,
    pointwise::ROW,
    prelu::ROW,
    geglu::ROW,
    gather::ROW,
    timestep::ROW,
    concat::ROW,
    upsample::ROW,
    pixel_shuffle::ROW,
    reshape::ROW,
    backward::LINEAR,
    backward::CONV2D,
    backward::SPREAD,
    backward::NARROW,
    backward::ACTIVATION,
    backward::GEGLU,
    backward::GROUP_NORM,
    backward::LAYER_NORM,
    backward::ATTENTION,
    backward::UPSAMPLE,
];

/// Names of all candidates that an operation may have on a GPU, where it has several.
///
/// ```
/// assert!(decant_graph::op::gpu_candidates().contains("square"));
/// ```
pub fn gpu_candidates() -> BTreeSet<&'static str> {
    ways::names().chain(attention::on_gpu::names()).chain(group_norm::NAMES).collect()
}

/// Numbers that a workgroup of [`flat_kernel`] handles.
pub(crate) const FLAT: usize = 256;

/// A kernel that walks its result by `shaders/lib/flat.wgsl`; its grid is `flat_groups(numbers, FLAT)`.
pub(crate) fn flat_kernel(file: &'static str) -> Kernel {
    Kernel::new(file).assuming([("PER_GROUP", FLAT as u32)])
}

/// A [`flat_kernel`] whose rows are of that length, read and written four numbers at a time.
pub(crate) fn row_kernel(file: &'static str, length: usize) -> Kernel {
    flat_kernel(file).with("input", row_reader(length)).with("output", row_reader(length))
}

/// Workgroups for a kernel that handles `per_group` numbers each, folded into two dimensions of at most 65,535 (the kernel folds them back).
pub(crate) fn flat_groups(numbers: usize, per_group: usize) -> [u32; 3] {
    let groups = numbers.div_ceil(per_group).clamp(1, u32::MAX as usize) as u32;
    let rows = groups.div_ceil(65_535);
    [groups.div_ceil(rows), rows, 1]
}

/// The file in `shaders/input/` and `shaders/output/` for rows so long: four numbers at once where all rows begin at a multiple of four.
pub(crate) fn row_reader(length: usize) -> &'static str {
    if length.is_multiple_of(4) { "vec4" } else { "scalar" }
}

/// Numbers in a shape; past the address space (4 GB in a browser) it stays at the most, which no device's limits admit.
pub(crate) fn count(shape: &[usize]) -> usize {
    shape.iter().fold(1, |n: usize, side| n.saturating_mul(*side))
}

/// A product of sizes that may be larger than the address space: arithmetic operations of a whole network are, in a browser.
pub(crate) fn product(sizes: &[usize]) -> u64 {
    sizes.iter().fold(1, |n: u64, size| n.saturating_mul(*size as u64))
}

/// A matrix's rows in a shape: everything before the last dimension.
pub(crate) fn rows(shape: &[usize]) -> usize {
    count(&shape[..shape.len() - 1])
}

/// The last dimension: channels.
pub(crate) fn channels(shape: &[usize]) -> usize {
    shape.last().copied().unwrap_or(1)
}
