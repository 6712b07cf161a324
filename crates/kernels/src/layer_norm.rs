//! `(x − mean) / √(variance + ε) · scale + shift` over the channels of each row (Ba et al. 2016), while the row is in the cache.

use crate::call::{Call, Words};
use crate::maths::root;
use crate::simd::{Simd, lanes};
use core::ops::Range;

/// Layer norm. Slots: x `[rows, channels]`, scale and shift (padded with zeros to whole vectors), result.
#[derive(Debug, Clone, Copy, PartialEq)]
#[repr(C)]
pub struct LayerNorm {
    /// Rows.
    pub rows: u32,
    /// Numbers of a row.
    pub channels: u32,
    /// Added to the variance.
    pub epsilon: f32,
    /// Rows in a unit.
    pub unit: u32,
}

// SAFETY: words without gaps.
unsafe impl Words for LayerNorm {}

impl LayerNorm {
    /// Units.
    pub fn units(&self) -> u32 {
        self.rows.div_ceil(self.unit)
    }
}

#[cfg_attr(target_arch = "wasm32", inline(never))]
#[cfg_attr(not(target_arch = "wasm32"), inline(always))]
pub(crate) unsafe fn units<S: Simd>(call: &Call, units: Range<usize>) {
    let p = call.params::<LayerNorm>();
    let (c, unit) = (p.channels as usize, p.unit as usize);
    let (scale, shift) = (call.slot::<f32>(1), call.slot::<f32>(2));
    for row in units.start * unit..(p.rows as usize).min(units.end * unit) {
        let (x, y) = (call.slot::<f32>(0).add(row * c), call.slot::<f32>(3).add(row * c));
        let mut sum = S::splat(0.0);
        let mut k = 0;
        while k < c {
            sum = S::add(sum, S::load_up_to(x.add(k), c - k));
            k += S::LANES;
        }
        let mean = S::splat(S::sum(sum) / c as f32);
        let mut squares = S::splat(0.0);
        k = 0;
        while k < c {
            let mut away = S::sub(S::load_up_to(x.add(k), c - k), mean);
            if c - k < S::LANES {
                let part = lanes::<S>(away);
                away = S::load_part(part.as_ptr(), c - k);
            }
            squares = S::fma(away, away, squares);
            k += S::LANES;
        }
        let factor = S::splat((1.0 / root(S::sum(squares) as f64 / c as f64 + p.epsilon as f64)) as f32);
        k = 0;
        while k < c {
            let normal = S::mul(S::sub(S::load_up_to(x.add(k), c - k), mean), factor);
            S::store_up_to(y.add(k), S::fma(normal, S::load(scale.add(k)), S::load(shift.add(k))), c - k);
            k += S::LANES;
        }
    }
}
