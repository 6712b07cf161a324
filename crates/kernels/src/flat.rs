//! Functions of each number, and of pairs of numbers.

use crate::call::{Call, Words};
use crate::maths::{activate, gelu};
use crate::simd::Simd;
use core::ops::Range;

/// Work on rows of numbers, one after the other. Slots: the operands, the result.
#[derive(Debug, Clone, Copy, PartialEq)]
#[repr(C)]
pub struct Flat {
    /// Rows of the result.
    pub rows: u32,
    /// Numbers of a row.
    pub channels: u32,
    /// Rows of a batch entry.
    pub places: u32,
    /// As `Activation::code` counts.
    pub activation: u32,
    /// Factor after the activation.
    pub multiply: f32,
    /// Summand after the factor.
    pub add: f32,
    /// Rows in a unit.
    pub unit: u32,
}

// SAFETY: words without gaps.
unsafe impl Words for Flat {}

impl Flat {
    /// Units.
    pub fn units(&self) -> u32 {
        self.rows.div_ceil(self.unit)
    }

    /// The rows of some units.
    pub(crate) fn range(&self, units: Range<usize>) -> Range<usize> {
        let unit = self.unit as usize;
        units.start * unit..(self.rows as usize).min(units.end * unit)
    }

    /// The numbers of some units.
    pub(crate) fn numbers(&self, units: Range<usize>) -> Range<usize> {
        let (rows, c) = (self.range(units), self.channels as usize);
        rows.start * c..rows.end * c
    }
}

#[cfg_attr(target_arch = "wasm32", inline(never))]
#[cfg_attr(not(target_arch = "wasm32"), inline(always))]
pub(crate) unsafe fn geglu<S: Simd>(call: &Call, units: Range<usize>) {
    let p = call.params::<Flat>();
    let c = p.channels as usize;
    for row in p.range(units) {
        let (x, y) = (call.slot::<f32>(0).add(2 * row * c), call.slot::<f32>(1).add(row * c));
        let mut k = 0;
        while k < c {
            let gate = gelu::<S>(S::load_up_to(x.add(c + k), c - k));
            S::store_up_to(y.add(k), S::mul(S::load_up_to(x.add(k), c - k), gate), c - k);
            k += S::LANES;
        }
    }
}

#[cfg_attr(target_arch = "wasm32", inline(never))]
#[cfg_attr(not(target_arch = "wasm32"), inline(always))]
pub(crate) unsafe fn unary<S: Simd>(call: &Call, units: Range<usize>) {
    let p = call.params::<Flat>();
    let (x, y, numbers) = (call.slot::<f32>(0), call.slot::<f32>(1), p.numbers(units));
    let mut k = numbers.start;
    while k < numbers.end {
        let v = activate::<S>(p.activation, S::load_up_to(x.add(k), numbers.end - k));
        // Rounded twice, as candle does it.
        let v = S::add(S::mul(v, S::splat(p.multiply)), S::splat(p.add));
        S::store_up_to(y.add(k), v, numbers.end - k);
        k += S::LANES;
    }
}

#[inline(always)]
pub(crate) unsafe fn add<S: Simd>(call: &Call, units: Range<usize>) {
    let numbers = call.params::<Flat>().numbers(units);
    let (a, b, y) = (call.slot::<f32>(0), call.slot::<f32>(1), call.slot::<f32>(2));
    let mut k = numbers.start;
    while k < numbers.end {
        let n = numbers.end - k;
        S::store_up_to(y.add(k), S::add(S::load_up_to(a.add(k), n), S::load_up_to(b.add(k), n)), n);
        k += S::LANES;
    }
}

#[inline(always)]
pub(crate) unsafe fn multiply<S: Simd>(call: &Call, units: Range<usize>) {
    let numbers = call.params::<Flat>().numbers(units);
    let (a, b, y) = (call.slot::<f32>(0), call.slot::<f32>(1), call.slot::<f32>(2));
    let mut k = numbers.start;
    while k < numbers.end {
        let n = numbers.end - k;
        S::store_up_to(y.add(k), S::mul(S::load_up_to(a.add(k), n), S::load_up_to(b.add(k), n)), n);
        k += S::LANES;
    }
}

#[inline(always)]
pub(crate) unsafe fn add_per_batch<S: Simd>(call: &Call, units: Range<usize>) {
    let p = call.params::<Flat>();
    let c = p.channels as usize;
    for row in p.range(units) {
        let b = call.slot::<f32>(1).add(row / p.places as usize * c);
        let (a, y) = (call.slot::<f32>(0).add(row * c), call.slot::<f32>(2).add(row * c));
        let mut k = 0;
        while k < c {
            S::store_up_to(y.add(k), S::add(S::load_up_to(a.add(k), c - k), S::load_up_to(b.add(k), c - k)), c - k);
            k += S::LANES;
        }
    }
}

/// Slots: the numbers, a slope for each channel, the result.
#[inline(always)]
pub(crate) unsafe fn prelu<S: Simd>(call: &Call, units: Range<usize>) {
    let p = call.params::<Flat>();
    let (c, zero) = (p.channels as usize, S::splat(0.0));
    for row in p.range(units) {
        let (x, slopes, y) = (call.slot::<f32>(0).add(row * c), call.slot::<f32>(1), call.slot::<f32>(2).add(row * c));
        let mut k = 0;
        while k < c {
            let v = S::load_up_to(x.add(k), c - k);
            let above = S::at_least(v, zero);
            let below = S::mul(S::sub(v, above), S::load_up_to(slopes.add(k), c - k));
            S::store_up_to(y.add(k), S::add(above, below), c - k);
            k += S::LANES;
        }
    }
}
