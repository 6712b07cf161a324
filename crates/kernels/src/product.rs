//! Matrix products and convolutions: an implicit GEMM on channels-last pictures. Rows of the left matrix are found through pointers, one for
//! each place and tap (zeros outside), so that neither a matrix of windows nor a padded, doubled or turned picture ever exists.

use crate::call::{Call, Words};
use crate::epilogue::Epilogue;
use crate::panels::{Panels, Stored};
use crate::scratch::Scratch;
use crate::set::Tile;
use crate::simd::Simd;
use crate::work::Work;
use core::ops::Range;

/// A convolution, or a matrix product as one of a 1×1 window on a picture of one row. Slots: input `[batch, height, width, channels]`,
/// weight (in [`Panels`]), bias, row for each batch entry, residual, result `[batch, out[0], out[1], outputs]`.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[repr(C)]
pub struct Product {
    /// Pictures.
    pub batch: u32,
    /// Rows of a picture.
    pub height: u32,
    /// Columns of a picture.
    pub width: u32,
    /// Input channels.
    pub channels: u32,
    /// Output channels.
    pub outputs: u32,
    /// The window's height and width.
    pub kernel: [u32; 2],
    /// Places from one window to the next.
    pub stride: u32,
    /// Rows of zeros above the picture; below 0, rows that are left out.
    pub above: i32,
    /// The same to the left.
    pub left: i32,
    /// 1 where each place is seen as four.
    pub doubled: u32,
    /// The result's height and width.
    pub out: [u32; 2],
    /// A [`Stored`] as a number.
    pub stored: u32,
    /// 1 bias, 2 row for each batch entry, 4 residual.
    pub flags: u32,
    /// As `Activation::code` counts.
    pub activation: u32,
    /// Rows of results in a unit (Winograd: tiles of four).
    pub unit_rows: u32,
    /// Panels in a unit.
    pub unit_panels: u32,
}

// SAFETY: words without gaps.
unsafe impl Words for Product {}

impl Product {
    /// The weight.
    pub fn panels(&self, tile: Tile) -> Panels {
        let taps = (self.kernel[0] * self.kernel[1]) as usize;
        Panels { outputs: self.outputs as usize, taps, inputs: self.channels as usize, stored: Stored::of(self.stored), tile }
    }

    /// Rows of results.
    pub fn rows(&self) -> usize {
        self.batch as usize * self.places()
    }

    /// Rows of results in a batch entry.
    pub(crate) fn places(&self) -> usize {
        self.out[0] as usize * self.out[1] as usize
    }

    /// Units of the direct way.
    pub fn units(&self, tile: Tile) -> u32 {
        (self.rows().div_ceil(self.unit_rows as usize) * self.panel_groups(tile)) as u32
    }

    pub(crate) fn panel_groups(&self, tile: Tile) -> usize {
        self.panels(tile).count().div_ceil(self.unit_panels as usize)
    }

    /// The panels of a unit.
    pub(crate) fn panel_range(&self, tile: Tile, unit: usize) -> Range<usize> {
        let first = unit % self.panel_groups(tile) * self.unit_panels as usize;
        first..self.panels(tile).count().min(first + self.unit_panels as usize)
    }

    /// Bytes of scratch of the direct way.
    pub fn scratch(&self, tile: Tile) -> usize {
        Parts::new(self, tile, core::ptr::null_mut()).bytes
    }

    pub(crate) unsafe fn epilogue(&self, call: &Call) -> Epilogue {
        let slot = |flag: u32, index| if self.flags & flag == 0 { core::ptr::null() } else { call.slot::<f32>(index) as *const f32 };
        Epilogue {
            bias: slot(1, 2),
            per_batch: slot(2, 3),
            residual: slot(4, 4),
            y: call.slot(5),
            outputs: self.outputs as usize,
            places: self.places(),
            activation: self.activation,
        }
    }

    /// Where the channels of a place lie that the window sees, counted with the doubling; zeros outside.
    #[inline(always)]
    pub(crate) unsafe fn place(&self, x: *const f32, zeros: *const f32, batch: usize, row: isize, column: isize) -> *const f32 {
        let (height, width) = ((self.height << self.doubled) as isize, (self.width << self.doubled) as isize);
        if row < 0 || row >= height || column < 0 || column >= width {
            return zeros;
        }
        let (row, column) = (row as usize >> self.doubled, column as usize >> self.doubled);
        x.add(((batch * self.height as usize + row) * self.width as usize + column) * self.channels as usize)
    }
}

/// The scratch.
struct Parts {
    zeros: *mut f32,
    windows: *mut *const f32,
    sums: *mut f32,
    panel: *mut f32,
    bytes: usize,
}

impl Parts {
    fn new(p: &Product, tile: Tile, base: *mut u8) -> Parts {
        let (panels, mut scratch) = (p.panels(tile), Scratch::new(base));
        Parts {
            zeros: scratch.take(p.channels as usize),
            windows: scratch.take((p.unit_rows as usize).next_multiple_of(tile.rows) * panels.taps),
            sums: scratch.take(tile.rows * tile.panel()),
            panel: scratch.take(panels.decoded_numbers()),
            bytes: scratch.used(),
        }
    }
}

#[cfg_attr(target_arch = "wasm32", inline(never))]
#[cfg_attr(not(target_arch = "wasm32"), inline(always))]
pub(crate) unsafe fn units<S: Simd>(call: &Call, units: Range<usize>, scratch: *mut u8) {
    let p = call.params::<Product>();
    let (panels, parts, epilogue) = (p.panels(S::TILE), Parts::new(p, S::TILE, scratch), p.epilogue(call));
    let (groups, unit_rows) = (p.panel_groups(S::TILE), p.unit_rows as usize);
    parts.zeros.write_bytes(0, p.channels as usize);
    for unit in units {
        let first = unit / groups * unit_rows;
        let rows = first..p.rows().min(first + unit_rows);
        windows(p, call.slot(0), &parts, rows.clone(), S::ROWS);
        for panel in p.panel_range(S::TILE, unit) {
            let b = panels.decoded::<S>(call.slot(1), panel, parts.panel);
            let (width, column) = (panels.width(panel), panel * S::TILE.panel());
            let mut row = rows.start;
            while row < rows.end {
                let tile_rows = parts.windows.add((row - rows.start) * panels.taps);
                let work = Work { taps: panels.taps, c: panels.inputs, rows: tile_rows, b, out: parts.sums, stride: width };
                S::tile(width / S::LANES, &work);
                epilogue.put_all::<S>(row..rows.end.min(row + S::ROWS), column, parts.sums, width);
                row += S::ROWS;
            }
        }
    }
}

/// Where the windows of these rows begin, the last row again until a tile is full.
#[cfg_attr(target_arch = "wasm32", inline(never))]
#[cfg_attr(not(target_arch = "wasm32"), inline(always))]
unsafe fn windows(p: &Product, x: *const f32, parts: &Parts, rows: Range<usize>, tile_rows: usize) {
    let (places, out_width) = (p.places(), p.out[1] as usize);
    let mut to = parts.windows;
    for i in 0..rows.len().next_multiple_of(tile_rows) {
        let row = (rows.start + i).min(rows.end - 1);
        let (batch, place) = (row / places, row % places);
        let top = (place / out_width * p.stride as usize) as isize - p.above as isize;
        let left = (place % out_width * p.stride as usize) as isize - p.left as isize;
        for ky in 0..p.kernel[0] as isize {
            for kx in 0..p.kernel[1] as isize {
                *to = p.place(x, parts.zeros, batch, top + ky, left + kx);
                to = to.add(1);
            }
        }
    }
}
