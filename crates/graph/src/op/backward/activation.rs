//! The way back through an activation: its slope times what comes.

use crate::Var;
use crate::caps::Caps;
use crate::choice::Candidate;
use crate::launch::{Launch, Slot};
use crate::lowering::{KernelCall, Lowering};
use crate::op::pointwise::each;
use crate::op::{Activation, Case, FLAT, Gpu, Op, OpRow, Operand, count, flat_groups, flat_kernel};
use candle_core::{Result, Tensor};
use decant_kernels::{Flat, Kernel as Compute, Set};
use std::f64::consts::{FRAC_2_SQRT_PI, PI, SQRT_2};

pub(in crate::op) const ROW: OpRow = OpRow {
    name: "activation_backward",
    tolerance: 5e-6,
    reason: "WGSL's exp may err by 3 + 2|x| units in the last place, tanh more near zero, erf is a polynomial good to 1.5e-7",
    cases,
};

/// Operands: what the activation was of, the cotangent of its result; result: theirs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ActivationBackward(pub Activation);

impl Op for ActivationBackward {
    fn name(&self) -> &'static str {
        "activation_backward"
    }

    fn shape(&self, operands: &[&[usize]]) -> std::result::Result<Vec<usize>, String> {
        match operands {
            [x, dy] if x == dy => Ok(x.to_vec()),
            _ => Err(format!("two values of one shape are needed, got {operands:?}")),
        }
    }

    fn cpu(&self, operands: &[Tensor]) -> Result<Tensor> {
        slope(self.0, &operands[0])? * &operands[1]
    }

    fn gpu(&self, _: &[Operand], result: &[usize], _: &Caps, _: &str) -> std::result::Result<Gpu, String> {
        let n = count(result);
        let kernel = flat_kernel("activation_backward").with("slope", Activation::file(Some(self.0)));
        let slots = vec![Slot::operand(0), Slot::operand(1), Slot::Output];
        let launch =
            Launch { kernel, slots, params: vec![("n4", n.div_ceil(4).into())], groups: flat_groups(n, FLAT), flops: 8 * n as u64 };
        Ok(Gpu { launches: vec![launch], scratch: vec![] })
    }

    fn kernels(&self, _: &[Operand], result: &[usize], _: Set) -> Vec<Candidate<Lowering>> {
        let p = Flat { activation: Activation::code(Some(self.0)), ..each(result) };
        let slots = vec![Slot::operand(0), Slot::operand(1), Slot::Output];
        vec![Candidate::always("numbers", Lowering::one(KernelCall::new(Compute::ActivationBackward, slots, &p, p.units())))]
    }
}

/// The derivative. Formulas in `shaders/slope/`; where there is a corner, PyTorch's: the slope from below.
pub(super) fn slope(activation: Activation, x: &Tensor) -> Result<Tensor> {
    let sigmoid = |x: &Tensor| ((x.neg()?.exp()? + 1.0)?).recip();
    let one_less = |x: &Tensor| x.affine(-1.0, 1.0);
    match activation {
        Activation::Silu => {
            let s = sigmoid(x)?;
            &s * ((x * one_less(&s)?)? + 1.0)?
        }
        Activation::Gelu => {
            let below = ((x / SQRT_2)?.erf()? * 0.5)?.affine(1.0, 0.5)?;
            let density = ((x.sqr()? * -0.5)?.exp()? * (0.5 * SQRT_2 / PI.sqrt()))?;
            below + (x * density)?
        }
        Activation::GeluTanh => {
            let root = FRAC_2_SQRT_PI / SQRT_2; // sqrt(2 / pi)
            let t = ((x + (x.powf(3.0)? * 0.044715)?)? * root)?.tanh()?;
            let inner = (x.sqr()? * (3.0 * 0.044715 * root))?.affine(1.0, root)?;
            t.affine(0.5, 0.5)? + ((x * 0.5)? * (one_less(&t.sqr()?)? * inner)?)?
        }
        Activation::QuickGelu => {
            let s = sigmoid(&(x * 1.702)?)?;
            &s * ((x * one_less(&s)?)? * 1.702)?.affine(1.0, 1.0)?
        }
        Activation::Relu => x.gt(&x.zeros_like()?)?.to_dtype(x.dtype()),
        Activation::LeakyRelu => x.gt(&x.zeros_like()?)?.to_dtype(x.dtype())?.affine(0.8, 0.2),
    }
}

impl<'g> Var<'g> {
    /// The way back through an activation of `self`. See [`ActivationBackward`].
    pub fn activation_backward(self, activation: Activation, cotangent: Var<'g>) -> Var<'g> {
        self.graph().apply(ActivationBackward(activation), &[self, cotangent], "")
    }
}

fn cases() -> Vec<Case> {
    let case = |shape: &'static [usize], activation: Activation| {
        let case = Case::new(format!("{activation:?} {shape:?}")).input("x", shape).input("dy", shape);
        case.build(move |_, i| i[0].activation_backward(activation, i[1]))
    };
    [&[1][..], &[3, 5], &[4096, 3]].into_iter().flat_map(|shape| Activation::ALL.map(|activation| case(shape, activation))).collect()
}
