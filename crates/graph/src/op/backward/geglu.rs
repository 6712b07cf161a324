//! The way back through GEGLU, to values and gates.

use super::activation::slope;
use crate::Var;
use crate::caps::Caps;
use crate::choice::Candidate;
use crate::launch::{Launch, Slot};
use crate::lowering::{KernelCall, Lowering, unit_rows};
use crate::op::{Activation, Case, FLAT, Gpu, Op, OpRow, Operand, channels, count, flat_groups, flat_kernel, rows};
use candle_core::{D, Result, Tensor};
use decant_kernels::{Flat, Kernel as Compute, Set};

pub(in crate::op) const ROW: OpRow = OpRow { name: "geglu_backward", tolerance: 2e-6, reason: "as for activation_backward", cases };

/// Operands: values and gates `[…, 2n]`, the cotangent `[…, n]` of [`super::super::Geglu`]'s result; result `[…, 2n]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GegluBackward;

impl Op for GegluBackward {
    fn name(&self) -> &'static str {
        "geglu_backward"
    }

    fn shape(&self, operands: &[&[usize]]) -> std::result::Result<Vec<usize>, String> {
        match operands {
            [x @ [places @ .., wide], [of @ .., n]] if places == of && *wide == 2 * n => Ok(x.to_vec()),
            _ => Err(format!("{operands:?} are not values with gates, and half as many")),
        }
    }

    fn cpu(&self, operands: &[Tensor]) -> Result<Tensor> {
        let halves = operands[0].chunk(2, D::Minus1)?;
        let (value, gate) = (halves[0].contiguous()?, halves[1].contiguous()?);
        let [by_value, by_gate] = [(&operands[1] * gate.gelu_erf()?)?, ((&operands[1] * value)? * slope(Activation::Gelu, &gate)?)?];
        Tensor::cat(&[by_value, by_gate], D::Minus1)?.contiguous()
    }

    fn gpu(&self, operands: &[Operand], _: &[usize], _: &Caps, _: &str) -> std::result::Result<Gpu, String> {
        let (n, width) = (count(operands[1].shape), channels(operands[1].shape));
        let (kernel, slots) = (flat_kernel("geglu_backward"), vec![Slot::operand(0), Slot::operand(1), Slot::Output]);
        let params = vec![("n", n.into()), ("width", width.into())];
        let launch = Launch { kernel, slots, params, groups: flat_groups(n, FLAT), flops: 20 * n as u64 };
        Ok(Gpu { launches: vec![launch], scratch: vec![] })
    }

    fn kernels(&self, operands: &[Operand], _: &[usize], _: Set) -> Vec<Candidate<Lowering>> {
        let (rows, c) = (rows(operands[1].shape) as u32, channels(operands[1].shape));
        let p = Flat { rows, channels: c as u32, places: 1, activation: 0, multiply: 1.0, add: 0.0, unit: unit_rows(c) };
        let slots = vec![Slot::operand(0), Slot::operand(1), Slot::Output];
        vec![Candidate::always("rows", Lowering::one(KernelCall::new(Compute::GegluBackward, slots, &p, p.units())))]
    }
}

impl<'g> Var<'g> {
    /// The way back from [`Var::geglu`] of `self`. See [`GegluBackward`].
    pub fn geglu_backward(self, cotangent: Var<'g>) -> Var<'g> {
        self.graph().apply(GegluBackward, &[self, cotangent], "")
    }
}

fn cases() -> Vec<Case> {
    let case = |x: &'static [usize], dy: &'static [usize]| {
        Case::new(format!("{x:?}")).input("x", x).input("dy", dy).build(|_, i| i[0].geglu_backward(i[1]))
    };
    vec![case(&[1, 2], &[1, 1]), case(&[3, 14], &[3, 7]), case(&[2, 77, 130], &[2, 77, 65])]
}
