//! `y = activation((x − mean) / √(variance + ε) · scale + shift)` over each group of channels of each batch entry (Wu & He 2018).
//!
//! Small groups in one launch, a workgroup each. Otherwise three: mean and sum of squared distances of each chunk of rows; all chunks of a group into one factor and summand per channel
//! (Chan et al. 1979); the multiply-add. The first two also serve a picture in bands ([`super::GroupNormStatistics`]).

use super::{Activation, Case, FLAT, Fusion, Gpu, Op, OpRow, Operand, channels, count, flat_groups, row_kernel};
use crate::backward::{Backward, Differentiable};
use crate::caps::Caps;
use crate::choice::Candidate;
use crate::launch::{Kernel, Launch, Slot};
use crate::lowering::{KernelCall, Lowering, UNIT_NUMBERS};
use crate::{Layout, Var, Weights};
use candle_core::{DType, Result, Tensor};
use decant_kernels::{Kernel as Compute, Set, Words};

pub(super) const ROW: OpRow = OpRow {
    name: "group_norm",
    tolerance: 3e-6,
    reason: "the factor and summand form rounds once more than (x − mean) · factor; outliers make mean and x differ by up to 10^2 deviations",
    cases,
};

/// Rows that one workgroup averages.
const CHUNK_ROWS: usize = 256;

/// A group by one workgroup, or its chunks by several.
const WHOLE: &str = "whole";
const PARTS: &str = "parts";
/// Names of both ways.
pub(super) const NAMES: [&str; 2] = [WHOLE, PARTS];
/// The most numbers of a group that one workgroup goes through three times: as long as two launches more would take.
const WHOLE_NUMBERS: usize = 1 << 16;
/// Invocations of that workgroup.
const WHOLE_THREADS: u32 = 256;

/// Operands: x `[batch, …, channels]`, scale `[channels]`, shift `[channels]`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GroupNorm {
    /// How many groups the channels fall into.
    pub groups: usize,
    /// Added to the variance.
    pub epsilon: f32,
    /// Applied last.
    pub activation: Option<Activation>,
}

impl Op for GroupNorm {
    fn name(&self) -> &'static str {
        "group_norm"
    }

    fn shape(&self, operands: &[&[usize]]) -> std::result::Result<Vec<usize>, String> {
        let [x, scale, shift] = operands else {
            return Err("input, weight and bias are needed".into());
        };
        let c = channels(x);
        if x.len() < 3 || self.groups == 0 || !c.is_multiple_of(self.groups) {
            return Err(format!("input {x:?} does not fall into {} groups", self.groups));
        }
        if **scale != [c] || **shift != [c] {
            return Err(format!("input {x:?} does not fit weight {scale:?} and bias {shift:?}"));
        }
        Ok(x.to_vec())
    }

    fn cpu(&self, operands: &[Tensor]) -> Result<Tensor> {
        let x = &operands[0];
        let (batch, c) = (x.dim(0)?, x.dims()[x.rank() - 1]);
        let places = x.elem_count() / (batch * c);
        // The mean over places and channels of a group: [B, places, groups, c / groups] to [B, groups, everything].
        let grouped = x.reshape((batch, places, self.groups, c / self.groups))?.transpose(1, 2)?.contiguous()?;
        let grouped = grouped.reshape((batch, self.groups, ()))?.to_dtype(DType::F64)?;
        let centred = grouped.broadcast_sub(&grouped.mean_keepdim(2)?)?;
        let variance = centred.sqr()?.mean_keepdim(2)?;
        let normal = centred.broadcast_div(&(variance + self.epsilon as f64)?.sqrt()?)?.to_dtype(x.dtype())?;
        let normal = normal.reshape((batch, self.groups, places, c / self.groups))?.transpose(1, 2)?.contiguous()?;
        let y = normal.reshape((batch, places, c))?.broadcast_mul(&operands[1])?.broadcast_add(&operands[2])?;
        let y = y.reshape(x.shape())?;
        self.activation.map_or(Ok(y.clone()), |a| a.cpu(&y))
    }

    fn ways(&self, _: &[Operand], result: &[usize], caps: &Caps) -> Vec<Candidate> {
        let small = count(result) / (result[0] * self.groups).max(1) <= WHOLE_NUMBERS;
        let whole = Candidate { name: WHOLE, fits: small && caps.limits.invocations >= WHOLE_THREADS, way: () };
        // A CPU in disguise has as few cores for the large ones as for the small.
        if caps.software { vec![Candidate::always(PARTS, ()), whole] } else { vec![whole, Candidate::always(PARTS, ())] }
    }

    fn gpu(&self, operands: &[Operand], result: &[usize], _: &Caps, way: &str) -> std::result::Result<Gpu, String> {
        let (batch, c, n) = (result[0], channels(result), count(result));
        if way == WHOLE {
            let launch = Launch {
                kernel: Kernel::new("group_norm")
                    .with("activation", Activation::file(self.activation))
                    .assuming([("THREADS", WHOLE_THREADS)]),
                slots: vec![Slot::operand(0), Slot::operand(1), Slot::operand(2), Slot::Output],
                params: vec![
                    ("places", (n / (batch * c)).into()),
                    ("channels", c.into()),
                    ("per_group", (c / self.groups).into()),
                    ("epsilon", self.epsilon.into()),
                ],
                groups: [self.groups as u32, batch as u32, 1],
                flops: 6 * n as u64,
            };
            return Ok(Gpu { launches: vec![launch], scratch: vec![] });
        }
        let (mut launches, chunks) = partial(&[operands[0].shape], self.groups);
        launches.push(combine(&[batch, c], self.groups, self.epsilon, chunks, [1, 2], Slot::Scratch(1)));
        let (rows, width4) = (n / c, c.div_ceil(4));
        launches.push(Launch {
            kernel: row_kernel("group_norm_apply", c).with("activation", Activation::file(self.activation)),
            slots: vec![Slot::operand(0), Slot::Scratch(1), Slot::Output],
            params: vec![
                ("n4", (rows * width4).into()),
                ("places", (rows / batch).into()),
                ("channels", c.into()),
                ("width4", width4.into()),
            ],
            groups: flat_groups(4 * rows * width4, FLAT),
            flops: 2 * n as u64,
        });
        Ok(Gpu { launches, scratch: vec![batch * self.groups * chunks * 3, batch * c * 2] })
    }

    fn kernels(&self, operands: &[Operand], result: &[usize], _: Set) -> Vec<Candidate<Lowering>> {
        let (batch, c) = (result[0], channels(result));
        let (mut calls, mut scratch) = statistics(&[operands[0].shape], self.groups, self.epsilon, [1, 2], Slot::Scratch(1));
        let of_picture = count(result) / batch.max(1);
        let all = [of_picture, 0];
        calls.push(super::stack_rows::call(0, [all, all], result, Slot::Scratch(1), (true, self.activation)));
        scratch.push(batch * c * 2);
        vec![Candidate::always("chunks", Lowering { calls, scratch })]
    }

    fn fuse(&mut self, next: Fusion) -> bool {
        match next {
            Fusion::Activation(a) if self.activation.is_none() => self.activation = Some(a),
            _ => return false,
        }
        true
    }
}

impl Differentiable for GroupNorm {
    fn vjp<'g>(&self, call: &Backward<'g, '_>) -> Vec<Option<Var<'g>>> {
        let [x, scale, _] = call.operands else { return vec![] };
        let back = || x.group_norm_backward(*scale, call.cotangent, self.groups, self.epsilon);
        call.each(|at| (at == 0).then(back))
    }
}

/// One launch for each band, and how many chunks of rows they leave in scratch 0: `[batch, groups, chunks, 3]`.
pub(super) fn partial(bands: &[&[usize]], groups: usize) -> (Vec<Launch>, usize) {
    let places = |band: &[usize]| count(band) / (band[0] * channels(band));
    let chunks: usize = bands.iter().map(|band| places(band).div_ceil(CHUNK_ROWS)).sum();
    let mut first = 0;
    let launch = |(i, band): (usize, &&[usize])| {
        let (places, c) = (places(band), channels(band));
        let params = vec![
            ("places", places.into()),
            ("channels", c.into()),
            ("per_group", (c / groups).into()),
            ("chunks", chunks.into()),
            ("chunk_rows", CHUNK_ROWS.into()),
            ("first_chunk", first.into()),
        ];
        first += places.div_ceil(CHUNK_ROWS);
        Launch {
            kernel: Kernel::new("group_norm_partial"),
            slots: vec![Slot::operand(i), Slot::Scratch(0)],
            params,
            groups: [groups as u32, places.div_ceil(CHUNK_ROWS) as u32, band[0] as u32],
            flops: 4 * count(band) as u64,
        }
    };
    (bands.iter().enumerate().map(launch).collect(), chunks)
}

/// All chunks into a factor and summand for each channel; `shape` begins with batch and channels, `weights` are the operands' numbers.
pub(super) fn combine(shape: &[usize], groups: usize, epsilon: f32, chunks: usize, weights: [usize; 2], to: Slot) -> Launch {
    let (batch, c) = (shape[0], shape[1]);
    Launch {
        kernel: Kernel::new("group_norm_combine"),
        slots: vec![Slot::Scratch(0), Slot::operand(weights[0]), Slot::operand(weights[1]), to],
        params: vec![("channels", c.into()), ("per_group", (c / groups).into()), ("chunks", chunks.into()), ("epsilon", epsilon.into())],
        groups: [groups as u32, batch as u32, 1],
        flops: (batch * groups * chunks * 8) as u64,
    }
}

/// A CPU's calls for the statistics of one picture in bands, and the numbers that they share in scratch 0; their result goes to `to`.
pub(super) fn statistics(bands: &[&[usize]], groups: usize, epsilon: f32, weights: [usize; 2], to: Slot) -> (Vec<KernelCall>, Vec<usize>) {
    let (batch, c) = (bands[0][0], channels(bands[0]));
    let chunk = (2 * UNIT_NUMBERS / c).max(1);
    let places: Vec<usize> = bands.iter().map(|band| count(band) / (batch * c)).collect();
    let chunks: usize = places.iter().map(|places| places.div_ceil(chunk)).sum();
    let [batch, channels, groups, chunk, chunks] = [batch, c, groups, chunk, chunks].map(|v| v as u32);
    let mut p = decant_kernels::GroupNorm { batch, places: 0, channels, groups, chunk, chunks, first_chunk: 0, epsilon };
    let mut calls = vec![];
    for (i, places) in places.iter().enumerate() {
        p.places = *places as u32;
        let call = KernelCall::new(Compute::GroupNormPartial, vec![Slot::operand(i), Slot::Scratch(0)], &p, p.units());
        calls.push(call.with_scratch(p.scratch()));
        p.first_chunk += p.places.div_ceil(chunk);
    }
    p.places = places.len() as u32;
    let slots = vec![Slot::Scratch(0), Slot::operand(weights[0]), Slot::operand(weights[1]), to];
    let params = p.words().iter().copied().chain(places.iter().map(|places| *places as u32)).collect();
    calls.push(KernelCall { kernel: Compute::GroupNormCombine, slots, params, units: batch, scratch: 0 });
    (calls, vec![p.partial()])
}

impl<'g> Var<'g> {
    /// See [`GroupNorm`].
    pub fn group_norm(self, w: Weights<'g>, groups: usize, epsilon: f32) -> Var<'g> {
        let operands = [self, self.graph().weight(w, "weight", Layout::vector), self.graph().weight(w, "bias", Layout::vector)];
        self.graph().apply(GroupNorm { groups, epsilon, activation: None }, &operands, &w.path())
    }
}

fn cases() -> Vec<Case> {
    let sizes: [(&[usize], usize); 6] =
        [(&[1, 1, 1], 1), (&[2, 5, 7, 6], 3), (&[1, 11, 13, 17], 17), (&[2, 8, 8, 64], 32), (&[1, 300, 1, 40], 8), (&[1, 64, 64, 320], 32)];
    sizes
        .into_iter()
        .map(|(x, groups)| {
            let c = channels(x);
            let case = Case::new(format!("{x:?} in {groups} groups"));
            let case = case.weight("n.weight", &[c], crate::Encoding::F32).weight("n.bias", &[c], crate::Encoding::F32);
            case.input("x", x).build(move |graph, i| i[0].group_norm(graph.weights().at("n"), groups, 1e-5).silu())
        })
        .collect()
}
