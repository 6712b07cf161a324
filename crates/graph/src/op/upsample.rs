//! Each place of a picture repeated to another size: PyTorch's `interpolate(mode="nearest")`, `y[oy, ox] = x[⌊oy·h/oh⌋, ⌊ox·w/ow⌋]`.

use super::{Case, FLAT, Gpu, Op, OpRow, Operand, channels, count, flat_groups, flat_kernel};
use crate::Var;
use crate::backward::{Backward, Differentiable};
use crate::caps::Caps;
use crate::choice::Candidate;
use crate::launch::{Launch, Slot};
use crate::lowering::{KernelCall, Lowering};
use candle_core::{Device, Result, Tensor};
use decant_kernels::{Kernel as Compute, Set};

pub(super) const ROW: OpRow = OpRow { name: "upsample", tolerance: 0.0, reason: "copies", cases };

/// Operand: `[batch, h, w, channels]`; result `[batch, height, width, channels]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Upsample {
    /// Of the result.
    pub height: usize,
    /// Of the result.
    pub width: usize,
}

impl Op for Upsample {
    fn name(&self) -> &'static str {
        "upsample"
    }

    fn shape(&self, operands: &[&[usize]]) -> std::result::Result<Vec<usize>, String> {
        match operands {
            [[batch, h, w, c]] if *h > 0 && *w > 0 => Ok(vec![*batch, self.height, self.width, *c]),
            _ => Err(format!("a picture of four dimensions is needed, got {operands:?}")),
        }
    }

    fn cpu(&self, operands: &[Tensor]) -> Result<Tensor> {
        let (_, h, w, _) = operands[0].dims4()?;
        let places = |size: usize, from: usize| Tensor::from_iter((0..size).map(|i| (i * from / size) as u32), &Device::Cpu);
        operands[0].index_select(&places(self.height, h)?, 1)?.index_select(&places(self.width, w)?, 2)
    }

    fn gpu(&self, operands: &[Operand], result: &[usize], _: &Caps, _: &str) -> std::result::Result<Gpu, String> {
        let (from, n) = (operands[0].shape, count(result));
        let params = vec![
            ("n", n.into()),
            ("channels", channels(result).into()),
            ("height", self.height.into()),
            ("width", self.width.into()),
            ("from_height", from[1].into()),
            ("from_width", from[2].into()),
        ];
        let launch = Launch {
            kernel: flat_kernel("upsample"),
            slots: vec![Slot::operand(0), Slot::Output],
            params,
            groups: flat_groups(n, FLAT),
            flops: 0,
        };
        Ok(Gpu { launches: vec![launch], scratch: vec![] })
    }

    fn kernels(&self, operands: &[Operand], result: &[usize], _: Set) -> Vec<Candidate<Lowering>> {
        let sides = |shape: &[usize]| [shape[1] as u32, shape[2] as u32];
        let (from, to) = (sides(operands[0].shape), sides(result));
        let p = decant_kernels::Upsample { batch: result[0] as u32, from, to, channels: channels(result) as u32 };
        let call = KernelCall::new(Compute::Upsample, vec![Slot::operand(0), Slot::Output], &p, p.units());
        vec![Candidate::always("places", Lowering::one(call))]
    }
}

impl Differentiable for Upsample {
    fn vjp<'g>(&self, call: &Backward<'g, '_>) -> Vec<Option<Var<'g>>> {
        let &[_, height, width, _] = &call.operands[0].shape()[..] else { return vec![] };
        call.one(call.cotangent.upsample_backward(height, width))
    }
}

impl<'g> Var<'g> {
    /// Nearest neighbours at another size.
    pub fn upsample(self, height: usize, width: usize) -> Var<'g> {
        self.graph().apply(Upsample { height, width }, &[self], "")
    }
}

fn cases() -> Vec<Case> {
    [([1, 1, 1, 1], 2, 2), ([2, 3, 5, 7], 6, 10), ([1, 4, 3, 8], 7, 5), ([1, 32, 32, 64], 64, 64)]
        .into_iter()
        .map(|(x, h, w)| Case::new(format!("{x:?} to {h}x{w}")).input("x", &x).build(move |_, i| i[0].upsample(h, w)))
        .collect()
}
