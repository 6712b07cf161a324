//! A weight read the other way round: panels of a layer from inputs to outputs into panels from outputs to inputs, decoded.

use crate::call::{Call, Words};
use crate::maths::half;
use crate::panels::{Panels, Stored};
use crate::set::Tile;
use crate::simd::Simd;
use core::ops::Range;

/// `w'[c][T − 1 − t][n] = w[n][t][c]` in f32. Slots: the weight (in [`Panels`] of `outputs`), the result (in [`Panels`] of `inputs`, f32).
#[derive(Debug, Clone, Copy, PartialEq)]
#[repr(C)]
pub struct Turn {
    /// Output channels of the weight: inputs of the result.
    pub outputs: u32,
    /// Input channels of the weight: outputs of the result.
    pub inputs: u32,
    /// Places of the window, which come in reverse order.
    pub taps: u32,
    /// A [`Stored`] as a number, of the weight.
    pub stored: u32,
}

// SAFETY: words without gaps.
unsafe impl Words for Turn {}

impl Turn {
    fn weight(&self, tile: Tile) -> Panels {
        let (outputs, inputs, taps) = (self.outputs as usize, self.inputs as usize, self.taps as usize);
        Panels { outputs, taps, inputs, stored: Stored::of(self.stored), tile }
    }

    fn result(&self, tile: Tile) -> Panels {
        let (outputs, inputs, taps) = (self.inputs as usize, self.outputs as usize, self.taps as usize);
        Panels { outputs, taps, inputs, stored: Stored::F32, tile }
    }

    /// One for each panel of the result.
    pub fn units(&self, tile: Tile) -> u32 {
        self.result(tile).count() as u32
    }
}

#[cfg_attr(target_arch = "wasm32", inline(never))]
#[cfg_attr(not(target_arch = "wasm32"), inline(always))]
pub(crate) unsafe fn turn<S: Simd>(call: &Call, units: Range<usize>) {
    let p = call.params::<Turn>();
    let (from, to) = (p.weight(S::TILE), p.result(S::TILE));
    let weight = call.slot::<u8>(0);
    for panel in units {
        let (width, first) = (to.width(panel), panel * S::TILE.panel());
        let mut at = call.slot::<u8>(1).add(to.numbers_at(panel)) as *mut f32;
        let known = width.min(from.inputs - first);
        for tap in (0..from.taps).rev() {
            for n in 0..from.outputs {
                column(&from, weight, n, tap * from.inputs + first, core::slice::from_raw_parts_mut(at, known));
                (known..width).for_each(|c| *at.add(c) = 0.0);
                at = at.add(width);
            }
        }
    }
}

/// Neighbouring inputs of one output, from number `k` on.
#[inline(always)]
unsafe fn column(from: &Panels, weight: *const u8, output: usize, k: usize, to: &mut [f32]) {
    let (panel, place) = (output / from.tile.panel(), output % from.tile.panel());
    let (width, numbers) = (from.width(panel), weight.add(from.numbers_at(panel)));
    match from.stored {
        Stored::F32 => {
            let first = (numbers as *const f32).add(k * width + place);
            to.iter_mut().enumerate().for_each(|(c, to)| *to = *first.add(c * width));
        }
        Stored::F16 => {
            let first = (numbers as *const u16).add(k * width + place);
            to.iter_mut().enumerate().for_each(|(c, to)| *to = half(*first.add(c * width)));
        }
        _ => to.iter_mut().enumerate().for_each(|(c, to)| *to = from.number(weight, output, k + c)),
    }
}
