//! Which bytes of a memory are free. It knows addresses alone.

use std::collections::BTreeMap;

/// Allocations begin at multiples of this: a cache line.
const LINE: u64 = 64;

/// Free ranges by where they begin, none touching the next; behind `end` all is free.
pub(super) struct Room {
    free: BTreeMap<u64, u64>,
    end: u64,
}

impl Room {
    /// All from there on.
    pub fn new(base: u64) -> Room {
        Room { free: BTreeMap::new(), end: base.next_multiple_of(LINE) }
    }

    /// Where so many bytes begin, and how large the memory has to be for them: in the smallest hole that they fit, else at the end.
    pub fn take(&mut self, bytes: u64) -> (u64, u64) {
        let size = size(bytes);
        let hole = self.free.iter().filter(|(_, length)| **length >= size).min_by_key(|(_, length)| **length);
        let begin = match hole.map(|(begin, length)| (*begin, *length)) {
            Some((begin, length)) => {
                self.free.remove(&begin);
                if length > size {
                    self.free.insert(begin + size, length - size);
                }
                begin
            }
            None => {
                self.end += size;
                self.end - size
            }
        };
        (begin, begin + size)
    }

    /// Gives back what was taken.
    pub fn give(&mut self, mut begin: u64, bytes: u64) {
        let mut length = size(bytes);
        if let Some(after) = self.free.remove(&(begin + length)) {
            length += after;
        }
        if let Some((before, size)) = self.free.range(..begin).next_back().map(|(before, size)| (*before, *size))
            && before + size == begin
        {
            self.free.remove(&before);
            (begin, length) = (before, size + length);
        }
        if begin + length == self.end {
            self.end = begin;
        } else {
            self.free.insert(begin, length);
        }
    }
}

fn size(bytes: u64) -> u64 {
    bytes.max(1).next_multiple_of(LINE)
}

#[cfg(test)]
mod tests {
    use super::Room;

    #[test]
    fn holes_are_filled_and_grow_together() {
        let mut room = Room::new(1000);
        let taken: Vec<u64> = [100, 64, 1, 300].into_iter().map(|bytes| room.take(bytes).0).collect();
        assert_eq!(taken, [1024, 1152, 1216, 1280]);
        room.give(1024, 100);
        room.give(1216, 1);
        assert_eq!(room.take(60), (1216, 1280), "the smallest hole");
        room.give(1216, 60);
        room.give(1152, 64);
        assert_eq!(room.take(256), (1024, 1280), "three holes are one");
        room.give(1280, 300);
        room.give(1024, 256);
        assert!(room.free.is_empty());
        assert_eq!(room.take(1), (1024, 1088), "and all of it is as at first");
    }
}
