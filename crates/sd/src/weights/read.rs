//! Rows of a tensor: which bytes to ask for, and what order their numbers come in.
//!
//! Whatever is asked for, no more than [`AT_ONCE`] stored bytes are held beside the numbers that are returned.

use super::{Checkpoint, Order, TensorInfo, types, values};
use crate::Error;
use crate::error::{DOWNLOAD_AGAIN, Sentence};
use crate::files::{Files, read_exactly};
use crate::sentence;
use decant_graph::position;
use std::ops::Range;

/// Bytes read and decoded at a time.
const AT_ONCE: usize = 4 << 20;

impl Checkpoint {
    /// The numbers of one tensor, in the order of its shape; refuses NaN and infinities.
    pub async fn read(&self, files: &dyn Files, name: &str) -> Result<Vec<f32>, Error> {
        let rows = self.tensor(files, name)?.rows();
        self.read_rows(files, name, 0..rows).await
    }

    /// The numbers of some rows of a tensor, in the order of its shape: a row is one step of the first axis, so `[out, in, kh, kw]` has
    /// `out` rows, a vector's rows are its numbers, and a scalar is one row. Refuses NaN and infinities.
    ///
    /// Only the bytes of those rows (to whole blocks) are asked for, at most 4 MiB at a time. A matrix stored as its transpose
    /// is the exception: its rows are picked out of all of its bytes, still 4 MiB at a time.
    pub async fn read_rows(&self, files: &dyn Files, name: &str, rows: Range<usize>) -> Result<Vec<f32>, Error> {
        let info = self.tensor(files, name)?;
        let wrong = |problem| Error::Tensor { file: info.file.clone(), name: name.into(), problem };
        if !info.dtype.is_read() {
            return Err(wrong(sentence!(
                "is stored as {dtype}; Decant reads only {known}",
                dtype = info.dtype.to_string(),
                known = types::read_names()
            )));
        }
        if rows.start > rows.end || rows.end > info.rows() {
            return Err(wrong(Sentence::english(format!("has {} rows, but rows {rows:?} were asked for", info.rows()))));
        }
        let width = info.width();
        let (rows_first, first) = (rows.start, rows.start * width);
        let mut numbers = match info.order {
            Order::AsShaped => contiguous(files, info, first..rows.end * width).await?,
            Order::InputsLast => {
                let mut numbers = contiguous(files, info, first..rows.end * width).await?;
                values::inputs_second(&mut numbers, &info.shape);
                numbers
            }
            Order::Transposed => columns(files, info, rows).await?,
            Order::Strided => {
                return Err(wrong(sentence!("is stored with gaps or repetitions between its numbers, which Decant does not read")));
            }
        };
        self.scale(files, name, rows_first, width, &mut numbers).await?;
        match position(&numbers, |number| !number.is_finite()) {
            None => Ok(numbers),
            Some(at) => {
                let (value, at) = (numbers[at], first + at);
                let hint = DOWNLOAD_AGAIN;
                Err(wrong(sentence!("has {value} at index {at}, expected finite numbers only; {hint}", value, at, hint)))
            }
        }
    }

    pub(super) fn tensor(&self, files: &dyn Files, name: &str) -> Result<&TensorInfo, Error> {
        self.tensors.get(name).ok_or_else(|| Error::Missing {
            place: files.place(),
            name: format!("tensor {name}"),
            hint: sentence!("the weights are another model's"),
        })
    }
}

impl TensorInfo {
    /// How many numbers it holds. (Saturating, here and in [`TensorInfo::width`]: a tensor of no numbers may have any axes beside the zero.)
    pub fn numbers(&self) -> usize {
        self.shape.iter().fold(1, |product, axis| product.saturating_mul(*axis))
    }

    /// Steps of its first axis: what [`Checkpoint::read_rows`] counts in.
    pub fn rows(&self) -> usize {
        self.shape.first().copied().unwrap_or(1)
    }

    /// Numbers in a row.
    pub fn width(&self) -> usize {
        self.shape.iter().skip(1).fold(1, |product, axis| product.saturating_mul(*axis))
    }
}

/// Some of a tensor's numbers, counted in stored order.
pub(super) async fn contiguous(files: &dyn Files, info: &TensorInfo, numbers: Range<usize>) -> Result<Vec<f32>, Error> {
    let (block, bytes) = info.dtype.block().expect("only types that are read come here");
    let (start, end) = (info.skip + numbers.start, info.skip + numbers.end);
    let mut found = Vec::with_capacity(end.next_multiple_of(block) - start / block * block);
    let mut at = start / block;
    while at < end.div_ceil(block) && start < end {
        let next = end.div_ceil(block).min(at + AT_ONCE / bytes);
        let range = info.range.start + (at * bytes) as u64..info.range.start + (next * bytes) as u64;
        info.dtype.decode(&read_exactly(files, &info.file, range).await?, &mut found);
        at = next;
    }
    found.truncate(end - start / block * block);
    found.drain(..(start % block).min(found.len()));
    Ok(found)
}

/// Some rows of a matrix that is stored as its transpose: part of every stored row.
async fn columns(files: &dyn Files, info: &TensorInfo, rows: Range<usize>) -> Result<Vec<f32>, Error> {
    let (stored_rows, stored_width) = (info.width(), info.rows());
    let mut found = vec![0.0; rows.len() * stored_rows];
    if found.is_empty() {
        return Ok(found);
    }
    let step = (AT_ONCE / 4 / stored_width).max(1);
    for first in (0..stored_rows).step_by(step) {
        let last = stored_rows.min(first + step);
        let stored = contiguous(files, info, first * stored_width..last * stored_width).await?;
        for (column, stored) in stored.chunks(stored_width).enumerate() {
            for (row, x) in stored[rows.clone()].iter().enumerate() {
                found[row * stored_rows + first + column] = *x;
            }
        }
    }
    Ok(found)
}
