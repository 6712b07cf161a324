//! The stack machine of a pickle: one arm per opcode of protocols 2 to 4 that PyTorch writes (`pickletools` documents all of them).

mod objects;

use super::super::cursor::{Cursor, Stop, wrong};
use super::{Node, Pickle, globals};
use std::collections::HashMap;
use std::ops::Range;

/// Most values in a pickle. A training checkpoint of Stable Diffusion has some ten thousand.
const MOST_VALUES: usize = 1_000_000;

struct Machine<'b> {
    cursor: Cursor<'b>,
    nodes: Vec<Node>,
    stack: Vec<u32>,
    /// Heights of the stack.
    marks: Vec<usize>,
    memo: HashMap<u32, u32>,
    /// Pairs of dicts made of lists.
    copied: usize,
}

pub(super) fn run(bytes: &[u8], start: usize) -> Result<Pickle<'_>, Stop> {
    let cursor = Cursor { bytes, at: start };
    let mut machine = Machine { cursor, nodes: Vec::new(), stack: Vec::new(), marks: Vec::new(), memo: HashMap::new(), copied: 0 };
    loop {
        let op = machine.cursor.u8()?;
        if op == b'.' {
            let root = machine.pop()?;
            return Ok(Pickle { bytes, nodes: machine.nodes, root, end: machine.cursor.at });
        }
        machine.step(op)?;
    }
}

impl<'b> Machine<'b> {
    fn step(&mut self, op: u8) -> Result<(), Stop> {
        match op {
            // protocol and frame lengths say nothing that matters here
            0x80 => self.cursor.u8().map(drop),
            0x95 => self.cursor.u64().map(drop),
            b'N' => self.push(Node::Nothing),
            0x88 => self.push(Node::Bool(true)),
            0x89 => self.push(Node::Bool(false)),
            b'J' | b'K' | b'M' | 0x8a | b'G' => self.number(op),
            b'X' | 0x8c | b'U' | b'T' | b'C' | b'B' => self.text(op),
            b'}' => self.push(Node::Dict(Vec::new())),
            b']' | b')' | 0x8f => self.push(Node::List(Vec::new())),
            b'(' => {
                self.marks.push(self.stack.len());
                Ok(())
            }
            b't' => self.marked().and_then(|items| self.push(Node::List(items))),
            0x85..=0x87 => self.top(usize::from(op - 0x84)).and_then(|items| self.push(Node::List(items))),
            b'a' => self.top(1).and_then(|items| self.append(items)),
            b'e' | 0x90 => self.marked().and_then(|items| self.append(items)),
            b's' => self.top(2).and_then(|items| self.set(items)),
            b'u' => self.marked().and_then(|items| self.set(items)),
            b'0' => self.pop().map(drop),
            b'1' => self.marked().map(drop),
            b'q' | b'r' | 0x94 | b'h' | b'j' => self.remember(op),
            b'c' => self.line().and_then(|module| self.line().and_then(|name| self.global(module, name))),
            0x93 => self.stack_global(),
            b'Q' => self.storage(),
            b'R' | 0x81 => self.call(),
            b'b' => self.build(),
            _ => wrong(format!("has the pickle opcode 0x{op:02x} at byte {}, which PyTorch's weights do not use", self.cursor.at - 1)),
        }
    }

    fn push(&mut self, node: Node) -> Result<(), Stop> {
        if self.nodes.len() >= MOST_VALUES {
            return too_many();
        }
        self.stack.push(self.nodes.len() as u32);
        self.nodes.push(node);
        Ok(())
    }

    fn pop(&mut self) -> Result<u32, Stop> {
        let floor = self.marks.last().copied().unwrap_or(0);
        let found = self.stack.pop().filter(|_| self.stack.len() >= floor);
        found.map_or_else(|| wrong("has a pickle that takes more than it has put down"), Ok)
    }

    /// The topmost values, in the order in which they were pushed.
    fn top(&mut self, count: usize) -> Result<Vec<u32>, Stop> {
        let mut items = (0..count).map(|_| self.pop()).collect::<Result<Vec<u32>, Stop>>()?;
        items.reverse();
        Ok(items)
    }

    /// The values since the last mark.
    fn marked(&mut self) -> Result<Vec<u32>, Stop> {
        match self.marks.pop() {
            Some(mark) => Ok(self.stack.split_off(mark.min(self.stack.len()))),
            None => wrong("has a pickle that goes back to a mark that it never set"),
        }
    }

    fn node(&self, id: u32) -> &Node {
        &self.nodes[id as usize]
    }

    fn number(&mut self, op: u8) -> Result<(), Stop> {
        let node = match op {
            b'J' => Node::Int(i32::from_le_bytes(self.cursor.number()?).into()),
            b'K' => Node::Int(self.cursor.u8()?.into()),
            b'M' => Node::Int(self.cursor.u16()?.into()),
            b'G' => Node::Float(f64::from_be_bytes(self.cursor.number()?)),
            _ => {
                let length = self.cursor.u8()?;
                let range = self.range(length.into())?;
                long(&self.cursor.bytes[range]).map_or(Node::Inert, Node::Int)
            }
        };
        self.push(node)
    }

    fn range(&mut self, length: u64) -> Result<Range<usize>, Stop> {
        let start = self.cursor.at;
        self.cursor.take(length).map(|_| start..self.cursor.at)
    }

    fn text(&mut self, op: u8) -> Result<(), Stop> {
        let length = match op {
            0x8c | b'U' | b'C' => self.cursor.u8()?.into(),
            _ => self.cursor.u32()?.into(),
        };
        let range = self.range(length)?;
        // Python 2's strings are texts if they can be
        let is_text = std::str::from_utf8(&self.cursor.bytes[range.clone()]).is_ok();
        match op {
            b'C' | b'B' => self.push(Node::Inert),
            b'U' | b'T' if !is_text => self.push(Node::Inert),
            _ if is_text => self.push(Node::Text(range)),
            _ => wrong("has a text in its pickle that is not UTF-8"),
        }
    }

    fn append(&mut self, items: Vec<u32>) -> Result<(), Stop> {
        let list = self.last()?;
        match &mut self.nodes[list as usize] {
            Node::List(list) => list.extend(items),
            Node::Inert => {}
            _ => return wrong("has a pickle that appends to what is not a list"),
        }
        Ok(())
    }

    fn set(&mut self, items: Vec<u32>) -> Result<(), Stop> {
        let dict = self.last()?;
        match &mut self.nodes[dict as usize] {
            Node::Dict(_) if !items.len().is_multiple_of(2) => return wrong("has a pickle that sets a key without a value"),
            Node::Dict(dict) => dict.extend(items.as_chunks().0.iter().map(|[key, value]| (*key, *value))),
            Node::Inert => {}
            _ => return wrong("has a pickle that sets keys of what is not a dict"),
        }
        Ok(())
    }

    fn last(&mut self) -> Result<u32, Stop> {
        let id = self.pop()?;
        self.stack.push(id);
        Ok(id)
    }

    /// Puts the topmost value into the memo, or takes one out.
    fn remember(&mut self, op: u8) -> Result<(), Stop> {
        let key = match op {
            b'q' | b'h' => self.cursor.u8()?.into(),
            0x94 => self.memo.len() as u32,
            _ => self.cursor.u32()?,
        };
        if matches!(op, b'h' | b'j') {
            let Some(id) = self.memo.get(&key) else {
                return wrong(format!("has a pickle that asks for its value {key}, which it never kept"));
            };
            self.stack.push(*id);
        } else {
            let id = self.last()?;
            self.memo.insert(key, id);
        }
        Ok(())
    }

    /// Text up to the end of the line.
    fn line(&mut self) -> Result<&'b str, Stop> {
        let rest = &self.cursor.bytes[self.cursor.at..];
        let length = rest.iter().position(|byte| *byte == b'\n').ok_or(Stop::More)?;
        self.cursor.at += length + 1;
        std::str::from_utf8(&rest[..length]).or_else(|_| wrong("asks Python for a name that is not UTF-8"))
    }

    fn stack_global(&mut self) -> Result<(), Stop> {
        let ids = self.top(2)?;
        match (self.text_of(ids[0]), self.text_of(ids[1])) {
            (Some(module), Some(name)) => self.global(module, name),
            _ => wrong("asks Python for something whose name is not a text"),
        }
    }

    fn global(&mut self, module: &str, name: &str) -> Result<(), Stop> {
        let global = globals::find(module, name).or_else(wrong)?;
        self.push(Node::Global(global))
    }

    fn text_of(&self, id: u32) -> Option<&'b str> {
        match self.node(id) {
            Node::Text(range) => std::str::from_utf8(&self.cursor.bytes[range.clone()]).ok(),
            _ => None,
        }
    }

    /// A whole number that is not negative.
    fn count_of(&self, id: u32) -> Option<u64> {
        match self.node(id) {
            Node::Int(number) => u64::try_from(*number).ok(),
            _ => None,
        }
    }

    fn items_of(&self, id: u32) -> &[u32] {
        match self.node(id) {
            Node::List(items) => items,
            _ => &[],
        }
    }
}

fn too_many() -> Result<(), Stop> {
    wrong(format!("has a pickle of more than {MOST_VALUES} values"))
}

/// A little-endian number in two's complement, if it fits into 64 bits.
fn long(bytes: &[u8]) -> Option<i64> {
    let sign = if bytes.last().is_some_and(|byte| *byte >= 128) { 255 } else { 0 };
    let mut all = [sign; 8];
    all.get_mut(..bytes.len())?.copy_from_slice(bytes);
    Some(i64::from_le_bytes(all))
}
