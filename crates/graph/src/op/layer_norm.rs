//! `y = (x − mean) / √(variance + ε) · scale + shift` over the channels of each place (Ba et al. 2016).

use super::{Case, Gpu, Op, OpRow, Operand, channels, count, flat_groups, rows};
use crate::backward::{Backward, Differentiable};
use crate::caps::Caps;
use crate::choice::Candidate;
use crate::launch::{Kernel, Launch, Slot};
use crate::lowering::{KernelCall, Lowering, unit_rows};
use crate::{Layout, Var, Weights};
use candle_core::{D, DType, Result, Tensor};
use decant_kernels::{Kernel as Compute, Set};

pub(super) const ROW: OpRow = OpRow { name: "layer_norm", tolerance: 2e-6, reason: "two sums of up to 1280 numbers in f32", cases };

/// Operands: x `[…, channels]`, scale `[channels]`, shift `[channels]`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LayerNorm {
    /// Added to the variance.
    pub epsilon: f32,
}

impl Op for LayerNorm {
    fn name(&self) -> &'static str {
        "layer_norm"
    }

    fn shape(&self, operands: &[&[usize]]) -> std::result::Result<Vec<usize>, String> {
        let [x, scale, shift] = operands else {
            return Err("input, weight and bias are needed".into());
        };
        if **scale != [channels(x)] || **shift != [channels(x)] {
            return Err(format!("input {x:?} does not fit weight {scale:?} and bias {shift:?}"));
        }
        Ok(x.to_vec())
    }

    fn cpu(&self, operands: &[Tensor]) -> Result<Tensor> {
        let x = operands[0].to_dtype(DType::F64)?;
        let centred = x.broadcast_sub(&x.mean_keepdim(D::Minus1)?)?;
        let variance = centred.sqr()?.mean_keepdim(D::Minus1)?;
        let normal = centred.broadcast_div(&(variance + self.epsilon as f64)?.sqrt()?)?;
        normal.to_dtype(operands[0].dtype())?.broadcast_mul(&operands[1])?.broadcast_add(&operands[2])
    }

    fn gpu(&self, _: &[Operand], result: &[usize], _: &Caps, _: &str) -> std::result::Result<Gpu, String> {
        let rows = rows(result);
        let launch = Launch {
            kernel: Kernel::new("layer_norm"),
            slots: vec![Slot::operand(0), Slot::operand(1), Slot::operand(2), Slot::Output],
            params: vec![("rows", rows.into()), ("channels", channels(result).into()), ("epsilon", self.epsilon.into())],
            groups: flat_groups(rows, 1),
            flops: 8 * count(result) as u64,
        };
        Ok(Gpu { launches: vec![launch], scratch: vec![] })
    }

    fn kernels(&self, _: &[Operand], result: &[usize], _: Set) -> Vec<Candidate<Lowering>> {
        let c = channels(result);
        let p = decant_kernels::LayerNorm { rows: rows(result) as u32, channels: c as u32, epsilon: self.epsilon, unit: unit_rows(c) };
        let slots = vec![Slot::operand(0), Slot::operand(1), Slot::operand(2), Slot::Output];
        vec![Candidate::always("rows", Lowering::one(KernelCall::new(Compute::LayerNorm, slots, &p, p.units())))]
    }
}

impl Differentiable for LayerNorm {
    fn vjp<'g>(&self, call: &Backward<'g, '_>) -> Vec<Option<Var<'g>>> {
        let [x, scale, _] = call.operands else { return vec![] };
        call.each(|at| (at == 0).then(|| x.layer_norm_backward(*scale, call.cotangent, self.epsilon)))
    }
}

impl<'g> Var<'g> {
    /// See [`LayerNorm`].
    pub fn layer_norm(self, w: Weights<'g>, epsilon: f32) -> Var<'g> {
        let operands = [self, self.graph().weight(w, "weight", Layout::vector), self.graph().weight(w, "bias", Layout::vector)];
        self.graph().apply(LayerNorm { epsilon }, &operands, &w.path())
    }
}

fn cases() -> Vec<Case> {
    let shapes: [&[usize]; 5] = [&[1, 1], &[3, 5], &[2, 77, 131], &[77, 768], &[1, 1024, 320]];
    shapes
        .into_iter()
        .map(|x| {
            let c = channels(x);
            let case = Case::new(format!("{x:?}"));
            let case = case.weight("n.weight", &[c], crate::Encoding::F32).weight("n.bias", &[c], crate::Encoding::F32);
            case.input("x", x).build(|graph, i| i[0].layer_norm(graph.weights().at("n"), 1e-5))
        })
        .collect()
}
