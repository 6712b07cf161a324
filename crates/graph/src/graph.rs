//! The builder: `Copy` handles, and errors that wait until the end.
//!
//! A model's function never fails: what does not fit is noted with its place and both shapes, the result is a value without a shape, and
//! whatever is computed from that stays quiet. [`Graph::finish`] reports everything at once, missing weights included.
//!
//! What can be done with a [`Var`] stands with the operations, a file each.

mod weights;

pub use weights::Weights;

use crate::draft::{Draft, Source, Value};
use crate::op::Op;
use crate::weights::{Layout, WeightIndex, WeightUse};
use crate::{Error, Program};
use std::cell::RefCell;

/// A graph under construction over a checkpoint's weights.
pub struct Graph {
    index: WeightIndex,
    pub(crate) draft: RefCell<Draft>,
}

/// A handle to a value.
#[derive(Clone, Copy)]
pub struct Var<'g> {
    pub(crate) graph: &'g Graph,
    pub(crate) id: u32,
}

impl Graph {
    /// An empty graph over these weights.
    pub fn new(index: WeightIndex) -> Graph {
        let mut draft = Draft::default();
        draft.paths.push(String::new());
        Graph { index, draft: RefCell::new(draft) }
    }

    /// The root of the checkpoint's names.
    pub fn weights(&self) -> Weights<'_> {
        Weights { graph: self, path: 0 }
    }

    /// An input of floats.
    pub fn input(&self, name: &str, shape: &[usize]) -> Var<'_> {
        self.push(Some(shape.to_vec()), Source::Input { name: name.into(), ids: false, kept: false })
    }

    /// An input of floats that is the same in many runs, such as a prompt's embedding in all of a picture's: what depends on such inputs
    /// alone is computed anew only when one of them changes, and stays on the device in between.
    pub fn kept_input(&self, name: &str, shape: &[usize]) -> Var<'_> {
        self.push(Some(shape.to_vec()), Source::Input { name: name.into(), ids: false, kept: true })
    }

    /// An input of row numbers for [`Var::gather`].
    pub fn ids(&self, name: &str, shape: &[usize]) -> Var<'_> {
        self.push(Some(shape.to_vec()), Source::Input { name: name.into(), ids: true, kept: false })
    }

    /// Names a value to be read back after each run.
    pub fn output(&self, name: &str, value: Var) {
        self.draft.borrow_mut().outputs.push((name.into(), value.id as usize));
    }

    /// The input of that name, if there is one.
    pub fn input_named(&self, name: &str) -> Option<Var<'_>> {
        let is_it = |value: &Value| matches!(&value.source, Source::Input { name: of, .. } if of == name);
        let id = self.draft.borrow().values.iter().position(is_it)?;
        Some(Var { graph: self, id: id as u32 })
    }

    /// Takes the outputs back that were named so far, and gives their values: for what only leads to something else.
    pub fn take_outputs(&self) -> Vec<(String, Var<'_>)> {
        let outputs = std::mem::take(&mut self.draft.borrow_mut().outputs);
        outputs.into_iter().map(|(name, id)| (name, Var { graph: self, id: id as u32 })).collect()
    }

    /// Lets a GPU compute products in halves (f16) where that is faster there: for networks that bear it, whose numbers stay far below 65,504.
    pub fn allow_f16(&self) {
        self.draft.borrow_mut().f16 = true;
    }

    /// Notes that something is wrong with the model itself.
    pub fn error(&self, message: String) {
        self.draft.borrow_mut().errors.push(message);
    }

    /// The program, or everything that was wrong.
    pub fn finish(self) -> Result<Program, Error> {
        let mut draft = self.draft.into_inner();
        if !draft.errors.is_empty() {
            return Err(Error::Graph(draft.errors));
        }
        crate::fuse::fuse(&mut draft);
        Program::new(draft)
    }

    /// Appends an operation's result.
    pub fn apply<'g>(&'g self, op: impl Op + 'static, operands: &[Var<'g>], place: &str) -> Var<'g> {
        self.apply_boxed(Box::new(op), operands, place)
    }

    pub(crate) fn apply_boxed<'g>(&'g self, op: Box<dyn Op>, operands: &[Var<'g>], place: &str) -> Var<'g> {
        let mut draft = self.draft.borrow_mut();
        let ids: Vec<usize> = operands.iter().map(|v| v.id as usize).collect();
        let shapes: Option<Vec<&[usize]>> = ids.iter().map(|&id| draft.values[id].shape.as_deref()).collect();
        let value = match shapes.map(|shapes| op.shape(&shapes)) {
            Some(Ok(shape)) => Value { shape: Some(shape), source: Source::Op { op, operands: ids } },
            Some(Err(problem)) => {
                let place = if place.is_empty() { String::new() } else { format!(" at {place}") };
                draft.errors.push(format!("{}{place}: {problem}", op.name()));
                Value { shape: None, source: Source::Nothing }
            }
            // An operand went wrong before, which was noted then.
            None => Value { shape: None, source: Source::Nothing },
        };
        draft.values.push(value);
        Var { graph: self, id: draft.values.len() as u32 - 1 }
    }

    fn push(&self, shape: Option<Vec<usize>>, source: Source) -> Var<'_> {
        let mut draft = self.draft.borrow_mut();
        draft.values.push(Value { shape, source });
        Var { graph: self, id: draft.values.len() as u32 - 1 }
    }

    /// A weight as an operand: the same value each time it is asked for. Missing ones are noted.
    pub(crate) fn weight(&self, weights: Weights, leaf: &str, layout: impl Fn(&[usize]) -> Result<Layout, String>) -> Var<'_> {
        let name = weights.at(leaf).path();
        let known = self.draft.borrow().weight_values.get(&name).copied();
        if let Some(id) = known {
            return Var { graph: self, id };
        }
        let found = self.index.get(&name).ok_or_else(|| format!("{name} is missing")).and_then(|info| {
            let layout = layout(&info.shape).map_err(|problem| format!("{name}: {problem}, got shape {:?}", info.shape))?;
            Ok((info.shape.clone(), WeightUse::new(name.clone(), layout, info.encoding)))
        });
        let var = match found {
            Ok((shape, weight)) => {
                let at = self.draft.borrow().weights.len();
                self.draft.borrow_mut().weights.push(weight);
                self.push(Some(shape), Source::Weight(at))
            }
            Err(message) => {
                self.error(message);
                self.push(None, Source::Nothing)
            }
        };
        self.draft.borrow_mut().weight_values.insert(name, var.id);
        var
    }

    fn index(&self) -> &WeightIndex {
        &self.index
    }

    fn intern(&self, parent: u32, name: &str) -> u32 {
        let mut draft = self.draft.borrow_mut();
        let above = &draft.paths[parent as usize];
        let path = if above.is_empty() { name.to_string() } else { format!("{above}.{name}") };
        if let Some(id) = draft.path_ids.get(&path) {
            return *id;
        }
        draft.paths.push(path.clone());
        let id = draft.paths.len() as u32 - 1;
        draft.path_ids.insert(path, id);
        id
    }

    fn path(&self, id: u32) -> String {
        self.draft.borrow().paths[id as usize].clone()
    }
}

impl<'g> Var<'g> {
    /// Its shape; empty after an error.
    pub fn shape(self) -> Vec<usize> {
        self.graph.draft.borrow().values[self.id as usize].shape.clone().unwrap_or_default()
    }

    /// The graph that it belongs to.
    pub fn graph(self) -> &'g Graph {
        self.graph
    }
}

#[cfg(test)]
mod tests;
