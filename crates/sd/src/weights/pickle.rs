//! Python's pickles as plain data: what PyTorch's files say about their tensors, without Python and without running anything.
//!
//! A pickle is a program for a stack machine. [`Pickle::read`] understands a closed list of its opcodes (`machine.rs`), and of the names
//! that a pickle may ask for a closed list, too (`globals.rs`); anything else is refused by its name. "Calling" one of them makes a value
//! here: nothing is looked up, imported or executed.
//!
//! Values live in one list and refer to each other by number, so that no pickle, however nested or circular, can exhaust the stack.

use super::cursor::Stop;
use super::types::FileType;
use std::ops::Range;

mod globals;
mod machine;

use globals::Global;

/// Longest pickle, in bytes: Stable Diffusion's with the optimizer's state has less than one million.
pub(crate) const LONGEST_PICKLE: u64 = 16 << 20;

/// Longest text that is looked at, in bytes.
pub(crate) const LONGEST_TEXT: usize = 10_000;

/// A pickle's values.
pub(crate) struct Pickle<'b> {
    bytes: &'b [u8],
    nodes: Vec<Node>,
    root: u32,
    /// Where the bytes go on behind the pickle.
    pub end: usize,
}

/// One value. Numbers are places in the list of values, ranges are places in the bytes.
enum Node {
    Nothing,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(Range<usize>),
    /// A list, tuple or set.
    List(Vec<u32>),
    Dict(Vec<(u32, u32)>),
    Global(Global),
    Storage(Box<Storage>),
    Tensor(Box<Tensor>),
    /// What an inert global made, bytes, an integer too long for 64 bits: it is there, and that is all.
    Inert,
}

/// Some of a file's bytes that hold numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Storage {
    /// Its name in the file.
    pub key: String,
    /// The type of its numbers.
    pub dtype: FileType,
    /// Bytes of one of them.
    pub bytes: u64,
    /// How many there are.
    pub numbers: u64,
}

/// A view into a storage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tensor {
    pub storage: Storage,
    /// The number in the storage that is its first.
    pub offset: u64,
    pub shape: Vec<usize>,
    /// Steps in the storage along each axis.
    pub strides: Vec<usize>,
}

impl<'b> Pickle<'b> {
    /// The pickle that starts at byte `start`.
    pub fn read(bytes: &'b [u8], start: usize) -> Result<Pickle<'b>, Stop> {
        machine::run(bytes, start)
    }

    /// Every storage that it mentions.
    pub fn storages(&self) -> impl Iterator<Item = &Storage> {
        self.nodes.iter().filter_map(|node| match node {
            Node::Storage(storage) => Some(&**storage),
            _ => None,
        })
    }

    /// The value that it is all about.
    pub fn root(&self) -> Value<'_> {
        Value { pickle: self, id: self.root }
    }
}

/// A value of a pickle, to look at.
#[derive(Clone, Copy)]
pub(crate) struct Value<'a> {
    pickle: &'a Pickle<'a>,
    id: u32,
}

impl<'a> Value<'a> {
    fn node(self) -> &'a Node {
        &self.pickle.nodes[self.id as usize]
    }

    fn other(self, id: u32) -> Value<'a> {
        Value { pickle: self.pickle, id }
    }

    /// A text, if it is no longer than [`LONGEST_TEXT`]: one long text may be used a million times, and each look costs its length.
    pub fn text(self) -> Option<&'a str> {
        match self.node() {
            Node::Text(range) if range.len() <= LONGEST_TEXT => std::str::from_utf8(&self.pickle.bytes[range.clone()]).ok(),
            _ => None,
        }
    }

    /// Whether it is a text that is too long to look at.
    pub fn is_endless(self) -> bool {
        matches!(self.node(), Node::Text(range) if range.len() > LONGEST_TEXT)
    }

    /// A whole number.
    pub fn int(self) -> Option<i64> {
        match self.node() {
            Node::Int(number) => Some(*number),
            _ => None,
        }
    }

    /// A tensor.
    pub fn tensor(self) -> Option<&'a Tensor> {
        match self.node() {
            Node::Tensor(tensor) => Some(tensor),
            _ => None,
        }
    }

    /// The values of a list, tuple or set.
    pub fn items(self) -> Option<impl Iterator<Item = Value<'a>>> {
        match self.node() {
            Node::List(ids) => Some(ids.iter().map(move |id| self.other(*id))),
            _ => None,
        }
    }

    /// The keys and values of a dict.
    pub fn entries(self) -> Option<impl Iterator<Item = (Value<'a>, Value<'a>)>> {
        match self.node() {
            Node::Dict(pairs) => Some(pairs.iter().map(move |(key, value)| (self.other(*key), self.other(*value)))),
            _ => None,
        }
    }

    /// The value of a dict's key, the last one if it was set twice.
    pub fn get(self, key: &str) -> Option<Value<'a>> {
        self.entries()?.filter(|(name, _)| name.text() == Some(key)).last().map(|(_, value)| value)
    }

    /// A text, a number or a truth, spelled out.
    pub fn spelled(self) -> Option<String> {
        match self.node() {
            Node::Text(_) => self.text().map(str::to_string),
            Node::Int(number) => Some(number.to_string()),
            Node::Float(number) => Some(number.to_string()),
            Node::Bool(truth) => Some(truth.to_string()),
            _ => None,
        }
    }
}
