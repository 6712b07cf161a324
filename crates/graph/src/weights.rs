//! Weights as a graph sees them: names and shapes, not numbers.
//!
//! [`WeightUse`] is what a program does with one of them, [`Layout`] how its numbers are arranged for the kernels. A model finds them by
//! [`crate::Weights`]. Numbers arrive later, some rows of a tensor at a time, through
//! [`crate::WeightSet::upload_rows`].

use crate::encoding::position;
use crate::{Encoding, Error};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// A weight in a checkpoint: its shape as in the file, and how it is to be kept on the device.
#[derive(Debug, Clone, PartialEq)]
pub struct WeightInfo {
    /// As in the file: `[out, in]`, `[out, in, kernel height, kernel width]`, `[channels]`.
    pub shape: Vec<usize>,
    /// What the caller wants; a matrix whose rows do not fill the encoding's blocks falls back to f16, a vector is always f32.
    pub encoding: Encoding,
}

/// Beside a layer's own weights, the first of a pair of small ones whose product is added to the layer's (Hu et al. 2021, *LoRA*):
/// `LAYER.lora_down.weight`, of the layer's shape but for its outputs, which are the pair's rank.
pub const LORA_DOWN: &str = "lora_down";
/// The second: `LAYER.lora_up.weight`, `[out, rank]`. Every factor is in it.
pub const LORA_UP: &str = "lora_up";

/// Every weight of a checkpoint by name.
pub type WeightIndex = BTreeMap<String, WeightInfo>;

/// How a weight's numbers are arranged for the kernels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Layout {
    /// A bias or a norm's scale: plain f32.
    Vector(usize),
    /// `[rows, columns]`, rows padded to the encoding's block.
    Matrix {
        /// Output channels, or table entries.
        rows: usize,
        /// Input channels, or embedding width.
        columns: usize,
    },
    /// `[out, in, kh, kw]` in the file, `[out, kh, kw, in]` for the kernels, each tap padded to the encoding's block.
    Conv {
        /// Output channels.
        out: usize,
        /// Input channels.
        input: usize,
        /// Kernel height and width.
        kernel: [usize; 2],
    },
}

impl Layout {
    /// The weight's shape as operations see it: the file's, but for a matrix that is written as a 1×1 convolution there.
    pub fn shape(self) -> Vec<usize> {
        match self {
            Layout::Vector(n) => vec![n],
            Layout::Matrix { rows, columns } => vec![rows, columns],
            Layout::Conv { out, input, kernel } => vec![out, input, kernel[0], kernel[1]],
        }
    }

    /// A bias or a norm's scale.
    pub(crate) fn vector(shape: &[usize]) -> Result<Layout, String> {
        match shape {
            [n] => Ok(Layout::Vector(*n)),
            _ => Err("expected one dimension".into()),
        }
    }

    /// A linear layer's weight, or that of a 1×1 convolution; a table.
    pub(crate) fn matrix(shape: &[usize]) -> Result<Layout, String> {
        match shape {
            [rows, columns] | [rows, columns, 1, 1] => Ok(Layout::Matrix { rows: *rows, columns: *columns }),
            _ => Err("expected a matrix".into()),
        }
    }

    /// A convolution's weight.
    pub(crate) fn filter(shape: &[usize]) -> Result<Layout, String> {
        match shape {
            [out, input, kh, kw] => Ok(Layout::Conv { out: *out, input: *input, kernel: [*kh, *kw] }),
            _ => Err("expected a convolution's four dimensions".into()),
        }
    }
}

/// One weight of a program.
#[derive(Debug, Clone, PartialEq)]
pub struct WeightUse {
    /// As in the file.
    pub name: String,
    /// Arrangement for the kernels.
    pub layout: Layout,
    /// Storage on the device, after the fallbacks.
    pub encoding: Encoding,
}

impl WeightUse {
    /// A weight in that layout, stored as wished where the blocks allow it.
    pub fn new(name: String, layout: Layout, wanted: Encoding) -> WeightUse {
        let encoding = match layout {
            Layout::Vector(_) => Encoding::F32,
            Layout::Matrix { columns: inner, .. } | Layout::Conv { input: inner, .. } => {
                if wanted.row().scale_bytes > 0 && !inner.is_multiple_of(wanted.row().block) { Encoding::F16 } else { wanted }
            }
        };
        WeightUse { name, layout, encoding }
    }

    /// Numbers from one row (or tap) to the next, padding included.
    pub fn inner_stride(&self) -> usize {
        match self.layout {
            Layout::Vector(n) => n,
            Layout::Matrix { columns: inner, .. } | Layout::Conv { input: inner, .. } => inner.next_multiple_of(self.encoding.row().block),
        }
    }

    /// Numbers from one output channel to the next, padding included.
    pub fn row_stride(&self) -> usize {
        match self.layout {
            Layout::Conv { kernel, .. } => kernel[0] * kernel[1] * self.inner_stride(),
            _ => self.inner_stride(),
        }
    }

    /// Rows of the first axis; a vector's are its numbers.
    pub fn rows(&self) -> usize {
        match self.layout {
            Layout::Vector(rows) | Layout::Matrix { rows, .. } | Layout::Conv { out: rows, .. } => rows,
        }
    }

    /// Numbers of one row in the file.
    pub fn row_numbers(&self) -> usize {
        match self.layout {
            Layout::Vector(_) => 1,
            Layout::Matrix { columns, .. } => columns,
            Layout::Conv { input, kernel, .. } => input * kernel[0] * kernel[1],
        }
    }

    /// Numbers of one row on the device, padding included.
    fn stored_row(&self) -> usize {
        if matches!(self.layout, Layout::Vector(_)) { 1 } else { self.row_stride() }
    }

    /// Some of the rows begin and end (the last ones aside) at multiples of this, so that their bytes begin and end with words.
    pub fn row_alignment(&self) -> usize {
        if self.encoding.scale_bytes(self.stored_row()).is_multiple_of(4) { 1 } else { 2 }
    }

    /// Numbers in the file.
    pub fn numbers(&self) -> usize {
        self.rows() * self.row_numbers()
    }

    /// Numbers on the device, padding included.
    pub fn stored_numbers(&self) -> usize {
        self.rows() * self.stored_row()
    }

    /// Bytes on the device.
    pub fn bytes(&self) -> usize {
        self.encoding.bytes(self.stored_numbers())
    }

    /// What is to be written for some rows from the file's numbers (in the file's order): bytes, each with their place on the device.
    /// Where an encoding keeps scales, they lie after all numbers, so there are two.
    ///
    /// # Errors
    /// Rows that are cut or past the end or do not lie at multiples of [`WeightUse::row_alignment`]; numbers that the encoding cannot hold.
    pub fn pack_rows(&self, first_row: usize, values: &[f32]) -> Result<Vec<(usize, Vec<u8>)>, Error> {
        let rows = self.rows_in(first_row, values)?;
        let before = first_row * self.stored_row();
        let [numbers, mut scales] = self.encoding.encode_parts(&self.arrange(rows, values));
        scales.resize(scales.len().next_multiple_of(4), 0);
        let scales_at = self.encoding.number_bytes(self.stored_numbers()) + self.encoding.scale_bytes(before);
        let parts = [(self.encoding.number_bytes(before), numbers), (scales_at, scales)];
        Ok(parts.into_iter().filter(|(_, bytes)| !bytes.is_empty()).collect())
    }

    /// Refuses rows of `weight` that do not follow the `held` rows of this one.
    pub fn expects(&self, weight: &WeightUse, held: usize, first_row: usize) -> Result<(), Error> {
        if self == weight && held == first_row {
            return Ok(());
        }
        let problem = format!("row {first_row} came, expected row {held} of {}", self.name);
        Err(Error::Weight { name: weight.name.clone(), problem })
    }

    /// Some rows' numbers in the file's order as the kernels see them, rounding included.
    ///
    /// # Errors
    /// As [`WeightUse::pack_rows`].
    pub fn seen(&self, first_row: usize, values: &[f32]) -> Result<Vec<f32>, Error> {
        let rows = self.rows_in(first_row, values)?;
        if self.encoding == Encoding::F32 {
            return Ok(values.to_vec());
        }
        let [numbers, scales] = self.encoding.encode_parts(&self.arrange(rows, values));
        let stored = self.encoding.decode_parts(&numbers, &scales);
        let mut seen = vec![0.0; values.len()];
        self.for_each_run(rows, |stored_at, file_at, step, length| {
            for i in 0..length {
                seen[file_at + i * step] = stored[stored_at + i];
            }
        });
        Ok(seen)
    }

    /// Some rows' numbers and scales as stored, `[rows][taps][inner stride]`.
    ///
    /// # Errors
    /// As [`WeightUse::pack_rows`].
    pub(crate) fn encoded_rows(&self, first_row: usize, values: &[f32]) -> Result<[Vec<u8>; 2], Error> {
        let rows = self.rows_in(first_row, values)?;
        Ok(self.encoding.encode_parts(&self.arrange(rows, values)))
    }

    /// How many rows these are, or what is wrong with them.
    fn rows_in(&self, first_row: usize, values: &[f32]) -> Result<usize, Error> {
        let refuse = |problem| Err(Error::Weight { name: self.name.clone(), problem });
        let (all, row, align) = (self.rows(), self.row_numbers(), self.row_alignment());
        let rows = values.len().checked_div(row).unwrap_or(0);
        if first_row > all || rows > all - first_row || rows * row != values.len() {
            return refuse(format!("expected rows of {row} numbers up to row {all}, got {} numbers at row {first_row}", values.len()));
        }
        let end = first_row + rows;
        if !first_row.is_multiple_of(align) || (end != all && !end.is_multiple_of(align)) {
            return refuse(format!("rows {first_row} to {end} do not begin and end at multiples of {align}"));
        }
        let encoding = self.encoding.row();
        match position(values, |v| v.abs() > encoding.largest) {
            None => Ok(rows),
            Some(at) => {
                let (value, name, largest) = (values[at], encoding.name, encoding.largest);
                refuse(format!("{value} is too large for {name}, which ends at {largest}; the model must be kept as f32"))
            }
        }
    }

    /// Some rows' numbers as they are stored, padding included.
    fn arrange<'a>(&self, rows: usize, values: &'a [f32]) -> Cow<'a, [f32]> {
        let moves = matches!(self.layout, Layout::Conv { kernel, .. } if kernel != [1, 1]);
        if !moves && values.len() == rows * self.stored_row() {
            return Cow::Borrowed(values);
        }
        let mut stored = vec![0.0; rows * self.stored_row()];
        self.for_each_run(rows, |stored_at, file_at, step, length| {
            for i in 0..length {
                stored[stored_at + i] = values[file_at + i * step];
            }
        });
        Cow::Owned(stored)
    }

    /// Calls with (first stored number, first number in the file, step in the file, length) for each contiguous stored run of so many rows.
    fn for_each_run(&self, rows: usize, mut run: impl FnMut(usize, usize, usize, usize)) {
        match self.layout {
            Layout::Vector(_) => run(0, 0, 1, rows),
            Layout::Matrix { columns, .. } => {
                for row in 0..rows {
                    run(row * self.row_stride(), row * columns, 1, columns);
                }
            }
            Layout::Conv { input, kernel, .. } => {
                let taps = kernel[0] * kernel[1];
                for o in 0..rows {
                    for tap in 0..taps {
                        run(o * self.row_stride() + tap * self.inner_stride(), o * input * taps + tap, taps, input);
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
