//! A graph's nodes and links, and values behind links.
//!
//! A link `["6", 1]` is the second output of the node 6. What comes out there is the node's own affair: [`nodes`] says it, and where no row
//! does, inputs of the usual names are gone on with, which is then said.

use super::nodes::{self, Is, Row};
use crate::builder::short;
use serde_json::{Map, Value};
use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;

/// Nodes between a sampler and what it uses; also what ends a graph that runs in a circle.
const MOST_HOPS: usize = 64;

/// A node's output.
pub(super) type Link<'a> = (&'a str, usize);

/// Nodes by number.
pub(super) struct Graph<'a> {
    pub nodes: &'a Map<String, Value>,
    /// Unknown nodes that a value was read from, which says enough of them.
    pub read_from: RefCell<BTreeSet<&'a str>>,
    left: Cell<usize>,
}

/// Places that are looked at: joined texts and mixed prompts branch, and a hostile graph could branch at every node.
const MOST_WORK: usize = 20_000;

/// Where a value is, or why it is not known.
pub(super) enum Lookup<'a> {
    Value(&'a Value),
    /// Written in a node that no table knows, of this class.
    Guessed(&'a Value, &'a str),
    /// Behind a node of this class.
    Lost(String),
    Absent,
}

impl<'a> Graph<'a> {
    pub fn new(nodes: &'a Map<String, Value>) -> Graph<'a> {
        Graph { nodes, read_from: RefCell::default(), left: Cell::new(MOST_WORK) }
    }

    /// Whether another place may be looked at.
    pub fn may_look(&self) -> bool {
        let left = self.left.get();
        self.left.set(left.saturating_sub(1));
        left > 0
    }

    /// The node behind a link.
    pub fn node(&self, (id, _): Link) -> Option<&'a Value> {
        self.nodes.get(id)
    }

    /// An input's link.
    pub fn link(&self, node: &'a Value, name: &str) -> Option<Link<'a>> {
        link(input(node, name)?)
    }

    /// The nodes behind an input, nearest first, along what is of the same kind; `usual` names the inputs that lead on where a node is unknown.
    pub fn row(&self, node: &'a Value, name: &str, usual: &[&str]) -> Vec<Link<'a>> {
        let mut row: Vec<Link> = vec![];
        let mut next = self.link(node, name);
        while let Some(link) = next.filter(|link| row.len() < MOST_HOPS && !row.contains(link)) {
            row.push(link);
            next = self.node(link).and_then(|node| self.onward(node, link.1, usual));
        }
        row
    }

    /// What an output of a node is made of.
    pub fn onward(&self, node: &'a Value, output: usize, usual: &[&str]) -> Option<Link<'a>> {
        match nodes::find(class(node)).map(|row| row.1) {
            Some(Is::Leads(leads) | Is::Loses(leads)) => self.lead(node, leads.get(output)?),
            Some(_) => None,
            None => usual.iter().find_map(|name| self.link(node, name)),
        }
    }

    /// A link by the input's name; a node of one input alone has any name for it.
    fn lead(&self, node: &'a Value, name: &str) -> Option<Link<'a>> {
        let alone = || node.get("inputs")?.as_object()?.values().next().and_then(link);
        self.link(node, name).or_else(|| if name.is_empty() && class(node) == "Reroute" { alone() } else { None })
    }

    /// A node that has one of these inputs: this one, or one behind the inputs `by`.
    pub fn having(&self, node: &'a Value, names: &[&'static str], by: &[&str]) -> Option<(&'a Value, &'static str)> {
        let mut waiting = vec![node];
        for _ in 0..MOST_HOPS {
            let node = waiting.pop()?;
            if let Some(name) = names.iter().find(|name| input(node, name).is_some()) {
                return Some((node, name));
            }
            waiting.extend(by.iter().filter_map(|name| self.through(self.link(node, name)?)));
        }
        None
    }

    /// The node behind a link, reroutes left out.
    pub fn through(&self, mut link: Link<'a>) -> Option<&'a Value> {
        for _ in 0..MOST_HOPS {
            let node = self.node(link)?;
            if class(node) != "Reroute" {
                return Some(node);
            }
            link = self.lead(node, "")?;
        }
        None
    }

    /// The value of an input, here or behind its link.
    pub fn value(&self, node: &'a Value, name: &str) -> Lookup<'a> {
        self.valued(node, name, 0)
    }

    fn valued(&self, node: &'a Value, name: &str, hops: usize) -> Lookup<'a> {
        let Some(value) = input(node, name) else { return Lookup::Absent };
        let Some(link) = link(value) else { return Lookup::Value(value) };
        let Some(behind) = self.node(link).filter(|_| hops < MOST_HOPS && self.may_look()) else {
            return Lookup::Lost("a node that is not in the file".into());
        };
        let lost = || Lookup::Lost(short(class(behind)));
        match nodes::find(class(behind)).map(|row| row.1) {
            Some(Is::Holds(outputs)) => match outputs.get(link.1).filter(|name| !name.is_empty()) {
                Some(name) => self.valued(behind, name, hops + 1),
                None => lost(),
            },
            // Only numbers and words that stand in a node are values; sizes and joined texts are asked for by themselves.
            Some(Is::Leads(leads)) => match leads.get(link.1) {
                Some(&"") => self.lead(behind, "").map_or_else(lost, |_| self.first_valued(behind, hops + 1)),
                Some(name) => self.valued(behind, name, hops + 1),
                None => lost(),
            },
            Some(_) => lost(),
            None => self.guessed(link, behind, name, hops),
        }
    }

    /// What comes into a reroute.
    fn first_valued(&self, node: &'a Value, hops: usize) -> Lookup<'a> {
        let name = node.get("inputs").and_then(Value::as_object).and_then(|inputs| inputs.keys().next());
        name.map_or(Lookup::Absent, |name| self.valued(node, name, hops))
    }

    /// In an unknown node, an input of the same name; or the only one of a name that values have.
    fn guessed(&self, link: Link<'a>, node: &'a Value, name: &str, hops: usize) -> Lookup<'a> {
        let usual: &[&str] = match name {
            "seed" | "noise_seed" => &["seed", "noise_seed", "value", "int", "number"],
            "text" | "text_g" | "text_l" | "positive" | "negative" => &["text", "string", "value", "prompt", "text_positive", "result"],
            _ => &["value", "int", "float", "number", "string"],
        };
        for name in [name].iter().chain(usual).filter(|name| input(node, name).is_some()) {
            match self.valued(node, name, hops + 1) {
                Lookup::Value(value) | Lookup::Guessed(value, _) => {
                    self.read_from.borrow_mut().insert(link.0);
                    return Lookup::Guessed(value, class(node));
                }
                Lookup::Lost(_) | Lookup::Absent => {}
            }
        }
        Lookup::Lost(short(class(node)))
    }

    /// All classes that lie behind a node's inputs, with their rows, nearest first. Behind a node that is not followed, only what it passes on.
    pub fn reached(&self, sampler: &'a Value, usual: &[&str]) -> Vec<(&'a str, &'a Value, Option<&'static Row>)> {
        let mut seen: BTreeSet<&str> = BTreeSet::new();
        let (mut found, mut waiting) = (vec![], links(sampler));
        while let Some((id, _)) = waiting.pop() {
            let Some(node) = self.nodes.get(id).filter(|_| seen.insert(id)) else { continue };
            let row = nodes::find(class(node));
            found.push((id, node, row));
            match row.map(|row| row.1) {
                Some(Is::Loses(leads)) => waiting.extend(leads.iter().filter_map(|name| self.lead(node, name))),
                // A picture of another sampler's: that there are several is said.
                Some(Is::Runs) => {}
                Some(_) => waiting.extend(links(node)),
                None => waiting.extend(usual.iter().filter_map(|name| self.link(node, name))),
            }
        }
        found
    }
}

/// A node's inputs that are links.
fn links(node: &Value) -> Vec<Link<'_>> {
    node.get("inputs").and_then(Value::as_object).into_iter().flat_map(Map::values).filter_map(link).collect()
}

/// `["6", 0]`.
pub(super) fn link(value: &Value) -> Option<Link<'_>> {
    match value.as_array()?.as_slice() {
        [id, output] => Some((id.as_str()?, usize::try_from(output.as_u64()?).ok()?)),
        _ => None,
    }
}

/// An input as it stands in the node.
pub(super) fn input<'a>(node: &'a Value, name: &str) -> Option<&'a Value> {
    node.get("inputs")?.get(name)
}

/// What a node is of.
pub(super) fn class(node: &Value) -> &str {
    node.get("class_type").and_then(Value::as_str).unwrap_or_default()
}
