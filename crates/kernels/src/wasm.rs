//! WebAssembly's 128-bit vectors: with relaxed SIMD (a build of its own) products and sums are one instruction.

use crate::set::{Set, Tile};
use crate::simd::Simd;
use core::arch::wasm32::*;

#[derive(Clone, Copy)]
pub(crate) struct Wasm;

impl Simd for Wasm {
    const TILE: Tile = Set::Simd128.tile();
    type V = v128;

    #[inline(always)]
    unsafe fn splat(x: f32) -> v128 {
        f32x4_splat(x)
    }
    #[inline(always)]
    unsafe fn load(p: *const f32) -> v128 {
        v128_load(p as *const v128)
    }
    #[inline(always)]
    unsafe fn store(p: *mut f32, v: v128) {
        v128_store(p as *mut v128, v)
    }
    #[inline(always)]
    unsafe fn add(a: v128, b: v128) -> v128 {
        f32x4_add(a, b)
    }
    #[inline(always)]
    unsafe fn sub(a: v128, b: v128) -> v128 {
        f32x4_sub(a, b)
    }
    #[inline(always)]
    unsafe fn mul(a: v128, b: v128) -> v128 {
        f32x4_mul(a, b)
    }
    #[inline(always)]
    unsafe fn div(a: v128, b: v128) -> v128 {
        f32x4_div(a, b)
    }
    #[cfg(target_feature = "relaxed-simd")]
    #[inline(always)]
    unsafe fn fma(a: v128, b: v128, c: v128) -> v128 {
        f32x4_relaxed_madd(a, b, c)
    }
    #[cfg(not(target_feature = "relaxed-simd"))]
    #[inline(always)]
    unsafe fn fma(a: v128, b: v128, c: v128) -> v128 {
        f32x4_add(f32x4_mul(a, b), c)
    }
    #[inline(always)]
    unsafe fn at_least(x: v128, bound: v128) -> v128 {
        f32x4_pmax(x, bound)
    }
    #[inline(always)]
    unsafe fn at_most(x: v128, bound: v128) -> v128 {
        f32x4_pmin(x, bound)
    }
    #[inline(always)]
    unsafe fn round(x: v128) -> v128 {
        f32x4_nearest(x)
    }
    #[inline(always)]
    unsafe fn pow2(x: v128) -> v128 {
        // 1.5 · 2^23 more and the last bits of the number are x + 127 itself; a conversion that saturates takes several instructions.
        i32x4_shl(f32x4_add(x, f32x4_splat(12_582_912.0 + 127.0)), 23)
    }
    #[inline(always)]
    unsafe fn from_f16(p: *const u16) -> v128 {
        // As `maths::half` does it.
        let half = u32x4_load_extend_u16x4(p);
        let size = v128_and(half, u32x4_splat(0x7fff));
        let scaled = f32x4_mul(u32x4_shl(size, 13), u32x4_splat((127 + 112) << 23));
        let special = v128_and(u32x4_ge(size, u32x4_splat(0x7c00)), u32x4_splat(0x7f80_0000));
        let sign = u32x4_shl(v128_and(half, u32x4_splat(0x8000)), 16);
        v128_or(scaled, v128_or(special, sign))
    }
    #[inline(always)]
    unsafe fn from_i8(p: *const i8) -> v128 {
        let bytes = v128_load32_zero(p as *const u32);
        f32x4_convert_i32x4(i32x4_extend_low_i16x8(i16x8_extend_low_i8x16(bytes)))
    }
    #[inline(always)]
    unsafe fn from_nibbles(p: *const u8) -> [v128; 2] {
        let bytes = u32x4_extend_low_u16x8(u16x8_extend_low_u8x16(v128_load32_zero(p as *const u32)));
        let less_8 = |x| f32x4_convert_i32x4(i32x4_sub(x, i32x4_splat(8)));
        [less_8(v128_and(bytes, u32x4_splat(15))), less_8(u32x4_shr(bytes, 4))]
    }
    #[inline(always)]
    unsafe fn tile(vectors: usize, work: &crate::work::Work) {
        instance::tile(vectors, work);
    }
}

crate::instance!(super::Wasm);
