//! The same numbers under another shape: costs nothing, since it is only another name for its operand's buffer.

use super::{Case, Gpu, Op, OpRow, Operand, count};
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

    fn gpu(&self, _: &[Operand], _: &[usize]) -> std::result::Result<Gpu, String> {
        Ok(Gpu::default())
    }

    fn is_view(&self) -> bool {
        true
    }
}

fn cases() -> Vec<Case> {
    vec![Case::new("[2, 6, 5] as [2, 2, 3, 5]").input("x", &[2, 6, 5]).build(|_, i| i[0].reshape(&[2, 2, 3, 5]).scale(2.0, 0.0))]
}
