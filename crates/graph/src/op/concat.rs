//! Two values side by side in their channels: the UNet's skip connections.

use super::{Case, Gpu, Op, OpRow, Operand, channels, count, flat_groups, rows};
use crate::launch::{Kernel, Launch, Slot};
use candle_core::{D, Result, Tensor};

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

    fn gpu(&self, operands: &[Operand], result: &[usize]) -> std::result::Result<Gpu, String> {
        let mut first = 0;
        let launches = operands.iter().enumerate().map(|(i, operand)| {
            let (n, width) = (count(operand.shape), channels(operand.shape));
            let params = [n, width, channels(result), first].map(|v| v as u32).to_vec();
            first += width;
            Launch {
                kernel: Kernel { file: "concat", imports: vec![], constants: vec![] },
                slots: vec![Slot::operand(i), Slot::Output],
                params,
                groups: flat_groups(n, 256),
                flops: 0,
            }
        });
        let launches = launches.collect();
        debug_assert_eq!(rows(result) * first, count(result), "the operands fill the result");
        Ok(Gpu { launches, scratch: vec![] })
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
