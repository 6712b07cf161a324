//! How a weight's numbers are stored: one row of [`ENCODINGS`] each, with a WGSL decoder of the same name in `shaders/weights/`.
//!
//! Every encoding stores a matrix of `rows × stride` numbers, where `stride` is the row's length padded with zeros to the encoding's
//! block. A kernel reads four neighbours at a time (`weights_at`), so no decoder ever sees a block straddle a row. Where blocks have
//! scales, all of them lie after all numbers, so that words stay aligned.
//!
//! ```
//! use decant_graph::Encoding;
//! let bytes = Encoding::Q8_0.encode(&[0.5; 32]);
//! assert_eq!(bytes.len(), 32 + 4, "32 bytes of numbers, one f16 scale, padded to a word");
//! assert!((Encoding::Q8_0.decode(&bytes, 32)[7] - 0.5).abs() < 1e-3);
//! ```

mod halves;
mod q4_0;
mod q8_0;

use half::f16;

pub use halves::{f16_of, f32_of, position};
pub use q4_0::encode_block as encode_q4_0_block;

/// How numbers are stored in a weight buffer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Encoding {
    /// 32-bit floats.
    F32,
    /// 16-bit floats, two to a word; decoded to f32 without `shader-f16`.
    F16,
    /// Blocks of 32 signed bytes with one f16 scale each: ggml's q8_0, rearranged.
    Q8_0,
    /// Blocks of 32 numbers −8…7 of four bits with one f16 scale each: ggml's q4_0, rearranged.
    Q4_0,
}

/// One encoding, as a person or a menu sees it.
pub struct EncodingRow {
    /// The encoding.
    pub encoding: Encoding,
    /// Its name in files, menus and `shaders/weights/NAME.wgsl`.
    pub name: &'static str,
    /// Numbers in a block: a row's length is padded to a multiple of this.
    pub block: usize,
    /// Bytes of a block's numbers.
    pub block_bytes: usize,
    /// Bytes of a block's scale.
    pub scale_bytes: usize,
    /// The largest magnitude that it can hold.
    pub largest: f32,
    /// Largest error of decode(encode(x)), relative to the largest magnitude in x's block: half a unit in the last place of an f16 (2^-11);
    /// half a step of 1/127 plus the scale's own f16 rounding; the part above
    /// seven steps of the smallest scale tried, 0.9/8, plus the same.
    pub error_bound: f32,
}

/// Every encoding that kernels can read.
pub const ENCODINGS: &[EncodingRow] = &[
    EncodingRow { encoding: Encoding::F32, name: "f32", block: 4, block_bytes: 16, scale_bytes: 0, largest: f32::MAX, error_bound: 0.0 },
    EncodingRow { encoding: Encoding::F16, name: "f16", block: 4, block_bytes: 8, scale_bytes: 0, largest: 65_504.0, error_bound: 4.9e-4 },
    EncodingRow {
        encoding: Encoding::Q8_0,
        name: "q8_0",
        block: 32,
        block_bytes: 32,
        scale_bytes: 2,
        largest: 127.0 * 65_504.0,
        error_bound: 0.5 / 127.0 + 5e-4,
    },
    EncodingRow {
        encoding: Encoding::Q4_0,
        name: "q4_0",
        block: 32,
        block_bytes: 16,
        scale_bytes: 2,
        largest: 8.0 * 65_504.0,
        error_bound: 1.0 - 0.9 * 7.0 / 8.0 + 5e-4,
    },
];

impl Encoding {
    /// This encoding's row in [`ENCODINGS`].
    pub fn row(self) -> &'static EncodingRow {
        ENCODINGS.iter().find(|row| row.encoding == self).expect("every encoding has a row; a test checks it")
    }

    /// The encoding of that name.
    pub fn named(name: &str) -> Option<Encoding> {
        ENCODINGS.iter().find(|row| row.name == name).map(|row| row.encoding)
    }

    /// Bytes of so many numbers without their scales.
    pub(crate) fn number_bytes(self, numbers: usize) -> usize {
        let row = self.row();
        numbers * (row.block_bytes / 4) / (row.block / 4)
    }

    /// Bytes of so many numbers' scales.
    pub(crate) fn scale_bytes(self, numbers: usize) -> usize {
        numbers / self.row().block * self.row().scale_bytes
    }

    /// Bytes for `numbers` numbers (a multiple of the block), a multiple of four.
    pub fn bytes(self, numbers: usize) -> usize {
        self.number_bytes(numbers) + self.scale_bytes(numbers).next_multiple_of(4)
    }

    /// Encodes numbers whose count is a multiple of the block.
    pub fn encode(self, values: &[f32]) -> Vec<u8> {
        let [mut bytes, scales] = self.encode_parts(values);
        bytes.extend(scales);
        bytes.resize(self.bytes(values.len()), 0);
        bytes
    }

    /// Numbers and scales, apart.
    pub(crate) fn encode_parts(self, values: &[f32]) -> [Vec<u8>; 2] {
        let row = self.row();
        debug_assert!(row.scale_bytes == 0 || values.len().is_multiple_of(row.block), "rows are padded before they are encoded");
        let mut bytes = if row.scale_bytes > 0 {
            Vec::with_capacity(self.number_bytes(values.len()))
        } else {
            vec![0; self.number_bytes(values.len())]
        };
        let mut scales = Vec::with_capacity(self.scale_bytes(values.len()));
        match self {
            Encoding::F32 => bytes.as_chunks_mut().0.iter_mut().zip(values).for_each(|(b, v)| *b = v.to_le_bytes()),
            Encoding::F16 => bytes.as_chunks_mut().0.iter_mut().zip(values).for_each(|(b, v)| *b = f16_of(*v).to_le_bytes()),
            Encoding::Q8_0 => values.as_chunks().0.iter().for_each(|block| q8_0::push(block, &mut bytes, &mut scales)),
            Encoding::Q4_0 => values.as_chunks().0.iter().for_each(|block| q4_0::push(block, &mut bytes, &mut scales)),
        }
        [bytes, scales]
    }

    /// The numbers that [`Encoding::encode`] stored, as the kernels see them.
    pub fn decode(self, bytes: &[u8], numbers: usize) -> Vec<f32> {
        let (bytes, scales) = bytes.split_at(self.number_bytes(numbers));
        self.decode_parts(bytes, scales)
    }

    /// The numbers that [`Encoding::encode_parts`] stored.
    pub(crate) fn decode_parts(self, bytes: &[u8], scales: &[u8]) -> Vec<f32> {
        let blocks = scales.as_chunks().0.iter().map(|scale| f16::from_le_bytes(*scale).to_f32());
        match self {
            Encoding::F32 => bytes.as_chunks().0.iter().map(|b| f32::from_le_bytes(*b)).collect(),
            Encoding::F16 => bytes.as_chunks().0.iter().map(|b| f32_of(u16::from_le_bytes(*b))).collect(),
            Encoding::Q8_0 => bytes.as_chunks().0.iter().zip(blocks).flat_map(|(block, scale)| q8_0::decode(block, scale)).collect(),
            Encoding::Q4_0 => bytes.as_chunks().0.iter().zip(blocks).flat_map(|(block, scale)| q4_0::decode(block, scale)).collect(),
        }
    }
}

/// The number of the largest magnitude, in four lanes so that compilers use vectors.
fn farthest(block: &[f32; 32]) -> f32 {
    let (mut least, mut most) = ([0f32; 4], [0f32; 4]);
    for four in block.as_chunks::<4>().0 {
        for i in 0..4 {
            least[i] = if four[i] < least[i] { four[i] } else { least[i] };
            most[i] = if four[i] > most[i] { four[i] } else { most[i] };
        }
    }
    let (least, most) = (least.into_iter().fold(0f32, f32::min), most.into_iter().fold(0f32, f32::max));
    if most > -least { most } else { least }
}

/// The sum, in four lanes for the same reason.
fn sum(block: &[f32; 32]) -> f32 {
    let mut sums = [0f32; 4];
    for four in block.as_chunks::<4>().0 {
        for i in 0..4 {
            sums[i] += four[i];
        }
    }
    sums.into_iter().sum()
}

/// The nearest whole number, ties to even, for magnitudes below 2^22: adding 1.5 · 2^23 leaves no digits behind the point. WebAssembly has
/// no instruction for `f32::round`.
fn round(x: f32) -> f32 {
    const SHIFT: f32 = 12_582_912.0;
    (x + SHIFT) - SHIFT
}

#[cfg(test)]
mod tests {
    use super::*;

    fn awkward(n: usize) -> Vec<f32> {
        (0..n).map(|i| ((i * 7919 % 1009) as f32 / 504.5 - 1.0) * if i % 97 == 0 { 40.0 } else { 1.0 }).collect()
    }

    #[test]
    fn every_encoding_keeps_its_error_bound_and_settles() {
        for row in ENCODINGS {
            let values = awkward(32 * 50);
            let bytes = row.encoding.encode(&values);
            assert_eq!(bytes.len(), row.encoding.bytes(values.len()), "{}", row.name);
            let decoded = row.encoding.decode(&bytes, values.len());
            for (block, got) in values.chunks(row.block).zip(decoded.chunks(row.block)) {
                let largest = block.iter().fold(0f32, |m, v| m.max(v.abs()));
                for (v, g) in block.iter().zip(got) {
                    assert!((v - g).abs() <= largest * row.error_bound, "{}: expected {v}, got {g}", row.name);
                }
            }
            let again = row.encoding.decode(&row.encoding.encode(&decoded), values.len());
            assert_eq!(again, decoded, "{}: encoding again changes nothing", row.name);
        }
    }

    #[test]
    fn names_find_their_rows() {
        for row in ENCODINGS {
            assert_eq!(Encoding::named(row.name), Some(row.encoding));
            assert_eq!(row.encoding.row().name, row.name);
        }
        assert_eq!(Encoding::named("q3_k"), None);
    }
}
