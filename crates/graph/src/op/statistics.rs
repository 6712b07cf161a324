//! Group norm's mean and variance over a picture that is kept in several bands, as one factor and summand for each channel:
//! `factor = scale / √(variance + ε)`, `summand = shift − mean · factor` (Wu & He 2018). [`super::StackRows`] applies them.

use super::group_norm::{combine, partial};
use super::{Case, Gpu, Op, OpRow, Operand, channels, count};
use crate::caps::Caps;
use crate::choice::Candidate;
use crate::launch::{Launch, Slot};
use crate::lowering::Lowering;
use crate::{Graph, Layout, Var, Weights};
use candle_core::{D, DType, Result, Tensor};
use decant_kernels::Set;

pub(super) const ROW: OpRow = OpRow { name: "group_norm_statistics", tolerance: 3e-6, reason: "as for group_norm", cases };

/// Operands: bands `[batch, height_i, width, channels]`, then scale and shift `[channels]`; result `[batch, channels, 2]`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GroupNormStatistics {
    /// How many groups the channels fall into.
    pub groups: usize,
    /// Added to the variance.
    pub epsilon: f32,
}

impl Op for GroupNormStatistics {
    fn name(&self) -> &'static str {
        "group_norm_statistics"
    }

    fn shape(&self, operands: &[&[usize]]) -> std::result::Result<Vec<usize>, String> {
        let [bands @ .., scale, shift] = operands else {
            return Err("input, weight and bias are needed".into());
        };
        let Some([batch, _, width, c]) = bands.first().copied() else {
            return Err(format!("bands of four dimensions are needed, got {bands:?}"));
        };
        let fits = |band: &&[usize]| matches!(band, [b, _, w, bc] if [b, w, bc] == [batch, width, c]);
        if self.groups == 0 || !c.is_multiple_of(self.groups) || !bands.iter().all(fits) {
            return Err(format!("bands {bands:?} do not fall into {} groups", self.groups));
        }
        if **scale != [*c] || **shift != [*c] {
            return Err(format!("bands {bands:?} do not fit weight {scale:?} and bias {shift:?}"));
        }
        Ok(vec![*batch, *c, 2])
    }

    fn cpu(&self, operands: &[Tensor]) -> Result<Tensor> {
        let (bands, norm) = operands.split_at(operands.len() - 2);
        let (batch, _, _, c) = bands[0].dims4()?;
        let x = Tensor::cat(bands, 1)?.to_dtype(DType::F64)?;
        let x = x.reshape((batch, (), self.groups, c / self.groups))?.transpose(1, 2)?.contiguous()?;
        let x = x.reshape((batch, self.groups, ()))?; // [B, groups, places · channels of a group]
        let mean = x.mean_keepdim(2)?;
        let variance = x.broadcast_sub(&mean)?.sqr()?.mean_keepdim(2)?;
        let per_channel = |x: &Tensor| x.broadcast_as((batch, self.groups, c / self.groups))?.contiguous()?.reshape((batch, c));
        let (mean, deviation) = (per_channel(&mean)?, per_channel(&(variance + self.epsilon as f64)?.sqrt()?)?);
        let factor = deviation.recip()?.broadcast_mul(&norm[0].to_dtype(DType::F64)?)?;
        let summand = (mean * &factor)?.neg()?.broadcast_add(&norm[1].to_dtype(DType::F64)?)?;
        Tensor::stack(&[factor, summand], D::Minus1)?.to_dtype(bands[0].dtype())
    }

    /// The joined picture in f64, three times.
    fn cpu_scratch(&self, operands: &[&[usize]]) -> u64 {
        8 * 3 * operands.iter().map(|shape| count(shape) as u64).sum::<u64>()
    }

    fn gpu(&self, operands: &[Operand], result: &[usize], _: &Caps, _: &str) -> std::result::Result<Gpu, String> {
        let (bands, _) = operands.split_at(operands.len() - 2);
        let shapes: Vec<&[usize]> = bands.iter().map(|band| band.shape).collect();
        let (mut launches, chunks) = partial(&shapes, self.groups);
        let weights = [bands.len(), bands.len() + 1];
        launches.push(combine(result, self.groups, self.epsilon, chunks, weights, Slot::Output));
        let launches: Vec<Launch> = launches;
        Ok(Gpu { launches, scratch: vec![result[0] * self.groups * chunks * 3] })
    }

    fn kernels(&self, operands: &[Operand], _: &[usize], _: Set) -> Vec<Candidate<Lowering>> {
        let (bands, _) = operands.split_at(operands.len() - 2);
        let shapes: Vec<&[usize]> = bands.iter().map(|band| band.shape).collect();
        let weights = [bands.len(), bands.len() + 1];
        let (calls, scratch) = super::group_norm::statistics(&shapes, self.groups, self.epsilon, weights, Slot::Output);
        vec![Candidate::always("chunks", Lowering { calls, scratch })]
    }
}

impl Graph {
    /// What group norm does to each channel of a picture in bands. See [`GroupNormStatistics`].
    pub fn group_norm_statistics<'g>(&'g self, bands: &[Var<'g>], w: Weights<'g>, groups: usize, epsilon: f32) -> Var<'g> {
        let mut operands = bands.to_vec();
        operands.extend([self.weight(w, "weight", Layout::vector), self.weight(w, "bias", Layout::vector)]);
        self.apply(GroupNormStatistics { groups, epsilon }, &operands, &w.path())
    }
}

fn cases() -> Vec<Case> {
    let sizes: [(&[[usize; 4]], usize); 4] = [
        (&[[1, 1, 1, 1]], 1),
        (&[[2, 5, 7, 6], [2, 3, 7, 6]], 3),
        (&[[1, 40, 13, 64], [1, 1, 13, 64], [1, 33, 13, 64]], 32),
        (&[[1, 64, 64, 32], [1, 64, 64, 32]], 8),
    ];
    sizes
        .into_iter()
        .map(|(bands, groups)| {
            let c = channels(&bands[0]);
            let case = Case::new(format!("{bands:?} in {groups} groups"));
            let case = case.weight("n.weight", &[c], crate::Encoding::F32).weight("n.bias", &[c], crate::Encoding::F32);
            let case = bands.iter().enumerate().fold(case, |case, (i, band)| case.input(&format!("x{i}"), band));
            case.build(move |graph, i| graph.group_norm_statistics(i, graph.weights().at("n"), groups, 1e-5))
        })
        .collect()
}
