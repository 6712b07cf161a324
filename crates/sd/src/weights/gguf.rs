//! The header of a GGUF file (<https://github.com/ggml-org/ggml/blob/master/docs/gguf.md>), versions 2 and 3:
//! magic, version, counts, metadata, one entry per tensor (name, axes fastest first, type, offset), padding, data.
//!
//! candle-core has a reader, too; it is the second opinion in the tests, but it keeps every metadata array in memory
//! and panics on an alignment of 0, which a file from the web must not be able to do.
//!
//! Texts of the metadata become notes. `decant.layout` = `components` says that the file is a whole model: its tensors are named
//! `COMPONENT.TENSOR` (`unet.conv_in.weight`) as diffusers has them, and each note `decant.file.PATH` is the text of a model folder's file
//! (`decant.file.unet/config.json`, `decant.file.model_index.json`).
//!
//! With the metadata key `decant.conv_layout` = `ohwi`, tensors of four axes are convolutions stored as `[out, kh, kw, in]`;
//! without it they are as PyTorch has them.

pub(super) mod write;

use super::cursor::{Cursor, Stop, parse_start, wrong};
use super::types::{GGML, TypeRow};
use super::{FileType, Indexed, Order, TensorInfo, Tensors, ranges};
use crate::Error;
use crate::files::Files;
use std::collections::BTreeMap;

/// The metadata key that says how convolutions are stored, and its one value.
const CONV_LAYOUT: (&str, &str) = ("decant.conv_layout", "ohwi");

/// Longest header, in bytes: room for the tokenizers that language models carry, and more.
const LONGEST_HEADER: u64 = 32_000_000;

/// Most tensors; Stable Diffusion XL has 2,500.
const MOST_TENSORS: u64 = 100_000;

/// Most axes of a tensor (`GGML_MAX_DIMS`).
const MOST_AXES: u32 = 4;

pub(super) async fn index(files: &dyn Files, file: &str, size: u64) -> Result<Indexed, Error> {
    let mut indexed = parse_start(files, file, size, LONGEST_HEADER, |start| header(file, start, size)).await?;
    fill_unknown(&mut indexed.tensors, size);
    ranges::check(file, size, &mut indexed.tensors)?;
    Ok(indexed)
}

/// Tensors of unknown types end where the next one begins: only the type would say where.
fn fill_unknown(tensors: &mut Tensors, size: u64) {
    let mut starts: Vec<u64> = tensors.iter().map(|(_, info)| info.range.start).collect();
    starts.sort_unstable();
    for (_, info) in tensors.iter_mut().filter(|(_, info)| matches!(info.dtype, FileType::Unknown(_))) {
        let after = starts.partition_point(|start| *start <= info.range.start);
        info.range.end = starts.get(after).copied().unwrap_or(size).max(info.range.start);
    }
}

/// What the metadata says that matters here.
struct Metadata {
    alignment: u64,
    convolutions: Order,
    notes: BTreeMap<String, String>,
}

fn header(file: &str, bytes: &[u8], size: u64) -> Result<Indexed, Stop> {
    let mut cursor = Cursor { bytes, at: 4 };
    let version = cursor.u32()?;
    if !(2..=3).contains(&version) {
        return wrong(format!("is GGUF version {version}, expected 2 or 3"));
    }
    let (tensors, entries) = (cursor.u64()?, cursor.u64()?);
    // The shortest entries: a tensor has two lengths, a type and an offset; a metadata entry a length, a type and a byte.
    let least = tensors.saturating_mul(24).saturating_add(entries.saturating_mul(13));
    if tensors > MOST_TENSORS || least > size {
        return wrong(format!(
            "says that it has {tensors} tensors and {entries} metadata entries, expected at most {MOST_TENSORS} tensors, and no more than {size} bytes can hold"
        ));
    }
    let metadata = cursor.metadata(entries)?;
    let mut found = Vec::new();
    for _ in 0..tensors {
        found.push(cursor.tensor(file, metadata.convolutions)?);
    }
    let data = (cursor.at as u64).next_multiple_of(metadata.alignment);
    for (name, info) in &mut found {
        let range = data.checked_add(info.range.start).zip(data.checked_add(info.range.end));
        let Some((start, end)) = range else { return wrong(format!("puts tensor {name} beyond any file")) };
        info.range = start..end;
    }
    Ok(Indexed { tensors: found, notes: metadata.notes })
}

impl<'a> Cursor<'a> {
    fn text(&mut self) -> Result<&'a str, Stop> {
        let length = self.u64()?;
        if length > LONGEST_HEADER {
            return wrong(format!("has a string of {length} bytes in its header, expected {LONGEST_HEADER} at most"));
        }
        let bytes = self.take(length)?;
        std::str::from_utf8(bytes).or_else(|error| wrong(format!("has a string in its header that is not UTF-8 ({error})")))
    }

    fn metadata(&mut self, entries: u64) -> Result<Metadata, Stop> {
        let mut metadata = Metadata { alignment: 32, convolutions: Order::AsShaped, notes: BTreeMap::new() };
        for _ in 0..entries {
            let (key, kind) = (self.text()?, self.u32()?);
            match (key, kind) {
                ("general.alignment", UINT32) => metadata.alignment = self.u32()?.into(),
                (key, STRING) if key == CONV_LAYOUT.0 => match self.text()? {
                    value if value == CONV_LAYOUT.1 => metadata.convolutions = Order::InputsLast,
                    value => return wrong(format!("has {key} {value:?}, expected {:?}", CONV_LAYOUT.1)),
                },
                (key, kind) if [CONV_LAYOUT.0, "general.alignment"].contains(&key) => {
                    return wrong(format!(
                        "has {key} of value type {kind}, expected {}",
                        if key == CONV_LAYOUT.0 { STRING } else { UINT32 }
                    ));
                }
                (key, STRING) => drop(metadata.notes.insert(key.into(), self.text()?.into())),
                (_, kind) => self.skip(kind, 1, 0)?,
            }
        }
        if !metadata.alignment.is_power_of_two() || metadata.alignment > 1 << 20 {
            return wrong(format!("has general.alignment {}, expected a power of two up to {}", metadata.alignment, 1 << 20));
        }
        Ok(metadata)
    }

    /// Skips `count` values of a kind; strings and arrays say their own lengths.
    fn skip(&mut self, kind: u32, count: u64, depth: u32) -> Result<(), Stop> {
        let bytes = match kind {
            STRING => return (0..count).try_for_each(|_| self.text().map(drop)),
            ARRAY if depth > 4 => return wrong("nests arrays in its metadata more than 4 deep"),
            ARRAY => {
                return (0..count).try_for_each(|_| {
                    let (kind, count) = (self.u32()?, self.u64()?);
                    self.skip(kind, count, depth + 1)
                });
            }
            0 | 1 | 7 => 1,
            2 | 3 => 2,
            4..=6 => 4,
            10..=12 => 8,
            _ => return wrong(format!("has a metadata value of the unknown type {kind}")),
        };
        self.take(count.checked_mul(bytes).ok_or(Stop::More)?).map(drop)
    }

    /// One tensor; its range still counts from the start of the data.
    fn tensor(&mut self, file: &str, convolutions: Order) -> Result<(String, TensorInfo), Stop> {
        let name = self.text()?;
        let axes = self.u32()?;
        if axes > MOST_AXES {
            return wrong(format!("says that tensor {name} has {axes} axes, expected {MOST_AXES} at most"));
        }
        let mut stored = Vec::new();
        for _ in 0..axes {
            let axis = self.u64()?;
            stored.insert(0, usize::try_from(axis).or_else(|_| wrong(format!("says that an axis of tensor {name} has length {axis}")))?);
        }
        let (id, offset) = (self.u32()?, self.u64()?);
        let row: Option<&TypeRow> = GGML.iter().find(|row| row.id == id);
        let dtype = row.map_or(FileType::Unknown(id), |row| row.dtype);
        let size = row.map_or(Some(0), |row| row.bytes(&stored));
        let Some(end) = size.and_then(|size| offset.checked_add(size)) else {
            return wrong(format!("says that tensor {name} has the shape {stored:?} of {dtype}, which no file could hold"));
        };
        let (shape, order) = match (stored.as_slice(), convolutions) {
            ([out, height, width, inputs], Order::InputsLast) => (vec![*out, *inputs, *height, *width], Order::InputsLast),
            _ => (stored, Order::AsShaped),
        };
        Ok((name.into(), TensorInfo { shape, dtype, file: file.into(), range: offset..end, order, skip: 0 }))
    }
}

/// GGUF's numbers for the kinds of metadata values that are looked at.
const UINT32: u32 = 4;
const STRING: u32 = 8;
const ARRAY: u32 = 9;
