//! Writing weights smaller: GGUF files that [`super::Checkpoint`] reads back, and ggml's own tools, too.
//!
//! Matrices and convolutions whose inputs divide into blocks of 32 become q8_0, the other ones f16, everything else
//! (norms, biases) stays f32. The header is as in `gguf.rs`.

use super::gguf::{CONV_LAYOUT, STRING, UINT32};
use super::types::GGML;
use super::values::{BLOCK, encode_q8_0, inputs_last};
use super::{Checkpoint, FileType};
use crate::Error;
use crate::files::Files;
use half::f16;

/// A tensor as a GGUF file stores it.
#[derive(Debug, Clone, PartialEq)]
pub struct Encoded {
    /// Its name.
    pub name: String,
    /// Its shape as stored: convolutions are `[out, kh, kw, in]`.
    pub stored_shape: Vec<usize>,
    /// How its numbers are stored.
    pub dtype: FileType,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// Data starts at multiples of this (GGUF's default).
const ALIGNMENT: usize = 32;

/// The bytes of a `.gguf` file with all of a component's weights, quantized.
///
/// The whole file is built in memory, a quarter to a half of the original's size. Tensors that are not numbers (`position_ids`) are left out.
pub async fn quantize_component(files: &dyn Files, component: &str) -> Result<Vec<u8>, Error> {
    let checkpoint = Checkpoint::open(files, component).await?;
    let mut tensors = Vec::new();
    for (name, info) in checkpoint.tensors() {
        if !name.ends_with("position_ids") {
            tensors.push(encode(name, &info.shape, &checkpoint.read(files, name).await?));
        }
    }
    write_gguf(&tensors)
}

/// Stores a tensor in the smallest of the three types that suits it; `shape` is PyTorch's, `numbers` in its order.
pub fn encode(name: &str, shape: &[usize], numbers: &[f32]) -> Encoded {
    let stored_shape = match *shape {
        [out, inputs, height, width] => vec![out, height, width, inputs],
        _ => shape.to_vec(),
    };
    let mut stored = numbers.to_vec();
    inputs_last(&mut stored, shape);
    let matrix = matches!(shape.len(), 2 | 4);
    // q8_0's scale is an f16, too
    let largest = stored.iter().fold(0f32, |largest, x| largest.max(x.abs()));
    let (dtype, bytes) = if matrix && stored_shape.last().is_some_and(|inputs| inputs % BLOCK == 0) && largest / 127.0 < f16::MAX.to_f32() {
        (FileType::Q8_0, encode_q8_0(&stored))
    } else if matrix && largest < f16::MAX.to_f32() {
        (FileType::F16, stored.iter().flat_map(|x| f16::from_f32(*x).to_le_bytes()).collect())
    } else {
        (FileType::F32, stored.iter().flat_map(|x| x.to_le_bytes()).collect())
    };
    Encoded { name: name.into(), stored_shape, dtype, bytes }
}

/// The bytes of a `.gguf` file (version 3) that holds these tensors.
pub fn write_gguf(tensors: &[Encoded]) -> Result<Vec<u8>, Error> {
    let mut file = b"GGUF".to_vec();
    file.extend(3u32.to_le_bytes());
    file.extend((tensors.len() as u64).to_le_bytes());
    file.extend(3u64.to_le_bytes());
    for (key, value) in [("general.architecture", "stable-diffusion"), CONV_LAYOUT] {
        text(&mut file, key);
        file.extend(STRING.to_le_bytes());
        text(&mut file, value);
    }
    text(&mut file, "general.quantization_version");
    file.extend([UINT32, 2].map(u32::to_le_bytes).concat());
    let mut offset = 0;
    for tensor in tensors {
        entry(&mut file, tensor, offset)?;
        offset += tensor.bytes.len().next_multiple_of(ALIGNMENT);
    }
    file.resize(file.len().next_multiple_of(ALIGNMENT), 0);
    for tensor in tensors {
        file.extend(&tensor.bytes);
        file.resize(file.len().next_multiple_of(ALIGNMENT), 0);
    }
    Ok(file)
}

/// One tensor's entry in the header.
fn entry(file: &mut Vec<u8>, tensor: &Encoded, offset: usize) -> Result<(), Error> {
    let wrong = |problem| Error::Tensor { file: "the GGUF file to write".into(), name: tensor.name.clone(), problem };
    let shape = &tensor.stored_shape;
    let row = GGML.iter().find(|row| row.dtype == tensor.dtype);
    let needed = row
        .and_then(|row| row.bytes(shape))
        .ok_or_else(|| wrong(format!("has the shape {shape:?}, which {} cannot hold", tensor.dtype)))?;
    if needed != tensor.bytes.len() as u64 || shape.len() > 4 {
        return Err(wrong(format!(
            "has the shape {shape:?} of {}: expected {needed} bytes and 4 axes at most, got {}",
            tensor.dtype,
            tensor.bytes.len()
        )));
    }
    text(file, &tensor.name);
    file.extend((shape.len() as u32).to_le_bytes());
    shape.iter().rev().for_each(|axis| file.extend((*axis as u64).to_le_bytes()));
    file.extend(row.map_or(0, |row| row.id).to_le_bytes());
    file.extend((offset as u64).to_le_bytes());
    Ok(())
}

fn text(file: &mut Vec<u8>, text: &str) {
    file.extend((text.len() as u64).to_le_bytes());
    file.extend(text.as_bytes());
}
