//! Where a long prompt is cut: after 75 pieces, or into several times 75, as AUTOMATIC1111's web UI cuts it.
//!
//! The vectors of a textual inversion stay together. `BREAK` ends a chunk, an empty one too.

use super::Long;
use crate::tokenizer::Piece;

/// What is not cut in two.
pub(super) enum Unit {
    /// A piece, or all vectors of a textual inversion.
    Together(Vec<Piece>),
    /// The next chunk begins here.
    Break,
}

/// A prompt's pieces, cut.
pub(super) struct Cut {
    /// At least one, each of no more pieces than there is room for.
    pub chunks: Vec<Vec<Piece>>,
    /// What did not fit.
    pub dropped: Vec<Piece>,
}

/// A comma as far from a chunk's end as this still ends it, in tokens.
const NEAR: usize = 20;

/// Cuts; `comma` is the number of the piece of a comma.
pub(super) fn cut(units: Vec<Unit>, room: usize, long: Long, comma: Option<u32>) -> Cut {
    if long == Long::Truncate {
        let pieces = |unit| match unit {
            Unit::Together(pieces) => pieces,
            Unit::Break => vec![],
        };
        let mut chunk: Vec<Piece> = units.into_iter().flat_map(pieces).collect();
        let dropped = chunk.split_off(room.min(chunk.len()));
        return Cut { chunks: vec![chunk], dropped };
    }
    let (mut chunks, mut last_comma) = (vec![vec![]], None);
    for unit in units {
        let Unit::Together(pieces) = unit else {
            chunks.push(vec![]);
            last_comma = None;
            continue;
        };
        let chunk = chunks.last_mut().expect("there is one from the beginning");
        let is_comma = pieces.len() == 1 && comma == Some(pieces[0].id);
        if is_comma {
            last_comma = Some(chunk.len());
        }
        if chunk.len() + pieces.len() > room {
            let near = last_comma.filter(|at| long == Long::Commas && !is_comma && chunk.len() == room && room - at <= NEAR);
            let moved = near.map(|at| chunk.split_off(at + 1)).unwrap_or_default();
            let still_too_long = !moved.is_empty() && moved.len() + pieces.len() > room;
            chunks.push(moved);
            if still_too_long {
                chunks.push(vec![]);
            }
            last_comma = None;
        }
        chunks.last_mut().expect("there is one from the beginning").extend(pieces);
    }
    if chunks.len() > 1 && chunks.last().is_some_and(Vec::is_empty) {
        chunks.pop(); // nothing follows the last BREAK
    }
    Cut { chunks, dropped: vec![] }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMA: u32 = 1;

    fn piece(id: u32) -> Piece {
        Piece { id, text: String::new(), place: 0..0, weight: 1.0, at: 0, inversion: false }
    }

    fn lengths(units: &[i32], room: usize, long: Long) -> Vec<usize> {
        let unit = |n: &i32| match *n {
            0 => Unit::Break,
            -1 => Unit::Together(vec![piece(COMMA)]),
            n => Unit::Together(vec![piece(9); n as usize]),
        };
        let cut = cut(units.iter().map(unit).collect(), room, long, Some(COMMA));
        cut.chunks.iter().map(Vec::len).chain((!cut.dropped.is_empty()).then_some(1000 + cut.dropped.len())).collect()
    }

    #[test]
    fn chunks_are_as_long_as_they_may_be() {
        let some = |n: usize| vec![1; n];
        for (units, room, chunks) in [
            (some(0), 75, vec![0]),
            (some(75), 75, vec![75]),
            (some(76), 75, vec![75, 1]),
            (some(151), 75, vec![75, 75, 1]),
            (vec![1, 0, 1], 75, vec![1, 1]),
            (vec![0, 1], 75, vec![0, 1]),
            (vec![1, 0], 75, vec![1]),
            (vec![1, 0, 0, 1], 75, vec![1, 0, 1]),
            ([some(70), vec![16], some(1)].concat(), 75, vec![70, 17]), // an inversion's vectors stay together
            (vec![75, 75], 75, vec![75, 75]),
        ] {
            assert_eq!(lengths(&units, room, Long::Chunks), chunks, "{units:?}");
        }
        assert_eq!(lengths(&[&some(70)[..], &[16]].concat(), 75, Long::Truncate), [75, 1011]);
        assert_eq!(lengths(&[1, 0, 1], 75, Long::Truncate), [2]);
    }

    #[test]
    fn a_comma_near_the_end_ends_a_chunk() {
        let some = |n: usize| vec![1; n];
        let at = |comma: usize, behind: usize| [some(comma), vec![-1], some(behind)].concat();
        for (units, chunks) in [
            (at(60, 30), vec![61, 30]), // 14 pieces move behind the comma
            (at(55, 30), vec![56, 30]), // 75 - 55 is 20: the last place that counts
            (at(54, 30), vec![75, 10]),
            (at(74, 3), vec![75, 3]),
            (at(75, 3), vec![75, 4]), // a comma that does not fit begins the next chunk
        ] {
            assert_eq!(lengths(&units, 75, Long::Commas), chunks, "{units:?}");
        }
        assert_eq!(lengths(&at(60, 30), 75, Long::Chunks), [75, 16]);
    }
}
