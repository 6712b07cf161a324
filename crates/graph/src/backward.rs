//! An operation's side of reverse mode: what its way back is made of. The walk is `gradient.rs`'.

use crate::Var;

/// An operation that knows its way back.
pub trait Differentiable {
    /// What each operand has to change by for a change of the result, as further operations: the vector-Jacobian product, a cotangent for each
    /// operand that is wanted; nothing for one that has none.
    fn vjp<'g>(&self, call: &Backward<'g, '_>) -> Vec<Option<Var<'g>>>;
}

/// What an operation's vector-Jacobian product is made of.
pub struct Backward<'g, 'a> {
    /// What the operation read.
    pub operands: &'a [Var<'g>],
    /// What it gave.
    pub result: Var<'g>,
    /// What the end changes by for each number of the result; of the result's shape.
    pub cotangent: Var<'g>,
    /// Which operands' cotangents are wanted.
    pub wanted: &'a [bool],
}

impl<'g> Backward<'g, '_> {
    /// For an operation of one operand.
    pub fn one(&self, of: Var<'g>) -> Vec<Option<Var<'g>>> {
        self.each(|at| (at == 0).then_some(of))
    }

    /// For each operand whose cotangent is wanted; nothing for the others.
    pub fn each(&self, of: impl Fn(usize) -> Option<Var<'g>>) -> Vec<Option<Var<'g>>> {
        (0..self.operands.len()).map(|at| if self.wanted[at] { of(at) } else { None }).collect()
    }
}
