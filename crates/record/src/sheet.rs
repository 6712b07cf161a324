//! Drawing a grid: cells in rows under labels, one block of rows for each value of the third axis.
//!
//! The letters are the public-domain 8×8 bitmaps of the `font8x8` crate, zoomed with the pictures; what it has no letter for is a box.

use crate::{Canvas, Grid};
use font8x8::{BASIC_FONTS, GREEK_FONTS, LATIN_FONTS, UnicodeFonts};

/// Pixels of a letter's side.
const LETTER: usize = 8;
/// Pictures smaller than this are enlarged by a whole number, so that a label fits above them.
const LEAST_CELL: usize = 96;
/// Pixels of a picture's width for each pixel of a letter's dots.
const PER_DOT: usize = 256;
/// Lines of a label above or beside.
const MOST_LINES: usize = 4;
const PAPER: [u8; 3] = [255; 3];
const INK: [u8; 3] = [20; 3];
/// A cell that is not made yet.
const EMPTY: [u8; 3] = [224; 3];

impl Grid {
    /// The sheet of all cells, in the order of [`Grid::cells`]; one that is not made yet is grey. Pictures of different sizes lie in cells of
    /// the largest.
    pub fn sheet(&self, cells: &[Option<Canvas>]) -> Canvas {
        let [columns, rows, blocks] = self.size();
        let layout = Layout::of(self, cells);
        let mut sheet = Canvas::filled(layout.left + columns * layout.pitch[0], blocks * layout.block(rows), PAPER);
        for block in 0..blocks {
            let top = block * layout.block(rows);
            if let Some(label) = self.label(2, block) {
                let all = sheet.width.saturating_sub(2 * layout.gap());
                layout.write(&mut sheet, &label, all, [layout.gap(), top + layout.gap()]);
            }
            for column in 0..columns {
                let at = [layout.left + column * layout.pitch[0], top + layout.heading + layout.gap()];
                layout.write(&mut sheet, &self.label(0, column).unwrap_or_default(), layout.cell[0], at);
            }
            for row in 0..rows {
                let y = top + layout.heading + layout.above + row * layout.pitch[1];
                layout.write(&mut sheet, &self.label(1, row).unwrap_or_default(), layout.words(), [layout.gap(), y]);
                for column in 0..columns {
                    let x = layout.left + column * layout.pitch[0];
                    let made = cells.get((block * rows + row) * columns + column).and_then(Option::as_ref);
                    let empty = Canvas::filled(layout.cell[0], layout.cell[1], EMPTY);
                    match made {
                        Some(picture) => sheet.draw(picture, x, y, layout.zoom),
                        None => sheet.draw(&empty, x, y, 1),
                    }
                }
            }
        }
        sheet
    }
}

/// Where things go, in pixels.
struct Layout {
    /// Pixels of the sheet for each of a picture's.
    zoom: usize,
    /// Pixels of the sheet for each of a letter's.
    dot: usize,
    /// Width and height of a cell.
    cell: [usize; 2],
    /// From one cell to the next.
    pitch: [usize; 2],
    /// Room for the rows' labels.
    left: usize,
    /// Room for the columns' labels.
    above: usize,
    /// Room for a block's label.
    heading: usize,
}

impl Layout {
    fn of(grid: &Grid, cells: &[Option<Canvas>]) -> Layout {
        let made = || cells.iter().flatten();
        let largest = [made().map(|c| c.width).max().unwrap_or(1).max(1), made().map(|c| c.height).max().unwrap_or(1).max(1)];
        let zoom = LEAST_CELL.div_ceil(largest[0]).max(1);
        let cell = largest.map(|side| side * zoom);
        let dot = cell[0].div_ceil(PER_DOT);
        let mut layout = Layout { zoom, dot, cell, pitch: [0; 2], left: 0, above: 0, heading: 0 };
        layout.pitch = cell.map(|side| side + layout.gap());
        let labels = |axis: usize| (0..grid.size()[axis]).filter_map(move |value| grid.label(axis, value));
        let widest = labels(1).flat_map(|label| layout.lines(&label, cell[0])).map(|line| line.chars().count()).max();
        layout.left = layout.gap() + widest.map_or(0, |letters| letters * LETTER * dot + layout.gap());
        let high = |axis, width| labels(axis).map(|label| layout.lines(&label, width).len() * layout.line() + layout.gap()).max();
        let above = high(0, cell[0]).unwrap_or(0) + layout.gap();
        let heading = high(2, layout.left + grid.size()[0] * layout.pitch[0]).unwrap_or(0);
        Layout { above, heading, ..layout }
    }

    fn gap(&self) -> usize {
        LETTER * self.dot / 2
    }

    /// From one line of a label to the next.
    fn line(&self) -> usize {
        (LETTER + 2) * self.dot
    }

    /// The width of the rows' labels.
    fn words(&self) -> usize {
        self.left.saturating_sub(2 * self.gap())
    }

    /// The height of a block.
    fn block(&self, rows: usize) -> usize {
        self.heading + self.above + rows * self.pitch[1]
    }

    /// A label in lines of at most `width` pixels, broken at spaces where there are some.
    fn lines(&self, label: &str, width: usize) -> Vec<String> {
        let most = (width / (LETTER * self.dot)).max(1);
        let mut lines = vec![String::new()];
        for word in label.split_whitespace() {
            let letters: Vec<char> = word.chars().take(most * (MOST_LINES + 1)).collect();
            for piece in letters.chunks(most) {
                let last = lines.last_mut().expect("there is always a line");
                let used = last.chars().count();
                match used {
                    0 => last.extend(piece),
                    _ if used + 1 + piece.len() <= most => last.extend([' '].iter().chain(piece)),
                    _ => lines.push(piece.iter().collect()),
                }
            }
        }
        if lines.len() > MOST_LINES {
            lines.truncate(MOST_LINES);
            let last = lines.last_mut().expect("there are several");
            *last = last.chars().take(most.saturating_sub(2)).chain("..".chars()).collect();
        }
        lines
    }

    fn write(&self, sheet: &mut Canvas, label: &str, width: usize, [left, top]: [usize; 2]) {
        for (line, text) in self.lines(label, width).iter().enumerate() {
            for (column, letter) in text.chars().enumerate() {
                sheet.draw(&drawn(letter), left + column * LETTER * self.dot, top + line * self.line(), self.dot);
            }
        }
    }
}

/// A letter, 8×8.
fn drawn(letter: char) -> Canvas {
    const BOX: [u8; 8] = [0x7e, 0x42, 0x42, 0x42, 0x42, 0x42, 0x7e, 0];
    let rows = BASIC_FONTS.get(letter).or_else(|| LATIN_FONTS.get(letter)).or_else(|| GREEK_FONTS.get(letter)).unwrap_or(BOX);
    // The lowest bit is the leftmost dot.
    let dots = rows.iter().flat_map(|row| (0..LETTER).map(move |x| row >> x & 1 == 1));
    Canvas { width: LETTER, height: LETTER, rgb: dots.flat_map(|dot| if dot { INK } else { PAPER }).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid(axes: &[&str]) -> Grid {
        Grid::new(&axes.iter().map(|axis| axis.to_string()).collect::<Vec<_>>()).expect("axes")
    }

    /// Where a colour is, as the smallest box around it: left, top, right, bottom.
    fn bounds(sheet: &Canvas, colour: [u8; 3]) -> Option<[usize; 4]> {
        let hits = sheet.rgb.as_chunks::<3>().0.iter().enumerate().filter(|(_, pixel)| **pixel == colour);
        hits.map(|(i, _)| (i % sheet.width, i / sheet.width)).fold(None, |found, (x, y)| {
            let [l, t, r, b] = found.unwrap_or([x, y, x, y]);
            Some([l.min(x), t.min(y), r.max(x), b.max(y)])
        })
    }

    #[test]
    fn every_cell_is_whole_and_in_its_place() {
        let grid = grid(&["steps=1,2,3", "seed=1..2", "sampler=heun,ddim"]);
        for side in [1, 31, 96, 97, 300] {
            let cells: Vec<Option<Canvas>> = (0..12).map(|i| Some(Canvas::filled(side, side + 1, [i as u8 + 40, 1, 2]))).collect();
            let sheet = grid.sheet(&cells);
            let boxes: Vec<[usize; 4]> = (0..12).map(|i| bounds(&sheet, [i as u8 + 40, 1, 2]).expect("it is drawn")).collect();
            let zoom = (boxes[0][2] - boxes[0][0] + 1) / side;
            assert!(zoom * side >= 96, "{side} is enlarged {zoom} times");
            for (i, [l, t, r, b]) in boxes.iter().enumerate() {
                assert_eq!((r - l + 1, b - t + 1), (side * zoom, (side + 1) * zoom), "cell {i} is whole");
                assert!(i % 3 == 0 || *l > boxes[i - 1][2], "columns go right");
                assert!(i < 3 || *t > boxes[i - 3][3], "rows and blocks go down");
            }
            assert!(bounds(&sheet, INK).is_some_and(|[l, t, ..]| l < boxes[0][0] && t < boxes[0][1]), "labels are above and beside");
        }
    }

    #[test]
    fn what_is_not_made_yet_is_grey() {
        let grid = grid(&["steps=1,2"]);
        let half = grid.sheet(&[Some(Canvas::filled(100, 50, [9; 3])), None]);
        let [l, t, r, b] = bounds(&half, EMPTY).expect("one is missing");
        assert_eq!((r - l + 1, b - t + 1), (100, 50));
        assert!(grid.sheet(&[]).width > 0, "nothing is made yet");
    }

    #[test]
    fn long_labels_are_broken_and_cut() {
        let layout = Layout { zoom: 1, dot: 1, cell: [80, 80], pitch: [84, 84], left: 4, above: 0, heading: 0 };
        assert_eq!(layout.lines("a blue seven", 80), ["a blue", "seven"]);
        assert_eq!(layout.lines("0123456789abc", 80), ["0123456789", "abc"]);
        assert_eq!(layout.lines(&"word ".repeat(99), 80), ["word word", "word word", "word word", "word wor.."]);
        assert_eq!(layout.lines("", 80), [""]);
        assert_eq!(layout.lines("ab", 0).len(), 2, "a letter a line at worst");
    }

    #[test]
    fn letters_are_drawn_and_unknown_ones_are_boxes() {
        let ink = |letter| drawn(letter).rgb.as_chunks::<3>().0.iter().filter(|pixel| **pixel == INK).count();
        assert_eq!(ink(' '), 0);
        assert!(('!'..='~').chain("éüñßÄ".chars()).all(|letter| ink(letter) > 1));
        assert_eq!(drawn('猫'), drawn('🐈'));
        // An L has its upright on the left.
        let l = drawn('L');
        assert!(bounds(&l, INK).is_some_and(|[left, ..]| left <= 1));
    }
}
