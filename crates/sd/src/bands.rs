//! A picture as horizontal bands, each a value of its own, so that no buffer holds all of it. Nothing is approximated: a convolution of a band
//! reads the rows of its neighbours that its window reaches, and norms take the statistics of the whole picture.

use decant_graph::op::{Padding, Window};
use decant_graph::{Graph, Var, Weights};
use std::ops::Range;

/// Bands of one picture, from top to bottom.
#[derive(Clone)]
pub(crate) struct Bands<'g> {
    graph: &'g Graph,
    bands: Vec<Var<'g>>,
}

/// A group norm's weights, and how many groups.
#[derive(Clone, Copy)]
pub(crate) struct Norm<'g> {
    pub weights: Weights<'g>,
    pub groups: usize,
    pub epsilon: f32,
}

/// A convolution of 3×3, and into how many bands its result is cut.
#[derive(Clone, Copy)]
pub(crate) struct Conv<'g> {
    pub weights: Weights<'g>,
    pub window: Window,
    pub bands: usize,
}

/// Rows of every window here.
const KERNEL: isize = 3;

impl<'g> Bands<'g> {
    /// A picture in one piece.
    pub fn whole(picture: Var<'g>) -> Bands<'g> {
        Bands { graph: picture.graph(), bands: vec![picture] }
    }

    /// The picture in one piece.
    pub fn join(self) -> Var<'g> {
        self.stack(&self.rows(0..self.height()))
    }

    /// How many bands there are.
    pub fn count(&self) -> usize {
        self.bands.len()
    }

    /// The band of that number.
    pub fn band(&self, number: usize) -> Var<'g> {
        self.bands[number]
    }

    /// A convolution.
    pub fn conv2d(&self, conv: Conv<'g>) -> Bands<'g> {
        self.conv2d_then(conv, |_, band| band)
    }

    /// A convolution. `finish` does the rest to each band before the next one begins, so that values die early.
    pub fn conv2d_then(&self, conv: Conv<'g>, finish: impl Fn(usize, Var<'g>) -> Var<'g>) -> Bands<'g> {
        self.convolve(conv, |rows| self.stack(&rows), finish)
    }

    /// A convolution of `silu(norm(x))`. `finish` does the rest to each band before the next one begins, so that values die early.
    pub fn norm_conv2d(&self, norm: Norm<'g>, conv: Conv<'g>, finish: impl Fn(usize, Var<'g>) -> Var<'g>) -> Bands<'g> {
        let Norm { weights, groups, epsilon } = norm;
        if let ([x], 1) = (&self.bands[..], conv.bands) {
            return self.convolve(conv, |_| x.group_norm(weights, groups, epsilon).silu(), finish);
        }
        let statistics = self.graph.group_norm_statistics(&self.bands, weights, groups, epsilon);
        self.convolve(conv, |rows| self.graph.stack_rows_affine(&rows, statistics).silu(), finish)
    }

    /// Every band of the result from the rows that its windows see, which `see` turns into one picture.
    fn convolve(
        &self,
        Conv { weights, window, bands }: Conv<'g>,
        see: impl Fn(Vec<(Var<'g>, Range<usize>)>) -> Var<'g>,
        finish: impl Fn(usize, Var<'g>) -> Var<'g>,
    ) -> Bands<'g> {
        let (height, scale, stride) = (self.height() as isize, window.scale() as isize, window.stride as isize);
        let Padding { before, after } = window.rows;
        let results = ((height * scale + before + after - KERNEL) / stride + 1).max(0);
        let bands = bands.clamp(1, results.max(1) as usize);
        let band = |number: usize| {
            let [first, end] = [number, number + 1].map(|n| (n * results as usize / bands) as isize);
            // What the windows see, in rows of the picture as it is seen: negative and past the end where there are zeros.
            let (from, to) = (first * stride - before, (end - 1) * stride - before + KERNEL);
            let [low, high] = [from.max(0) / scale, ((to + scale - 1) / scale).min(height)];
            let rows = Padding { before: low * scale - from, after: to - high * scale };
            let seen = see(self.rows(low as usize..high.max(low) as usize));
            finish(number, seen.conv2d(weights, Window { rows, ..window }))
        };
        Bands { graph: self.graph, bands: (0..bands).map(band).collect() }
    }

    fn stack(&self, rows: &[(Var<'g>, Range<usize>)]) -> Var<'g> {
        match rows {
            [(band, rows)] if rows.len() == height(*band) => *band,
            _ => self.graph.stack_rows(rows),
        }
    }

    /// Where those rows of the picture are.
    fn rows(&self, wanted: Range<usize>) -> Vec<(Var<'g>, Range<usize>)> {
        let mut first = 0;
        let part = |band: &Var<'g>| {
            let height = height(*band);
            let [start, end] = [wanted.start, wanted.end].map(|row| row.clamp(first, first + height) - first);
            first += height;
            (*band, start..end)
        };
        let parts: Vec<_> = self.bands.iter().map(part).filter(|(_, rows)| !rows.is_empty()).collect();
        // No rows at all: after an error, which whatever reads this value keeps quiet about.
        if parts.is_empty() { vec![(self.bands[0], 0..0)] } else { parts }
    }

    /// Rows in all.
    fn height(&self) -> usize {
        self.bands.iter().map(|band| height(*band)).sum()
    }
}

/// Rows of `[batch, height, width, channels]`; 0 after an error, which the graph has noted.
fn height(picture: Var) -> usize {
    picture.shape().get(1).copied().unwrap_or(0)
}
