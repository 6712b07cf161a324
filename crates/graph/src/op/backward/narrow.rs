//! Some neighbouring channels of a value: the way back from [`super::super::Concat`].

use crate::Var;
use crate::caps::Caps;
use crate::choice::Candidate;
use crate::launch::{Launch, Slot};
use crate::lowering::{KernelCall, Lowering, unit_rows};
use crate::op::{Case, FLAT, Gpu, Op, OpRow, Operand, channels, count, flat_groups, flat_kernel, rows};
use candle_core::{D, Result, Tensor};
use decant_kernels::{CopyRows, Kernel as Compute, Set};

pub(in crate::op) const ROW: OpRow = OpRow { name: "narrow", tolerance: 0.0, reason: "copies", cases };

/// Operand: `[…, channels]`; result `[…, width]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Narrow {
    /// The first channel.
    pub first: usize,
    /// How many.
    pub width: usize,
}

impl Op for Narrow {
    fn name(&self) -> &'static str {
        "narrow"
    }

    fn shape(&self, operands: &[&[usize]]) -> std::result::Result<Vec<usize>, String> {
        match operands {
            [[places @ .., c]] if self.first + self.width <= *c => Ok([places, &[self.width]].concat()),
            _ => Err(format!("{operands:?} have no channels {} to {}", self.first, self.first + self.width)),
        }
    }

    fn cpu(&self, operands: &[Tensor]) -> Result<Tensor> {
        operands[0].narrow(D::Minus1, self.first, self.width)?.contiguous()
    }

    fn gpu(&self, operands: &[Operand], result: &[usize], _: &Caps, _: &str) -> std::result::Result<Gpu, String> {
        let (n, c) = (count(result), channels(operands[0].shape));
        let params = vec![("n", n.into()), ("width", self.width.into()), ("channels", c.into()), ("first", self.first.into())];
        let slots = vec![Slot::operand(0), Slot::Output];
        let launch = Launch { kernel: flat_kernel("narrow"), slots, params, groups: flat_groups(n, FLAT), flops: 0 };
        Ok(Gpu { launches: vec![launch], scratch: vec![] })
    }

    fn kernels(&self, operands: &[Operand], result: &[usize], _: Set) -> Vec<Candidate<Lowering>> {
        let (places, all, width) = (rows(result) as u32, channels(operands[0].shape) as u32, self.width as u32);
        // The kernel moves the result's place, not the operand's: so it begins `first` channels into the operand's first row.
        if self.first > 0 {
            return vec![];
        }
        let p = CopyRows { counts: [1, 1, places], from: [0, 0, all], to: [0, 0, width], first: 0, width, unit: unit_rows(self.width) };
        let call = KernelCall::new(Compute::CopyRows, vec![Slot::operand(0), Slot::Output], &p, p.units());
        vec![Candidate::always("rows", Lowering::one(call))]
    }
}

impl<'g> Var<'g> {
    /// So many channels from that one. See [`Narrow`].
    pub fn narrow(self, first: usize, width: usize) -> Var<'g> {
        self.graph().apply(Narrow { first, width }, &[self], "")
    }
}

fn cases() -> Vec<Case> {
    [(&[1, 1][..], 0, 1), (&[2, 3, 5], 1, 3), (&[1, 8, 8, 64], 32, 32), (&[17, 9], 0, 4)]
        .into_iter()
        .map(|(x, first, width)| {
            Case::new(format!("{width} from {first} of {x:?}")).input("x", x).build(move |_, i| i[0].narrow(first, width))
        })
        .collect()
}
