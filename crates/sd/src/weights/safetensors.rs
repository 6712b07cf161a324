//! The header of a safetensors file (<https://github.com/huggingface/safetensors#format>): 8 bytes of length, then JSON
//! `{"name": {"dtype": "F16", "shape": [2, 3], "data_offsets": [begin, end]}, "__metadata__": {…}}`, then the data.
//!
//! It accepts what the `safetensors` crate accepts (a test compares them), but says what is wrong in a person's words.
//! A type that it does not know is no reason to refuse the file: that tensor is listed, and refused when it is read.

use super::types::{SAFETENSORS, TypeRow};
use super::{FileType, Indexed, Order, TensorInfo, Tensors, ranges};
use crate::Error;
use crate::error::{DOWNLOAD_AGAIN, Sentence};
use crate::files::{Files, read_exactly};
use crate::json;
use crate::sentence;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Longest header, in bytes: a tenth of safetensors' own limit, so that no header can fill a browser's memory. Stable Diffusion XL's has 350 KB.
const LONGEST_HEADER: u64 = 10_000_000;

pub(super) async fn index(files: &dyn Files, file: &str, size: u64) -> Result<Indexed, Error> {
    let damaged = |problem| Error::Damaged { file: file.into(), problem, hint: DOWNLOAD_AGAIN };
    let length = read_exactly(files, file, 0..8.min(size)).await?;
    let Ok(length) = <[u8; 8]>::try_from(length.as_slice()).map(u64::from_le_bytes) else {
        return Err(damaged(sentence!("is cut short: expected 8 bytes of header length, got {size}", size)));
    };
    let left = size.saturating_sub(8);
    if length > left {
        return Err(damaged(sentence!("says that its header has {length} bytes, but only {left} follow", length, left)));
    }
    if length > LONGEST_HEADER {
        return Err(damaged(sentence!("says that its header has {length} bytes, expected {most} at most", length, most = LONGEST_HEADER)));
    }
    let header = read_exactly(files, file, 8..8 + length).await?;
    let header = json::object(&header)
        .map_err(|error| damaged(sentence!("has a header that is not a JSON object ({error})", error = error.to_string())))?;
    let tensors = header.iter().filter(|(name, _)| *name != "__metadata__").map(|(name, entry)| {
        let info = tensor(file, 8 + length, entry).map_err(Sentence::english);
        Ok((name.clone(), info.map_err(|problem| Error::Tensor { file: file.into(), name: name.clone(), problem })?))
    });
    let mut tensors = tensors.collect::<Result<Tensors, Error>>()?;
    ranges::check(file, size, &mut tensors)?;
    ranges::check_no_gaps(file, 8 + length, size, &tensors)?;
    Ok(Indexed { tensors, notes: notes(&header) })
}

/// The texts of `__metadata__`.
fn notes(header: &Map<String, Value>) -> BTreeMap<String, String> {
    let metadata = header.get("__metadata__").and_then(Value::as_object).into_iter().flatten();
    metadata.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_string()))).collect()
}

/// One entry of the header; the error is the end of a sentence that starts with the tensor's name.
fn tensor(file: &str, data_start: u64, entry: &Value) -> Result<TensorInfo, String> {
    let dtype = entry.get("dtype").and_then(Value::as_str).ok_or("has no dtype in the header")?;
    let row: Option<&TypeRow> = SAFETENSORS.iter().find(|row| row.name == dtype);
    let axes = whole_numbers(entry.get("shape")).and_then(|shape| shape.iter().map(|axis| usize::try_from(*axis).ok()).collect());
    let shape: Vec<usize> = axes.ok_or("has no shape in the header")?;
    let offsets = whole_numbers(entry.get("data_offsets"));
    let Some([begin, end]) = offsets.as_deref() else { return Err("has no data_offsets [begin, end] in the header".into()) };
    let given = end.checked_sub(*begin).ok_or_else(|| format!("has data_offsets that run backwards, {begin} to {end}"))?;
    if let Some(row) = row {
        let needed = row.bytes(&shape).ok_or_else(|| format!("has the shape {shape:?}, which no file could hold as {dtype}"))?;
        if given != needed {
            return Err(format!("has the shape {shape:?} of {dtype}: expected {needed} bytes, got data_offsets for {given}"));
        }
    }
    let range = data_start.checked_add(*begin).zip(data_start.checked_add(*end)).ok_or("has data_offsets beyond any file")?;
    let dtype = row.map_or(FileType::Unknown(0), |row| row.dtype);
    Ok(TensorInfo { shape, dtype, file: file.into(), range: range.0..range.1, order: Order::AsShaped, skip: 0 })
}

fn whole_numbers(value: Option<&Value>) -> Option<Vec<u64>> {
    value?.as_array()?.iter().map(Value::as_u64).collect()
}
