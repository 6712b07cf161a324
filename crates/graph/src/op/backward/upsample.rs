//! The way back from nearest neighbours: each place gets the sum of those that it was repeated to.

use crate::Var;
use crate::caps::Caps;
use crate::launch::{Launch, Slot};
use crate::op::{Case, FLAT, Gpu, Op, OpRow, Operand, channels, count, flat_groups, flat_kernel};
use candle_core::{Device, Result, Tensor};

pub(in crate::op) const ROW: OpRow = OpRow { name: "upsample_backward", tolerance: 1e-6, reason: "sums of a few numbers", cases };

/// Operand: the cotangent `[batch, height, width, channels]` of [`super::super::Upsample`]'s result; result `[batch, h, w, channels]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UpsampleBackward {
    /// Of what was repeated.
    pub height: usize,
    /// Of what was repeated.
    pub width: usize,
}

impl Op for UpsampleBackward {
    fn name(&self) -> &'static str {
        "upsample_backward"
    }

    fn shape(&self, operands: &[&[usize]]) -> std::result::Result<Vec<usize>, String> {
        match operands {
            [[batch, h, w, c]] if *h > 0 && *w > 0 => Ok(vec![*batch, self.height, self.width, *c]),
            _ => Err(format!("a picture of four dimensions is needed, got {operands:?}")),
        }
    }

    fn cpu(&self, operands: &[Tensor]) -> Result<Tensor> {
        let (batch, h, w, c) = operands[0].dims4()?;
        let places = |size: usize, from: usize| Tensor::from_iter((0..size).map(|i| (i * from / size) as u32), &Device::Cpu);
        let rows = Tensor::zeros((batch, self.height, w, c), operands[0].dtype(), &Device::Cpu)?;
        let rows = rows.index_add(&places(h, self.height)?, &operands[0], 1)?;
        let all = Tensor::zeros((batch, self.height, self.width, c), operands[0].dtype(), &Device::Cpu)?;
        all.index_add(&places(w, self.width)?, &rows, 2)
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
        let (kernel, slots) = (flat_kernel("upsample_backward"), vec![Slot::operand(0), Slot::Output]);
        let launch = Launch { kernel, slots, params, groups: flat_groups(n, FLAT), flops: count(from) as u64 };
        Ok(Gpu { launches: vec![launch], scratch: vec![] })
    }
}

impl<'g> Var<'g> {
    /// The way back from [`Var::upsample`]. See [`UpsampleBackward`].
    pub fn upsample_backward(self, height: usize, width: usize) -> Var<'g> {
        self.graph().apply(UpsampleBackward { height, width }, &[self], "")
    }
}

fn cases() -> Vec<Case> {
    [([1, 2, 2, 1], 1, 1), ([2, 6, 10, 7], 3, 5), ([1, 7, 5, 8], 4, 3), ([1, 3, 2, 4], 5, 7), ([1, 64, 64, 16], 32, 32)]
        .into_iter()
        .map(|(x, h, w)| Case::new(format!("{x:?} to {h}x{w}")).input("x", &x).build(move |_, i| i[0].upsample_backward(h, w)))
        .collect()
}
