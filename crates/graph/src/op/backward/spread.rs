//! A picture's places some apart, zeros between: what a convolution of a stride sees on its way back.

use crate::Var;
use crate::caps::Caps;
use crate::launch::{Launch, Slot};
use crate::op::{Case, FLAT, Gpu, Op, OpRow, Operand, channels, count, flat_groups, flat_kernel};
use candle_core::{Result, Tensor};

pub(in crate::op) const ROW: OpRow = OpRow { name: "spread", tolerance: 0.0, reason: "copies", cases };

/// Operand: `[batch, h, w, channels]`; result `[batch, (h − 1) · stride + 1, (w − 1) · stride + 1, channels]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spread {
    /// Places from one to the next.
    pub stride: usize,
}

impl Op for Spread {
    fn name(&self) -> &'static str {
        "spread"
    }

    fn shape(&self, operands: &[&[usize]]) -> std::result::Result<Vec<usize>, String> {
        let side = |n: usize| (n - 1) * self.stride + 1;
        match operands {
            [[batch, h, w, c]] if *h > 0 && *w > 0 && self.stride > 0 => Ok(vec![*batch, side(*h), side(*w), *c]),
            _ => Err(format!("a picture of four dimensions is needed, got {operands:?}")),
        }
    }

    fn cpu(&self, operands: &[Tensor]) -> Result<Tensor> {
        let (batch, h, w, c) = operands[0].dims4()?;
        // Zeros after each row and column, and those after the last left out again.
        let rows =
            operands[0].reshape((batch, h, 1, w, 1, c))?.pad_with_zeros(2, 0, self.stride - 1)?.pad_with_zeros(4, 0, self.stride - 1)?;
        let all = rows.reshape((batch, h * self.stride, w * self.stride, c))?;
        all.narrow(1, 0, (h - 1) * self.stride + 1)?.narrow(2, 0, (w - 1) * self.stride + 1)?.contiguous()
    }

    fn gpu(&self, operands: &[Operand], result: &[usize], _: &Caps, _: &str) -> std::result::Result<Gpu, String> {
        let (from, n) = (operands[0].shape, count(result));
        let params = vec![
            ("n", n.into()),
            ("channels", channels(result).into()),
            ("height", result[1].into()),
            ("width", result[2].into()),
            ("from_height", from[1].into()),
            ("from_width", from[2].into()),
            ("stride", self.stride.into()),
        ];
        let slots = vec![Slot::operand(0), Slot::Output];
        let launch = Launch { kernel: flat_kernel("spread"), slots, params, groups: flat_groups(n, FLAT), flops: 0 };
        Ok(Gpu { launches: vec![launch], scratch: vec![] })
    }
}

impl<'g> Var<'g> {
    /// Zeros between places. See [`Spread`].
    pub fn spread(self, stride: usize) -> Var<'g> {
        self.graph().apply(Spread { stride }, &[self], "")
    }
}

fn cases() -> Vec<Case> {
    [([1, 1, 1, 1], 2), ([2, 3, 5, 7], 2), ([1, 4, 3, 8], 3), ([1, 8, 8, 64], 2)]
        .into_iter()
        .map(|(x, stride)| Case::new(format!("{x:?} by {stride}")).input("x", &x).build(move |_, i| i[0].spread(stride)))
        .collect()
}
