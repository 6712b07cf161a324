//! Weights as a graph sees them: names and shapes, not numbers.
//!
//! [`Weights`] is a path into a checkpoint's names (`w.at("mid_block").at("resnets").at(0)`), [`WeightUse`] what a program does with one of
//! them, [`Layout`] how its numbers are arranged for the kernels. Numbers arrive later, one tensor at a time, through
//! [`crate::WeightSet::upload`].

use crate::{Encoding, Error, Graph};
use std::collections::BTreeMap;
use std::fmt::Display;

/// A weight in a checkpoint: its shape as in the file, and how it is to be kept on the device.
#[derive(Debug, Clone, PartialEq)]
pub struct WeightInfo {
    /// As in the file: `[out, in]`, `[out, in, kernel height, kernel width]`, `[channels]`.
    pub shape: Vec<usize>,
    /// What the caller wishes; a matrix whose rows do not fill the encoding's blocks falls back to f16, a vector is always f32.
    pub encoding: Encoding,
}

/// Every weight of a checkpoint by name.
pub type WeightIndex = BTreeMap<String, WeightInfo>;

/// A path into the checkpoint's names; `Copy`, so that model code reads like the model.
#[derive(Clone, Copy)]
pub struct Weights<'g> {
    pub(crate) graph: &'g Graph,
    pub(crate) path: u32,
}

impl<'g> Weights<'g> {
    /// The path one step down: `w.at("resnets").at(0)` is `….resnets.0`.
    pub fn at(self, name: impl Display) -> Weights<'g> {
        Weights { graph: self.graph, path: self.graph.intern(self.path, &name.to_string()) }
    }

    /// Whether the checkpoint has anything under that name below this path: a tensor or a folder of them.
    pub fn has(self, name: impl Display) -> bool {
        let path = self.at(name).path();
        let below = format!("{path}.");
        self.graph.index().contains_key(&path)
            || self.graph.index().range(below.clone()..).next().is_some_and(|(key, _)| key.starts_with(&below))
    }

    /// The path as the file spells it.
    pub fn path(self) -> String {
        self.graph.path(self.path)
    }
}

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
    pub fn new(name: String, layout: Layout, wish: Encoding) -> WeightUse {
        let encoding = match layout {
            Layout::Vector(_) => Encoding::F32,
            Layout::Matrix { columns: inner, .. } | Layout::Conv { input: inner, .. } => {
                if wish == Encoding::Q8_0 && !inner.is_multiple_of(wish.row().block) { Encoding::F16 } else { wish }
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

    /// Numbers in the file.
    pub fn numbers(&self) -> usize {
        match self.layout {
            Layout::Vector(n) => n,
            Layout::Matrix { rows, columns } => rows * columns,
            Layout::Conv { out, input, kernel } => out * input * kernel[0] * kernel[1],
        }
    }

    /// Numbers on the device, padding included.
    pub fn stored_numbers(&self) -> usize {
        match self.layout {
            Layout::Vector(n) => n,
            Layout::Matrix { rows, .. } => rows * self.row_stride(),
            Layout::Conv { out, .. } => out * self.row_stride(),
        }
    }

    /// Bytes on the device.
    pub fn bytes(&self) -> usize {
        self.encoding.bytes(self.stored_numbers())
    }

    /// The device's bytes from the file's numbers (in the file's order).
    pub fn pack(&self, values: &[f32]) -> Result<Vec<u8>, Error> {
        if values.len() != self.numbers() {
            let problem = format!("expected {} numbers for {:?}, got {}", self.numbers(), self.layout, values.len());
            return Err(Error::Weight { name: self.name.clone(), problem });
        }
        let row = self.encoding.row();
        if let Some(value) = values.iter().find(|v| v.abs() > row.largest) {
            let problem = format!("{value} is too large for {}, which ends at {}; the model must be kept as f32", row.name, row.largest);
            return Err(Error::Weight { name: self.name.clone(), problem });
        }
        Ok(self.encoding.encode(&self.arrange(values)))
    }

    /// The file's numbers from the device's bytes: what the kernels see, rounding included.
    pub fn unpack(&self, bytes: &[u8]) -> Vec<f32> {
        let stored = self.encoding.decode(bytes, self.stored_numbers());
        let mut values = vec![0.0; self.numbers()];
        self.for_each_run(|stored_at, file_at, step, length| {
            for i in 0..length {
                values[file_at + i * step] = stored[stored_at + i];
            }
        });
        values
    }

    fn arrange(&self, values: &[f32]) -> Vec<f32> {
        let mut stored = vec![0.0; self.stored_numbers()];
        self.for_each_run(|stored_at, file_at, step, length| {
            for i in 0..length {
                stored[stored_at + i] = values[file_at + i * step];
            }
        });
        stored
    }

    /// Calls with (first stored number, first number in the file, step in the file, length) for each contiguous stored run.
    fn for_each_run(&self, mut run: impl FnMut(usize, usize, usize, usize)) {
        match self.layout {
            Layout::Vector(n) => run(0, 0, 1, n),
            Layout::Matrix { rows, columns } => {
                for row in 0..rows {
                    run(row * self.row_stride(), row * columns, 1, columns);
                }
            }
            Layout::Conv { out, input, kernel } => {
                let taps = kernel[0] * kernel[1];
                for o in 0..out {
                    for tap in 0..taps {
                        run(o * self.row_stride() + tap * self.inner_stride(), o * input * taps + tap, taps, input);
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ENCODINGS;

    #[test]
    fn packing_and_unpacking_any_layout_gives_the_numbers_back() {
        let layouts = [
            Layout::Vector(7),
            Layout::Matrix { rows: 3, columns: 5 },
            Layout::Matrix { rows: 2, columns: 64 },
            Layout::Conv { out: 2, input: 3, kernel: [3, 3] },
            Layout::Conv { out: 3, input: 32, kernel: [1, 3] },
        ];
        for row in ENCODINGS {
            for layout in layouts {
                let weight = WeightUse::new("w".into(), layout, row.encoding);
                let values: Vec<f32> = (0..weight.numbers()).map(|i| (i % 11) as f32 - 5.0).collect();
                let bytes = weight.pack(&values).expect("as many numbers as the layout wants");
                assert_eq!(bytes.len(), weight.bytes());
                for (v, g) in values.iter().zip(weight.unpack(&bytes)) {
                    assert!((v - g).abs() < 0.05, "{layout:?} as {}: expected {v}, got {g}", row.name);
                }
            }
        }
    }

    #[test]
    fn a_wrong_count_is_said() {
        let weight = WeightUse::new("fc.weight".into(), Layout::Matrix { rows: 3, columns: 5 }, Encoding::F32);
        let error = weight.pack(&[0.0; 14]).expect_err("one short");
        assert_eq!(error.to_string(), "weight fc.weight: expected 15 numbers for Matrix { rows: 3, columns: 5 }, got 14");
    }
}
