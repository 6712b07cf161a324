//! AVX2 with FMA and F16C: processors of Intel's since 2013 and AMD's since 2015.

use crate::set::{Set, Tile};
use crate::simd::Simd;
use core::arch::x86_64::*;

#[derive(Clone, Copy)]
pub(crate) struct Avx2;

impl Simd for Avx2 {
    const TILE: Tile = Set::Avx2.tile();
    type V = __m256;

    #[inline(always)]
    unsafe fn splat(x: f32) -> __m256 {
        _mm256_set1_ps(x)
    }
    #[inline(always)]
    unsafe fn load(p: *const f32) -> __m256 {
        _mm256_loadu_ps(p)
    }
    #[inline(always)]
    unsafe fn store(p: *mut f32, v: __m256) {
        _mm256_storeu_ps(p, v)
    }
    #[inline(always)]
    unsafe fn add(a: __m256, b: __m256) -> __m256 {
        _mm256_add_ps(a, b)
    }
    #[inline(always)]
    unsafe fn sub(a: __m256, b: __m256) -> __m256 {
        _mm256_sub_ps(a, b)
    }
    #[inline(always)]
    unsafe fn mul(a: __m256, b: __m256) -> __m256 {
        _mm256_mul_ps(a, b)
    }
    #[inline(always)]
    unsafe fn div(a: __m256, b: __m256) -> __m256 {
        _mm256_div_ps(a, b)
    }
    #[inline(always)]
    unsafe fn fma(a: __m256, b: __m256, c: __m256) -> __m256 {
        _mm256_fmadd_ps(a, b, c)
    }
    #[inline(always)]
    unsafe fn at_least(x: __m256, bound: __m256) -> __m256 {
        _mm256_max_ps(bound, x) // the second where either is not a number
    }
    #[inline(always)]
    unsafe fn at_most(x: __m256, bound: __m256) -> __m256 {
        _mm256_min_ps(bound, x)
    }
    #[inline(always)]
    unsafe fn round(x: __m256) -> __m256 {
        _mm256_round_ps::<{ _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC }>(x)
    }
    #[inline(always)]
    unsafe fn pow2(x: __m256) -> __m256 {
        let exponent = _mm256_add_epi32(_mm256_cvtps_epi32(x), _mm256_set1_epi32(127));
        _mm256_castsi256_ps(_mm256_slli_epi32::<23>(exponent))
    }
    #[inline(always)]
    unsafe fn from_f16(p: *const u16) -> __m256 {
        _mm256_cvtph_ps(_mm_loadu_si128(p as *const __m128i))
    }
    #[inline(always)]
    unsafe fn from_i8(p: *const i8) -> __m256 {
        _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(_mm_loadl_epi64(p as *const __m128i)))
    }
    #[inline(always)]
    unsafe fn from_nibbles(p: *const u8) -> [__m256; 2] {
        let bytes = _mm256_cvtepu8_epi32(_mm_loadl_epi64(p as *const __m128i));
        let (low, high) = (_mm256_and_si256(bytes, _mm256_set1_epi32(15)), _mm256_srli_epi32::<4>(bytes));
        let eight = _mm256_set1_epi32(8);
        [_mm256_cvtepi32_ps(_mm256_sub_epi32(low, eight)), _mm256_cvtepi32_ps(_mm256_sub_epi32(high, eight))]
    }
    #[inline(always)]
    unsafe fn tile(vectors: usize, work: &crate::work::Work) {
        instance::tile(vectors, work);
    }
}

crate::instance!(super::Avx2, "avx2,fma,f16c");
