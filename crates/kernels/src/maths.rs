//! Functions of one number, a vector of them at a time: exponential, activations, and what `core` lacks for single numbers.

use crate::simd::Simd;

/// e^x to about one unit in the last place; below −87.3 and above 88 it stays at what it is there.
///
/// x = n · ln 2 + r with ln 2 in two parts (Cody & Waite 1980), then the polynomial of Cephes' `expf` (Moshier 1992).
#[inline(always)]
pub(crate) unsafe fn exp<S: Simd>(x: S::V) -> S::V {
    let x = S::at_most(S::at_least(x, S::splat(-87.3)), S::splat(88.0));
    let n = S::round(S::mul(x, S::splat(core::f32::consts::LOG2_E)));
    let r = S::fma(n, S::splat(-0.693_359_4), x);
    let r = S::fma(n, S::splat(2.121_944_4e-4), r);
    let mut p = S::splat(1.987_569_1e-4);
    for c in [1.398_2e-3, 8.333_452e-3, 4.166_579_6e-2, 0.166_666_65, 0.5] {
        p = S::fma(p, r, S::splat(c));
    }
    let p = S::fma(S::mul(p, r), r, r);
    S::mul(S::add(p, S::splat(1.0)), S::pow2(n))
}

/// The activation of that number, as `Activation::code` counts them; 0 is the identity.
#[inline(always)]
pub(crate) unsafe fn activate<S: Simd>(code: u32, x: S::V) -> S::V {
    match code {
        1 => gated::<S>(x, x),
        2 => gelu::<S>(x),
        3 => {
            // ½ (1 + tanh z) is σ(2z); z = √(2/π) (x + 0.044715 x³).
            let cubic = S::fma(S::mul(S::mul(x, x), x), S::splat(0.044_715), x);
            gated::<S>(x, S::mul(cubic, S::splat(1.595_769)))
        }
        4 => gated::<S>(x, S::mul(x, S::splat(1.702))),
        5 => S::at_least(x, S::splat(0.0)),
        6 => S::at_least(x, S::mul(x, S::splat(0.2))),
        _ => x,
    }
}

/// `x · σ(z)`.
#[inline(always)]
unsafe fn gated<S: Simd>(x: S::V, z: S::V) -> S::V {
    let e = exp::<S>(S::sub(S::splat(0.0), z));
    S::div(x, S::add(e, S::splat(1.0)))
}

/// `x · Φ(x) = ½ (x + |x| · erf(|x| / √2))`, erf to 1.5e-7 (Abramowitz & Stegun 7.1.26).
#[inline(always)]
pub(crate) unsafe fn gelu<S: Simd>(x: S::V) -> S::V {
    let one = S::splat(1.0);
    // Written so that what is not a number stays.
    let size = S::at_least(x, S::sub(S::splat(0.0), x));
    let z = S::mul(size, S::splat(core::f32::consts::FRAC_1_SQRT_2));
    let t = S::div(one, S::fma(z, S::splat(0.327_591_1), one));
    let mut p = S::splat(1.061_405_4);
    for c in [-1.453_152, 1.421_413_7, -0.284_496_74, 0.254_829_6] {
        p = S::fma(p, t, S::splat(c));
    }
    let tail = S::mul(S::mul(p, t), exp::<S>(S::sub(S::splat(0.0), S::mul(z, z)))); // 1 − erf z
    S::mul(S::splat(0.5), S::fma(size, S::sub(one, tail), x))
}

/// The root of a positive number (Newton's method from a guess that halves the exponent).
#[inline(always)]
pub(crate) fn root(x: f64) -> f64 {
    let mut y = f64::from_bits((x.to_bits() >> 1) + (1023 << 51));
    for _ in 0..5 {
        y = 0.5 * (y + x / y);
    }
    y
}

/// Sine and cosine of an angle up to some thousands, in f64: the nearest quarter turn in two parts, then Taylor's series to within 1e-13.
#[inline(always)]
pub(crate) fn sin_cos(angle: f32) -> [f32; 2] {
    const SHIFT: f64 = 6_755_399_441_055_744.0; // 1.5 · 2^52: adding it leaves no digits behind the point
    let x = angle as f64;
    let quarter = x * core::f64::consts::FRAC_2_PI + SHIFT - SHIFT;
    let r = (x - quarter * 1.570_796_326_734_125_6) - quarter * 6.077_100_506_506_192e-11;
    let r2 = r * r;
    let (mut sin, mut cos) = (1.0, 1.0);
    for n in (1..=7).rev() {
        let n = 2.0 * n as f64;
        sin = 1.0 - sin * r2 / (n * (n + 1.0));
        cos = 1.0 - cos * r2 / (n * (n - 1.0));
    }
    let sin = sin * r;
    let (s, c) = match (quarter as i64).rem_euclid(4) {
        0 => (sin, cos),
        1 => (cos, -sin),
        2 => (-sin, -cos),
        _ => (-cos, sin),
    };
    [s as f32, c as f32]
}

/// An f16 as f32: exponent and fraction moved to their places are the number times 2^−112, also where it is subnormal.
#[inline(always)]
pub(crate) fn half(half: u16) -> f32 {
    let (sign, size) = ((half as u32 & 0x8000) << 16, half as u32 & 0x7fff);
    let scaled = f32::from_bits(size << 13) * f32::from_bits((127 + 112) << 23);
    let special = if size >= 0x7c00 { 0x7f80_0000 } else { 0 };
    f32::from_bits(scaled.to_bits() | special | sign)
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use crate::scalar::Scalar;

    #[test]
    fn exponential_root_and_circle_are_the_standard_librarys() {
        for i in -8700..8800 {
            let x = i as f32 * 0.01;
            let got = unsafe { crate::simd::lanes::<Scalar>(exp::<Scalar>([x; 4])) }[0];
            assert!((got as f64 / (x as f64).exp() - 1.0).abs() < 2.5e-7, "e^{x}: {got}");
        }
        for i in -4000..4000 {
            let x = i as f32 * 0.271;
            let [s, c] = sin_cos(x);
            assert!((s as f64 - (x as f64).sin()).abs() < 6e-8 && (c as f64 - (x as f64).cos()).abs() < 6e-8, "{x}: {s}, {c}");
        }
        for x in [1e-12, 1e-5, 0.3, 1.0, 2.0, 77.0, 1e9, 3e30] {
            assert!((root(x) / x.sqrt() - 1.0).abs() < 1e-14, "√{x}: {}", root(x));
        }
    }

    #[test]
    fn what_is_not_a_number_stays() {
        for code in 0..=6 {
            let got = unsafe { crate::simd::lanes::<Scalar>(activate::<Scalar>(code, [f32::NAN; 4])) }[0];
            assert!(got.is_nan(), "activation {code}: {got}");
        }
    }
}
