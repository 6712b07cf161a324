//! ggml's blocks to numbers: one function per type, all with the layouts of `ggml-common.h` and the meaning of `ggml-quants.c`.
//!
//! The judge is the Python package `gguf` (`gguf.quants.dequantize`), on random bytes.
//! Every function takes exactly one block and fills exactly its numbers; the sums are in f32, in ggml's order, so that they agree to the bit.

use half::f16;

/// The f16 at byte `at`.
fn half(block: &[u8], at: usize) -> f32 {
    f16::from_le_bytes([block[at], block[at + 1]]).to_f32()
}

/// Bit `at` of the four bytes at the start of `bits`, as 0 or 16: the fifth bit of a q5 number.
fn fifth(bits: &[u8], at: usize) -> u8 {
    (bits[at / 8] >> (at % 8) & 1) << 4
}

/// 34 bytes: scale d, then 32 signed bytes q; d·q.
pub(super) fn q8_0(block: &[u8], numbers: &mut [f32]) {
    let d = half(block, 0);
    for (x, q) in numbers.iter_mut().zip(&block[2..]) {
        *x = *q as i8 as f32 * d;
    }
}

/// 18 bytes: d, then 16 bytes whose low halves are the first 16 numbers, whose high ones the others; d·(q - 8).
pub(super) fn q4_0(block: &[u8], numbers: &mut [f32]) {
    let d = half(block, 0);
    for (j, q) in block[2..].iter().enumerate() {
        numbers[j] = ((q & 15) as f32 - 8.0) * d;
        numbers[j + 16] = ((q >> 4) as f32 - 8.0) * d;
    }
}

/// 20 bytes: d, smallest m, then halves as in q4_0; d·q + m.
pub(super) fn q4_1(block: &[u8], numbers: &mut [f32]) {
    let (d, m) = (half(block, 0), half(block, 2));
    for (j, q) in block[4..].iter().enumerate() {
        numbers[j] = (q & 15) as f32 * d + m;
        numbers[j + 16] = (q >> 4) as f32 * d + m;
    }
}

/// 22 bytes: d, 32 fifth bits, then halves as in q4_0; d·(q - 16).
pub(super) fn q5_0(block: &[u8], numbers: &mut [f32]) {
    let d = half(block, 0);
    for (j, q) in block[6..].iter().enumerate() {
        numbers[j] = ((q & 15 | fifth(&block[2..], j)) as f32 - 16.0) * d;
        numbers[j + 16] = ((q >> 4 | fifth(&block[2..], j + 16)) as f32 - 16.0) * d;
    }
}

/// 24 bytes: d, smallest m, 32 fifth bits, then halves as in q4_0; d·q + m.
pub(super) fn q5_1(block: &[u8], numbers: &mut [f32]) {
    let (d, m) = (half(block, 0), half(block, 2));
    for (j, q) in block[8..].iter().enumerate() {
        numbers[j] = (q & 15 | fifth(&block[4..], j)) as f32 * d + m;
        numbers[j + 16] = (q >> 4 | fifth(&block[4..], j + 16)) as f32 * d + m;
    }
}

/// 144 bytes for 256 numbers: d, dmin, eight 6-bit scales and eight 6-bit minima in 12 bytes, then halves: of each 32 bytes the low
/// ones are one group of 32 numbers, the high ones the next. d·scale·q - dmin·minimum.
pub(super) fn q4_k(block: &[u8], numbers: &mut [f32]) {
    let (d, dmin) = (half(block, 0), half(block, 2));
    for (group, numbers) in numbers.chunks_mut(32).enumerate() {
        let (scale, minimum) = six_bits(&block[4..16], group);
        let (scale, minimum) = (d * scale as f32, dmin * minimum as f32);
        let bytes = &block[16 + group / 2 * 32..][..32];
        for (x, byte) in numbers.iter_mut().zip(bytes) {
            let q = if group.is_multiple_of(2) { byte & 15 } else { byte >> 4 };
            *x = scale * q as f32 - minimum;
        }
    }
}

/// ggml's `get_scale_min_k4`: the first four pairs are whole bytes' low six bits, the others put together from halves and top bits.
fn six_bits(packed: &[u8], group: usize) -> (u8, u8) {
    if group < 4 {
        return (packed[group] & 63, packed[group + 4] & 63);
    }
    let halves = packed[group + 4];
    (halves & 15 | packed[group - 4] >> 6 << 4, halves >> 4 | packed[group] >> 6 << 4)
}

/// 210 bytes for 256 numbers: 128 bytes of low halves, 64 bytes of upper pairs of bits, 16 signed scales, d; d·scale·(q - 32).
pub(super) fn q6_k(block: &[u8], numbers: &mut [f32]) {
    let d = half(block, 208);
    for (i, x) in numbers.iter_mut().enumerate() {
        // in each half of 128: four groups of 32; the low bytes serve groups 0, 1, then their high parts 2, 3
        let (part, group, l) = (i / 128, i / 32 % 4, i % 32);
        let low = block[part * 64 + group % 2 * 32 + l] >> (group / 2 * 4) & 15;
        let high = block[128 + part * 32 + l] >> (group * 2) & 3;
        let scale = block[192 + i / 16] as i8;
        *x = d * scale as f32 * ((low | high << 4) as i8 - 32) as f32;
    }
}
