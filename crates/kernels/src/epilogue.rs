//! What a product does to each number before it is written: bias, one row for each batch entry, activation, residual, in that order.

use crate::maths::activate;
use crate::simd::Simd;
use core::ops::Range;

/// Where what follows a product lies; null where there is none. The bias is padded with zeros to whole vectors.
pub(crate) struct Epilogue {
    pub bias: *const f32,
    pub per_batch: *const f32,
    pub residual: *const f32,
    pub y: *mut f32,
    /// Numbers in a row of results.
    pub outputs: usize,
    /// Rows of a batch entry.
    pub places: usize,
    pub activation: u32,
}

/// The same for one row.
pub(crate) struct Row {
    per_batch: *const f32,
    residual: *const f32,
    y: *mut f32,
}

impl Epilogue {
    #[inline(always)]
    pub unsafe fn row(&self, row: usize) -> Row {
        let at = |base: *const f32, row: usize| if base.is_null() { base } else { base.add(row * self.outputs) };
        let per_batch = if self.per_batch.is_null() { self.per_batch } else { at(self.per_batch, row / self.places) };
        Row { per_batch, residual: at(self.residual, row), y: self.y.add(row * self.outputs) }
    }

    /// Writes rows of sums, from a column on.
    #[cfg_attr(target_arch = "wasm32", inline(never))]
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    pub unsafe fn put_all<S: Simd>(&self, rows: Range<usize>, column: usize, sums: *const f32, width: usize) {
        for (i, row) in rows.enumerate() {
            let to = self.row(row);
            let mut j = 0;
            while j < width {
                self.put::<S>(&to, column + j, S::load(sums.add(i * width + j)));
                j += S::LANES;
            }
        }
    }

    /// Writes a vector of sums at a column.
    #[inline(always)]
    pub unsafe fn put<S: Simd>(&self, row: &Row, column: usize, sums: S::V) {
        let n = self.outputs - column;
        let mut v = sums;
        if !self.bias.is_null() {
            v = S::add(v, S::load(self.bias.add(column)));
        }
        if !row.per_batch.is_null() {
            v = S::add(v, S::load_up_to(row.per_batch.add(column), n));
        }
        if self.activation != 0 {
            v = activate::<S>(self.activation, v);
        }
        if !row.residual.is_null() {
            v = S::add(v, S::load_up_to(row.residual.add(column), n));
        }
        S::store_up_to(row.y.add(column), v, n);
    }
}
