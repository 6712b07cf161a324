//! Numbers to q8_0 blocks, and the two orders of a convolution's axes; `blocks.rs` has the way back from blocks.

use half::f16;

/// Numbers in a q8_0 block.
pub(super) const BLOCK: usize = 32;
/// Bytes of a q8_0 block: the scale, then one byte per number.
const BLOCK_BYTES: usize = 2 + BLOCK;

/// Numbers as q8_0 blocks; their count is a multiple of 32.
pub(super) fn encode_q8_0(numbers: &[f32]) -> Vec<u8> {
    numbers.as_chunks().0.iter().flat_map(encode_block).collect()
}

/// ggml's q8_0 (`quantize_row_q8_0_ref`): scale d = max|x| / 127 as f16, then x / d rounded, here with d as it is stored.
///
/// Where d is so small that f16 holds it coarsely (below 2^-14), d is rounded up, and once more from the rounded numbers until
/// nothing changes. So no number is clamped, and encoding what was decoded gives the same bytes.
fn encode_block(block: &[f32; BLOCK]) -> [u8; BLOCK_BYTES] {
    let largest = |numbers: &[f32; BLOCK]| numbers.iter().fold(0f32, |largest, x| largest.max(x.abs()));
    let mut scale = scale_for(largest(block));
    let mut rounded = divide(block, scale);
    loop {
        let smaller = scale_for(largest(&rounded) * scale.to_f32());
        if smaller >= scale {
            break;
        }
        scale = smaller;
        rounded = divide(block, scale);
    }
    let mut bytes = [0; BLOCK_BYTES];
    bytes[..2].copy_from_slice(&scale.to_le_bytes());
    for (byte, number) in bytes[2..].iter_mut().zip(rounded) {
        *byte = number as i8 as u8;
    }
    bytes
}

/// max|x| / 127 to the nearest f16, or up to the next where f16 is coarse.
fn scale_for(largest: f32) -> f16 {
    let exact = largest / 127.0;
    let nearest = f16::from_f32(exact);
    if nearest < f16::MIN_POSITIVE && nearest.to_f32() < exact { f16::from_bits(nearest.to_bits() + 1) } else { nearest }
}

fn divide(block: &[f32; BLOCK], scale: f16) -> [f32; BLOCK] {
    let scale = scale.to_f32();
    block.map(|x| if scale > 0.0 { (x / scale).round().clamp(-127.0, 127.0) } else { 0.0 })
}

/// Turns rows stored `[kh, kw, in]` into rows `[in, kh, kw]`, in place; `shape` is `[out, in, kh, kw]`, `numbers` any whole rows of it.
pub(super) fn inputs_second(numbers: &mut [f32], shape: &[usize]) {
    match *shape {
        [_, inputs, height, width] if !numbers.is_empty() => swap_axes(numbers, height * width, inputs),
        _ => {}
    }
}

/// Turns rows `[in, kh, kw]` into rows `[kh, kw, in]`, in place; `shape` is `[out, in, kh, kw]`, `numbers` any whole rows of it.
pub(super) fn inputs_last(numbers: &mut [f32], shape: &[usize]) {
    match *shape {
        [_, inputs, height, width] if !numbers.is_empty() => swap_axes(numbers, inputs, height * width),
        _ => {}
    }
}

/// `[.., rows, columns]` to `[.., columns, rows]`, holding one matrix more.
fn swap_axes(numbers: &mut [f32], rows: usize, columns: usize) {
    if rows == 1 || columns == 1 {
        return;
    }
    for matrix in numbers.chunks_mut(rows * columns) {
        let before = matrix.to_vec();
        for (i, x) in matrix.iter_mut().enumerate() {
            *x = before[i % rows * columns + i / rows];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::FileType;
    use super::*;

    /// Reproducible numbers: Knuth's 64-bit linear congruential generator.
    fn random(state: &mut u64) -> u32 {
        *state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (*state >> 33) as u32
    }

    #[test]
    fn q8_0_of_what_was_decoded_is_the_same_bytes_at_every_magnitude() {
        let mut state = 1;
        for trial in 0..20_000 {
            // 2^-30 (scales that f16 cannot hold) to 2^22 (the largest that it can), with outliers and zeros
            let magnitude = ((trial % 52) as f32 - 30.0).exp2();
            let numbers: [f32; BLOCK] = std::array::from_fn(|_| {
                let x = random(&mut state) as f32 / (1u32 << 30) as f32 - 1.0;
                magnitude * if random(&mut state).is_multiple_of(7) { 0.0 } else { x * x * x }
            });
            let bytes = encode_q8_0(&numbers);
            let mut decoded = Vec::new();
            FileType::Q8_0.decode(&bytes, &mut decoded);
            assert_eq!(encode_q8_0(&decoded), bytes, "{numbers:?}");
            let largest = numbers.iter().fold(0f32, |m, x| m.max(x.abs()));
            // half a step, the scale's own rounding, and twice the smallest f16 where scales are coarse
            let bound = largest * (0.5 / 127.0 + 5e-4) + 2.0 * 127.0 * 6e-8;
            for (x, got) in numbers.iter().zip(&decoded) {
                assert!((x - got).abs() <= bound, "expected {x}, got {got} ± {bound}");
            }
        }
    }

    #[test]
    fn convolutions_turn_and_turn_back() {
        let shape = [2, 3, 2, 5];
        let numbers: Vec<f32> = (0..60).map(|i| i as f32).collect();
        let mut turned = numbers.clone();
        inputs_last(&mut turned, &shape);
        // [out 1, kh 1, kw 4, in 2] is [out 1, in 2, kh 1, kw 4]
        assert_eq!(turned[((2 + 1) * 5 + 4) * 3 + 2], numbers[((3 + 2) * 2 + 1) * 5 + 4]);
        inputs_second(&mut turned, &shape);
        assert_eq!(turned, numbers);
        inputs_second(&mut [], &[0, 3, 2, 5]);
    }
}
