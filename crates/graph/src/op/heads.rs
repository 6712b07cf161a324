//! `y[b, j, i, c] = x[b, i, j, c]`: splits heads (`[batch, tokens, heads, d]` to `[batch, heads, tokens, d]`) and merges them again.
//! Attention itself does not need it; looking at a single head does.

use super::{Case, Gpu, Op, OpRow, Operand, count, flat_groups};
use crate::choice::Candidate;
use crate::launch::{Kernel, Launch, Slot};
use crate::lowering::{KernelCall, Lowering, unit_rows};
use candle_core::{Result, Tensor};
use decant_kernels::{CopyRows, Kernel as Compute, Set};

pub(super) const ROW: OpRow = OpRow { name: "swap_middle", tolerance: 0.0, reason: "copies", cases };

/// Operand: `[batch, i, j, channels]`; result `[batch, j, i, channels]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SwapMiddle;

impl Op for SwapMiddle {
    fn name(&self) -> &'static str {
        "swap_middle"
    }

    fn shape(&self, operands: &[&[usize]]) -> std::result::Result<Vec<usize>, String> {
        match operands {
            [[batch, i, j, c]] => Ok(vec![*batch, *j, *i, *c]),
            _ => Err(format!("four dimensions are needed, got {operands:?}")),
        }
    }

    fn cpu(&self, operands: &[Tensor]) -> Result<Tensor> {
        operands[0].transpose(1, 2)?.contiguous()
    }

    fn gpu(&self, _: &[Operand], result: &[usize]) -> std::result::Result<Gpu, String> {
        let n = count(result);
        let launch = Launch {
            kernel: Kernel { file: "swap_middle", imports: vec![], constants: vec![] },
            slots: vec![Slot::operand(0), Slot::Output],
            params: [n, result[1], result[2], result[3]].map(|v| v as u32).to_vec(),
            groups: flat_groups(n, 256),
            flops: 0,
        };
        Ok(Gpu { launches: vec![launch], scratch: vec![] })
    }

    fn kernels(&self, _: &[Operand], result: &[usize], _: Set) -> Vec<Candidate<Lowering>> {
        let [batch, j, i, c] = [result[0], result[1], result[2], result[3]].map(|n| n as u32);
        let unit = unit_rows(c as usize);
        let p = CopyRows { counts: [batch, j, i], from: [i * j * c, c, j * c], to: [i * j * c, i * c, c], first: 0, width: c, unit };
        let call = KernelCall::new(Compute::CopyRows, vec![Slot::operand(0), Slot::Output], &p, p.units());
        vec![Candidate::always("rows", Lowering::one(call))]
    }
}

fn cases() -> Vec<Case> {
    let mut cases: Vec<Case> = [[1, 77, 8, 40], [2, 7, 3, 5]]
        .into_iter()
        .map(|[b, t, h, d]| {
            let case = Case::new(format!("split {t} tokens into {h} heads of {d}")).input("x", &[b, t, h * d]);
            case.build(move |_, i| i[0].split_heads(h))
        })
        .collect();
    cases.push(Case::new("merge 3 heads of 5").input("x", &[2, 3, 7, 5]).build(|_, i| i[0].merge_heads()));
    cases
}
