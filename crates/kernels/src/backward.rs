//! Ways back: what an operation's operand has to change by for a change of its result. Formulas are `decant-graph`'s (`op/backward/`).

use crate::call::{Call, Words};
use crate::flat::Flat;
use crate::layer_norm::LayerNorm;
use crate::maths::{exp, gelu, root};
use crate::simd::Simd;
use core::ops::Range;

/// Group norm's. Slots: x `[batch, places, channels]`, scale, the result's cotangent, result as x.
#[derive(Debug, Clone, Copy, PartialEq)]
#[repr(C)]
pub struct GroupNormBackward {
    /// Pictures.
    pub batch: u32,
    /// Places of a picture.
    pub places: u32,
    /// Channels.
    pub channels: u32,
    /// Groups of channels.
    pub groups: u32,
    /// Added to the variance.
    pub epsilon: f32,
}

// SAFETY: words without gaps.
unsafe impl Words for GroupNormBackward {}

impl GroupNormBackward {
    /// One for each group of each picture.
    pub fn units(&self) -> u32 {
        self.batch * self.groups
    }
}

/// The slope of the activation of that number, as `Activation::code` counts them; at a corner, from below.
#[inline(always)]
unsafe fn slope<S: Simd>(code: u32, x: S::V) -> S::V {
    let (one, zero) = (S::splat(1.0), S::splat(0.0));
    // σ(z) (1 + x (1 − σ(z)) z'), of x · σ(z).
    let gated = |z: S::V, slope: S::V| {
        let s = S::div(one, S::add(exp::<S>(S::sub(zero, z)), one));
        S::mul(s, S::fma(S::mul(x, S::sub(one, s)), slope, one))
    };
    // 1 above zero, else 0.
    let above = S::at_most(S::mul(S::at_least(x, zero), S::splat(1e38)), one);
    match code {
        1 => gated(x, one),
        2 => gelu_slope::<S>(x),
        3 => {
            let square = S::mul(x, x);
            let z = S::mul(S::fma(S::mul(square, x), S::splat(0.044_715), x), S::splat(1.595_769));
            gated(z, S::fma(square, S::splat(1.595_769 * 3.0 * 0.044_715), S::splat(1.595_769)))
        }
        4 => gated(S::mul(x, S::splat(1.702)), S::splat(1.702)),
        5 => above,
        6 => S::fma(above, S::splat(0.8), S::splat(0.2)),
        _ => one,
    }
}

/// `Φ(x) + x · φ(x)`, erf as in [`gelu`].
#[inline(always)]
unsafe fn gelu_slope<S: Simd>(x: S::V) -> S::V {
    let one = S::splat(1.0);
    let size = S::at_least(x, S::sub(S::splat(0.0), x));
    let z = S::mul(size, S::splat(core::f32::consts::FRAC_1_SQRT_2));
    let t = S::div(one, S::fma(z, S::splat(0.327_591_1), one));
    let mut p = S::splat(1.061_405_4);
    for c in [-1.453_152, 1.421_413_7, -0.284_496_74, 0.254_829_6] {
        p = S::fma(p, t, S::splat(c));
    }
    let bell = exp::<S>(S::sub(S::splat(0.0), S::mul(z, z)));
    let erf = S::sub(one, S::mul(S::mul(p, t), bell)); // of |x| / √2
    let sign = S::div(x, S::at_least(size, S::splat(1e-30)));
    let below = S::fma(S::mul(sign, erf), S::splat(0.5), S::splat(0.5));
    S::fma(S::mul(x, bell), S::splat(0.398_942_3), below)
}

/// Slots: what the activation was of, the cotangent, the result.
#[cfg_attr(target_arch = "wasm32", inline(never))]
#[cfg_attr(not(target_arch = "wasm32"), inline(always))]
pub(crate) unsafe fn activation<S: Simd>(call: &Call, units: Range<usize>) {
    let p = call.params::<Flat>();
    let numbers = p.numbers(units);
    let (x, dy, y) = (call.slot::<f32>(0), call.slot::<f32>(1), call.slot::<f32>(2));
    let mut k = numbers.start;
    while k < numbers.end {
        let n = numbers.end - k;
        let v = slope::<S>(p.activation, S::load_up_to(x.add(k), n));
        S::store_up_to(y.add(k), S::mul(v, S::load_up_to(dy.add(k), n)), n);
        k += S::LANES;
    }
}

/// Slots: values and gates `[rows, 2 · channels]`, the cotangent `[rows, channels]`, the result as the first.
#[cfg_attr(target_arch = "wasm32", inline(never))]
#[cfg_attr(not(target_arch = "wasm32"), inline(always))]
pub(crate) unsafe fn geglu<S: Simd>(call: &Call, units: Range<usize>) {
    let p = call.params::<Flat>();
    let c = p.channels as usize;
    for row in p.range(units) {
        let (x, dy, y) = (call.slot::<f32>(0).add(2 * row * c), call.slot::<f32>(1).add(row * c), call.slot::<f32>(2).add(2 * row * c));
        let mut k = 0;
        while k < c {
            let (value, gate) = (S::load_up_to(x.add(k), c - k), S::load_up_to(x.add(c + k), c - k));
            let change = S::load_up_to(dy.add(k), c - k);
            S::store_up_to(y.add(k), S::mul(change, gelu::<S>(gate)), c - k);
            S::store_up_to(y.add(c + k), S::mul(S::mul(change, value), gelu_slope::<S>(gate)), c - k);
            k += S::LANES;
        }
    }
}

/// What is normalised together: some runs of `width` numbers, `stride` apart, and the scale of a run's numbers.
struct Together {
    runs: usize,
    width: usize,
    stride: usize,
    scale: *const f32,
    epsilon: f32,
}

impl Together {
    /// From `x` and the cotangent to the result. Sums are in f64, run after run.
    #[inline(always)]
    unsafe fn back(&self, x: *const f32, dy: *const f32, to: *mut f32) {
        let n = (self.runs * self.width) as f64;
        let mut sum = 0.0f64;
        self.each(|at, _| sum += *x.add(at) as f64);
        let mean = sum / n;
        let (mut squares, mut all, mut along) = (0.0f64, 0.0f64, 0.0f64);
        self.each(|at, j| {
            let (away, g) = (*x.add(at) as f64 - mean, (*dy.add(at) * *self.scale.add(j)) as f64);
            squares += away * away;
            all += g;
            along += g * away;
        });
        let factor = 1.0 / root(squares / n + self.epsilon as f64);
        let (mean_g, mean_along) = (all / n, along / n * factor * factor);
        self.each(|at, j| {
            let (away, g) = (*x.add(at) as f64 - mean, (*dy.add(at) * *self.scale.add(j)) as f64);
            *to.add(at) = ((g - mean_g - away * mean_along) * factor) as f32;
        });
    }

    #[inline(always)]
    fn each(&self, mut f: impl FnMut(usize, usize)) {
        for run in 0..self.runs {
            for j in 0..self.width {
                f(run * self.stride + j, j);
            }
        }
    }
}

#[cfg_attr(target_arch = "wasm32", inline(never))]
#[cfg_attr(not(target_arch = "wasm32"), inline(always))]
pub(crate) unsafe fn group_norm(call: &Call, units: Range<usize>) {
    let p = call.params::<GroupNormBackward>();
    let (places, c, groups) = (p.places as usize, p.channels as usize, p.groups as usize);
    let width = c / groups;
    for unit in units {
        let first = unit / groups * places * c + unit % groups * width;
        let scale = call.slot::<f32>(1).add(unit % groups * width) as *const f32;
        let together = Together { runs: places, width, stride: c, scale, epsilon: p.epsilon };
        together.back(call.slot::<f32>(0).add(first), call.slot::<f32>(2).add(first), call.slot::<f32>(3).add(first));
    }
}

/// Slots: x `[rows, channels]`, scale, the result's cotangent, result as x.
#[cfg_attr(target_arch = "wasm32", inline(never))]
#[cfg_attr(not(target_arch = "wasm32"), inline(always))]
pub(crate) unsafe fn layer_norm(call: &Call, units: Range<usize>) {
    let p = call.params::<LayerNorm>();
    let (c, unit) = (p.channels as usize, p.unit as usize);
    let together = Together { runs: 1, width: c, stride: c, scale: call.slot::<f32>(1), epsilon: p.epsilon };
    for row in units.start * unit..(p.rows as usize).min(units.end * unit) {
        together.back(call.slot::<f32>(0).add(row * c), call.slot::<f32>(2).add(row * c), call.slot::<f32>(3).add(row * c));
    }
}
