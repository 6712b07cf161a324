//! 3×3 convolutions of stride 1 as F(2×2, 3×3) (Lavin & Gray 2015, “Fast Algorithms for Convolutional Neural Networks”, §4.1): 16 products
//! for four results where the direct way takes 36, and shorter sums, so its errors are not larger.
//!
//! A block of tiles at a time: their input is transformed once; each panel of the weight is decoded and transformed on the fly, so weights
//! lie as for the direct way and take no more room; 16 products, and the transform of their results.

use crate::call::Call;
use crate::product::Product;
use crate::scratch::Scratch;
use crate::set::Tile;
use crate::simd::Simd;
use crate::work::Work;
use core::ops::Range;

impl Product {
    /// Tiles of 2×2 results, in all pictures.
    pub fn tiles(&self) -> usize {
        self.batch as usize * self.out[0].div_ceil(2) as usize * self.out[1].div_ceil(2) as usize
    }

    /// Units of the way through F(2×2, 3×3).
    pub fn winograd_units(&self, tile: Tile) -> u32 {
        (self.tiles().div_ceil(self.unit_rows as usize) * self.panel_groups(tile)) as u32
    }

    /// Bytes of scratch of the way through F(2×2, 3×3).
    pub fn winograd_scratch(&self, tile: Tile) -> usize {
        Parts::new(self, tile, core::ptr::null_mut()).bytes
    }
}

/// The scratch: 16 transformed numbers of each channel of each tile, of each weight, and of each result.
struct Parts {
    zeros: *mut f32,
    /// `[16][block]`: where each tile's channels lie in `input`, the last tile again until a register tile is full.
    rows: *mut *const f32,
    input: *mut f32,
    weight: *mut f32,
    sums: *mut f32,
    panel: *mut f32,
    /// Tiles in a block, in whole register tiles.
    block: usize,
    bytes: usize,
}

impl Parts {
    fn new(p: &Product, tile: Tile, base: *mut u8) -> Parts {
        let (panels, mut scratch) = (p.panels(tile), Scratch::new(base));
        let (block, c) = ((p.unit_rows as usize).next_multiple_of(tile.rows), p.channels as usize);
        Parts {
            zeros: scratch.take(c),
            rows: scratch.take(16 * block),
            input: scratch.take(16 * p.unit_rows as usize * c),
            weight: scratch.take(16 * c * tile.panel()),
            sums: scratch.take(16 * block * tile.panel()),
            panel: scratch.take(panels.decoded_numbers()),
            block,
            bytes: scratch.used(),
        }
    }
}

#[cfg_attr(target_arch = "wasm32", inline(never))]
#[cfg_attr(not(target_arch = "wasm32"), inline(always))]
pub(crate) unsafe fn units<S: Simd>(call: &Call, units: Range<usize>, scratch: *mut u8) {
    let p = call.params::<Product>();
    let (panels, parts, epilogue) = (p.panels(S::TILE), Parts::new(p, S::TILE, scratch), p.epilogue(call));
    let (groups, unit_tiles, c) = (p.panel_groups(S::TILE), p.unit_rows as usize, panels.inputs);
    parts.zeros.write_bytes(0, c);
    for unit in units {
        let first = unit / groups * unit_tiles;
        let tiles = first..p.tiles().min(first + unit_tiles);
        for (t, tile) in tiles.clone().enumerate() {
            input::<S>(p, call.slot(0), &parts, tile, parts.input.add(t * c), tiles.len() * c);
        }
        for i in 0..16 {
            for t in 0..parts.block {
                *parts.rows.add(i * parts.block + t) = parts.input.add((i * tiles.len() + t.min(tiles.len() - 1)) * c);
            }
        }
        for panel in p.panel_range(S::TILE, unit) {
            let width = panels.width(panel);
            weight::<S>(panels.decoded::<S>(call.slot(1), panel, parts.panel), c * width, parts.weight);
            for i in 0..16 {
                let mut t = 0;
                while t < tiles.len() {
                    let at = i * parts.block + t;
                    let (rows, out) = (parts.rows.add(at), parts.sums.add(at * width));
                    S::tile(width / S::LANES, &Work { taps: 1, c, rows, b: parts.weight.add(i * c * width), out, stride: width });
                    t += S::ROWS;
                }
            }
            for (t, tile) in tiles.clone().enumerate() {
                result::<S>(p, &epilogue, tile, parts.sums.add(t * width), parts.block * width, panel * S::TILE.panel(), width);
            }
        }
    }
}

/// A tile's picture, and the row and column of the picture where it begins.
#[inline(always)]
fn corner(p: &Product, tile: usize) -> (usize, usize, usize) {
    let (down, across) = (p.out[0].div_ceil(2) as usize, p.out[1].div_ceil(2) as usize);
    (tile / (down * across), tile / across % down * 2, tile % across * 2)
}

/// `Bᵀ d B` of a tile's 4×4 places for each channel; the 16 numbers `step` apart.
#[cfg_attr(target_arch = "wasm32", inline(never))]
#[cfg_attr(not(target_arch = "wasm32"), inline(always))]
unsafe fn input<S: Simd>(p: &Product, x: *const f32, parts: &Parts, tile: usize, to: *mut f32, step: usize) {
    let (batch, top, left) = corner(p, tile);
    let (top, left) = (top as isize - p.above as isize, left as isize - p.left as isize);
    let mut places = [core::ptr::null::<f32>(); 16];
    for (i, place) in places.iter_mut().enumerate() {
        *place = p.place(x, parts.zeros, batch, top + i as isize / 4, left + i as isize % 4);
    }
    let c = p.channels as usize;
    let mut k = 0;
    while k < c {
        let mut d = [S::splat(0.0); 16];
        for x in 0..4 {
            let at = |y: usize| S::load_up_to(places[4 * y + x].add(k), c - k);
            let column = transformed::<S>([at(0), at(1), at(2), at(3)]);
            for y in 0..4 {
                d[4 * y + x] = column[y];
            }
        }
        for y in 0..4 {
            let row = transformed::<S>([d[4 * y], d[4 * y + 1], d[4 * y + 2], d[4 * y + 3]]);
            for x in 0..4 {
                S::store_up_to(to.add((4 * y + x) * step + k), row[x], c - k);
            }
        }
        k += S::LANES;
    }
}

/// `Bᵀ` times a column of four.
#[inline(always)]
unsafe fn transformed<S: Simd>([a, b, c, d]: [S::V; 4]) -> [S::V; 4] {
    [S::sub(a, c), S::add(b, c), S::sub(c, b), S::sub(b, d)]
}

/// `G g Gᵀ` of each 3×3 window of a panel: from 9 matrices of `size` numbers to 16.
#[cfg_attr(target_arch = "wasm32", inline(never))]
#[cfg_attr(not(target_arch = "wasm32"), inline(always))]
unsafe fn weight<S: Simd>(from: *const f32, size: usize, to: *mut f32) {
    let mut at = 0;
    while at < size {
        let mut half = [S::splat(0.0); 12];
        for x in 0..3 {
            let tap = |y: usize| S::load(from.add((3 * y + x) * size + at));
            let column = widened::<S>([tap(0), tap(1), tap(2)]);
            for y in 0..4 {
                half[3 * y + x] = column[y];
            }
        }
        for y in 0..4 {
            let row = widened::<S>([half[3 * y], half[3 * y + 1], half[3 * y + 2]]);
            for x in 0..4 {
                S::store(to.add((4 * y + x) * size + at), row[x]);
            }
        }
        at += S::LANES;
    }
}

/// `G` times a column of three.
#[inline(always)]
unsafe fn widened<S: Simd>([a, b, c]: [S::V; 3]) -> [S::V; 4] {
    let (sum, half) = (S::add(a, c), S::splat(0.5));
    [a, S::mul(half, S::add(sum, b)), S::mul(half, S::sub(sum, b)), c]
}

/// `Aᵀ m A` of a tile's 16 products, and what follows them; places past the picture's end are left out.
#[cfg_attr(target_arch = "wasm32", inline(never))]
#[cfg_attr(not(target_arch = "wasm32"), inline(always))]
unsafe fn result<S: Simd>(
    p: &Product,
    epilogue: &crate::epilogue::Epilogue,
    tile: usize,
    sums: *const f32,
    step: usize,
    column: usize,
    width: usize,
) {
    let (batch, top, left) = corner(p, tile);
    let (height, across) = (p.out[0] as usize, p.out[1] as usize);
    let mut j = 0;
    while j < width {
        let mut half = [S::splat(0.0); 8];
        for x in 0..4 {
            let at = |y: usize| S::load(sums.add((4 * y + x) * step + j));
            let [a, b] = narrowed::<S>([at(0), at(1), at(2), at(3)]);
            (half[x], half[4 + x]) = (a, b);
        }
        for y in 0..2.min(height - top) {
            let pair = narrowed::<S>([half[4 * y], half[4 * y + 1], half[4 * y + 2], half[4 * y + 3]]);
            for x in 0..2.min(across - left) {
                let row = epilogue.row((batch * height + top + y) * across + left + x);
                epilogue.put::<S>(&row, column + j, pair[x]);
            }
        }
        j += S::LANES;
    }
}

/// `Aᵀ` times a column of four.
#[inline(always)]
unsafe fn narrowed<S: Simd>([a, b, c, d]: [S::V; 4]) -> [S::V; 2] {
    [S::add(S::add(a, b), c), S::sub(S::sub(b, c), d)]
}
