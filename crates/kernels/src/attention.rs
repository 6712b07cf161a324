//! `softmax(q·kᵀ/√d) · v` for each head, heads interleaved in the channels. Keys and values of each head are brought into panels once; then a
//! block of queries meets all keys: its scores stay in the cache, so no score matrix exists and no running maximum is needed.

use crate::call::{Call, Words};
use crate::maths::exp;
use crate::panels::{Panels, Stored};
use crate::scratch::Scratch;
use crate::set::Tile;
use crate::simd::Simd;
use crate::work::Work;
use core::ops::Range;

/// Attention. Slots of packing: k and v `[batch, keys, heads·d]`, panels. Slots of the rest: q `[batch, tokens, heads·d]`, panels, result
/// as q; or, of the weights alone, `[batch, tokens, keys]`.
#[derive(Debug, Clone, Copy, PartialEq)]
#[repr(C)]
pub struct Attention {
    /// Batch entries.
    pub batch: u32,
    /// Queries of each.
    pub tokens: u32,
    /// Keys of each.
    pub keys: u32,
    /// Heads.
    pub heads: u32,
    /// Channels of a head.
    pub d: u32,
    /// 1 where query i sees keys 0..=i only.
    pub causal: u32,
    /// Keys in a unit of packing: whole panels.
    pub unit_keys: u32,
    /// Queries in a unit of the rest.
    pub unit_queries: u32,
    /// 1 where the values are packed, too; 0 where only the weights are wanted.
    pub values: u32,
}

// SAFETY: words without gaps.
unsafe impl Words for Attention {}

impl Attention {
    /// A head's keys: their number is the outputs.
    fn key_panels(&self, tile: Tile) -> Panels {
        Panels { outputs: self.keys as usize, taps: 1, inputs: self.d as usize, stored: Stored::F32, tile }
    }

    /// A head's values: the keys are the inputs.
    fn value_panels(&self, tile: Tile) -> Panels {
        Panels { outputs: self.d as usize, taps: 1, inputs: self.keys as usize, stored: Stored::F32, tile }
    }

    /// Numbers of one head's panels.
    fn head(&self, tile: Tile) -> usize {
        (self.key_panels(tile).bytes() + self.values as usize * self.value_panels(tile).bytes()) / 4
    }

    /// Numbers of all panels.
    pub fn packed(&self, tile: Tile) -> usize {
        (self.batch * self.heads) as usize * self.head(tile)
    }

    /// Units of packing.
    pub fn pack_units(&self) -> u32 {
        self.batch * self.heads * self.keys.div_ceil(self.unit_keys)
    }

    /// Units of the rest.
    pub fn units(&self) -> u32 {
        self.batch * self.heads * self.tokens.div_ceil(self.unit_queries)
    }

    /// Units of the weights alone: queries of all heads.
    pub fn weights_units(&self) -> u32 {
        self.batch * self.tokens.div_ceil(self.unit_queries)
    }

    /// Bytes of scratch of the rest.
    pub fn scratch(&self, tile: Tile) -> usize {
        Parts::new(self, tile, core::ptr::null_mut()).bytes
    }

    /// Of a unit: batch entry, head, and the unit among those of the head.
    fn place(&self, unit: usize, of_head: usize) -> (usize, usize, usize) {
        let head = unit / of_head;
        (head / self.heads as usize, head % self.heads as usize, unit % of_head)
    }
}

/// Keys as `[panel][d][width]`, values as `[panel][keys][width]`.
#[cfg_attr(target_arch = "wasm32", inline(never))]
#[cfg_attr(not(target_arch = "wasm32"), inline(always))]
pub(crate) unsafe fn pack<S: Simd>(call: &Call, units: Range<usize>) {
    let p = call.params::<Attention>();
    let (keys, d, wide) = (p.keys as usize, p.d as usize, (p.heads * p.d) as usize);
    let (key_panels, value_panels) = (p.key_panels(S::TILE), p.value_panels(S::TILE));
    let (of_head, unit_keys) = (keys.div_ceil(p.unit_keys as usize), p.unit_keys as usize);
    for unit in units {
        let (batch, head, part) = p.place(unit, of_head);
        let to = call.slot::<f32>(2).add(unit / of_head * p.head(S::TILE));
        let from = batch * keys * wide + head * d;
        let (k, v) = (call.slot::<f32>(0).add(from), call.slot::<f32>(1).add(from));
        let part = part * unit_keys..keys.min((part + 1) * unit_keys);
        for first in part.clone().step_by(S::TILE.panel()) {
            let panel = first / S::TILE.panel();
            let (width, to) = (key_panels.width(panel), to.byte_add(key_panels.numbers_at(panel)));
            for j in 0..width {
                for i in 0..d {
                    *to.add(i * width + j) = if first + j < keys { *k.add((first + j) * wide + i) } else { 0.0 };
                }
            }
        }
        let to = to.byte_add(key_panels.bytes());
        for panel in 0..p.values as usize * value_panels.count() {
            let (width, to) = (value_panels.width(panel), to.byte_add(value_panels.numbers_at(panel)));
            let first = panel * S::TILE.panel();
            for key in part.clone() {
                let mut j = 0;
                while j < width {
                    let row = S::load_up_to(v.add(key * wide + first + j), d - first - j);
                    S::store(to.add(key * width + j), row);
                    j += S::LANES;
                }
            }
        }
    }
}

/// The scratch.
struct Parts {
    rows: *mut *const f32,
    /// `[queries][keys, padded]`.
    scores: *mut f32,
    /// 1 / the sum of each query's weights.
    shares: *mut f32,
    sums: *mut f32,
    bytes: usize,
}

impl Parts {
    fn new(p: &Attention, tile: Tile, base: *mut u8) -> Parts {
        let (mut scratch, queries) = (Scratch::new(base), (p.unit_queries as usize).next_multiple_of(tile.rows));
        Parts {
            rows: scratch.take(queries),
            scores: scratch.take(queries * p.key_panels(tile).padded()),
            shares: scratch.take(queries),
            sums: scratch.take(tile.rows * tile.panel()),
            bytes: scratch.used(),
        }
    }
}

#[cfg_attr(target_arch = "wasm32", inline(never))]
#[cfg_attr(not(target_arch = "wasm32"), inline(always))]
pub(crate) unsafe fn units<S: Simd>(call: &Call, units: Range<usize>, scratch: *mut u8) {
    let p = call.params::<Attention>();
    let parts = Parts::new(p, S::TILE, scratch);
    let (tokens, d, wide) = (p.tokens as usize, p.d as usize, (p.heads * p.d) as usize);
    let (of_head, unit_queries) = (tokens.div_ceil(p.unit_queries as usize), p.unit_queries as usize);
    for unit in units {
        let (batch, head, part) = p.place(unit, of_head);
        let panels = call.slot::<f32>(1).add(unit / of_head * p.head(S::TILE)) as *const f32;
        let from = batch * tokens * wide + head * d;
        let queries = part * unit_queries..tokens.min((part + 1) * unit_queries);
        let seen = if p.causal == 1 { queries.end.min(p.keys as usize) } else { p.keys as usize };
        scores::<S>(p, &parts, call.slot::<f32>(0).add(from), panels, queries.clone(), seen);
        weighted::<S>(p, &parts, panels, queries, seen, call.slot::<f32>(2).add(from));
    }
}

/// The weights themselves, the mean over heads, which are added one after the other.
#[cfg_attr(target_arch = "wasm32", inline(never))]
#[cfg_attr(not(target_arch = "wasm32"), inline(always))]
pub(crate) unsafe fn weights<S: Simd>(call: &Call, units: Range<usize>, scratch: *mut u8) {
    let p = call.params::<Attention>();
    let parts = Parts::new(p, S::TILE, scratch);
    let (tokens, keys, heads) = (p.tokens as usize, p.keys as usize, p.heads as usize);
    let (d, padded) = (p.d as usize, p.key_panels(S::TILE).padded());
    let (of_entry, unit_queries) = (tokens.div_ceil(p.unit_queries as usize), p.unit_queries as usize);
    for unit in units {
        let (batch, part) = (unit / of_entry, unit % of_entry);
        let queries = part * unit_queries..tokens.min((part + 1) * unit_queries);
        for head in 0..heads {
            let panels = call.slot::<f32>(1).add((batch * heads + head) * p.head(S::TILE)) as *const f32;
            let q = call.slot::<f32>(0).add(batch * tokens * heads * d + head * d);
            scores::<S>(p, &parts, q, panels, queries.clone(), keys);
            for i in 0..queries.len() {
                let (row, to) = (parts.scores.add(i * padded), call.slot::<f32>(2).add((batch * tokens + queries.start + i) * keys));
                let share = S::splat(*parts.shares.add(i) / heads as f32);
                let mut key = 0;
                while key < keys {
                    let weight = S::mul(S::load(row.add(key)), share);
                    let before = if head == 0 { S::splat(0.0) } else { S::load_up_to(to.add(key), keys - key) };
                    S::store_up_to(to.add(key), S::add(before, weight), keys - key);
                    key += S::LANES;
                }
            }
        }
    }
}

/// Each query's scores with the keys `0..seen`, and their softmax but for the division by its sum.
#[inline(always)]
unsafe fn scores<S: Simd>(p: &Attention, parts: &Parts, q: *const f32, panels: *const f32, queries: Range<usize>, seen: usize) {
    let (keys, d, wide) = (p.key_panels(S::TILE), p.d as usize, (p.heads * p.d) as usize);
    for i in 0..queries.len().next_multiple_of(S::ROWS) {
        *parts.rows.add(i) = q.add((queries.start + i).min(queries.end - 1) * wide);
    }
    for panel in 0..seen.div_ceil(S::TILE.panel()) {
        let (b, width) = (panels.byte_add(keys.numbers_at(panel)), keys.width(panel));
        let mut i = 0;
        while i < queries.len() {
            let out = parts.scores.add(i * keys.padded() + panel * S::TILE.panel());
            let work = Work { taps: 1, c: d, rows: parts.rows.add(i), b, out, stride: keys.padded() };
            S::tile(width / S::LANES, &work);
            i += S::ROWS;
        }
    }
    let scale = (1.0 / crate::maths::root(d as f64)) as f32;
    for i in 0..queries.len() {
        let seen_here = if p.causal == 1 { (queries.start + i + 1).min(seen) } else { seen };
        let row = parts.scores.add(i * keys.padded());
        *parts.shares.add(i) = 1.0 / softmax::<S>(row, seen_here, scale);
        for key in seen_here..seen {
            *row.add(key) = 0.0;
        }
    }
}

/// `exp((x − max x) · scale)` in place; their sum.
#[inline(always)]
unsafe fn softmax<S: Simd>(row: *mut f32, n: usize, scale: f32) -> f32 {
    for i in n..n.next_multiple_of(S::LANES) {
        *row.add(i) = f32::NEG_INFINITY;
    }
    let mut largest = S::load(row);
    let mut i = S::LANES;
    while i < n {
        largest = S::at_least(S::load(row.add(i)), largest);
        i += S::LANES;
    }
    let (top, scale) = (S::splat(S::largest(largest)), S::splat(scale));
    let mut sum = S::splat(0.0);
    let mut i = 0;
    while i < n {
        let weight = exp::<S>(S::mul(S::sub(S::load(row.add(i)), top), scale));
        sum = S::add(sum, weight);
        S::store(row.add(i), weight);
        i += S::LANES;
    }
    S::sum(sum)
}

/// The values' sum by those weights.
#[inline(always)]
unsafe fn weighted<S: Simd>(p: &Attention, parts: &Parts, panels: *const f32, queries: Range<usize>, seen: usize, y: *mut f32) {
    let (keys, values, wide) = (p.key_panels(S::TILE), p.value_panels(S::TILE), (p.heads * p.d) as usize);
    let panels = panels.byte_add(keys.bytes());
    for i in 0..queries.len().next_multiple_of(S::ROWS) {
        *parts.rows.add(i) = parts.scores.add(i.min(queries.len() - 1) * keys.padded());
    }
    for panel in 0..values.count() {
        let (b, width) = (panels.byte_add(values.numbers_at(panel)), values.width(panel));
        let first = panel * S::TILE.panel();
        let mut i = 0;
        while i < queries.len() {
            S::tile(width / S::LANES, &Work { taps: 1, c: seen, rows: parts.rows.add(i), b, out: parts.sums, stride: width });
            for row in i..queries.len().min(i + S::ROWS) {
                let share = S::splat(*parts.shares.add(row));
                let mut j = 0;
                while j < width {
                    let v = S::mul(S::load(parts.sums.add((row - i) * width + j)), share);
                    S::store_up_to(y.add((queries.start + row) * wide + first + j), v, p.d as usize - first - j);
                    j += S::LANES;
                }
            }
            i += S::ROWS;
        }
    }
}
