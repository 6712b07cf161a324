//! Two values side by side in their channels: the UNet's skip connections.

use super::{Case, FLAT, Gpu, Op, OpRow, Operand, channels, flat_groups, flat_kernel, row_reader, rows};
use crate::Var;
use crate::backward::{Backward, Differentiable};
use crate::caps::Caps;
use crate::choice::Candidate;
use crate::launch::{Launch, Slot};
use crate::lowering::{KernelCall, Lowering, unit_rows};
use candle_core::{D, Result, Tensor};
use decant_kernels::{CopyRows, Kernel as Compute, Set};

pub(super) const ROW: OpRow = OpRow { name: "concat", tolerance: 0.0, reason: "copies", cases };

/// Operands: `[…, a]` and `[…, b]`; result `[…, a + b]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Concat;

impl Op for Concat {
    fn name(&self) -> &'static str {
        "concat"
    }

    fn shape(&self, operands: &[&[usize]]) -> std::result::Result<Vec<usize>, String> {
        let [[a_places @ .., a], [b_places @ .., b]] = operands else {
            return Err(format!("two values with channels are needed, got {operands:?}"));
        };
        if a_places != b_places {
            return Err(format!("{operands:?} differ in more than their channels"));
        }
        Ok([a_places, &[a + b]].concat())
    }

    fn cpu(&self, operands: &[Tensor]) -> Result<Tensor> {
        Tensor::cat(operands, D::Minus1)?.contiguous()
    }

    fn gpu(&self, operands: &[Operand], result: &[usize], _: &Caps, _: &str) -> std::result::Result<Gpu, String> {
        let [a, b] = operands else { return Err(format!("{} operands", operands.len())) };
        let (rows, widths, width) = (rows(result), [channels(a.shape), channels(b.shape)], channels(result));
        // Four at once only where both begin and end with whole fours.
        let reader = if widths.iter().all(|width| row_reader(*width) == "vec4") { "vec4" } else { "scalar" };
        let n4 = rows * width.div_ceil(4);
        let launch = Launch {
            kernel: flat_kernel("concat").with("input", reader).with("output", reader),
            slots: vec![Slot::operand(0), Slot::operand(1), Slot::Output],
            params: vec![("n4", n4.into()), ("a_width", widths[0].into()), ("width", width.into()), ("width4", width.div_ceil(4).into())],
            groups: flat_groups(4 * n4, FLAT),
            flops: 0,
        };
        Ok(Gpu { launches: vec![launch], scratch: vec![] })
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

impl Differentiable for Concat {
    fn vjp<'g>(&self, call: &Backward<'g, '_>) -> Vec<Option<Var<'g>>> {
        let widths: Vec<usize> = call.operands.iter().map(|operand| channels(&operand.shape())).collect();
        call.each(|at| Some(call.cotangent.narrow(if at == 0 { 0 } else { widths[0] }, widths[at])))
    }
}

impl<'g> Var<'g> {
    /// Side by side in the channels.
    pub fn concat(self, other: Var<'g>) -> Var<'g> {
        self.graph().apply(Concat, &[self, other], "")
    }
}

fn cases() -> Vec<Case> {
    let pairs: [(&[usize], &[usize]); 6] = [
        (&[1, 1], &[1, 1]),
        (&[2, 3, 5], &[2, 3, 7]),
        (&[1, 8, 8, 64], &[1, 8, 8, 32]),
        (&[2, 17, 1], &[2, 17, 4]),
        (&[5, 6], &[5, 3]),
        (&[3, 7], &[3, 1]),
    ];
    let case = |(a, b): (&'static [usize], &'static [usize])| {
        Case::new(format!("{a:?} and {b:?}")).input("a", a).input("b", b).build(|_, i| i[0].concat(i[1]))
    };
    pairs.into_iter().map(case).collect()
}
