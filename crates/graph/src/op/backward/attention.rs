//! The ways back through attention to queries, keys and values. Nothing of the way there is kept: scores are worked out once more, each
//! query's largest and sum in a pass of their own (Dao et al. 2022, *FlashAttention*, algorithm 4).
//!
//! With `P` the weights, `dP = dy · vᵀ` and `D = Σ P ∘ dP` for each query: `dS = P ∘ (dP − D) / √d`; then `dq = dS · k`, `dk = dSᵀ · q`,
//! `dv = Pᵀ · dy`.

use crate::Var;
use crate::caps::Caps;
use crate::launch::{Kernel, Launch, Slot};
use crate::op::{Case, Gpu, Op, OpRow, Operand, channels, flat_groups, product};
use candle_core::{D, DType, Device, Result, Tensor};

pub(in crate::op) const ROW: OpRow = OpRow {
    name: "attention_backward",
    tolerance: 2e-4,
    reason: "scores with outliers are up to 10^3, whose exponentials lose as many digits; and differences of two sums that nearly cancel",
    cases,
};

/// To which operand of [`super::super::Attention`] it is the way back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttentionOperand {
    /// To the queries.
    Queries,
    /// To the keys.
    Keys,
    /// To the values.
    Values,
}

/// Operands: q `[batch, tokens, heads·d]`, k and v `[batch, keys, heads·d]`, the result's cotangent as q; result: the operand's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AttentionBackward {
    /// How many.
    pub heads: usize,
    /// Whether token i sees keys 0..=i only.
    pub causal: bool,
    /// To what.
    pub to: AttentionOperand,
}

/// Channels of the widest head: `attention_backward.wgsl` keeps so many for 64 invocations.
const WIDEST: usize = 1024;

impl Op for AttentionBackward {
    fn name(&self) -> &'static str {
        "attention_backward"
    }

    fn shape(&self, operands: &[&[usize]]) -> std::result::Result<Vec<usize>, String> {
        let [q @ [batch, _, wide], k @ [kb, _, kw], v, dy] = operands else {
            return Err("q, k, v and a cotangent of three dimensions are needed".into());
        };
        if k != v || q != dy || batch != kb || wide != kw || self.heads == 0 || !wide.is_multiple_of(self.heads) {
            return Err(format!("{operands:?} do not fit {} heads", self.heads));
        }
        Ok(if self.to == AttentionOperand::Queries { q.to_vec() } else { k.to_vec() })
    }

    fn cpu(&self, operands: &[Tensor]) -> Result<Tensor> {
        let split = |x: &Tensor| {
            let (batch, tokens, wide) = x.dims3()?;
            x.reshape((batch, tokens, self.heads, wide / self.heads))?.transpose(1, 2)?.contiguous() // [B, heads, T, d]
        };
        let [q, k, v, dy] = [split(&operands[0])?, split(&operands[1])?, split(&operands[2])?, split(&operands[3])?];
        let scale = 1.0 / (q.dim(3)? as f64).sqrt();
        let mut scores = (q.matmul(&k.t()?.contiguous()?)? * scale)?;
        if self.causal {
            scores = scores.broadcast_add(&causal_mask(q.dim(2)?, scores.dtype())?)?;
        }
        let weights = scores.broadcast_sub(&scores.max_keepdim(D::Minus1)?)?.exp()?;
        let weights = weights.broadcast_div(&weights.sum_keepdim(D::Minus1)?)?;
        let by_weight = dy.matmul(&v.t()?.contiguous()?)?;
        let mean = (&weights * &by_weight)?.sum_keepdim(D::Minus1)?;
        let by_score = ((&weights * by_weight.broadcast_sub(&mean)?)? * scale)?;
        let (result, like) = match self.to {
            AttentionOperand::Queries => (by_score.matmul(&k)?, &operands[0]),
            AttentionOperand::Keys => (by_score.t()?.contiguous()?.matmul(&q)?, &operands[1]),
            AttentionOperand::Values => (weights.t()?.contiguous()?.matmul(&dy)?, &operands[1]),
        };
        result.transpose(1, 2)?.contiguous()?.reshape(like.shape())
    }

    fn cpu_scratch(&self, operands: &[&[usize]]) -> u64 {
        4 * 6 * product(&[operands[0][0], self.heads, operands[0][1], operands[1][1]]) + 4 * 8 * product(operands[0])
    }

    fn gpu(&self, operands: &[Operand], _: &[usize], _: &Caps, _: &str) -> std::result::Result<Gpu, String> {
        let (q, keys) = (operands[0].shape, operands[1].shape[1]);
        let (batch, tokens, d) = (q[0], q[1], channels(q) / self.heads);
        if d > WIDEST {
            return Err(format!("heads of {d} channels, {WIDEST} at most"));
        }
        let own = if self.to == AttentionOperand::Queries { tokens } else { keys };
        let params = vec![
            ("tokens", tokens.into()),
            ("keys", keys.into()),
            ("heads", self.heads.into()),
            ("d", d.into()),
            ("scale", (1.0 / (d as f32).sqrt()).into()),
            ("causal", self.causal.into()),
            ("to", (self.to as usize).into()),
            ("rows", (batch * own * self.heads).into()),
        ];
        let mut about = params.clone();
        about[7] = ("rows", (batch * tokens * self.heads).into());
        let reads = |statistics: Slot| [0, 1, 2, 3].map(Slot::operand).into_iter().chain([statistics]).collect::<Vec<Slot>>();
        let work = product(&[batch, self.heads, tokens, keys, d]);
        let statistics = Launch {
            kernel: Kernel::new("attention_statistics"),
            slots: reads(Slot::Scratch(0)),
            params: about,
            groups: flat_groups(batch * tokens * self.heads, 1),
            flops: 4 * work,
        };
        let mut slots = reads(Slot::ReadScratch(0));
        slots.push(Slot::Output);
        let groups = flat_groups(batch * own * self.heads, 1);
        let back = Launch { kernel: Kernel::new("attention_backward"), slots, params, groups, flops: 6 * work };
        Ok(Gpu { launches: vec![statistics, back], scratch: vec![3 * batch * tokens * self.heads] })
    }
}

/// 0 where token i may see key j, minus infinity elsewhere.
fn causal_mask(tokens: usize, dtype: DType) -> Result<Tensor> {
    let mask: Vec<f32> = (0..tokens * tokens).map(|i| if i % tokens > i / tokens { f32::NEG_INFINITY } else { 0.0 }).collect();
    Tensor::from_vec(mask, (tokens, tokens), &Device::Cpu)?.to_dtype(dtype)
}

impl<'g> Var<'g> {
    /// The way back from [`Var::attention`] with these queries, keys and values, to one of them. See [`AttentionBackward`].
    pub fn attention_backward(self, qkv: [Var<'g>; 3], op: AttentionBackward) -> Var<'g> {
        let [q, k, v] = qkv;
        self.graph().apply(op, &[q, k, v, self], "")
    }
}

fn cases() -> Vec<Case> {
    let case = |q: [usize; 3], heads: usize, keys: usize, causal: bool, to: AttentionOperand| {
        let (kv, causes) = ([q[0], keys, q[2]], if causal { " causal" } else { "" });
        let case = Case::new(format!("{q:?} {heads} heads {keys} keys{causes} to {to:?}"));
        let case = case.input("q", &q).input("k", &kv).input("v", &kv).input("dy", &q);
        case.build(move |_, i| i[3].attention_backward([i[0], i[1], i[2]], AttentionBackward { heads, causal, to }))
    };
    let sizes = [
        ([1, 1, 1], 1, 1, false),
        ([2, 7, 15], 3, 11, false),
        ([1, 77, 64], 2, 77, true),
        ([2, 60, 80], 2, 77, false),
        ([1, 131, 96], 2, 7, false),
        ([1, 19, 512], 1, 19, false),
    ];
    let all = [AttentionOperand::Queries, AttentionOperand::Keys, AttentionOperand::Values];
    sizes.into_iter().flat_map(|(q, heads, keys, causal)| all.map(|to| case(q, heads, keys, causal, to))).collect()
}
