//! Two values side by side in their channels: the UNet's skip connections.

use super::{Case, FLAT, Gpu, Op, OpRow, Operand, channels, count, flat_groups, flat_kernel, rows};
use crate::Var;
use crate::caps::Caps;
use crate::choice::Candidate;
use crate::launch::{Launch, Slot};
use crate::lowering::{KernelCall, Lowering, unit_rows};
use candle_core::{D, Result, Tensor};
use decant_kernels::{CopyRows, Kernel as Compute, Set};

pub(super) const ROW: OpRow = OpRow { name: "concat", tolerance: 0.0, reason: "copies", cases };

/// Operands: two or more `[…, channels_i]`; result `[…, Σ channels_i]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Concat;

impl Op for Concat {
    fn name(&self) -> &'static str {
        "concat"
    }

    fn shape(&self, operands: &[&[usize]]) -> std::result::Result<Vec<usize>, String> {
        let places = |shape: &[usize]| shape[..shape.len() - 1].to_vec();
        if operands.iter().any(|o| places(o) != places(operands[0])) {
            return Err(format!("{operands:?} differ in more than their channels"));
        }
        let mut result = operands[0].to_vec();
        if let Some(last) = result.last_mut() {
            *last = operands.iter().map(|o| channels(o)).sum();
        }
        Ok(result)
    }

    fn cpu(&self, operands: &[Tensor]) -> Result<Tensor> {
        Tensor::cat(operands, D::Minus1)?.contiguous()
    }

    fn gpu(&self, operands: &[Operand], result: &[usize], _: &Caps, _: &str) -> std::result::Result<Gpu, String> {
        let mut first = 0;
        let launches = operands.iter().enumerate().map(|(i, operand)| {
            let (n, width) = (count(operand.shape), channels(operand.shape));
            let params = vec![("n", n.into()), ("width", width.into()), ("out_width", channels(result).into()), ("first", first.into())];
            first += width;
            Launch {
                kernel: flat_kernel("concat"),
                slots: vec![Slot::operand(i), Slot::Output],
                params,
                groups: flat_groups(n, FLAT),
                flops: 0,
            }
        });
        let launches = launches.collect();
        debug_assert_eq!(rows(result) * first, count(result), "the operands fill the result");
        Ok(Gpu { launches, scratch: vec![] })
    }

    fn kernels(&self, operands: &[Operand], result: &[usize], _: Set) -> Vec<Candidate<Lowering>> {
        let (places, all) = (rows(result) as u32, channels(result) as u32);
        let mut first = 0;
        let calls = operands.iter().enumerate().map(|(i, operand)| {
            let width = channels(operand.shape) as u32;
            let unit = unit_rows(width as usize);
            let p = CopyRows { counts: [1, 1, places], from: [0, 0, width], to: [0, 0, all], first, width, unit };
            first += width;
            KernelCall::new(Compute::CopyRows, vec![Slot::operand(i), Slot::Output], &p, p.units())
        });
        vec![Candidate::always("rows", Lowering { calls: calls.collect(), scratch: vec![] })]
    }
}

impl<'g> Var<'g> {
    /// Side by side in the channels.
    pub fn concat(self, other: Var<'g>) -> Var<'g> {
        self.graph().apply(Concat, &[self, other], "")
    }
}

fn cases() -> Vec<Case> {
    let pairs: [(&[usize], &[usize]); 4] =
        [(&[1, 1], &[1, 1]), (&[2, 3, 5], &[2, 3, 7]), (&[1, 8, 8, 64], &[1, 8, 8, 32]), (&[2, 17, 1], &[2, 17, 4])];
    let case = |(a, b): (&'static [usize], &'static [usize])| {
        Case::new(format!("{a:?} and {b:?}")).input("a", a).input("b", b).build(|_, i| i[0].concat(i[1]))
    };
    pairs.into_iter().map(case).collect()
}
