//! Functions of one number, and sums and products of two: one file, since all share a kernel each and a shape rule.
//!
//! It is long because of what these are: three operations.

use super::{Case, FLAT, Fusion, Gpu, Op, OpRow, Operand, channels, count, flat_groups, flat_kernel};
use crate::Var;
use crate::backward::{Backward, Differentiable};
use crate::caps::Caps;
use crate::choice::Candidate;
use crate::launch::{Kernel, Launch, Param, Slot};
use crate::lowering::{KernelCall, Lowering, UNIT_NUMBERS, unit_rows};
use candle_core::{Result, Tensor};
use decant_kernels::{Flat, Kernel as Compute, Set};

pub(super) const ROW: OpRow = OpRow {
    name: "pointwise",
    tolerance: 1e-6,
    reason: "WGSL's exp may err by 3 + 2|x| units in the last place, erf is a polynomial good to 1.5e-7 (Abramowitz & Stegun 7.1.26)",
    cases,
};

/// A function between two layers. Formulas in `shaders/activation/`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activation {
    /// `x · σ(x)` (Elfwing et al. 2017).
    Silu,
    /// `x · Φ(x)`, exact (Hendrycks & Gimpel 2016): PyTorch's default `gelu`.
    Gelu,
    /// The tanh approximation of the same: `gelu_new`, `gelu_pytorch_tanh`.
    GeluTanh,
    /// `x · σ(1.702 x)`: CLIP's own.
    QuickGelu,
    /// `max(x, 0)`: the small autoencoders'.
    Relu,
    /// `max(x, 0.2 x)`: ESRGAN's.
    LeakyRelu,
}

/// What [`Activation::LeakyRelu`] leaves of what is below zero.
const LEAK: f64 = 0.2;

impl Activation {
    /// Every one, in the order of their codes.
    pub(super) const ALL: [Activation; 6] =
        [Activation::Silu, Activation::Gelu, Activation::GeluTanh, Activation::QuickGelu, Activation::Relu, Activation::LeakyRelu];

    /// The file in `shaders/activation/` that a kernel imports.
    pub(super) fn file(activation: Option<Activation>) -> &'static str {
        match activation {
            None => "none",
            Some(Activation::Silu) => "silu",
            Some(Activation::Gelu) => "gelu",
            Some(Activation::GeluTanh) => "gelu_tanh",
            Some(Activation::QuickGelu) => "quick_gelu",
            Some(Activation::Relu) => "relu",
            Some(Activation::LeakyRelu) => "leaky_relu",
        }
    }

    /// The number by which the CPU's kernels know it; 0 is the identity.
    pub fn code(activation: Option<Activation>) -> u32 {
        activation.map_or(0, |a| 1 + Activation::ALL.iter().position(|b| *b == a).expect("ALL has every one") as u32)
    }

    /// The meaning.
    pub fn cpu(self, x: &Tensor) -> Result<Tensor> {
        match self {
            Activation::Silu => x.silu(),
            Activation::Gelu => x.gelu_erf(),
            Activation::GeluTanh => x.gelu(),
            Activation::QuickGelu => x * ((x * -1.702)?.exp()? + 1.0)?.recip()?,
            Activation::Relu => x.relu(),
            Activation::LeakyRelu => x.maximum(&(x * LEAK)?),
        }
    }
}

/// `activation(x) · multiply + add` for every number of its operand.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Unary {
    /// Applied first.
    pub activation: Option<Activation>,
    /// Then this factor.
    pub multiply: f32,
    /// Then this summand.
    pub add: f32,
}

impl Op for Unary {
    fn name(&self) -> &'static str {
        "unary"
    }

    fn shape(&self, operands: &[&[usize]]) -> std::result::Result<Vec<usize>, String> {
        Ok(operands[0].to_vec())
    }

    fn cpu(&self, operands: &[Tensor]) -> Result<Tensor> {
        let x = self.activation.map_or_else(|| Ok(operands[0].clone()), |a| a.cpu(&operands[0]))?;
        x.affine(self.multiply as f64, self.add as f64)
    }

    fn gpu(&self, _: &[Operand], result: &[usize], _: &Caps, _: &str) -> std::result::Result<Gpu, String> {
        let params = vec![("n4", count(result).div_ceil(4).into()), ("multiply", self.multiply.into()), ("add", self.add.into())];
        Ok(flat(
            flat_kernel("unary").with("activation", Activation::file(self.activation)),
            vec![Slot::operand(0), Slot::Output],
            params,
            result,
        ))
    }

    fn kernels(&self, _: &[Operand], result: &[usize], _: Set) -> Vec<Candidate<Lowering>> {
        let p = Flat { activation: Activation::code(self.activation), multiply: self.multiply, add: self.add, ..each(result) };
        let call = KernelCall::new(Compute::Unary, vec![Slot::operand(0), Slot::Output], &p, p.units());
        vec![Candidate::always("numbers", Lowering::one(call))]
    }

    fn as_fusion(&self) -> Option<Fusion> {
        let plain = self.multiply == 1.0 && self.add == 0.0;
        self.activation.filter(|_| plain).map(Fusion::Activation)
    }
}

impl Differentiable for Unary {
    fn vjp<'g>(&self, call: &Backward<'g, '_>) -> Vec<Option<Var<'g>>> {
        let slope = if self.multiply == 1.0 { call.cotangent } else { call.cotangent.scale(self.multiply, 0.0) };
        call.one(self.activation.map_or(slope, |activation| call.operands[0].activation_backward(activation, slope)))
    }
}

/// Sum or product.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BinaryKind {
    /// `a + b`, of one shape.
    Add,
    /// `a · b`, of one shape.
    Multiply,
    /// `a [batch, …, channels] + b [batch, channels]`.
    AddPerBatch,
}

/// `a ∘ b` for every pair of numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Binary(pub BinaryKind);

impl Op for Binary {
    fn name(&self) -> &'static str {
        match self.0 {
            BinaryKind::Add => "add",
            BinaryKind::Multiply => "multiply",
            BinaryKind::AddPerBatch => "add_per_batch",
        }
    }

    fn shape(&self, operands: &[&[usize]]) -> std::result::Result<Vec<usize>, String> {
        let [a, b] = operands else {
            return Err("two operands are needed".into());
        };
        let fits = match self.0 {
            BinaryKind::AddPerBatch => a.len() >= 2 && **b == [a[0], channels(a)],
            _ => a == b,
        };
        if fits { Ok(a.to_vec()) } else { Err(format!("{a:?} and {b:?} do not fit each other")) }
    }

    fn cpu(&self, operands: &[Tensor]) -> Result<Tensor> {
        match self.0 {
            BinaryKind::Add => &operands[0] + &operands[1],
            BinaryKind::Multiply => &operands[0] * &operands[1],
            BinaryKind::AddPerBatch => add_per_batch(&operands[0], &operands[1]),
        }
    }

    fn gpu(&self, _: &[Operand], result: &[usize], _: &Caps, _: &str) -> std::result::Result<Gpu, String> {
        let slots = vec![Slot::operand(0), Slot::operand(1), Slot::Output];
        let gpu = match self.0 {
            BinaryKind::AddPerBatch => {
                let n = count(result);
                let params = vec![("n", n.into()), ("channels", channels(result).into()), ("per_batch", (n / result[0]).into())];
                flat(flat_kernel("add_per_batch"), slots, params, result)
            }
            kind => {
                let params = vec![("n4", count(result).div_ceil(4).into()), ("multiply", (kind == BinaryKind::Multiply).into())];
                flat(flat_kernel("binary"), slots, params, result)
            }
        };
        Ok(gpu)
    }

    fn kernels(&self, _: &[Operand], result: &[usize], _: Set) -> Vec<Candidate<Lowering>> {
        let slots = vec![Slot::operand(0), Slot::operand(1), Slot::Output];
        let (kernel, p) = match self.0 {
            BinaryKind::Add => (Compute::Add, each(result)),
            BinaryKind::Multiply => (Compute::Multiply, each(result)),
            BinaryKind::AddPerBatch => {
                let (rows, c) = (count(result) / channels(result), channels(result));
                let places = (rows / result[0].max(1)) as u32;
                (Compute::AddPerBatch, Flat { rows: rows as u32, channels: c as u32, places, unit: unit_rows(c), ..each(result) })
            }
        };
        vec![Candidate::always("numbers", Lowering::one(KernelCall::new(kernel, slots, &p, p.units())))]
    }

    fn as_fusion(&self) -> Option<Fusion> {
        match self.0 {
            BinaryKind::Add => Some(Fusion::Residual),
            BinaryKind::AddPerBatch => Some(Fusion::PerBatch),
            BinaryKind::Multiply => None,
        }
    }
}

impl Differentiable for Binary {
    /// A row for each batch entry has none yet: what is learnt is not asked for, and a timestep is no one's wish.
    fn vjp<'g>(&self, call: &Backward<'g, '_>) -> Vec<Option<Var<'g>>> {
        call.each(|at| match self.0 {
            BinaryKind::Add => Some(call.cotangent),
            BinaryKind::Multiply => Some(call.cotangent * call.operands[1 - at]),
            BinaryKind::AddPerBatch => (at == 0).then_some(call.cotangent),
        })
    }
}

/// `x [batch, …, channels] + row [batch, channels]`.
pub(super) fn add_per_batch(x: &Tensor, row: &Tensor) -> Result<Tensor> {
    let (batch, channels) = row.dims2()?;
    let places = x.elem_count() / (batch * channels);
    let sum = x.reshape((batch, places, channels))?.broadcast_add(&row.reshape((batch, 1, channels))?)?;
    sum.reshape(x.shape())
}

/// A CPU's work on each number, one to a row.
pub(super) fn each(result: &[usize]) -> Flat {
    let (rows, unit) = (count(result) as u32, UNIT_NUMBERS as u32);
    Flat { rows, channels: 1, places: 1, activation: 0, multiply: 1.0, add: 0.0, unit }
}

/// One launch of a kernel that walks the result in groups of 64 threads of four numbers each.
fn flat(kernel: Kernel, slots: Vec<Slot>, params: Vec<(&'static str, Param)>, result: &[usize]) -> Gpu {
    let n = count(result);
    Gpu { launches: vec![Launch { kernel, slots, params, groups: flat_groups(n, FLAT), flops: n as u64 }], scratch: vec![] }
}

impl<'g> Var<'g> {
    /// Any function of one number. See [`Unary`].
    pub fn unary(self, op: Unary) -> Var<'g> {
        self.graph().apply(op, &[self], "")
    }

    /// An activation by name.
    pub fn activation(self, activation: Activation) -> Var<'g> {
        self.unary(Unary { activation: Some(activation), multiply: 1.0, add: 0.0 })
    }

    /// `x · σ(x)`.
    pub fn silu(self) -> Var<'g> {
        self.activation(Activation::Silu)
    }

    /// `x · Φ(x)`, exact.
    pub fn gelu(self) -> Var<'g> {
        self.activation(Activation::Gelu)
    }

    /// `x · multiply + add`.
    pub fn scale(self, multiply: f32, add: f32) -> Var<'g> {
        self.unary(Unary { activation: None, multiply, add })
    }

    /// Adds `row [batch, channels]` to every place of its batch entry.
    pub fn add_per_batch(self, row: Var<'g>) -> Var<'g> {
        self.graph().apply(Binary(BinaryKind::AddPerBatch), &[self, row], "")
    }
}

impl<'g> std::ops::Add for Var<'g> {
    type Output = Var<'g>;
    fn add(self, other: Var<'g>) -> Var<'g> {
        self.graph().apply(Binary(BinaryKind::Add), &[self, other], "")
    }
}

impl<'g> std::ops::Mul for Var<'g> {
    type Output = Var<'g>;
    fn mul(self, other: Var<'g>) -> Var<'g> {
        self.graph().apply(Binary(BinaryKind::Multiply), &[self, other], "")
    }
}

fn cases() -> Vec<Case> {
    let shapes: [&[usize]; 5] = [&[1], &[3, 5], &[2, 7, 11, 13], &[4096, 3], &[2, 64, 64, 32]];
    let mut cases = vec![];
    for shape in shapes {
        for activation in Activation::ALL {
            let unary = Unary { activation: Some(activation), multiply: 1.0, add: 0.0 };
            cases.push(Case::new(format!("{activation:?} {shape:?}")).input("x", shape).build(move |_, i| i[0].unary(unary)));
        }
        cases.push(Case::new(format!("scale {shape:?}")).input("x", shape).build(|_, i| i[0].scale(0.25, -3.0)));
        cases.push(Case::new(format!("add {shape:?}")).input("a", shape).input("b", shape).build(|_, i| i[0] + i[1]));
        cases.push(Case::new(format!("multiply {shape:?}")).input("a", shape).input("b", shape).build(|_, i| i[0] * i[1]));
        if shape.len() > 1 {
            let row = [shape[0], channels(shape)];
            let case = Case::new(format!("add per batch {shape:?}")).input("a", shape).input("b", &row);
            cases.push(case.build(|_, i| i[0].add_per_batch(i[1])));
        }
    }
    cases
}
