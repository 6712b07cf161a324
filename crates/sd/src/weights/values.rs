//! Numbers to ggml's blocks, and the two orders of a convolution's axes; `blocks.rs` has the way back from blocks.

use decant_graph::Encoding;

/// Numbers in a block of the quantized types.
const BLOCK: usize = 32;

/// Numbers as ggml stores them; their count is a multiple of the encoding's block.
///
/// It is the same rounding as on a device, where a tensor's scales lie behind its numbers: here each block's scale stands before it,
/// and q4_0's first sixteen numbers are the low halves of its bytes.
pub(super) fn as_ggml(encoding: Encoding, numbers: &[f32]) -> Vec<u8> {
    let stored = encoding.encode(numbers);
    let row = encoding.row();
    if row.scale_bytes == 0 {
        return stored;
    }
    let (bytes, scales) = stored.split_at(numbers.len() / BLOCK * row.block_bytes);
    let blocks = bytes.chunks(row.block_bytes).zip(scales.chunks(row.scale_bytes));
    blocks.flat_map(|(block, scale)| [scale, &if encoding == Encoding::Q4_0 { halves(block) } else { block.to_vec() }].concat()).collect()
}

/// Neighbours in a byte to numbers sixteen apart in a byte.
fn halves(block: &[u8]) -> Vec<u8> {
    let number = |i: usize| block[i / 2] >> (i % 2 * 4) & 15;
    (0..BLOCK / 2).map(|i| number(i) | number(i + BLOCK / 2) << 4).collect()
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
    fn what_a_file_gives_is_what_a_device_sees_and_is_the_same_bytes_again() {
        let mut state = 1;
        for trial in 0..200 {
            // 2^-30 (scales that f16 cannot hold) to 2^17, with outliers and zeros
            let magnitude = ((trial % 48) as f32 - 30.0).exp2();
            let numbers: Vec<f32> = (0..32 * 40)
                .map(|_| {
                    let x = random(&mut state) as f32 / (1u32 << 30) as f32 - 1.0;
                    magnitude * if random(&mut state).is_multiple_of(7) { 0.0 } else { x * x * x }
                })
                .collect();
            for (encoding, dtype) in [(Encoding::Q8_0, FileType::Q8_0), (Encoding::Q4_0, FileType::Q4_0)] {
                let bytes = as_ggml(encoding, &numbers);
                let mut decoded = Vec::new();
                dtype.decode(&bytes, &mut decoded);
                assert_eq!(decoded, encoding.decode(&encoding.encode(&numbers), numbers.len()), "{encoding:?}");
                let mut again = Vec::new();
                dtype.decode(&as_ggml(encoding, &decoded), &mut again);
                assert_eq!(again, decoded, "{encoding:?}");
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
