//! Where attention looks: `softmax(q·kᵀ/√d)` itself, the mean over heads. [`super::Attention`] is this times `v` and never holds it; this is
//! for looking at, and is in a program only where somebody does.

use super::attention::on_cpu;
use super::{Case, Gpu, Op, OpRow, Operand, channels, flat_groups, product, rows};
use crate::Var;
use crate::caps::Caps;
use crate::choice::Candidate;
use crate::launch::{Kernel, Launch, Slot};
use crate::lowering::{KernelCall, Lowering};
use candle_core::{D, Result, Tensor};
use decant_kernels::{Kernel as Compute, Set};

pub(super) const ROW: OpRow =
    OpRow { name: "attention_weights", tolerance: 4e-6, reason: "as for attention: exp of a sum of d products, over a sum of such", cases };

/// Operands: q `[batch, tokens, heads·d]`, k `[batch, keys, heads·d]`; result `[batch, tokens, keys]`, of which each row sums to 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AttentionWeights {
    /// How many.
    pub heads: usize,
}

impl Op for AttentionWeights {
    fn name(&self) -> &'static str {
        "attention_weights"
    }

    fn shape(&self, operands: &[&[usize]]) -> std::result::Result<Vec<usize>, String> {
        match operands {
            [[batch, tokens, wide], [kb, keys, kw]] if batch == kb && wide == kw && self.heads > 0 && wide.is_multiple_of(self.heads) => {
                Ok(vec![*batch, *tokens, *keys])
            }
            _ => Err(format!("q and k {operands:?} do not fit {} heads", self.heads)),
        }
    }

    fn cpu(&self, operands: &[Tensor]) -> Result<Tensor> {
        let split = |x: &Tensor| {
            let (batch, tokens, wide) = x.dims3()?;
            x.reshape((batch, tokens, self.heads, wide / self.heads))?.transpose(1, 2)?.contiguous() // [B, heads, T, d]
        };
        let (q, k) = (split(&operands[0])?, split(&operands[1])?);
        let scale = 1.0 / (q.dim(3)? as f64).sqrt();
        let scores = (q.matmul(&k.t()?.contiguous()?)? * scale)?;
        let weights = scores.broadcast_sub(&scores.max_keepdim(D::Minus1)?)?.exp()?;
        weights.broadcast_div(&weights.sum_keepdim(D::Minus1)?)?.mean(1)
    }

    /// Scores, their exponentials and one copy on the way.
    fn cpu_scratch(&self, operands: &[&[usize]]) -> u64 {
        let (q, k) = (operands[0], operands[1]);
        4 * (3 * product(&[q[0], self.heads, q[1], k[1]]) + product(q) + 2 * product(k))
    }

    fn gpu(&self, operands: &[Operand], result: &[usize], _: &Caps, _: &str) -> std::result::Result<Gpu, String> {
        let (tokens, keys, d) = (result[1], result[2], channels(operands[0].shape) / self.heads);
        let rows = rows(result);
        let launch = Launch {
            kernel: Kernel::new("attention_weights"),
            slots: vec![Slot::operand(0), Slot::operand(1), Slot::Output],
            params: vec![
                ("rows", rows.into()),
                ("tokens", tokens.into()),
                ("keys", keys.into()),
                ("heads", self.heads.into()),
                ("d", d.into()),
                ("scale", (1.0 / (d as f32).sqrt()).into()),
                ("share", (1.0 / self.heads as f32).into()),
            ],
            groups: flat_groups(rows, 1),
            // Scores are counted twice: once for their sum, once for their shares.
            flops: 4 * product(&[rows, self.heads, keys, d]),
        };
        Ok(Gpu { launches: vec![launch], scratch: vec![] })
    }

    fn kernels(&self, operands: &[Operand], result: &[usize], set: Set) -> Vec<Candidate<Lowering>> {
        let (tile, q) = (set.tile(), operands[0].shape);
        let all = on_cpu([q[0], q[1], result[2], channels(q)], self.heads, false, tile);
        let p = decant_kernels::Attention { values: 0, ..all };
        let pack = KernelCall::new(Compute::AttentionPack, vec![Slot::operand(1), Slot::operand(1), Slot::Scratch(0)], &p, p.pack_units());
        let slots = vec![Slot::operand(0), Slot::Scratch(0), Slot::Output];
        let weigh = KernelCall::new(Compute::AttentionWeights, slots, &p, p.weights_units()).with_scratch(p.scratch(tile));
        vec![Candidate::always("blocks of queries", Lowering { calls: vec![pack, weigh], scratch: vec![p.packed(tile)] })]
    }
}

impl<'g> Var<'g> {
    /// `softmax(self·kᵀ/√d)`, the mean over heads: what [`Var::attention`] weighs its values with. See [`AttentionWeights`].
    pub fn attention_weights(self, k: Var<'g>, heads: usize) -> Var<'g> {
        self.graph().apply(AttentionWeights { heads }, &[self, k], "")
    }
}

fn cases() -> Vec<Case> {
    let small =
        [([1, 1, 1], 1, 1), ([2, 7, 15], 3, 11), ([1, 16, 192], 4, 77), ([2, 60, 80], 2, 77), ([1, 37, 330], 1, 131), ([3, 5, 64], 8, 64)];
    let real = [([1, 4096, 320], 8, 77), ([1, 1024, 640], 8, 231)];
    let mut cases: Vec<Case> = small.into_iter().map(|(q, heads, keys)| case(q, heads, keys)).collect();
    cases.extend(real.into_iter().map(|(q, heads, keys)| case(q, heads, keys).real()));
    cases
}

fn case(q: [usize; 3], heads: usize, keys: usize) -> Case {
    let case = Case::new(format!("{q:?} {heads} heads {keys} keys")).input("q", &q).input("k", &[q[0], keys, q[2]]);
    case.build(move |_, i| i[0].attention_weights(i[1], heads))
}
