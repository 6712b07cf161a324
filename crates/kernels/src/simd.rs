//! One small vector trait, one implementation for each instruction set. Every method is `inline(always)`, so that a kernel that is generic
//! over it takes on the target features of the function it is inlined into.

use crate::set::Tile;

/// A vector of f32 lanes, and the shape of the register tile that suits the registers.
///
/// # Safety
/// Every method wants a processor that has the instruction set, and pointers that may be read or written as far as the method says; no
/// alignment is assumed.
pub(crate) trait Simd: Copy {
    /// The register tile, as [`crate::Set::tile`] has it.
    const TILE: Tile;
    /// Numbers in a vector; at most [`MOST_LANES`].
    const LANES: usize = Self::TILE.lanes;
    /// Rows of the register tile.
    const ROWS: usize = Self::TILE.rows;
    /// The vector.
    type V: Copy;

    unsafe fn splat(x: f32) -> Self::V;
    unsafe fn load(p: *const f32) -> Self::V;
    unsafe fn store(p: *mut f32, v: Self::V);
    unsafe fn add(a: Self::V, b: Self::V) -> Self::V;
    unsafe fn sub(a: Self::V, b: Self::V) -> Self::V;
    unsafe fn mul(a: Self::V, b: Self::V) -> Self::V;
    unsafe fn div(a: Self::V, b: Self::V) -> Self::V;
    /// `a · b + c`, rounded once where the instruction set can.
    unsafe fn fma(a: Self::V, b: Self::V, c: Self::V) -> Self::V;
    /// `bound` where x is below it, else x: so what is not a number stays.
    unsafe fn at_least(x: Self::V, bound: Self::V) -> Self::V;
    /// `bound` where x is above it, else x.
    unsafe fn at_most(x: Self::V, bound: Self::V) -> Self::V;
    /// The nearest whole number, ties to even, of a magnitude below 2^22.
    unsafe fn round(x: Self::V) -> Self::V;
    /// 2^x for whole x in −126..=127.
    unsafe fn pow2(x: Self::V) -> Self::V;
    /// `LANES` f16s.
    unsafe fn from_f16(p: *const u16) -> Self::V;
    /// `LANES` signed bytes.
    unsafe fn from_i8(p: *const i8) -> Self::V;
    /// The lower and the upper four bits of `LANES` bytes, each less 8.
    unsafe fn from_nibbles(p: *const u8) -> [Self::V; 2];
    /// The register tile, see [`crate::tile::tile`], of so many vectors.
    unsafe fn tile(vectors: usize, work: &crate::work::Work);

    /// The first `n` lanes from memory, zeros in the others.
    #[inline(always)]
    unsafe fn load_part(p: *const f32, n: usize) -> Self::V {
        let mut lanes = [0.0; MOST_LANES];
        for i in 0..n {
            lanes[i] = *p.add(i);
        }
        Self::load(lanes.as_ptr())
    }

    /// The first `n` lanes into memory.
    #[inline(always)]
    unsafe fn store_part(p: *mut f32, v: Self::V, n: usize) {
        let lanes = lanes::<Self>(v);
        for i in 0..n {
            *p.add(i) = lanes[i];
        }
    }

    /// All lanes, or the first `n` of them where a row ends.
    #[inline(always)]
    unsafe fn load_up_to(p: *const f32, n: usize) -> Self::V {
        if n >= Self::LANES { Self::load(p) } else { Self::load_part(p, n) }
    }

    /// All lanes, or the first `n` of them where a row ends.
    #[inline(always)]
    unsafe fn store_up_to(p: *mut f32, v: Self::V, n: usize) {
        if n >= Self::LANES {
            Self::store(p, v);
        } else {
            Self::store_part(p, v, n);
        }
    }

    /// The sum of all lanes, in their order.
    #[inline(always)]
    unsafe fn sum(v: Self::V) -> f32 {
        lanes::<Self>(v)[..Self::LANES].iter().sum()
    }

    /// The largest lane.
    #[inline(always)]
    unsafe fn largest(v: Self::V) -> f32 {
        let lanes = lanes::<Self>(v);
        let mut most = lanes[0];
        for lane in &lanes[1..Self::LANES] {
            // Written so that what is not a number stays.
            most = if *lane <= most { most } else { *lane };
        }
        most
    }
}

/// The widest vector: AVX-512's.
pub(crate) const MOST_LANES: usize = 16;

#[inline(always)]
pub(crate) unsafe fn lanes<S: Simd>(v: S::V) -> [f32; MOST_LANES] {
    let mut lanes = [0.0; MOST_LANES];
    S::store(lanes.as_mut_ptr(), v);
    lanes
}
