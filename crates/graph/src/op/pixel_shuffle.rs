//! `y[b, y·r + dy, x·r + dx, c] = x[b, y, x, c·r² + dy·r + dx]`: PyTorch's `nn.PixelShuffle` on channels-last pictures (Shi et al. 2016,
//! “Real-Time Single Image and Video Super-Resolution Using an Efficient Sub-Pixel Convolutional Neural Network”).

use super::{Case, FLAT, Gpu, Op, OpRow, Operand, channels, count, flat_groups, flat_kernel};
use crate::Var;
use crate::caps::Caps;
use crate::choice::Candidate;
use crate::launch::{Launch, Slot};
use crate::lowering::{KernelCall, Lowering};
use candle_core::{Result, Tensor};
use decant_kernels::{Kernel as Compute, Set};

pub(super) const ROW: OpRow = OpRow { name: "pixel_shuffle", tolerance: 0.0, reason: "copies", cases };

/// Operand: `[batch, h, w, channels · factor²]`; result `[batch, h · factor, w · factor, channels]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PixelShuffle {
    /// How many times as many places there are each way.
    pub factor: usize,
}

impl Op for PixelShuffle {
    fn name(&self) -> &'static str {
        "pixel_shuffle"
    }

    fn shape(&self, operands: &[&[usize]]) -> std::result::Result<Vec<usize>, String> {
        let square = self.factor * self.factor;
        match operands {
            [[batch, h, w, c]] if square > 0 && c.is_multiple_of(square) => Ok(vec![*batch, h * self.factor, w * self.factor, c / square]),
            _ => Err(format!("a picture whose channels are a multiple of {square} is needed, got {operands:?}")),
        }
    }

    fn cpu(&self, operands: &[Tensor]) -> Result<Tensor> {
        let ((b, h, w, c), r) = (operands[0].dims4()?, self.factor);
        let parts = operands[0].reshape(&[b, h, w, c / (r * r), r, r][..])?; // [b, y, x, c, dy, dx]
        parts.permute(vec![0, 1, 4, 2, 5, 3])?.contiguous()?.reshape((b, h * r, w * r, c / (r * r)))
    }

    fn gpu(&self, _: &[Operand], result: &[usize], _: &Caps, _: &str) -> std::result::Result<Gpu, String> {
        let n = count(result);
        let launch = Launch {
            kernel: flat_kernel("pixel_shuffle"),
            slots: vec![Slot::operand(0), Slot::Output],
            params: vec![
                ("n", n.into()),
                ("height", result[1].into()),
                ("width", result[2].into()),
                ("channels", result[3].into()),
                ("factor", self.factor.into()),
            ],
            groups: flat_groups(n, FLAT),
            flops: 0,
        };
        Ok(Gpu { launches: vec![launch], scratch: vec![] })
    }

    fn kernels(&self, operands: &[Operand], result: &[usize], _: Set) -> Vec<Candidate<Lowering>> {
        let from = operands[0].shape;
        let (sides, factor) = ([from[1] as u32, from[2] as u32], self.factor as u32);
        let p = decant_kernels::PixelShuffle { batch: from[0] as u32, from: sides, factor, channels: channels(result) as u32 };
        let call = KernelCall::new(Compute::PixelShuffle, vec![Slot::operand(0), Slot::Output], &p, p.units());
        vec![Candidate::always("places", Lowering::one(call))]
    }
}

impl<'g> Var<'g> {
    /// Channels laid out as places, `factor` times as many each way. See [`PixelShuffle`].
    pub fn pixel_shuffle(self, factor: usize) -> Var<'g> {
        self.graph().apply(PixelShuffle { factor }, &[self], "")
    }
}

fn cases() -> Vec<Case> {
    [([1, 1, 1, 4], 2), ([2, 3, 5, 12], 2), ([1, 7, 11, 48], 4), ([1, 5, 3, 27], 3), ([1, 2, 3, 7], 1), ([1, 64, 64, 12], 2)]
        .into_iter()
        .map(|(x, factor)| Case::new(format!("{x:?} by {factor}")).input("x", &x).build(move |_, i| i[0].pixel_shuffle(factor)))
        .collect()
}
