//! The bytes of a GGUF file's header, version 3, for the reader beside it and for ggml's own tools.

use super::super::FileType;
use super::super::types::GGML;
use super::{CONV_LAYOUT, STRING, UINT32};
use crate::Error;
use crate::error::Sentence;

/// Data starts at multiples of this (GGUF's default), in the file and for each tensor.
pub(crate) const ALIGNMENT: u64 = 32;

/// A tensor as it will be stored.
pub(crate) struct Entry<'a> {
    pub name: &'a str,
    /// Convolutions are `[out, kh, kw, in]`.
    pub shape: Vec<usize>,
    pub dtype: FileType,
}

/// Everything up to the first tensor's bytes, and the length of each tensor, from which the next is [`ALIGNMENT`] away at most.
pub(crate) fn header(notes: &[(String, String)], entries: &[Entry]) -> Result<(Vec<u8>, Vec<u64>), Error> {
    let mut file = b"GGUF".to_vec();
    file.extend(3u32.to_le_bytes());
    file.extend((entries.len() as u64).to_le_bytes());
    file.extend((notes.len() as u64 + 3).to_le_bytes());
    let fixed = [("general.architecture", "stable-diffusion"), CONV_LAYOUT];
    for (key, value) in fixed.into_iter().chain(notes.iter().map(|(key, value)| (key.as_str(), value.as_str()))) {
        text(&mut file, key);
        file.extend(STRING.to_le_bytes());
        text(&mut file, value);
    }
    text(&mut file, "general.quantization_version");
    file.extend([UINT32, 2].map(u32::to_le_bytes).concat());
    let (mut offset, mut lengths) = (0u64, Vec::new());
    for entry in entries {
        let length = tensor(&mut file, entry, offset)?;
        offset += length.next_multiple_of(ALIGNMENT);
        lengths.push(length);
    }
    file.resize(file.len().next_multiple_of(ALIGNMENT as usize), 0);
    Ok((file, lengths))
}

/// One tensor's entry; returns the length of its bytes.
fn tensor(file: &mut Vec<u8>, entry: &Entry, offset: u64) -> Result<u64, Error> {
    let Entry { name, shape, dtype } = entry;
    let row = GGML.iter().find(|row| row.dtype == *dtype);
    let found = row.and_then(|row| Some((row.id, row.bytes(shape)?))).filter(|_| shape.len() <= 4);
    let Some((id, length)) = found else {
        let problem =
            Sentence::english(format!("has the shape {shape:?} as {dtype}, expected 4 axes at most and a last one of whole blocks"));
        return Err(Error::Tensor { file: "the GGUF file to write".into(), name: name.to_string(), problem });
    };
    text(file, name);
    file.extend((shape.len() as u32).to_le_bytes());
    shape.iter().rev().for_each(|axis| file.extend((*axis as u64).to_le_bytes()));
    file.extend(id.to_le_bytes());
    file.extend(offset.to_le_bytes());
    Ok(length)
}

fn text(file: &mut Vec<u8>, text: &str) {
    file.extend((text.len() as u64).to_le_bytes());
    file.extend(text.as_bytes());
}
