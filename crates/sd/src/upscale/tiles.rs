//! A picture cut into tiles that overlap, and put together from what became of them.

use crate::picture::Picture;
use std::ops::Range;

/// One tile along one side, in pixels of the picture that goes in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Span {
    /// Where it begins.
    pub from: usize,
    /// What is kept of it, counted from the picture's edge.
    pub own: Range<usize>,
}

/// All tiles along one side; they are equally long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Axis {
    pub tile: usize,
    pub spans: Vec<Span>,
}

impl Axis {
    /// The fewest tiles of at most `most` pixels that cover `pixels`, of which neighbours share twice the overlap at least. Tiles begin at, and
    /// are, multiples of `unit`; the last one may go on past the edge by less than that.
    pub fn new(pixels: usize, most: usize, unit: usize, overlap: usize) -> Axis {
        let (side, most, shared) = (pixels.div_ceil(unit), (most / unit).max(1), 2 * overlap.div_ceil(unit));
        if side <= most {
            return Axis { tile: side * unit, spans: vec![Span { from: 0, own: 0..pixels }] };
        }
        let count = (side - shared).div_ceil(most.saturating_sub(shared).max(1));
        let tile = (side + (count - 1) * shared).div_ceil(count);
        let from: Vec<usize> = (0..count).map(|i| i * (side - tile) / (count - 1)).collect();
        // Of what two tiles share, each keeps its half.
        let edge = |i: usize| (from[i] + tile + from[i + 1]).div_ceil(2) * unit;
        let own = |i: usize| if i == 0 { 0 } else { edge(i - 1) }..if i + 1 == count { pixels } else { edge(i) };
        Axis { tile: tile * unit, spans: (0..count).map(|i| Span { from: from[i] * unit, own: own(i) }).collect() }
    }
}

/// A tile of the picture, channels last: `[tile rows / unit, tile columns / unit, 3 · unit²]`, where `unit` pixels each way are channels of one
/// place (PyTorch's `pixel_unshuffle`). Past the edge the picture is mirrored.
pub(super) fn cut(picture: &Picture, [top, left]: [usize; 2], [high, wide]: [usize; 2], unit: usize) -> Vec<f32> {
    let Picture { width, height, values } = picture;
    let mut tile = Vec::with_capacity(3 * high * wide);
    for (y, x) in (0..high / unit).flat_map(|y| (0..wide / unit).map(move |x| (y, x))) {
        for channel in 0..3 {
            for (dy, dx) in (0..unit).flat_map(|dy| (0..unit).map(move |dx| (dy, dx))) {
                let [row, column] = [mirrored(top + y * unit + dy, *height), mirrored(left + x * unit + dx, *width)];
                tile.push(values[(channel * height + row) * width + column]);
            }
        }
    }
    tile
}

/// PyTorch's reflection: the edge itself is not repeated, unless there is nothing else.
fn mirrored(at: usize, side: usize) -> usize {
    if at < side { at } else { (2 * (side - 1)).saturating_sub(at).min(side - 1) }
}

/// Writes what is kept of a tile into the picture that comes out, `scale` times as large.
pub(super) fn paste(larger: &mut Picture, tile: &Picture, row: &Span, column: &Span, scale: usize) {
    for channel in 0..3 {
        for y in row.own.start * scale..row.own.end * scale {
            let from = (channel * tile.height + y - row.from * scale) * tile.width + (column.own.start - column.from) * scale;
            let to = (channel * larger.height + y) * larger.width + column.own.start * scale;
            let count = column.own.len() * scale;
            larger.values[to..to + count].copy_from_slice(&tile.values[from..from + count]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiles_cover_every_side_once_with_their_overlap() {
        for unit in [1, 2, 4] {
            for (pixels, most, overlap) in
                [(1, 9, 2), (63, 64, 32), (65, 80, 32), (100, 80, 32), (257, 96, 18), (511, 128, 3), (2000, 72, 32)]
            {
                let Axis { tile, spans } = Axis::new(pixels, most, unit, overlap);
                let mut end = 0;
                for (i, Span { from, own }) in spans.iter().enumerate() {
                    let case = format!("{pixels} pixels in tiles of {most}, tile {i} of {}", spans.len());
                    assert_eq!(own.start, end, "{case}");
                    end = own.end;
                    assert!(from % unit == 0 && *from <= own.start && own.end <= from + tile, "{case}: {from}, {own:?}");
                    assert!(*from == 0 || own.start - from >= overlap, "{case}: {from}, {own:?}");
                    assert!(i + 1 == spans.len() || from + tile - own.end >= overlap, "{case}: {from}, {own:?}");
                    assert!(from + tile < pixels + unit, "{case}: it goes on past the edge");
                }
                assert_eq!(end, pixels);
                assert!(tile <= most.max(unit) || spans.len() == 1, "{pixels} pixels: {tile} is more than {most}");
            }
        }
    }

    #[test]
    fn tiles_that_nothing_was_done_to_are_the_picture_again() {
        let (width, height) = (37, 23);
        let picture = Picture { width, height, values: (0..3 * width * height).map(|i| i as f32).collect() };
        let [rows, columns] = [height, width].map(|side| Axis::new(side, 16, 1, 3));
        let mut again = Picture { values: vec![0.0; picture.values.len()], ..picture };
        for (row, column) in rows.spans.iter().flat_map(|row| columns.spans.iter().map(move |column| (row, column))) {
            let values = crate::picture::channels_first(&cut(&picture, [row.from, column.from], [rows.tile, columns.tile], 1), 3);
            paste(&mut again, &Picture { width: columns.tile, height: rows.tile, values }, row, column, 1);
        }
        assert!(again == picture);
    }

    #[test]
    fn pixels_become_channels_as_pytorch_orders_them() {
        let picture = Picture { width: 3, height: 1, values: vec![0.0, 1.0, 2.0, 10.0, 11.0, 12.0, 20.0, 21.0, 22.0] };
        let expected = [0.0, 1.0, 0.0, 1.0, 10.0, 11.0, 10.0, 11.0, 20.0, 21.0, 20.0, 21.0, 2.0, 1.0, 2.0, 1.0, 12.0, 11.0];
        assert_eq!(cut(&picture, [0, 0], [2, 4], 2)[..18], expected, "a side of one is repeated, others are mirrored");
    }
}
