//! Rows that are copied from one place to another, as they are or a little changed.

use crate::call::{Call, Words};
use crate::maths::{activate, sin_cos};
use crate::panels::{Panels, Stored};
use crate::scratch::Scratch;
use crate::set::Set;
use crate::simd::Simd;
use core::ops::Range;

/// Rows of one picture into a place of a stack, as they are or as `activation(x · factor + summand)`. Slots: the picture, factors and
/// summands `[batch, channels, 2]` (where there are none, anything), result.
#[derive(Debug, Clone, Copy, PartialEq)]
#[repr(C)]
pub struct StackRows {
    /// Pictures.
    pub batch: u32,
    /// Places that are taken from each.
    pub places: u32,
    /// Channels.
    pub channels: u32,
    /// Numbers from one picture to the next, and to the first one that is taken.
    pub from: [u32; 2],
    /// The same of the result.
    pub to: [u32; 2],
    /// 1 where there are factors and summands.
    pub affine: u32,
    /// As `Activation::code` counts.
    pub activation: u32,
    /// Places in a unit.
    pub unit: u32,
}

/// Rows by row number. Slots: the table (a weight), row numbers (u32), result `[ids, columns]`.
#[derive(Debug, Clone, Copy, PartialEq)]
#[repr(C)]
pub struct Gather {
    /// How many rows are wanted.
    pub ids: u32,
    /// Rows of the table.
    pub rows: u32,
    /// Numbers of a row.
    pub columns: u32,
    /// A [`Stored`] as a number.
    pub stored: u32,
    /// The [`Set`] that the table is packed for: its place in [`Set::ALL`].
    pub set: u32,
    /// Ids in a unit.
    pub unit: u32,
}

/// Sines and cosines of timesteps. Slots: timesteps `[batch]`, result `[batch, 2 · half]`; after the parameters, the frequencies.
#[derive(Debug, Clone, Copy, PartialEq)]
#[repr(C)]
pub struct Timestep {
    /// Timesteps.
    pub batch: u32,
    /// Frequencies.
    pub half: u32,
    /// 1 where cosines come first.
    pub cosines_first: u32,
}

/// Rows of numbers under three indices, the last of which runs fastest. Slots: x, result.
#[derive(Debug, Clone, Copy, PartialEq)]
#[repr(C)]
pub struct CopyRows {
    /// How many of each index.
    pub counts: [u32; 3],
    /// Numbers from one of each index to the next.
    pub from: [u32; 3],
    /// The same in the result.
    pub to: [u32; 3],
    /// Where the first row goes.
    pub first: u32,
    /// Numbers of a row.
    pub width: u32,
    /// Rows in a unit.
    pub unit: u32,
}

/// Each place repeated to another size, the nearest one before. Slots: picture `[batch, from, channels]`, result `[batch, to, channels]`.
#[derive(Debug, Clone, Copy, PartialEq)]
#[repr(C)]
pub struct Upsample {
    /// Pictures.
    pub batch: u32,
    /// Height and width.
    pub from: [u32; 2],
    /// Height and width of the result.
    pub to: [u32; 2],
    /// Channels.
    pub channels: u32,
}

/// Channels laid out as places, `factor` times as many each way. Slots: picture `[batch, from, channels · factor²]`, result
/// `[batch, from · factor, channels]`; the channel `c · factor² + dy · factor + dx` becomes channel `c` of the place `dy` down and `dx` across.
#[derive(Debug, Clone, Copy, PartialEq)]
#[repr(C)]
pub struct PixelShuffle {
    /// Pictures.
    pub batch: u32,
    /// Height and width.
    pub from: [u32; 2],
    /// How many times as many places there are each way.
    pub factor: u32,
    /// Channels of the result.
    pub channels: u32,
}

// SAFETY: words without gaps, all six.
unsafe impl Words for StackRows {}
unsafe impl Words for Gather {}
unsafe impl Words for Timestep {}
unsafe impl Words for CopyRows {}
unsafe impl Words for Upsample {}
unsafe impl Words for PixelShuffle {}

impl StackRows {
    /// Units.
    pub fn units(&self) -> u32 {
        self.batch * self.places.div_ceil(self.unit)
    }

    /// Bytes of scratch.
    pub fn scratch(&self) -> usize {
        let mut scratch = Scratch::new(core::ptr::null_mut());
        let _: [*mut f32; 2] = self.parts(&mut scratch);
        scratch.used()
    }

    /// Factors and summands, apart and padded to whole vectors.
    fn parts(&self, scratch: &mut Scratch) -> [*mut f32; 2] {
        let c = (self.channels * self.affine) as usize + crate::simd::MOST_LANES;
        [scratch.take(c), scratch.take(c)]
    }
}

#[cfg_attr(target_arch = "wasm32", inline(never))]
#[cfg_attr(not(target_arch = "wasm32"), inline(always))]
pub(crate) unsafe fn stack_rows<S: Simd>(call: &Call, units: Range<usize>, scratch: *mut u8) {
    let p = call.params::<StackRows>();
    let [factors, summands] = p.parts(&mut Scratch::new(scratch));
    let (c, unit) = (p.channels as usize, p.unit as usize);
    let of_picture = (p.places as usize).div_ceil(unit);
    for at in units {
        let (batch, first) = (at / of_picture, at % of_picture * unit);
        if p.affine == 1 {
            let pairs = call.slot::<f32>(1).add(batch * c * 2);
            for k in 0..c {
                *factors.add(k) = *pairs.add(2 * k);
                *summands.add(k) = *pairs.add(2 * k + 1);
            }
        }
        let x = call.slot::<f32>(0).add(batch * p.from[0] as usize + p.from[1] as usize);
        let y = call.slot::<f32>(2).add(batch * p.to[0] as usize + p.to[1] as usize);
        for place in first..(p.places as usize).min(first + unit) {
            let mut k = 0;
            while k < c {
                let mut v = S::load_up_to(x.add(place * c + k), c - k);
                if p.affine == 1 {
                    v = S::fma(v, S::load_up_to(factors.add(k), c - k), S::load_up_to(summands.add(k), c - k));
                }
                S::store_up_to(y.add(place * c + k), activate::<S>(p.activation, v), c - k);
                k += S::LANES;
            }
        }
    }
}

impl Gather {
    /// The table.
    pub fn panels(&self) -> Panels {
        let tile = Set::ALL[self.set as usize].tile();
        Panels { outputs: self.rows as usize, taps: 1, inputs: self.columns as usize, stored: Stored::of(self.stored), tile }
    }

    /// Units.
    pub fn units(&self) -> u32 {
        self.ids.div_ceil(self.unit)
    }
}

#[inline(always)]
pub(crate) unsafe fn gather(call: &Call, units: Range<usize>) {
    let p = call.params::<Gather>();
    let (panels, unit, columns) = (p.panels(), p.unit as usize, p.columns as usize);
    for at in units.start * unit..(p.ids as usize).min(units.end * unit) {
        let id = *call.slot::<u32>(1).add(at);
        for k in 0..columns {
            // Whoever hands ids in has checked them; a wrong one shows.
            let number = if id < p.rows { panels.number(call.slot(0), id as usize, k) } else { f32::NAN };
            *call.slot::<f32>(2).add(at * columns + k) = number;
        }
    }
}

#[inline(always)]
pub(crate) unsafe fn timestep(call: &Call, units: Range<usize>) {
    let p = call.params::<Timestep>();
    let frequencies = call.params.add(size_of::<Timestep>() / 4) as *const f32;
    let half = p.half as usize;
    let (sines, cosines) = if p.cosines_first == 1 { (half, 0) } else { (0, half) };
    for row in units {
        let (t, y) = (*call.slot::<f32>(0).add(row), call.slot::<f32>(1).add(2 * row * half));
        for i in 0..half {
            let [sin, cos] = sin_cos(t * *frequencies.add(i));
            *y.add(sines + i) = sin;
            *y.add(cosines + i) = cos;
        }
    }
}

impl CopyRows {
    /// Rows in all.
    fn rows(&self) -> usize {
        self.counts.iter().map(|count| *count as usize).product()
    }

    /// Units.
    pub fn units(&self) -> u32 {
        self.rows().div_ceil(self.unit as usize) as u32
    }
}

#[inline(always)]
pub(crate) unsafe fn copy_rows(call: &Call, units: Range<usize>) {
    let p = call.params::<CopyRows>();
    let (unit, [_, second, third]) = (p.unit as usize, p.counts.map(|count| count as usize));
    for row in units.start * unit..p.rows().min(units.end * unit) {
        let at = [row / (second * third), row / third % second, row % third];
        let place = |steps: [u32; 3]| (0..3).map(|i| at[i] * steps[i] as usize).sum::<usize>();
        let (x, y) = (call.slot::<f32>(0).add(place(p.from)), call.slot::<f32>(1).add(p.first as usize + place(p.to)));
        core::ptr::copy_nonoverlapping(x, y, p.width as usize);
    }
}

impl Upsample {
    /// Units: rows of places of the result.
    pub fn units(&self) -> u32 {
        self.batch * self.to[0]
    }
}

#[inline(always)]
pub(crate) unsafe fn upsample(call: &Call, units: Range<usize>) {
    let p = call.params::<Upsample>();
    let c = p.channels as usize;
    let ([h, w], [height, width]) = (p.from.map(|n| n as usize), p.to.map(|n| n as usize));
    for row in units {
        let (batch, oy) = (row / height, row % height);
        for ox in 0..width {
            let from = (batch * h + oy * h / height) * w + ox * w / width;
            core::ptr::copy_nonoverlapping(call.slot::<f32>(0).add(from * c), call.slot::<f32>(1).add((row * width + ox) * c), c);
        }
    }
}

impl PixelShuffle {
    /// Units: rows of places of the picture.
    pub fn units(&self) -> u32 {
        self.batch * self.from[0]
    }
}

#[inline(always)]
pub(crate) unsafe fn pixel_shuffle(call: &Call, units: Range<usize>) {
    let p = call.params::<PixelShuffle>();
    let (width, factor, c) = (p.from[1] as usize, p.factor as usize, p.channels as usize);
    for row in units {
        for place in 0..width {
            let from = call.slot::<f32>(0).add((row * width + place) * c * factor * factor);
            for dy in 0..factor {
                let to = call.slot::<f32>(1).add(((row * factor + dy) * width + place) * factor * c);
                for dx in 0..factor {
                    for k in 0..c {
                        *to.add(dx * c + k) = *from.add((k * factor + dy) * factor + dx);
                    }
                }
            }
        }
    }
}
