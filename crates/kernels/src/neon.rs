//! NEON: every 64-bit ARM processor.

use crate::set::{Set, Tile};
use crate::simd::Simd;
use core::arch::aarch64::*;

#[derive(Clone, Copy)]
pub(crate) struct Neon;

impl Simd for Neon {
    const TILE: Tile = Set::Neon.tile();
    type V = float32x4_t;

    #[inline(always)]
    unsafe fn splat(x: f32) -> float32x4_t {
        vdupq_n_f32(x)
    }
    #[inline(always)]
    unsafe fn load(p: *const f32) -> float32x4_t {
        vld1q_f32(p)
    }
    #[inline(always)]
    unsafe fn store(p: *mut f32, v: float32x4_t) {
        vst1q_f32(p, v)
    }
    #[inline(always)]
    unsafe fn add(a: float32x4_t, b: float32x4_t) -> float32x4_t {
        vaddq_f32(a, b)
    }
    #[inline(always)]
    unsafe fn sub(a: float32x4_t, b: float32x4_t) -> float32x4_t {
        vsubq_f32(a, b)
    }
    #[inline(always)]
    unsafe fn mul(a: float32x4_t, b: float32x4_t) -> float32x4_t {
        vmulq_f32(a, b)
    }
    #[inline(always)]
    unsafe fn div(a: float32x4_t, b: float32x4_t) -> float32x4_t {
        vdivq_f32(a, b)
    }
    #[inline(always)]
    unsafe fn fma(a: float32x4_t, b: float32x4_t, c: float32x4_t) -> float32x4_t {
        vfmaq_f32(c, a, b)
    }
    #[inline(always)]
    unsafe fn at_least(x: float32x4_t, bound: float32x4_t) -> float32x4_t {
        vbslq_f32(vcltq_f32(x, bound), bound, x)
    }
    #[inline(always)]
    unsafe fn at_most(x: float32x4_t, bound: float32x4_t) -> float32x4_t {
        vbslq_f32(vcgtq_f32(x, bound), bound, x)
    }
    #[inline(always)]
    unsafe fn round(x: float32x4_t) -> float32x4_t {
        vrndnq_f32(x)
    }
    #[inline(always)]
    unsafe fn pow2(x: float32x4_t) -> float32x4_t {
        vreinterpretq_f32_s32(vshlq_n_s32::<23>(vaddq_s32(vcvtq_s32_f32(x), vdupq_n_s32(127))))
    }
    #[inline(always)]
    unsafe fn from_f16(p: *const u16) -> float32x4_t {
        // As `maths::half` does it.
        let half = vmovl_u16(vld1_u16(p));
        let size = vandq_u32(half, vdupq_n_u32(0x7fff));
        let scaled = vmulq_f32(vreinterpretq_f32_u32(vshlq_n_u32::<13>(size)), vreinterpretq_f32_u32(vdupq_n_u32((127 + 112) << 23)));
        let special = vandq_u32(vcgeq_u32(size, vdupq_n_u32(0x7c00)), vdupq_n_u32(0x7f80_0000));
        let sign = vshlq_n_u32::<16>(vandq_u32(half, vdupq_n_u32(0x8000)));
        vreinterpretq_f32_u32(vorrq_u32(vreinterpretq_u32_f32(scaled), vorrq_u32(special, sign)))
    }
    #[inline(always)]
    unsafe fn from_i8(p: *const i8) -> float32x4_t {
        let four = (p as *const u32).read_unaligned() as u64;
        vcvtq_f32_s32(vmovl_s16(vget_low_s16(vmovl_s8(vcreate_s8(four)))))
    }
    #[inline(always)]
    unsafe fn from_nibbles(p: *const u8) -> [float32x4_t; 2] {
        let four = (p as *const u32).read_unaligned() as u64;
        let bytes = vmovl_u16(vget_low_u16(vmovl_u8(vcreate_u8(four))));
        let eight = vdupq_n_s32(8);
        let low = vreinterpretq_s32_u32(vandq_u32(bytes, vdupq_n_u32(15)));
        let high = vreinterpretq_s32_u32(vshrq_n_u32::<4>(bytes));
        [vcvtq_f32_s32(vsubq_s32(low, eight)), vcvtq_f32_s32(vsubq_s32(high, eight))]
    }
    #[inline(always)]
    unsafe fn tile(vectors: usize, work: &crate::work::Work) {
        instance::tile(vectors, work);
    }
}

crate::instance!(super::Neon);
