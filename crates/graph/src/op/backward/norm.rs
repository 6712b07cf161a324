//! The ways back through group norm and layer norm to what they normalised; mean and variance are worked out once more.
//!
//! With `x̂` the normalised numbers, `g` the cotangent times the scale, both means over what is normalised together:
//! `dx = (g − mean(g) − x̂ · mean(g · x̂)) / √(variance + ε)` (Ba et al. 2016; PyTorch's `native_layer_norm_backward`).

use crate::caps::Caps;
use crate::choice::Candidate;
use crate::launch::{Kernel, Launch, Slot};
use crate::lowering::{KernelCall, Lowering, unit_rows};
use crate::op::{Case, Gpu, Op, OpRow, Operand, channels, count, flat_groups, rows};
use crate::{Layout, Var, Weights};
use candle_core::{D, DType, Result, Tensor};
use decant_kernels::{Kernel as Compute, Set};

pub(in crate::op) const GROUP_NORM: OpRow = OpRow { name: "group_norm_backward", tolerance: 5e-6, reason: REASON, cases: group_cases };
pub(in crate::op) const LAYER_NORM: OpRow = OpRow { name: "layer_norm_backward", tolerance: 5e-6, reason: REASON, cases: layer_cases };

const REASON: &str = "differences of a number and two means of up to 41,000 numbers in f32, with outliers";

/// Operands: x `[batch, …, channels]`, scale `[channels]`, the result's cotangent; result as x.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GroupNormBackward {
    /// How many groups the channels fall into.
    pub groups: usize,
    /// Added to the variance.
    pub epsilon: f32,
}

/// Operands: x `[…, channels]`, scale `[channels]`, the result's cotangent; result as x.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LayerNormBackward {
    /// Added to the variance.
    pub epsilon: f32,
}

fn shape(operands: &[&[usize]], groups: usize) -> std::result::Result<Vec<usize>, String> {
    match operands {
        [x, [scale], dy] if x == dy && *scale == channels(x) && groups > 0 && scale.is_multiple_of(groups) => Ok(x.to_vec()),
        _ => Err(format!("{operands:?} are no input, weight and cotangent in {groups} groups")),
    }
}

/// x, scale and cotangent, and the result.
fn slots() -> Vec<Slot> {
    vec![Slot::operand(0), Slot::operand(1), Slot::operand(2), Slot::Output]
}

/// Rows that are normalised each for itself, in f64: `x` and `g` `[rows, numbers]`.
fn backward(x: &Tensor, g: &Tensor, epsilon: f32) -> Result<Tensor> {
    let centred = x.broadcast_sub(&x.mean_keepdim(D::Minus1)?)?;
    let deviation = (centred.sqr()?.mean_keepdim(D::Minus1)? + epsilon as f64)?.sqrt()?;
    let normal = centred.broadcast_div(&deviation)?;
    let along = normal.broadcast_mul(&(g * &normal)?.mean_keepdim(D::Minus1)?)?;
    (g.broadcast_sub(&g.mean_keepdim(D::Minus1)?)? - along)?.broadcast_div(&deviation)
}

impl Op for GroupNormBackward {
    fn name(&self) -> &'static str {
        "group_norm_backward"
    }

    fn shape(&self, operands: &[&[usize]]) -> std::result::Result<Vec<usize>, String> {
        shape(operands, self.groups)
    }

    fn cpu(&self, operands: &[Tensor]) -> Result<Tensor> {
        let x = &operands[0];
        let (batch, c) = (x.dim(0)?, x.dims()[x.rank() - 1]);
        let places = x.elem_count() / (batch * c);
        let grouped = |x: &Tensor| {
            let apart = x.reshape((batch, places, self.groups, c / self.groups))?.transpose(1, 2)?.contiguous()?;
            apart.reshape((batch * self.groups, ()))?.to_dtype(DType::F64)
        };
        let dx = backward(&grouped(x)?, &grouped(&operands[2].broadcast_mul(&operands[1])?)?, self.epsilon)?;
        let dx = dx.reshape((batch, self.groups, places, c / self.groups))?.transpose(1, 2)?.contiguous()?;
        dx.reshape(x.shape())?.to_dtype(x.dtype())
    }

    fn gpu(&self, _: &[Operand], result: &[usize], _: &Caps, _: &str) -> std::result::Result<Gpu, String> {
        let (batch, c, n) = (result[0], channels(result), count(result));
        let launch = Launch {
            kernel: Kernel::new("group_norm_backward"),
            slots: slots(),
            params: vec![
                ("places", (n / (batch * c)).into()),
                ("channels", c.into()),
                ("per_group", (c / self.groups).into()),
                ("epsilon", self.epsilon.into()),
            ],
            groups: [self.groups as u32, batch as u32, 1],
            flops: 14 * n as u64,
        };
        Ok(Gpu { launches: vec![launch], scratch: vec![] })
    }

    fn kernels(&self, _: &[Operand], result: &[usize], _: Set) -> Vec<Candidate<Lowering>> {
        let (batch, c) = (result[0], channels(result));
        let places = (count(result) / (batch * c).max(1)) as u32;
        let (batch, channels, groups) = (batch as u32, c as u32, self.groups as u32);
        let p = decant_kernels::GroupNormBackward { batch, places, channels, groups, epsilon: self.epsilon };
        vec![Candidate::always("groups", Lowering::one(KernelCall::new(Compute::GroupNormBackward, slots(), &p, p.units())))]
    }
}

impl Op for LayerNormBackward {
    fn name(&self) -> &'static str {
        "layer_norm_backward"
    }

    fn shape(&self, operands: &[&[usize]]) -> std::result::Result<Vec<usize>, String> {
        shape(operands, 1)
    }

    fn cpu(&self, operands: &[Tensor]) -> Result<Tensor> {
        let (x, g) = (operands[0].to_dtype(DType::F64)?, operands[2].broadcast_mul(&operands[1])?.to_dtype(DType::F64)?);
        backward(&x, &g, self.epsilon)?.to_dtype(operands[0].dtype())
    }

    fn gpu(&self, _: &[Operand], result: &[usize], _: &Caps, _: &str) -> std::result::Result<Gpu, String> {
        let rows = rows(result);
        let launch = Launch {
            kernel: Kernel::new("layer_norm_backward"),
            slots: slots(),
            params: vec![("rows", rows.into()), ("channels", channels(result).into()), ("epsilon", self.epsilon.into())],
            groups: flat_groups(rows, 1),
            flops: 14 * count(result) as u64,
        };
        Ok(Gpu { launches: vec![launch], scratch: vec![] })
    }

    fn kernels(&self, _: &[Operand], result: &[usize], _: Set) -> Vec<Candidate<Lowering>> {
        let c = channels(result);
        let p = decant_kernels::LayerNorm { rows: rows(result) as u32, channels: c as u32, epsilon: self.epsilon, unit: unit_rows(c) };
        vec![Candidate::always("rows", Lowering::one(KernelCall::new(Compute::LayerNormBackward, slots(), &p, p.units())))]
    }
}

impl<'g> Var<'g> {
    /// The way back from [`Var::group_norm`] of `self` with that scale. See [`GroupNormBackward`].
    pub fn group_norm_backward(self, scale: Var<'g>, cotangent: Var<'g>, groups: usize, epsilon: f32) -> Var<'g> {
        self.graph().apply(GroupNormBackward { groups, epsilon }, &[self, scale, cotangent], "")
    }

    /// The way back from [`Var::layer_norm`] of `self` with that scale. See [`LayerNormBackward`].
    pub fn layer_norm_backward(self, scale: Var<'g>, cotangent: Var<'g>, epsilon: f32) -> Var<'g> {
        self.graph().apply(LayerNormBackward { epsilon }, &[self, scale, cotangent], "")
    }
}

fn scale<'g>(w: Weights<'g>, graph: &'g crate::Graph) -> Var<'g> {
    graph.weight(w, "weight", Layout::vector)
}

fn group_cases() -> Vec<Case> {
    let case = |x: &'static [usize], groups: usize| {
        let case = Case::new(format!("{x:?} in {groups} groups")).weight("norm.weight", &[channels(x)], crate::Encoding::F32);
        let case = case.input("x", x).input("dy", x);
        case.build(move |g, i| i[0].group_norm_backward(scale(g.weights().at("norm"), g), i[1], groups, 1e-5))
    };
    vec![case(&[1, 2, 2, 2], 1), case(&[2, 5, 7, 6], 3), case(&[2, 3, 64], 32), case(&[1, 16, 16, 96], 32), case(&[1, 64, 64, 40], 4)]
}

fn layer_cases() -> Vec<Case> {
    let case = |x: &'static [usize]| {
        let case = Case::new(format!("{x:?}")).weight("norm.weight", &[channels(x)], crate::Encoding::F32).input("x", x).input("dy", x);
        case.build(|g, i| i[0].layer_norm_backward(scale(g.weights().at("norm"), g), i[1], 1e-5))
    };
    vec![case(&[1, 4]), case(&[3, 5]), case(&[2, 77, 65]), case(&[5, 1280])]
}
