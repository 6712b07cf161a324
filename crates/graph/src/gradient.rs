//! Reverse mode: how a value changes with the values that it was made of, written as further operations of the same graph.
//!
//! An operation that is [`crate::backward::Differentiable`] says its vector-Jacobian product in operations that exist, or in one of its own (`op/backward/`);
//! what has none is refused by name. Weights stay as they are, in whatever encoding: gradients are by values.

use crate::backward::Backward;
use crate::draft::Source;
use crate::op::{Op, differentiable};
use crate::{Graph, Var};
use std::collections::BTreeMap;
use std::ops::Range;

/// A value's place in the draft.
type Id = usize;

impl Graph {
    /// What `Σ result · cotangent` changes by for each number of each of `of`, in their shapes (PyTorch's
    /// `autograd.grad(result, of, grad_outputs=cotangent)`).
    ///
    /// With `segments` of more than one, only the values between so many parts of the way are kept; each part is computed once more, from its
    /// beginning, before the way back through it (Chen et al. 2016, “Training Deep Nets with Sublinear Memory Cost”). The memory plan sees that as
    /// it sees everything, so the peak is known beforehand.
    ///
    /// Where an operation has no gradient, or nothing leads from `of` to the result, that is noted as an error of the graph, by name.
    ///
    /// ```
    /// use decant_graph::{Cpu, Device, Graph, Input, WeightIndex};
    /// let graph = Graph::new(WeightIndex::new());
    /// let x = graph.input("x", &[1, 2]);
    /// let y = (x * x).scale(3.0, 1.0);
    /// let gradient = graph.vjp(y, graph.input("cotangent", &[1, 2]), &[x], 1);
    /// graph.output("gradient", gradient[0]);
    /// let mut ready = pollster::block_on(Cpu.weight_set().ready(graph.finish()?.into()))?;
    /// let got = pollster::block_on(ready.run(&[("x", Input::F32(&[2.0, 5.0])), ("cotangent", Input::F32(&[1.0, 0.5]))]))?;
    /// assert_eq!(got[0], [12.0, 15.0]); // 6 x · cotangent
    /// # Ok::<(), decant_graph::Error>(())
    /// ```
    pub fn vjp<'g>(&'g self, result: Var<'g>, cotangent: Var<'g>, of: &[Var<'g>], segments: usize) -> Vec<Var<'g>> {
        if cotangent.shape() != result.shape() {
            self.error(format!("a cotangent {:?} does not fit what it is of, {:?}", cotangent.shape(), result.shape()));
        }
        let path = self.path_to(result, of);
        let mut cotangents = BTreeMap::from([(result.id as Id, cotangent)]);
        let parts = parts(&path, segments);
        for (i, part) in parts.iter().enumerate().rev() {
            // The last part was computed just now.
            let again = if i + 1 < parts.len() { self.computed_again(&path[part.clone()]) } else { BTreeMap::new() };
            for id in path[part.clone()].iter().rev() {
                let of_it = if of.iter().any(|var| var.id as Id == *id) { cotangents.get(id) } else { None }.copied();
                if let Some(cotangent) = of_it.or_else(|| cotangents.remove(id)) {
                    self.back_through(*id, cotangent, &path, of, &again, &mut cotangents);
                }
            }
        }
        let found = of.iter().map(|var| match cotangents.get(&(var.id as Id)) {
            Some(gradient) => *gradient,
            None => {
                self.error("a gradient is wanted of what the result does not depend on".into());
                *var
            }
        });
        found.collect()
    }

    /// The operations' results between `of` and the result, in order.
    fn path_to(&self, result: Var, of: &[Var]) -> Vec<Id> {
        let draft = self.draft.borrow();
        let mut depends = vec![false; result.id as usize + 1];
        let mut path = vec![];
        for id in 0..depends.len() {
            let above = matches!(&draft.values[id].source, Source::Op { operands, .. } if operands.iter().any(|operand| depends[*operand]));
            depends[id] = above || of.iter().any(|var| var.id as usize == id);
            path.extend(above.then_some(id));
        }
        // Of those only what the result is made of.
        let mut needed = vec![false; depends.len()];
        needed[result.id as usize] = true;
        for id in (0..needed.len()).rev().filter(|id| depends[*id]) {
            if let (true, Source::Op { operands, .. }) = (needed[id], &draft.values[id].source) {
                operands.iter().for_each(|operand| needed[*operand] = true);
            }
        }
        path.retain(|id| needed[*id]);
        path
    }

    fn operation(&self, id: Id) -> Option<(Box<dyn Op>, Vec<Id>)> {
        match &self.draft.borrow().values[id].source {
            Source::Op { op, operands } => Some((op.boxed(), operands.clone())),
            _ => None,
        }
    }

    fn var(&self, id: Id) -> Var<'_> {
        Var { graph: self, id: id as u32 }
    }

    /// The same operations once more, from what lies before them.
    fn computed_again<'g>(&'g self, part: &[Id]) -> BTreeMap<Id, Var<'g>> {
        let mut again = BTreeMap::new();
        for id in part {
            let Some((op, operands)) = self.operation(*id) else { continue };
            let operands: Vec<Var> = operands.iter().map(|o| again.get(o).copied().unwrap_or_else(|| self.var(*o))).collect();
            again.insert(*id, self.apply_boxed(op, &operands, ""));
        }
        again
    }

    /// From an operation's result to its operands.
    fn back_through<'g>(
        &'g self,
        id: Id,
        cotangent: Var<'g>,
        path: &[Id],
        of: &[Var<'g>],
        again: &BTreeMap<Id, Var<'g>>,
        cotangents: &mut BTreeMap<Id, Var<'g>>,
    ) {
        let Some((op, ids)) = self.operation(id) else { return };
        let seen = |id: Id| again.get(&id).copied().unwrap_or_else(|| self.var(id));
        let operands: Vec<Var> = ids.iter().map(|id| seen(*id)).collect();
        let on_path = |id: &Id| path.binary_search(id).is_ok() || of.iter().any(|var| var.id as Id == *id);
        let wanted: Vec<bool> = ids.iter().map(on_path).collect();
        let call = Backward { operands: &operands, result: seen(id), cotangent, wanted: &wanted };
        match differentiable(&*op) {
            None => self.error(format!("{} has no gradient", op.name())),
            Some(differentiable) => {
                let all = differentiable.vjp(&call);
                for ((id, change), wanted) in ids.into_iter().zip(all).zip(wanted) {
                    match (wanted, change) {
                        (true, Some(change)) => {
                            let sum = cotangents.remove(&id).map_or(change, |before| before + change);
                            cotangents.insert(id, sum);
                        }
                        (true, None) => self.error(format!("{} has no gradient by that operand", op.name())),
                        (false, _) => {}
                    }
                }
            }
        }
    }
}

/// So many parts of the path, of about as many operations.
fn parts(path: &[Id], segments: usize) -> Vec<Range<usize>> {
    let segments = segments.clamp(1, path.len().max(1));
    (0..segments).map(|i| i * path.len() / segments..(i + 1) * path.len() / segments).collect()
}
