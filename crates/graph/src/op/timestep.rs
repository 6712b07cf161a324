//! `[cos(t·f), sin(t·f)]` with `f_i = 10000^(−i / (half − shift))` (Vaswani et al. 2017 §3.5; diffusers' `get_timestep_embedding`).
//!
//! WGSL promises little of `sin` outside ±π and little of `exp` far from 0: the frequencies come from here, in f64 rounded once, and the
//! kernel reduces the angle itself.

use super::{Case, FLAT, Gpu, Op, OpRow, Operand, channels, count, flat_groups, flat_kernel};
use crate::Var;
use crate::caps::Caps;
use crate::choice::Candidate;
use crate::launch::{Launch, Slot};
use crate::lowering::{KernelCall, Lowering};
use candle_core::{D, Device, Result, Tensor};
use decant_kernels::{Kernel as Compute, Set, Words};

pub(super) const ROW: OpRow = OpRow {
    name: "timestep_embedding",
    tolerance: 4e-5,
    reason: "t·f near 1000 is rounded to 6e-5 in f32 before its sine is taken, here as in diffusers",
    cases,
};

/// The most frequencies that the kernel's uniform holds.
const MOST: usize = 1024;

/// Operand: timesteps `[batch]`; result `[batch, channels]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimestepEmbedding {
    /// An even number: sines and cosines.
    pub channels: usize,
    /// Cosines first (Stable Diffusion) or sines first.
    pub flip_sin_to_cos: bool,
    /// diffusers' `freq_shift`, 0 or 1.
    pub shift: usize,
}

impl TimestepEmbedding {
    fn frequencies(&self) -> Vec<f32> {
        let half = self.channels / 2;
        (0..half).map(|i| (-(10_000f64.ln()) * i as f64 / (half - self.shift) as f64).exp() as f32).collect()
    }
}

impl Op for TimestepEmbedding {
    fn name(&self) -> &'static str {
        "timestep_embedding"
    }

    fn shape(&self, operands: &[&[usize]]) -> std::result::Result<Vec<usize>, String> {
        let half = self.channels / 2;
        if !self.channels.is_multiple_of(2) || half <= self.shift || half > MOST {
            return Err(format!("{} channels; an even number from {} to {} is needed", self.channels, 2 + 2 * self.shift, 2 * MOST));
        }
        match operands {
            [[batch]] => Ok(vec![*batch, self.channels]),
            _ => Err(format!("timesteps must be one number per batch entry, got shape {:?}", operands[0])),
        }
    }

    fn cpu(&self, operands: &[Tensor]) -> Result<Tensor> {
        let t = &operands[0];
        let f = Tensor::new(self.frequencies(), &Device::Cpu)?.to_dtype(t.dtype())?;
        let angle = t.unsqueeze(1)?.broadcast_mul(&f.unsqueeze(0)?)?;
        let (sin, cos) = (angle.sin()?, angle.cos()?);
        if self.flip_sin_to_cos { Tensor::cat(&[cos, sin], D::Minus1) } else { Tensor::cat(&[sin, cos], D::Minus1) }
    }

    fn gpu(&self, _: &[Operand], result: &[usize], _: &Caps, _: &str) -> std::result::Result<Gpu, String> {
        let n = count(result);
        let mut frequencies = self.frequencies();
        frequencies.resize(MOST, 0.0);
        let launch = Launch {
            kernel: flat_kernel("timestep"),
            slots: vec![Slot::operand(0), Slot::Output],
            params: vec![
                ("n", n.into()),
                ("half", (channels(result) / 2).into()),
                ("flip", self.flip_sin_to_cos.into()),
                ("unused", 0u32.into()),
                ("frequencies", frequencies.into()),
            ],
            groups: flat_groups(n, FLAT),
            flops: 8 * n as u64,
        };
        Ok(Gpu { launches: vec![launch], scratch: vec![] })
    }

    fn kernels(&self, _: &[Operand], result: &[usize], _: Set) -> Vec<Candidate<Lowering>> {
        let (batch, half) = (result[0] as u32, (channels(result) / 2) as u32);
        let p = decant_kernels::Timestep { batch, half, cosines_first: self.flip_sin_to_cos as u32 };
        let params = p.words().iter().copied().chain(self.frequencies().iter().map(|f| f.to_bits())).collect();
        let slots = vec![Slot::operand(0), Slot::Output];
        let call = KernelCall { kernel: Compute::Timestep, slots, params, units: batch, scratch: 0 };
        vec![Candidate::always("circle", Lowering::one(call))]
    }
}

impl<'g> Var<'g> {
    /// Timesteps `[batch]` as sines and cosines. See [`TimestepEmbedding`].
    pub fn timestep_embedding(self, op: TimestepEmbedding) -> Var<'g> {
        self.graph().apply(op, &[self], "")
    }
}

fn cases() -> Vec<Case> {
    [(1, 2, true, 0), (2, 320, true, 0), (3, 34, false, 1), (5, 1280, false, 0)]
        .into_iter()
        .map(|(batch, channels, flip_sin_to_cos, shift)| {
            let op = TimestepEmbedding { channels, flip_sin_to_cos, shift };
            let case = Case::new(format!("{batch}x{channels} flip {flip_sin_to_cos} shift {shift}"));
            case.timesteps("t", batch).build(move |_, i| i[0].timestep_embedding(op))
        })
        .collect()
}
