//! What a CPU is to run, as plain data: which kernel of `decant-kernels`, with which operands and parameters, in how many units. Nothing here
//! knows an address, a thread or an instruction set beyond the shape of its register tile.

use crate::launch::Slot;
use crate::{Encoding, WeightUse};
use decant_kernels::{Kernel, Panels, Set, Stored, Tile, Words};

/// One call of a kernel.
#[derive(Debug, Clone, PartialEq)]
pub struct KernelCall {
    /// What runs.
    pub kernel: Kernel,
    /// Where its operands, its result and what it keeps between calls lie, in the kernel's order.
    pub slots: Vec<Slot>,
    /// The kernel's own parameters.
    pub params: Vec<u32>,
    /// Parts that any thread may do.
    pub units: u32,
    /// Bytes that each thread wants for itself.
    pub scratch: usize,
}

/// An operation's CPU side.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Lowering {
    /// In order; each sees what the ones before it wrote.
    pub calls: Vec<KernelCall>,
    /// Numbers (f32) in each scratch buffer that the calls share.
    pub scratch: Vec<usize>,
}

impl Lowering {
    /// A single call.
    pub fn one(call: KernelCall) -> Lowering {
        Lowering { calls: vec![call], scratch: vec![] }
    }
}

impl KernelCall {
    /// A call that keeps nothing for itself.
    pub fn new(kernel: Kernel, slots: Vec<Slot>, params: &impl Words, units: u32) -> KernelCall {
        KernelCall { kernel, slots, params: params.words().to_vec(), units, scratch: 0 }
    }

    /// With so many bytes for each thread.
    pub fn with_scratch(self, scratch: usize) -> KernelCall {
        KernelCall { scratch, ..self }
    }
}

/// How the kernels store a weight in that encoding.
pub fn stored(encoding: Encoding) -> Stored {
    match encoding {
        Encoding::F32 => Stored::F32,
        Encoding::F16 => Stored::F16,
        Encoding::Q8_0 => Stored::Q8_0,
        Encoding::Q4_0 => Stored::Q4_0,
    }
}

/// A weight in panels for that instruction set; `None` where it is a vector, which is f32 padded with zeros to [`VECTOR_PADDING`].
pub fn panels(weight: &WeightUse, tile: Tile) -> Option<Panels> {
    let (outputs, inputs, taps) = match weight.layout {
        crate::Layout::Vector(_) => return None,
        crate::Layout::Matrix { rows, columns } => (rows, columns, 1),
        crate::Layout::Conv { out, input, kernel } => (out, input, kernel[0] * kernel[1]),
    };
    Some(Panels { outputs, taps, inputs, stored: stored(weight.encoding), tile })
}

/// Numbers in the widest vector: biases and the like are padded to a multiple, so that kernels load whole vectors of them.
pub const VECTOR_PADDING: usize = 16;

/// Bytes of a weight as the kernels of that instruction set want it.
pub fn packed_bytes(weight: &WeightUse, set: Set) -> u64 {
    let vector = 4 * weight.numbers().next_multiple_of(VECTOR_PADDING);
    panels(weight, set.tile()).map_or(vector, |panels| panels.bytes()) as u64
}

/// Numbers in a unit of work that only reads and writes.
pub(crate) const UNIT_NUMBERS: usize = 1 << 14;

/// Rows in a unit of work on rows of so many numbers.
pub(crate) fn unit_rows(channels: usize) -> u32 {
    (UNIT_NUMBERS / channels.max(1)).max(1) as u32
}
