//! `softmax(q·kᵀ/√d) · v` for each head (Vaswani et al. 2017), a tile of keys at a time with a running maximum and sum, so that the score
//! matrix never exists (Milakov & Gimelshein 2018; Dao et al. 2022). Heads stay interleaved in the channels: no transposes.

pub(super) mod on_gpu;

use super::{AttentionBackward, AttentionOperand, Case, Gpu, Op, OpRow, Operand, channels, product};
use crate::Var;
use crate::backward::{Backward, Differentiable};
use crate::caps::Caps;
use crate::choice::Candidate;
use crate::launch::Slot;
use crate::lowering::{KernelCall, Lowering};
use candle_core::{D, DType, Result, Tensor};
use decant_kernels::{Kernel as Compute, Set, Tile as CpuTile};

pub(super) const ROW: OpRow = OpRow {
    name: "attention",
    tolerance: 4e-6,
    reason: "sums of up to 4096 weights, each from exp (3 + 2|x| units in the last place) of a sum of d products",
    cases,
};

/// Operands: q `[batch, tokens, heads·d]`, k and v `[batch, keys, heads·d]`; result as q.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attention {
    /// How many.
    pub heads: usize,
    /// Whether token i sees keys 0..=i only.
    pub causal: bool,
}

/// Queries on which the CPU works at a time: bounds its score matrix to 1024 × keys per head and batch entry.
const CPU_QUERIES: usize = 1024;

impl Op for Attention {
    fn name(&self) -> &'static str {
        "attention"
    }

    fn shape(&self, operands: &[&[usize]]) -> std::result::Result<Vec<usize>, String> {
        let [q @ [batch, tokens, wide], k @ [kb, keys, kw], v] = operands else {
            return Err("q, k and v of three dimensions are needed".into());
        };
        let fits = k == v && batch == kb && wide == kw && self.heads > 0 && wide.is_multiple_of(self.heads);
        if !fits || (self.causal && tokens != keys) {
            let causal = if self.causal { ", causal" } else { "" };
            return Err(format!("q {q:?}, k {k:?} and v {v:?} do not fit {} heads{causal}", self.heads));
        }
        Ok(q.to_vec())
    }

    fn cpu(&self, operands: &[Tensor]) -> Result<Tensor> {
        let split = |x: &Tensor| {
            let (batch, tokens, wide) = x.dims3()?;
            x.reshape((batch, tokens, self.heads, wide / self.heads))?.transpose(1, 2)?.contiguous() // [B, heads, T, d]
        };
        let (q, k, v) = (split(&operands[0])?, split(&operands[1])?, split(&operands[2])?);
        let (tokens, keys) = (q.dim(2)?, k.dim(2)?);
        let (k, scale) = (k.t()?.contiguous()?, 1.0 / (q.dim(3)? as f64).sqrt());
        let mut parts = vec![];
        for start in (0..tokens).step_by(CPU_QUERIES) {
            let count = CPU_QUERIES.min(tokens - start);
            let mut scores = (q.narrow(2, start, count)?.contiguous()?.matmul(&k)? * scale)?;
            if self.causal {
                scores = scores.broadcast_add(&causal_mask(start, count, keys, scores.dtype())?)?;
            }
            let weights = scores.broadcast_sub(&scores.max_keepdim(D::Minus1)?)?.exp()?;
            let sum = weights.sum_keepdim(D::Minus1)?;
            parts.push(weights.matmul(&v)?.broadcast_div(&sum)?);
        }
        Tensor::cat(&parts, 2)?.transpose(1, 2)?.contiguous()?.reshape(operands[0].shape())
    }

    /// Scores, their exponentials and one copy on the way.
    fn cpu_scratch(&self, operands: &[&[usize]]) -> u64 {
        let (q, keys) = (operands[0], operands[1][1]);
        4 * 3 * product(&[q[0], self.heads, q[1].min(CPU_QUERIES), keys]) + 4 * 4 * product(q)
    }

    fn ways(&self, _: &[Operand], result: &[usize], caps: &Caps) -> Vec<Candidate> {
        on_gpu::ways(channels(result) / self.heads, caps)
    }

    fn gpu(&self, operands: &[Operand], result: &[usize], caps: &Caps, way: &str) -> std::result::Result<Gpu, String> {
        let (batch, tokens, d) = (result[0], result[1], channels(result) / self.heads);
        let keys = operands[1].shape[1];
        on_gpu::Work { batch, tokens, keys, heads: self.heads, d, causal: self.causal }.by(way, caps)
    }

    fn class(&self, _: &[Operand], result: &[usize]) -> Option<String> {
        Some(format!("attention {}", channels(result) / self.heads))
    }

    fn kernels(&self, operands: &[Operand], result: &[usize], set: Set) -> Vec<Candidate<Lowering>> {
        let tile = set.tile();
        let p = on_cpu([result[0], result[1], operands[1].shape[1], channels(result)], self.heads, self.causal, tile);
        let pack = KernelCall::new(Compute::AttentionPack, vec![Slot::operand(1), Slot::operand(2), Slot::Scratch(0)], &p, p.pack_units());
        let rest = KernelCall::new(Compute::Attention, vec![Slot::operand(0), Slot::Scratch(0), Slot::Output], &p, p.units());
        let calls = vec![pack, rest.with_scratch(p.scratch(tile))];
        vec![Candidate::always("blocks of queries", Lowering { calls, scratch: vec![p.packed(tile)] })]
    }
}

impl Differentiable for Attention {
    fn vjp<'g>(&self, call: &Backward<'g, '_>) -> Vec<Option<Var<'g>>> {
        let [q, k, v] = call.operands else { return vec![] };
        let to = |at| [AttentionOperand::Queries, AttentionOperand::Keys, AttentionOperand::Values][at];
        let back = |at| AttentionBackward { heads: self.heads, causal: self.causal, to: to(at) };
        call.each(|at| Some(call.cotangent.attention_backward([*q, *k, *v], back(at))))
    }
}

/// A CPU's parameters; shape: batch, tokens, keys, channels of all heads.
pub(super) fn on_cpu([batch, tokens, keys, channels]: [usize; 4], heads: usize, causal: bool, tile: CpuTile) -> decant_kernels::Attention {
    decant_kernels::Attention {
        batch: batch as u32,
        tokens: tokens as u32,
        keys: keys as u32,
        heads: heads as u32,
        d: (channels / heads) as u32,
        causal: causal as u32,
        unit_keys: (UNIT_PANELS * tile.panel()) as u32,
        unit_queries: (tile.rows * (UNIT_SCORES / (tile.rows * keys)).clamp(1, UNIT_TILES)) as u32,
        values: 1,
    }
}

/// Panels of keys that a CPU packs at a time.
const UNIT_PANELS: usize = 16;
/// Scores that a CPU holds at a time: half a megabyte.
const UNIT_SCORES: usize = 1 << 17;
/// The most register tiles of queries that meet a panel of keys while it is in the cache.
const UNIT_TILES: usize = 4;

/// 0 where query `start + i` may see key j, minus infinity elsewhere: `[count, keys]`.
fn causal_mask(start: usize, count: usize, keys: usize, dtype: DType) -> Result<Tensor> {
    let mask: Vec<f32> = (0..count * keys).map(|i| if i % keys > start + i / keys { f32::NEG_INFINITY } else { 0.0 }).collect();
    Tensor::from_vec(mask, (count, keys), &candle_core::Device::Cpu)?.to_dtype(dtype)
}

impl<'g> Var<'g> {
    /// `softmax(self·kᵀ/√d)·v` per head. See [`Attention`].
    pub fn attention(self, k: Var<'g>, v: Var<'g>, heads: usize, causal: bool) -> Var<'g> {
        self.graph().apply(Attention { heads, causal }, &[self, k, v], "")
    }
}

fn cases() -> Vec<Case> {
    let small = [
        ([1, 1, 1], 1, 1, false),
        ([2, 7, 15], 3, 11, false),
        ([1, 77, 64], 2, 77, true),
        ([1, 33, 20], 5, 33, true),
        ([2, 60, 80], 2, 77, false),
        ([1, 65, 48], 3, 66, false),
        ([2, 70, 40], 2, 129, false),
        ([1, 131, 96], 2, 7, false),
        ([2, 131, 30], 3, 71, false),
        ([1, 65, 20], 2, 65, true),
        ([2, 131, 80], 2, 131, true),
        ([1, 77, 128], 2, 77, true),
        ([1, 150, 64], 1, 33, false),
        ([2, 65, 160], 2, 77, false),
        ([1, 40, 320], 2, 3, false),
        ([1, 37, 320], 2, 41, false),
        ([1, 19, 512], 1, 19, false),
        ([1, 64, 260], 1, 65, false),
    ];
    let real = [([1, 4096, 320], 8, 4096, false), ([1, 4096, 320], 8, 77, false), ([1, 1024, 640], 8, 1024, false)];
    let mut cases: Vec<Case> = small.into_iter().map(|(q, h, k, c)| attention_case(q, h, k, c)).collect();
    cases.extend(real.into_iter().map(|(q, h, k, c)| attention_case(q, h, k, c).real()));
    cases
}

fn attention_case(q: [usize; 3], heads: usize, keys: usize, causal: bool) -> Case {
    let kv = [q[0], keys, q[2]];
    let name = format!("{q:?} {heads} heads {keys} keys{}", if causal { " causal" } else { "" });
    Case::new(name).input("q", &q).input("k", &kv).input("v", &kv).build(move |_, i| i[0].attention(i[1], i[2], heads, causal))
}
