//! `y = max(x, 0) + slope[c] · min(x, 0)`: PyTorch's `nn.PReLU` with a slope for each channel (He et al. 2015, “Delving Deep into Rectifiers”).

use super::{Case, FLAT, Gpu, Op, OpRow, Operand, channels, count, flat_groups, flat_kernel};
use crate::caps::Caps;
use crate::choice::Candidate;
use crate::launch::{Launch, Slot};
use crate::lowering::{KernelCall, Lowering, unit_rows};
use crate::{Layout, Var, Weights};
use candle_core::{Result, Tensor};
use decant_kernels::{Flat, Kernel as Compute, Set};

pub(super) const ROW: OpRow = OpRow { name: "prelu", tolerance: 1e-6, reason: "one product, rounded once", cases };

/// Operands: `[…, channels]`, and the slopes `[channels]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Prelu;

impl Op for Prelu {
    fn name(&self) -> &'static str {
        "prelu"
    }

    fn shape(&self, operands: &[&[usize]]) -> std::result::Result<Vec<usize>, String> {
        match operands {
            [x, [slopes]] if !x.is_empty() && channels(x) == *slopes => Ok(x.to_vec()),
            _ => Err(format!("numbers and a slope for each of their channels are needed, got {operands:?}")),
        }
    }

    fn cpu(&self, operands: &[Tensor]) -> Result<Tensor> {
        let (x, slopes) = (&operands[0], &operands[1]);
        let below = (x - x.relu()?)?;
        x.relu()? + below.broadcast_mul(slopes)?
    }

    /// candle keeps what is above zero, what is below, and that times the slopes.
    fn cpu_scratch(&self, operands: &[&[usize]]) -> u64 {
        12 * count(operands[0]) as u64
    }

    fn gpu(&self, _: &[Operand], result: &[usize], _: &Caps, _: &str) -> std::result::Result<Gpu, String> {
        let n = count(result);
        let launch = Launch {
            kernel: flat_kernel("prelu"),
            slots: vec![Slot::operand(0), Slot::operand(1), Slot::Output],
            params: vec![("n", n.into()), ("channels", channels(result).into())],
            groups: flat_groups(n, FLAT),
            flops: n as u64,
        };
        Ok(Gpu { launches: vec![launch], scratch: vec![] })
    }

    fn kernels(&self, _: &[Operand], result: &[usize], _: Set) -> Vec<Candidate<Lowering>> {
        let (n, c) = (count(result), channels(result));
        let (rows, unit) = ((n / c.max(1)) as u32, unit_rows(c));
        let p = Flat { rows, channels: c as u32, places: rows, activation: 0, multiply: 1.0, add: 0.0, unit };
        let slots = vec![Slot::operand(0), Slot::operand(1), Slot::Output];
        vec![Candidate::always("numbers", Lowering::one(KernelCall::new(Compute::Prelu, slots, &p, p.units())))]
    }
}

impl<'g> Var<'g> {
    /// `max(x, 0) + w.weight · min(x, 0)`, a slope for each channel. See [`Prelu`].
    pub fn prelu(self, w: Weights<'g>) -> Var<'g> {
        self.graph().apply(Prelu, &[self, self.graph().weight(w, "weight", Layout::vector)], &w.path())
    }
}

fn cases() -> Vec<Case> {
    let shapes: [&[usize]; 4] = [&[1, 1], &[2, 7, 11, 13], &[4099, 3], &[1, 64, 64, 64]];
    let case = |shape: &[usize]| {
        let slopes = Case::new(format!("{shape:?}")).weight("act.weight", &[channels(shape)], crate::Encoding::F32);
        slopes.input("x", shape).build(|graph, i| i[0].prelu(graph.weights().at("act")))
    };
    shapes.into_iter().map(case).collect()
}
