//! `y = x[…, :n] · gelu(x[…, n:])` (Shazeer 2020, “GLU Variants Improve Transformer”; diffusers' `GEGLU`).

use super::{Case, FLAT, Fusion, Gpu, Op, OpRow, Operand, channels, count, flat_groups, row_kernel, rows};
use crate::Var;
use crate::backward::{Backward, Differentiable};
use crate::caps::Caps;
use crate::choice::Candidate;
use crate::launch::{Launch, Slot};
use crate::lowering::{KernelCall, Lowering, unit_rows};
use candle_core::{D, Result, Tensor};
use decant_kernels::{Flat, Kernel as Compute, Set};

pub(super) const ROW: OpRow = OpRow { name: "geglu", tolerance: 1e-6, reason: "erf is a polynomial good to 1.5e-7", cases };

/// Operand: `[…, 2n]`; result: `[…, n]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Geglu;

impl Op for Geglu {
    fn name(&self) -> &'static str {
        "geglu"
    }

    fn shape(&self, operands: &[&[usize]]) -> std::result::Result<Vec<usize>, String> {
        let mut result = operands[0].to_vec();
        match result.last_mut() {
            Some(last) if last.is_multiple_of(2) => *last /= 2,
            _ => {
                return Err(format!("the last dimension of {:?} must be even", operands[0]));
            }
        }
        Ok(result)
    }

    fn cpu(&self, operands: &[Tensor]) -> Result<Tensor> {
        let halves = operands[0].chunk(2, D::Minus1)?;
        &halves[0].contiguous()? * halves[1].contiguous()?.gelu_erf()?
    }

    fn gpu(&self, _: &[Operand], result: &[usize], _: &Caps, _: &str) -> std::result::Result<Gpu, String> {
        Ok(Gpu { launches: vec![launch(Slot::operand(0), result)], scratch: vec![] })
    }

    fn kernels(&self, _: &[Operand], result: &[usize], _: Set) -> Vec<Candidate<Lowering>> {
        vec![Candidate::always("rows", Lowering::one(call(Slot::operand(0), result)))]
    }

    fn as_fusion(&self) -> Option<Fusion> {
        Some(Fusion::Geglu)
    }
}

impl Differentiable for Geglu {
    fn vjp<'g>(&self, call: &Backward<'g, '_>) -> Vec<Option<Var<'g>>> {
        call.one(call.operands[0].geglu_backward(call.cotangent))
    }
}

/// A GPU's launch that reads values and gates there.
pub(super) fn launch(from: Slot, result: &[usize]) -> Launch {
    let (rows, width) = (rows(result), channels(result));
    let n4 = rows * width.div_ceil(4);
    Launch {
        kernel: row_kernel("geglu", width),
        slots: vec![from, Slot::Output],
        params: vec![("n4", n4.into()), ("width", width.into()), ("width4", width.div_ceil(4).into())],
        groups: flat_groups(4 * n4, FLAT),
        flops: 2 * count(result) as u64,
    }
}

/// The same for a CPU.
pub(super) fn call(from: Slot, result: &[usize]) -> KernelCall {
    let (rows, c) = (rows(result) as u32, channels(result));
    let p = Flat { rows, channels: c as u32, places: 1, activation: 0, multiply: 1.0, add: 0.0, unit: unit_rows(c) };
    KernelCall::new(Compute::Geglu, vec![from, Slot::Output], &p, p.units())
}

impl<'g> Var<'g> {
    /// `x[…, :n] · gelu(x[…, n:])`.
    pub fn geglu(self) -> Var<'g> {
        self.graph().apply(Geglu, &[self], "")
    }
}

fn cases() -> Vec<Case> {
    let shapes: [&[usize]; 4] = [&[1, 2], &[3, 14], &[2, 77, 130], &[1, 256, 2560]];
    shapes.iter().map(|s| Case::new(format!("{s:?}")).input("x", s).build(|_, i| i[0].geglu())).collect()
}
