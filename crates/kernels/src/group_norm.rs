//! Group norm's statistics (Wu & He 2018): each chunk of rows while it is in the cache, then all chunks of a group (Chan et al. 1979) into one
//! factor and summand for each channel. [`crate::StackRows`] applies them.

use crate::call::{Call, Words};
use crate::maths::root;
use crate::scratch::Scratch;
use crate::simd::{Simd, lanes};
use core::ops::Range;

/// Statistics of one band of a picture, or their combination. Slots of a band: it, partial results `[batch, chunks, groups, 2]` (f64).
/// Slots of the combination: these, scale, shift, result `[batch, channels, 2]`; after the parameters, the places of each band.
#[derive(Debug, Clone, Copy, PartialEq)]
#[repr(C)]
pub struct GroupNorm {
    /// Pictures.
    pub batch: u32,
    /// Places of the band's pictures; of the combination, how many bands there are.
    pub places: u32,
    /// Channels.
    pub channels: u32,
    /// Groups of channels.
    pub groups: u32,
    /// Places in a chunk.
    pub chunk: u32,
    /// Chunks of all bands.
    pub chunks: u32,
    /// The band's first one.
    pub first_chunk: u32,
    /// Added to the variance.
    pub epsilon: f32,
}

// SAFETY: words without gaps.
unsafe impl Words for GroupNorm {}

impl GroupNorm {
    /// Units of a band.
    pub fn units(&self) -> u32 {
        self.batch * self.places.div_ceil(self.chunk)
    }

    /// Bytes of scratch of a band.
    pub fn scratch(&self) -> usize {
        Parts::new(self, core::ptr::null_mut()).bytes
    }

    /// Numbers (f32) of the partial results.
    pub fn partial(&self) -> usize {
        (self.batch * self.chunks * self.groups * 4) as usize
    }
}

/// The scratch: of each channel a number near its mean, the sum of what differs from it, the sum of its squares.
struct Parts {
    near: *mut f32,
    sum: *mut f64,
    squares: *mut f64,
    bytes: usize,
}

impl Parts {
    fn new(p: &GroupNorm, base: *mut u8) -> Parts {
        let (mut scratch, c) = (Scratch::new(base), p.channels as usize + crate::simd::MOST_LANES);
        Parts { near: scratch.take(c), sum: scratch.take(c), squares: scratch.take(c), bytes: scratch.used() }
    }
}

#[cfg_attr(target_arch = "wasm32", inline(never))]
#[cfg_attr(not(target_arch = "wasm32"), inline(always))]
pub(crate) unsafe fn partial<S: Simd>(call: &Call, units: Range<usize>, scratch: *mut u8) {
    let p = call.params::<GroupNorm>();
    let parts = Parts::new(p, scratch);
    let (places, c, chunk) = (p.places as usize, p.channels as usize, p.chunk as usize);
    let chunks = places.div_ceil(chunk);
    for unit in units {
        let (batch, at) = (unit / chunks, unit % chunks);
        let rows = chunk.min(places - at * chunk);
        let x = call.slot::<f32>(0).add((batch * places + at * chunk) * c) as *const f32;
        let mut k = 0;
        while k < c {
            channels::<S>(&parts, x.add(k), rows, c, k);
            k += S::LANES;
        }
        let to = call.slot::<f64>(1).add(((batch * p.chunks as usize) + p.first_chunk as usize + at) * p.groups as usize * 2);
        for group in 0..p.groups as usize {
            let [mean, squares] = group_of(&parts, c / p.groups as usize, group, rows as f64);
            *to.add(2 * group) = mean;
            *to.add(2 * group + 1) = squares;
        }
    }
}

/// One vector of channels through all rows of a chunk: sums of f32 in blocks that end in f64.
#[inline(always)]
unsafe fn channels<S: Simd>(parts: &Parts, x: *const f32, rows: usize, c: usize, k: usize) {
    const BLOCK: usize = 64;
    let n = c - k;
    let mut near = S::splat(0.0);
    for row in 0..rows {
        near = S::add(near, S::load_up_to(x.add(row * c), n));
    }
    let near = S::div(near, S::splat(rows as f32));
    S::store(parts.near.add(k), near);
    for i in 0..S::LANES {
        *parts.sum.add(k + i) = 0.0;
        *parts.squares.add(k + i) = 0.0;
    }
    let mut row = 0;
    while row < rows {
        let end = rows.min(row + BLOCK);
        let (mut sum, mut squares) = (S::splat(0.0), S::splat(0.0));
        while row < end {
            let v = S::sub(S::load_up_to(x.add(row * c), n), near);
            sum = S::add(sum, v);
            squares = S::fma(v, v, squares);
            row += 1;
        }
        let (sum, squares) = (lanes::<S>(sum), lanes::<S>(squares));
        for i in 0..S::LANES {
            *parts.sum.add(k + i) += sum[i] as f64;
            *parts.squares.add(k + i) += squares[i] as f64;
        }
    }
}

/// A group's mean, and the sum of its squared distances from it.
#[inline(always)]
unsafe fn group_of(parts: &Parts, per: usize, group: usize, rows: f64) -> [f64; 2] {
    let own = |k: usize| *parts.near.add(k) as f64 + *parts.sum.add(k) / rows;
    let channels = group * per..(group + 1) * per;
    let mean = channels.clone().map(&own).sum::<f64>() / per as f64;
    let squares = channels.map(|k| {
        let (sum, away) = (*parts.sum.add(k), own(k) - mean);
        *parts.squares.add(k) - sum * sum / rows + rows * away * away
    });
    [mean, squares.sum()]
}

/// All chunks of one batch entry.
#[inline(always)]
pub(crate) unsafe fn combine(call: &Call, units: Range<usize>) {
    let p = call.params::<GroupNorm>();
    let bands = call.params.add(size_of::<GroupNorm>() / 4);
    let (c, groups) = (p.channels as usize, p.groups as usize);
    let per = c / groups;
    let (scale, shift) = (call.slot::<f32>(1), call.slot::<f32>(2));
    for batch in units {
        let y = call.slot::<f32>(3).add(batch * c * 2);
        for group in 0..groups {
            let mut from = call.slot::<f64>(0).add((batch * p.chunks as usize * groups + group) * 2) as *const f64;
            let (mut count, mut mean, mut squares) = (0.0, 0.0, 0.0);
            for band in 0..p.places as usize {
                let places = *bands.add(band) as usize;
                for first in (0..places).step_by(p.chunk as usize) {
                    let more = ((p.chunk as usize).min(places - first) * per) as f64;
                    let (away, all) = (*from - mean, count + more);
                    mean += away * more / all;
                    squares += *from.add(1) + away * away * count * more / all;
                    count = all;
                    from = from.add(2 * groups);
                }
            }
            let deviation = root(squares / count + p.epsilon as f64);
            for k in group * per..(group + 1) * per {
                let factor = *scale.add(k) as f64 / deviation;
                *y.add(2 * k) = factor as f32;
                *y.add(2 * k + 1) = (*shift.add(k) as f64 - mean * factor) as f32;
            }
        }
    }
}
