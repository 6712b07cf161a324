//! The same numbers under another shape: costs nothing, since it is only another name for its operand's buffer.

use super::{Case, Gpu, Op, OpRow, Operand, count};
use crate::Var;
use crate::backward::{Backward, Differentiable};
use crate::caps::Caps;
use candle_core::{Result, Tensor};

pub(super) const ROW: OpRow = OpRow { name: "reshape", tolerance: 0.0, reason: "nothing is computed", cases };

/// The result's shape, of as many numbers as the operand's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reshape(pub Vec<usize>);

impl Op for Reshape {
    fn name(&self) -> &'static str {
        "reshape"
    }

    fn shape(&self, operands: &[&[usize]]) -> std::result::Result<Vec<usize>, String> {
        if count(operands[0]) != count(&self.0) {
            return Err(format!("{:?} has not as many numbers as {:?}", operands[0], self.0));
        }
        Ok(self.0.clone())
    }

    fn cpu(&self, operands: &[Tensor]) -> Result<Tensor> {
        operands[0].reshape(self.0.as_slice())
    }

    fn gpu(&self, _: &[Operand], _: &[usize], _: &Caps, _: &str) -> std::result::Result<Gpu, String> {
        Ok(Gpu::default())
    }

    fn is_view(&self) -> bool {
        true
    }
}

impl Differentiable for Reshape {
    fn vjp<'g>(&self, call: &Backward<'g, '_>) -> Vec<Option<Var<'g>>> {
        call.one(call.cotangent.reshape(&call.operands[0].shape()))
    }
}

impl<'g> Var<'g> {
    /// The same numbers under another shape.
    pub fn reshape(self, shape: &[usize]) -> Var<'g> {
        self.graph().apply(Reshape(shape.to_vec()), &[self], "")
    }

    /// A picture `[batch, h, w, c]` as tokens `[batch, h·w, c]`.
    pub fn tokens(self) -> Var<'g> {
        match self.shape()[..] {
            [b, h, w, c] => self.reshape(&[b, h * w, c]),
            _ => self,
        }
    }

    /// Tokens `[batch, h·w, c]` as a picture `[batch, h, w, c]`.
    pub fn picture(self, height: usize, width: usize) -> Var<'g> {
        match self.shape()[..] {
            [b, _, c] => self.reshape(&[b, height, width, c]),
            _ => self,
        }
    }
}

fn cases() -> Vec<Case> {
    vec![Case::new("[2, 6, 5] as [2, 2, 3, 5]").input("x", &[2, 6, 5]).build(|_, i| i[0].reshape(&[2, 2, 3, 5]).scale(2.0, 0.0))]
}
