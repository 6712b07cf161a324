//! How weights lie: in panels of as many output channels as the register tile is wide, in their stored encoding.

use crate::maths::half;
use crate::set::Tile;
use crate::simd::Simd;

/// How a weight's numbers are stored; the numbers of `decant-graph`'s encodings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum Stored {
    /// 32-bit floats.
    F32,
    /// 16-bit floats.
    F16,
    /// Signed bytes, one f16 scale for every 32 inputs of an output.
    Q8_0,
    /// Four bits less 8, two neighbouring inputs to a byte, and the same scales.
    Q4_0,
}

impl Stored {
    /// Of that number; f32 of an unknown one.
    pub(crate) const fn of(code: u32) -> Stored {
        match code {
            1 => Stored::F16,
            2 => Stored::Q8_0,
            3 => Stored::Q4_0,
            _ => Stored::F32,
        }
    }

    /// Bytes of so many numbers, an even count.
    pub const fn bytes(self, numbers: usize) -> usize {
        match self {
            Stored::F32 => numbers * 4,
            Stored::F16 => numbers * 2,
            Stored::Q8_0 => numbers,
            Stored::Q4_0 => numbers / 2,
        }
    }

    /// Whether there is a scale for every 32 inputs.
    pub const fn scaled(self) -> bool {
        matches!(self, Stored::Q8_0 | Stored::Q4_0)
    }
}

/// A weight `[outputs][inputs][taps]` in panels `[tap][input][width]`, one after the other. Each is [`Tile::panel`] outputs wide, the last as
/// wide as what is left, rounded up to whole vectors (zeros). All scales lie after all numbers, at a multiple of 64 bytes:
/// `[tap][input / 32][width]` f16s of each panel.
#[derive(Debug, Clone, Copy)]
pub struct Panels {
    /// Output channels.
    pub outputs: usize,
    /// Places of the window.
    pub taps: usize,
    /// Input channels.
    pub inputs: usize,
    /// The encoding.
    pub stored: Stored,
    /// Of the instruction set that it is packed for.
    pub tile: Tile,
}

impl Panels {
    /// Outputs with the zeros that fill the last vector.
    pub const fn padded(&self) -> usize {
        self.outputs.next_multiple_of(self.tile.lanes)
    }

    /// How many panels.
    pub const fn count(&self) -> usize {
        self.outputs.div_ceil(self.tile.panel())
    }

    /// Columns of a panel.
    pub const fn width(&self, panel: usize) -> usize {
        let (rest, full) = (self.padded() - panel * self.tile.panel(), self.tile.panel());
        if rest < full { rest } else { full }
    }

    /// Numbers in a panel for each of its columns.
    pub const fn column(&self) -> usize {
        self.taps * self.inputs
    }

    /// The byte at which a panel's numbers begin.
    pub const fn numbers_at(&self, panel: usize) -> usize {
        self.stored.bytes(panel * self.tile.panel() * self.column())
    }

    /// The byte at which a panel's scales begin.
    pub const fn scales_at(&self, panel: usize) -> usize {
        self.stored.bytes(self.padded() * self.column()).next_multiple_of(64) + panel * self.tile.panel() * self.column() / 32 * 2
    }

    /// Bytes in all.
    pub const fn bytes(&self) -> usize {
        let scales = if self.stored.scaled() { self.padded() * self.column() / 32 * 2 } else { 0 };
        (self.stored.bytes(self.padded() * self.column()).next_multiple_of(64) + scales).next_multiple_of(64)
    }

    /// Numbers that a panel takes decoded, where it is not f32 already.
    pub(crate) fn decoded_numbers(&self) -> usize {
        if self.stored == Stored::F32 { 0 } else { self.tile.panel() * self.column() }
    }

    /// A panel as f32: where it lies, or decoded into `to`.
    #[cfg_attr(target_arch = "wasm32", inline(never))]
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    pub(crate) unsafe fn decoded<S: Simd>(&self, base: *const u8, panel: usize, to: *mut f32) -> *const f32 {
        let (numbers, scales) = (base.add(self.numbers_at(panel)), base.add(self.scales_at(panel)) as *const u16);
        let width = self.width(panel);
        let all = width * self.column();
        match self.stored {
            Stored::F32 => return numbers as *const f32,
            Stored::F16 => {
                let mut at = 0;
                while at < all {
                    S::store(to.add(at), S::from_f16((numbers as *const u16).add(at)));
                    at += S::LANES;
                }
            }
            Stored::Q8_0 => {
                for block in 0..self.column() / 32 {
                    let mut j = 0;
                    while j < width {
                        let scale = S::from_f16(scales.add(block * width + j));
                        for k in 32 * block..32 * block + 32 {
                            let number = S::from_i8((numbers as *const i8).add(k * width + j));
                            S::store(to.add(k * width + j), S::mul(number, scale));
                        }
                        j += S::LANES;
                    }
                }
            }
            Stored::Q4_0 => {
                for block in 0..self.column() / 32 {
                    let mut j = 0;
                    while j < width {
                        let scale = S::from_f16(scales.add(block * width + j));
                        for pair in 16 * block..16 * block + 16 {
                            let [even, odd] = S::from_nibbles(numbers.add(pair * width + j));
                            S::store(to.add(2 * pair * width + j), S::mul(even, scale));
                            S::store(to.add((2 * pair + 1) * width + j), S::mul(odd, scale));
                        }
                        j += S::LANES;
                    }
                }
            }
        }
        to
    }

    /// One number: tap · inputs + input of one output.
    ///
    /// # Safety
    /// `base` is where all [`Panels::bytes`] of such a weight lie, and both numbers are below its sizes.
    pub unsafe fn number(&self, base: *const u8, output: usize, k: usize) -> f32 {
        let (panel, column) = (output / self.tile.panel(), output % self.tile.panel());
        let width = self.width(panel);
        let (numbers, at) = (base.add(self.numbers_at(panel)), k * width + column);
        let scale = |at: usize| half((base.add(self.scales_at(panel)) as *const u16).add(at).read_unaligned());
        match self.stored {
            Stored::F32 => (numbers as *const f32).add(at).read_unaligned(),
            Stored::F16 => half((numbers as *const u16).add(at).read_unaligned()),
            Stored::Q8_0 => *numbers.add(at) as i8 as f32 * scale(k / 32 * width + column),
            Stored::Q4_0 => {
                let byte = *numbers.add(k / 2 * width + column);
                ((byte >> (4 * (k % 2)) & 15) as f32 - 8.0) * scale(k / 32 * width + column)
            }
        }
    }
}
