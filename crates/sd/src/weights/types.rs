//! How files store numbers: one row per type and file format, so that even a tensor that is not read can be listed and measured.

use super::blocks;
use decant_graph::f32_of;
use half::{bf16, f16};

/// How a tensor's numbers are stored in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FileType {
    /// 32-bit floats.
    F32,
    /// 16-bit floats.
    F16,
    /// The upper half of 32-bit floats.
    BF16,
    /// 64-bit floats.
    F64,
    /// 8-bit floats of 4 bits of exponent and 3 of mantissa, without infinities (torch's `float8_e4m3fn`).
    F8E4M3,
    /// 8-bit floats of 5 bits of exponent and 2 of mantissa: the upper half of f16.
    F8E5M2,
    /// ggml's blocks of 34 bytes: an f16 scale, then 32 signed bytes.
    Q8_0,
    /// ggml's blocks of 18 bytes: an f16 scale, then 32 numbers of 4 bits.
    Q4_0,
    /// ggml's blocks of 20 bytes: an f16 scale, an f16 minimum, then 32 numbers of 4 bits.
    Q4_1,
    /// ggml's blocks of 22 bytes: an f16 scale, then 32 numbers of 5 bits.
    Q5_0,
    /// ggml's blocks of 24 bytes: an f16 scale, an f16 minimum, then 32 numbers of 5 bits.
    Q5_1,
    /// ggml's blocks of 256 numbers in 144 bytes: 4 bits each, and a 6-bit scale and minimum for each 32.
    Q4K,
    /// ggml's blocks of 256 numbers in 210 bytes: 6 bits each, and an 8-bit scale for each 16.
    Q6K,
    /// Known by name and size, but not read.
    Other(&'static str),
    /// Listed, but unknown: ggml's number for it, or 0 in formats that spell types out.
    Unknown(u32),
}

/// A type whose numbers are read: its name, numbers and bytes in a block, and what turns one block into its numbers.
struct ReadRow {
    dtype: FileType,
    name: &'static str,
    block: usize,
    bytes: usize,
    decode: fn(&[u8], &mut [f32]),
}

const fn read(dtype: FileType, name: &'static str, block: usize, bytes: usize, decode: fn(&[u8], &mut [f32])) -> ReadRow {
    ReadRow { dtype, name, block, bytes, decode }
}

/// The types whose numbers are read. The plain ones' decoders take any count of numbers.
const READ: &[ReadRow] = &[
    read(FileType::F32, "F32", 1, 4, |bytes, numbers| each(bytes, numbers, f32::from_le_bytes)),
    read(FileType::F16, "F16", 1, 2, |bytes, numbers| each(bytes, numbers, |b| f32_of(u16::from_le_bytes(b)))),
    read(FileType::BF16, "BF16", 1, 2, |bytes, numbers| each(bytes, numbers, |b| bf16::from_le_bytes(b).to_f32())),
    read(FileType::F64, "F64", 1, 8, |bytes, numbers| each(bytes, numbers, |b| f64::from_le_bytes(b) as f32)),
    read(FileType::F8E4M3, "F8_E4M3", 1, 1, |bytes, numbers| each(bytes, numbers, |[byte]| e4m3(byte))),
    read(FileType::F8E5M2, "F8_E5M2", 1, 1, |bytes, numbers| each(bytes, numbers, |[byte]| f16::from_le_bytes([0, byte]).to_f32())),
    read(FileType::Q8_0, "Q8_0", 32, 34, blocks::q8_0),
    read(FileType::Q4_0, "Q4_0", 32, 18, blocks::q4_0),
    read(FileType::Q4_1, "Q4_1", 32, 20, blocks::q4_1),
    read(FileType::Q5_0, "Q5_0", 32, 22, blocks::q5_0),
    read(FileType::Q5_1, "Q5_1", 32, 24, blocks::q5_1),
    read(FileType::Q4K, "Q4_K", 256, 144, blocks::q4_k),
    read(FileType::Q6K, "Q6_K", 256, 210, blocks::q6_k),
];

/// Sign, four bits of exponent from 2⁻⁶ on, three of mantissa; both kinds of bits all set is NaN, and there is no infinity
/// (Micikevicius et al. 2022, arXiv:2209.05433).
fn e4m3(byte: u8) -> f32 {
    let (exponent, mantissa) = (i32::from(byte >> 3 & 15), f32::from(byte & 7));
    let size = match (exponent, byte & 7) {
        (15, 7) => f32::NAN,
        (0, _) => mantissa / 8.0 * (-6f32).exp2(),
        _ => (1.0 + mantissa / 8.0) * ((exponent - 7) as f32).exp2(),
    };
    if byte & 128 == 0 { size } else { -size }
}

/// One number of any type of numbers, for where a scalar is meant: what trainers write as whole numbers, too. `None` for other types.
pub(super) fn scalar(dtype: FileType, bytes: &[u8]) -> Option<f32> {
    fn whole<const N: usize>(bytes: &[u8], number: fn([u8; N]) -> f64) -> Option<f32> {
        Some(number(*bytes.first_chunk()?) as f32)
    }
    match dtype {
        FileType::Other("I64") => whole(bytes, |b| i64::from_le_bytes(b) as f64),
        FileType::Other("U64") => whole(bytes, |b| u64::from_le_bytes(b) as f64),
        FileType::Other("I32") => whole(bytes, |b| i32::from_le_bytes(b).into()),
        FileType::Other("U32") => whole(bytes, |b| u32::from_le_bytes(b).into()),
        FileType::Other("I16") => whole(bytes, |b| i16::from_le_bytes(b).into()),
        FileType::Other("U16") => whole(bytes, |b| u16::from_le_bytes(b).into()),
        FileType::Other("I8") => whole(bytes, |b| i8::from_le_bytes(b).into()),
        FileType::Other("U8" | "BOOL") => whole(bytes, |b| u8::from_le_bytes(b).into()),
        _ => {
            let mut numbers = vec![];
            if let Some(one) = dtype.block().filter(|(block, _)| *block == 1).and_then(|(_, size)| bytes.get(..size)) {
                dtype.decode(one, &mut numbers);
            }
            numbers.first().copied()
        }
    }
}

fn each<const N: usize>(bytes: &[u8], numbers: &mut [f32], number: impl Fn([u8; N]) -> f32) {
    for (bytes, x) in bytes.as_chunks().0.iter().zip(numbers) {
        *x = number(*bytes);
    }
}

/// The names of [`READ`], for sentences.
pub(super) fn read_names() -> String {
    READ.iter().map(|row| row.name).collect::<Vec<_>>().join(", ")
}

impl FileType {
    /// Whether [`super::Checkpoint::read`] reads it. Of the others, `position_ids` (I64) turn up, which no model needs, and single numbers ([`super::Checkpoint::scalar`]).
    pub fn is_read(self) -> bool {
        !matches!(self, FileType::Other(_) | FileType::Unknown(_))
    }

    /// Numbers and bytes in a block, for the types that are read.
    pub(super) fn block(self) -> Option<(usize, usize)> {
        READ.iter().find(|row| row.dtype == self).map(|row| (row.block, row.bytes))
    }

    /// Appends the numbers of whole blocks, in stored order; nothing for types that are not read.
    pub(super) fn decode(self, bytes: &[u8], numbers: &mut Vec<f32>) {
        let Some(row) = READ.iter().find(|row| row.dtype == self) else { return };
        let start = numbers.len();
        numbers.resize(start + bytes.len() / row.bytes * row.block, 0.0);
        if row.block == 1 {
            return (row.decode)(bytes, &mut numbers[start..]);
        }
        for (bytes, numbers) in bytes.chunks_exact(row.bytes).zip(numbers[start..].chunks_exact_mut(row.block)) {
            (row.decode)(bytes, numbers);
        }
    }
}

impl std::fmt::Display for FileType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            FileType::Other(name) => f.write_str(name),
            FileType::Unknown(0) => f.write_str("a type that Decant does not know"),
            FileType::Unknown(id) => write!(f, "ggml's type {id}"),
            read => f.write_str(READ.iter().find(|row| row.dtype == *read).map_or("?", |row| row.name)),
        }
    }
}

/// A type as a file spells it, and how long it is.
pub(super) struct TypeRow {
    pub dtype: FileType,
    /// safetensors' name or ggml's.
    pub name: &'static str,
    /// ggml's number; unused for safetensors.
    pub id: u32,
    /// Numbers in a block.
    pub block: u64,
    /// Bits in a block.
    pub bits: u64,
}

const fn row(dtype: FileType, name: &'static str, id: u32, block: u64, bits: u64) -> TypeRow {
    TypeRow { dtype, name, id, block, bits }
}

const fn other(name: &'static str, id: u32, block: u64, bits: u64) -> TypeRow {
    row(FileType::Other(name), name, id, block, bits)
}

/// safetensors 0.8's types (its `Dtype`).
pub(super) const SAFETENSORS: &[TypeRow] = &[
    row(FileType::F32, "F32", 0, 1, 32),
    row(FileType::F16, "F16", 0, 1, 16),
    row(FileType::BF16, "BF16", 0, 1, 16),
    row(FileType::F64, "F64", 0, 1, 64),
    other("C64", 0, 1, 64),
    other("I64", 0, 1, 64),
    other("U64", 0, 1, 64),
    other("I32", 0, 1, 32),
    other("U32", 0, 1, 32),
    other("I16", 0, 1, 16),
    other("U16", 0, 1, 16),
    other("I8", 0, 1, 8),
    other("U8", 0, 1, 8),
    other("BOOL", 0, 1, 8),
    row(FileType::F8E5M2, "F8_E5M2", 0, 1, 8),
    row(FileType::F8E4M3, "F8_E4M3", 0, 1, 8),
    other("F8_E8M0", 0, 1, 8),
    other("F8_E4M3FNUZ", 0, 1, 8),
    other("F8_E5M2FNUZ", 0, 1, 8),
    other("F6_E2M3", 0, 1, 6),
    other("F6_E3M2", 0, 1, 6),
    other("F4", 0, 1, 4),
];

/// ggml's types (`enum ggml_type`), with the block sizes of `ggml-common.h`.
pub(super) const GGML: &[TypeRow] = &[
    row(FileType::F32, "F32", 0, 1, 32),
    row(FileType::F16, "F16", 1, 1, 16),
    row(FileType::BF16, "BF16", 30, 1, 16),
    row(FileType::Q8_0, "Q8_0", 8, 32, 34 * 8),
    row(FileType::Q4_0, "Q4_0", 2, 32, 18 * 8),
    row(FileType::Q4_1, "Q4_1", 3, 32, 20 * 8),
    row(FileType::Q5_0, "Q5_0", 6, 32, 22 * 8),
    row(FileType::Q5_1, "Q5_1", 7, 32, 24 * 8),
    other("Q8_1", 9, 32, 36 * 8),
    other("Q2_K", 10, 256, 84 * 8),
    other("Q3_K", 11, 256, 110 * 8),
    row(FileType::Q4K, "Q4_K", 12, 256, 144 * 8),
    other("Q5_K", 13, 256, 176 * 8),
    row(FileType::Q6K, "Q6_K", 14, 256, 210 * 8),
    other("Q8_K", 15, 256, 292 * 8),
    other("I8", 24, 1, 8),
    other("I16", 25, 1, 16),
    other("I32", 26, 1, 32),
    other("I64", 27, 1, 64),
    row(FileType::F64, "F64", 28, 1, 64),
];

impl TypeRow {
    /// Bytes of a tensor of that shape; `None` if its last axis does not divide into blocks or it is larger than memory could be.
    pub fn bytes(&self, shape: &[usize]) -> Option<u64> {
        let last = shape.last().map_or(1, |axis| *axis as u64);
        let numbers = shape.iter().try_fold(1u64, |product, axis| product.checked_mul(*axis as u64))?;
        let bits = (numbers / self.block).checked_mul(self.bits)?;
        (last.is_multiple_of(self.block) && bits.is_multiple_of(8) && usize::try_from(numbers).is_ok()).then_some(bits / 8)
    }
}

#[cfg(test)]
mod tests;
