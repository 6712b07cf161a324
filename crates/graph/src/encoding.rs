//! How a weight's numbers are stored: one row of [`ENCODINGS`] each, with a WGSL decoder of the same name in `shaders/weights/`.
//!
//! Every encoding stores a matrix of `rows × stride` numbers, where `stride` is the row's length padded with zeros to the encoding's
//! block. A kernel reads four neighbours at a time (`weights_at`), so no decoder ever sees a block straddle a row.
//!
//! ```
//! use decant_graph::Encoding;
//! let bytes = Encoding::Q8_0.encode(&[0.5; 32]);
//! assert_eq!(bytes.len(), 32 + 4, "32 bytes of numbers, one f16 scale, padded to a word");
//! assert!((Encoding::Q8_0.decode(&bytes, 32)[7] - 0.5).abs() < 1e-3);
//! ```

use half::f16;

/// How numbers are stored in a weight buffer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Encoding {
    /// 32-bit floats.
    F32,
    /// 16-bit floats, two to a word; decoded to f32 by `unpack2x16float`, so `shader-f16` is not needed.
    F16,
    /// Blocks of 32 signed bytes with one f16 scale each (ggml's q8_0, with all scales after all bytes so that words stay aligned).
    Q8_0,
}

/// One encoding, as a person or a menu sees it.
pub struct EncodingRow {
    /// The encoding.
    pub encoding: Encoding,
    /// Its name in files, menus and `shaders/weights/NAME.wgsl`.
    pub name: &'static str,
    /// Numbers in a block: a row's length is padded to a multiple of this.
    pub block: usize,
    /// The largest magnitude that it can hold.
    pub largest: f32,
    /// Largest error of decode(encode(x)), relative to the largest magnitude in x's block: half a unit in the last place of an f16 (2^-11), or half a step of 1/127 plus the scale's own f16 rounding.
    pub error_bound: f32,
}

/// Every encoding that kernels can read.
pub const ENCODINGS: &[EncodingRow] = &[
    EncodingRow { encoding: Encoding::F32, name: "f32", block: 4, largest: f32::MAX, error_bound: 0.0 },
    EncodingRow { encoding: Encoding::F16, name: "f16", block: 4, largest: 65_504.0, error_bound: 4.9e-4 },
    EncodingRow { encoding: Encoding::Q8_0, name: "q8_0", block: 32, largest: 127.0 * 65_504.0, error_bound: 0.5 / 127.0 + 5e-4 },
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

    /// Bytes for `numbers` numbers (a multiple of the block), a multiple of four.
    pub fn bytes(self, numbers: usize) -> usize {
        match self {
            Encoding::F32 => numbers * 4,
            Encoding::F16 => numbers * 2,
            Encoding::Q8_0 => numbers + (numbers / 32 * 2).next_multiple_of(4),
        }
    }

    /// Encodes numbers whose count is a multiple of the block.
    pub fn encode(self, values: &[f32]) -> Vec<u8> {
        debug_assert!(self != Encoding::Q8_0 || values.len().is_multiple_of(32), "rows are padded before they are encoded");
        let mut bytes = Vec::with_capacity(self.bytes(values.len()));
        match self {
            Encoding::F32 => values.iter().for_each(|v| bytes.extend(v.to_le_bytes())),
            Encoding::F16 => values.iter().for_each(|v| bytes.extend(f16::from_f32(*v).to_le_bytes())),
            Encoding::Q8_0 => {
                let scales: Vec<f16> = values.chunks(32).map(|block| encode_q8_0_block(block, &mut bytes)).collect();
                scales.iter().for_each(|scale| bytes.extend(scale.to_le_bytes()));
                bytes.resize(self.bytes(values.len()), 0);
            }
        }
        bytes
    }

    /// The numbers that [`Encoding::encode`] stored, as the kernels see them.
    pub fn decode(self, bytes: &[u8], numbers: usize) -> Vec<f32> {
        let half_at = |i: usize| f16::from_le_bytes([bytes[i], bytes[i + 1]]).to_f32();
        match self {
            Encoding::F32 => bytes.as_chunks::<4>().0.iter().take(numbers).map(|b| f32::from_le_bytes(*b)).collect(),
            Encoding::F16 => (0..numbers).map(|i| half_at(2 * i)).collect(),
            Encoding::Q8_0 => (0..numbers).map(|i| (bytes[i] as i8) as f32 * half_at(numbers + i / 32 * 2)).collect(),
        }
    }
}

/// ggml's q8_0: scale = max|x| / 127 in f16, then round. The rounding uses the stored scale, so encoding what was decoded changes nothing.
fn encode_q8_0_block(block: &[f32], bytes: &mut Vec<u8>) -> f16 {
    let largest = block.iter().fold(0f32, |m, v| m.max(v.abs()));
    let scale = f16::from_f32(largest / 127.0);
    let inverse = if scale.to_f32() > 0.0 { 1.0 / scale.to_f32() } else { 0.0 };
    bytes.extend(block.iter().map(|v| (v * inverse).round().clamp(-127.0, 127.0) as i8 as u8));
    scale
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
            assert_eq!(row.encoding.encode(&decoded), bytes, "{}: encoding again changes nothing", row.name);
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
