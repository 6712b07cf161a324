//! How a CPU is given a matrix product or convolution: its call, cut into units that any thread may do.

use super::{Activation, Epilogue, Operand, product};
use crate::Encoding;
use crate::launch::Slot;
use crate::lowering::{KernelCall, stored};
use decant_kernels::{Kernel, Product, Tile};

/// Units that a large piece of work falls into: enough for many threads, and for the slower one of two to take fewer.
const UNITS: usize = 16;
/// Multiplications below which a unit is not worth handing over: some ten microseconds.
const UNIT_PRODUCTS: u64 = 300_000;
/// Register tiles of rows in a unit: their pointers and inputs stay in the first cache while panels go by.
const UNIT_TILES: usize = 16;
/// Winograd's tiles in a unit: transforming a panel of weights is then a twentieth of the work.
const UNIT_SQUARES: usize = 48;

/// A product's call, but for how it is cut: the operands' flags and encoding are filled in.
pub(super) fn product_call(p: Product, kernel: Kernel, operands: &[Operand], epilogue: &Epilogue, tile: Tile) -> KernelCall {
    let (extra, flags) = epilogue.gpu(operands);
    let activation = Activation::code(epilogue.activation);
    let [bias, per_batch, residual] = extra;
    let encoding = operands[1].weight.map_or(Encoding::F32, |weight| weight.encoding);
    let p = Product { flags, activation, stored: stored(encoding) as u32, ..p };
    let (rows, block) = match kernel {
        Kernel::Winograd => (p.tiles(), UNIT_SQUARES),
        _ => (p.rows(), UNIT_TILES * tile.rows),
    };
    let products = product(&[p.rows(), p.outputs as usize, p.channels as usize, (p.kernel[0] * p.kernel[1]) as usize]);
    let p = cut(p, rows, block, (products / UNIT_PRODUCTS).clamp(1, UNITS as u64) as usize, tile);
    let slots = vec![Slot::operand(0), Slot::operand(1), bias, per_batch, residual, Slot::Output];
    let (units, scratch) = match kernel {
        Kernel::Winograd => (p.winograd_units(tile), p.winograd_scratch(tile)),
        _ => (p.units(tile), p.scratch(tile)),
    };
    KernelCall::new(kernel, slots, &p, units).with_scratch(scratch)
}

/// Into about as many units as are wanted: by rows, where these are too few by panels as well, and then by fewer rows.
fn cut(p: Product, rows: usize, block: usize, wanted: usize, tile: Tile) -> Product {
    let panels = p.panels(tile).count();
    let groups = wanted.div_ceil(rows.div_ceil(block)).clamp(1, panels);
    let unit_panels = panels.div_ceil(groups);
    let blocks = wanted.div_ceil(panels.div_ceil(unit_panels));
    let unit_rows = block.min(rows.div_ceil(blocks).next_multiple_of(tile.rows));
    Product { unit_rows: unit_rows as u32, unit_panels: unit_panels as u32, ..p }
}
