//! Between f16 and f32 without a branch, so that compilers use vectors: WebAssembly has no instruction for it, and a processor's own is taken only
//! where a program asks for it. Opening a model does both for each of its numbers.

/// The number that these bits of an f16 mean.
pub fn f32_of(bits: u16) -> f32 {
    // An f16's exponent counts from 15, an f32's from 127.
    let magnitude = u32::from(bits & 0x7fff) << 13;
    let (normal, special) = (magnitude + (112 << 23), magnitude + (224 << 23));
    // Below 2^-14 there is no leading one: it is lent, and taken back by a subtraction.
    let tiny = (f32::from_bits(magnitude + (113 << 23)) - f32::from_bits(113 << 23)).to_bits();
    let large = if magnitude >= 31 << 23 { special } else { normal };
    f32::from_bits(if magnitude < 1 << 23 { tiny } else { large } | u32::from(bits & 0x8000) << 16)
}

/// The bits of the nearest f16, ties to even; an infinity beyond 65,520.
pub fn f16_of(x: f32) -> u16 {
    let magnitude = x.to_bits() & 0x7fff_ffff;
    let normal = magnitude.wrapping_sub(112 << 23).wrapping_add(0xfff + (magnitude >> 13 & 1)) >> 13;
    // Beside a half, the last place of an f32 is the smallest step of an f16.
    let tiny = (f32::from_bits(magnitude) + 0.5).to_bits().wrapping_sub(126 << 23);
    let special = if magnitude > 0x7f80_0000 { 0x7e00 } else { 0x7c00 };
    let large = if magnitude >= 143 << 23 { special } else { normal };
    (if magnitude < 113 << 23 { tiny } else { large } | x.to_bits() >> 16 & 0x8000) as u16
}

/// Where the first number is that is so. A chunk is looked at as a whole: a loop that may end in its middle takes no vectors.
pub fn position(values: &[f32], is: impl Fn(f32) -> bool) -> Option<usize> {
    const CHUNK: usize = 1024;
    let chunk = values.chunks(CHUNK).position(|chunk| chunk.iter().fold(false, |any, x| any | is(*x)))?;
    let from = chunk * CHUNK;
    values[from..].iter().position(|x| is(*x)).map(|at| from + at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use half::f16;

    #[test]
    fn every_f16_means_what_half_says() {
        for bits in 0..=u16::MAX {
            let (ours, theirs) = (f32_of(bits), f16::from_bits(bits).to_f32());
            assert!(ours.to_bits() == theirs.to_bits() || (ours.is_nan() && theirs.is_nan()), "{bits:#06x}: {ours}, not {theirs}");
        }
    }

    /// Every f16, what lies halfway to the next, and the f32 to either side of both: wherever rounding turns.
    #[test]
    fn every_f32_becomes_the_f16_that_half_says() {
        let halfway = (0..0x7c00u16).map(|bits| (f32_of(bits) + f32_of(bits + 1)) / 2.0);
        let all = (0..=0x7c00u16).map(f32_of).chain(halfway).chain([
            0.0,
            65_519.99,
            65_520.0,
            65_536.0,
            1e30,
            f32::MAX,
            f32::MIN_POSITIVE,
            1e-40,
        ]);
        for x in all.flat_map(|x| [x, f32::from_bits(x.to_bits() + 1), f32::from_bits(x.to_bits().saturating_sub(1))]).flat_map(|x| [x, -x])
        {
            let (ours, theirs) = (f16_of(x), f16::from_f32(x).to_bits());
            assert!(ours == theirs || (x.is_nan() && f32_of(ours).is_nan()), "{x:e}: {ours:#06x}, not {theirs:#06x}");
        }
        assert!(f32_of(f16_of(f32::NAN)).is_nan());
    }

    #[test]
    fn a_position_is_the_first_one() {
        let mut values = vec![1.0; 3000];
        assert_eq!(position(&values, |x| !x.is_finite()), None);
        (values[2050], values[2900]) = (f32::NAN, f32::INFINITY);
        assert_eq!(position(&values, |x| !x.is_finite()), Some(2050));
        assert_eq!(position(&[], |_| true), None);
    }
}
