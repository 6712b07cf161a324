//! Four numbers in an array: for processors without an instance of their own, and to judge the others by. Compilers make whatever vectors
//! the target has of it; a product and its sum are rounded one after the other, as in WebAssembly without relaxed SIMD.

use crate::maths::half;
use crate::set::{Set, Tile};
use crate::simd::Simd;

#[derive(Clone, Copy)]
pub(crate) struct Scalar;

impl Simd for Scalar {
    const TILE: Tile = Set::Scalar.tile();
    type V = [f32; 4];

    #[inline(always)]
    unsafe fn splat(x: f32) -> [f32; 4] {
        [x; 4]
    }
    #[inline(always)]
    unsafe fn load(p: *const f32) -> [f32; 4] {
        (p as *const [f32; 4]).read_unaligned()
    }
    #[inline(always)]
    unsafe fn store(p: *mut f32, v: [f32; 4]) {
        (p as *mut [f32; 4]).write_unaligned(v);
    }
    #[inline(always)]
    unsafe fn add(a: [f32; 4], b: [f32; 4]) -> [f32; 4] {
        core::array::from_fn(|i| a[i] + b[i])
    }
    #[inline(always)]
    unsafe fn sub(a: [f32; 4], b: [f32; 4]) -> [f32; 4] {
        core::array::from_fn(|i| a[i] - b[i])
    }
    #[inline(always)]
    unsafe fn mul(a: [f32; 4], b: [f32; 4]) -> [f32; 4] {
        core::array::from_fn(|i| a[i] * b[i])
    }
    #[inline(always)]
    unsafe fn div(a: [f32; 4], b: [f32; 4]) -> [f32; 4] {
        core::array::from_fn(|i| a[i] / b[i])
    }
    #[inline(always)]
    unsafe fn fma(a: [f32; 4], b: [f32; 4], c: [f32; 4]) -> [f32; 4] {
        core::array::from_fn(|i| a[i] * b[i] + c[i])
    }
    #[inline(always)]
    unsafe fn at_least(x: [f32; 4], bound: [f32; 4]) -> [f32; 4] {
        core::array::from_fn(|i| if x[i] < bound[i] { bound[i] } else { x[i] })
    }
    #[inline(always)]
    unsafe fn at_most(x: [f32; 4], bound: [f32; 4]) -> [f32; 4] {
        core::array::from_fn(|i| if x[i] > bound[i] { bound[i] } else { x[i] })
    }
    #[inline(always)]
    unsafe fn round(x: [f32; 4]) -> [f32; 4] {
        const SHIFT: f32 = 12_582_912.0; // 1.5 · 2^23: adding it leaves no digits behind the point
        x.map(|x| (x + SHIFT) - SHIFT)
    }
    #[inline(always)]
    unsafe fn pow2(x: [f32; 4]) -> [f32; 4] {
        // What is not a number is some power here; the polynomial that it is multiplied with keeps it.
        x.map(|x| f32::from_bits(((x as i32 + 127) as u32) << 23))
    }
    #[inline(always)]
    unsafe fn from_f16(p: *const u16) -> [f32; 4] {
        (p as *const [u16; 4]).read_unaligned().map(half)
    }
    #[inline(always)]
    unsafe fn from_i8(p: *const i8) -> [f32; 4] {
        (p as *const [i8; 4]).read().map(|byte| byte as f32)
    }
    #[inline(always)]
    unsafe fn from_nibbles(p: *const u8) -> [[f32; 4]; 2] {
        let bytes = (p as *const [u8; 4]).read();
        [bytes.map(|byte| (byte & 15) as f32 - 8.0), bytes.map(|byte| (byte >> 4) as f32 - 8.0)]
    }
    #[inline(always)]
    unsafe fn tile(vectors: usize, work: &crate::work::Work) {
        instance::tile(vectors, work);
    }
}

crate::instance!(super::Scalar);
