//! Weights brought into panels, some rows at a time: a panel is written when its last row has come, so no weight is ever whole in two places.

use super::host::Memory;
use crate::lowering::{VECTOR_PADDING, panels, stored};
use crate::{Encoding, Error, Layout, WeightUse};
use decant_kernels::{Panels, Stored, Tile};
use std::rc::Rc;

/// A weight on a host, as far as it has come.
pub(super) struct Packed {
    pub held: WeightUse,
    /// How many rows have come.
    pub rows: usize,
    pub memory: Rc<dyn Memory>,
    tile: Tile,
    /// Numbers and scales of the rows whose panel is not full yet, as stored.
    waiting: [Vec<u8>; 2],
}

impl Packed {
    /// Nothing of it yet.
    pub fn new(held: WeightUse, memory: Rc<dyn Memory>, tile: Tile) -> Packed {
        Packed { held, rows: 0, memory, tile, waiting: [vec![], vec![]] }
    }

    /// Whether all of it is there.
    pub fn complete(&self) -> bool {
        self.rows == self.held.rows()
    }

    /// Takes the next rows, numbers in the file's order.
    pub fn push(&mut self, weight: &WeightUse, first_row: usize, values: &[f32]) -> Result<(), Error> {
        self.held.expects(weight, self.rows, first_row)?;
        let [numbers, scales] = weight.encoded_rows(first_row, values)?;
        match panels(weight, self.tile) {
            None => self.vector(first_row, numbers),
            Some(panels) => {
                self.waiting[0].extend(numbers);
                self.waiting[1].extend(scales);
                self.panels(&panels, first_row + values.len().checked_div(weight.row_numbers()).unwrap_or(0));
            }
        }
        self.rows = first_row + values.len().checked_div(weight.row_numbers()).unwrap_or(0);
        Ok(())
    }

    /// Plain numbers, and the zeros after the last one.
    fn vector(&mut self, first: usize, mut numbers: Vec<u8>) {
        if first + numbers.len() / 4 == self.held.rows() {
            numbers.resize(4 * (self.held.rows().next_multiple_of(VECTOR_PADDING) - first), 0);
        }
        self.memory.write(4 * first as u64, &numbers);
    }

    /// Writes the panels that are full once so many rows have come.
    fn panels(&mut self, panels: &Panels, rows: usize) {
        let full = self.tile.panel();
        let runs = Runs::of(&self.held, panels);
        let mut waiting = self.rows / full * full; // the first row that waits
        let mut used = [0, 0];
        while waiting + full <= rows || (rows == panels.outputs && waiting < rows) {
            let (panel, count) = (waiting / full, full.min(panels.outputs - waiting));
            let places = [panels.numbers_at(panel), panels.scales_at(panel)];
            for (i, run) in [&runs.numbers, &runs.scales].into_iter().enumerate().filter(|(_, run)| run.taps > 0) {
                let bytes = count * run.row_bytes();
                let packed = run.interleaved(&self.waiting[i][used[i]..used[i] + bytes], panels.width(panel));
                self.memory.write(places[i] as u64, &packed);
                used[i] += bytes;
            }
            waiting += count;
        }
        self.waiting.iter_mut().zip(used).for_each(|(bytes, used)| drop(bytes.drain(..used)));
    }
}

/// Where a row's pieces (numbers, pairs of numbers or scales) lie as encodings store them: `taps` runs of `kept` pieces, `stride` apart.
struct Run {
    /// None of scales, where there are none.
    taps: usize,
    stride: usize,
    kept: usize,
    piece: usize,
}

struct Runs {
    numbers: Run,
    scales: Run,
}

impl Runs {
    fn of(weight: &WeightUse, panels: &Panels) -> Runs {
        let (taps, stride, kept) = (panels.taps, weight.inner_stride(), panels.inputs);
        let numbers = match panels.stored {
            Stored::Q4_0 => Run { taps, stride: stride / 2, kept: kept / 2, piece: 1 },
            stored => Run { taps, stride, kept, piece: stored.bytes(2) / 2 },
        };
        let taps = if panels.stored.scaled() { taps } else { 0 };
        Runs { numbers, scales: Run { taps, stride: stride / 32, kept: kept / 32, piece: 2 } }
    }
}

impl Run {
    fn row_bytes(&self) -> usize {
        self.taps * self.stride * self.piece
    }

    /// Rows as `[tap][piece][width]`, zeros where there is no row.
    fn interleaved(&self, rows: &[u8], width: usize) -> Vec<u8> {
        match self.piece {
            1 => self.pieces::<1>(rows, width),
            2 => self.pieces::<2>(rows, width),
            _ => self.pieces::<4>(rows, width),
        }
    }

    fn pieces<const P: usize>(&self, rows: &[u8], width: usize) -> Vec<u8> {
        let mut to = vec![0; self.taps * self.kept * width * P];
        let rows: Vec<&[[u8; P]]> = rows.chunks(self.row_bytes()).map(|row| row.as_chunks().0).collect();
        let mut columns = to.as_chunks_mut::<P>().0.chunks_mut(width);
        for tap in 0..self.taps {
            for (k, to) in columns.by_ref().take(self.kept).enumerate() {
                to.iter_mut().zip(&rows).for_each(|(to, row)| *to = row[tap * self.stride + k]);
            }
        }
        to
    }
}

/// A whole weight out of its panels again, in the file's order: for what has no kernel.
pub(super) fn unpacked(weight: &WeightUse, memory: &dyn Memory, tile: Tile) -> Vec<f32> {
    let Some(panels) = panels(weight, tile) else {
        let mut bytes = vec![0; 4 * weight.numbers()];
        memory.read(0, &mut bytes);
        return Encoding::F32.decode(&bytes, weight.numbers());
    };
    debug_assert_eq!(panels.stored, stored(weight.encoding), "a weight is packed as it is stored");
    let mut bytes = vec![0; panels.bytes()];
    memory.read(0, &mut bytes);
    let taps = if let Layout::Conv { kernel, .. } = weight.layout { kernel[0] * kernel[1] } else { 1 };
    let number = |i: usize| {
        let (row, k) = (i / (taps * panels.inputs), i % (taps * panels.inputs));
        // SAFETY: the bytes are all of such a weight's, and both numbers are below its sizes.
        unsafe { panels.number(bytes.as_ptr(), row, k % taps * panels.inputs + k / taps) }
    };
    (0..weight.numbers()).map(number).collect()
}
