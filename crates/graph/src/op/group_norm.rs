//! `y = activation((x − mean) / √(variance + ε) · scale + shift)` over each group of channels of each batch entry (Wu & He 2018).
//!
//! Three launches: mean and sum of squared distances of each chunk of rows; all chunks of a group into one factor and summand per channel
//! (Chan et al. 1979); the multiply-add.

use super::{Activation, Case, Fusion, Gpu, Op, OpRow, Operand, channels, count, flat_groups};
use crate::launch::{Kernel, Launch, Slot};
use candle_core::{DType, Result, Tensor};

pub(super) const ROW: OpRow = OpRow {
    name: "group_norm",
    tolerance: 3e-6,
    reason: "the factor and summand form rounds once more than (x − mean) · factor; outliers make mean and x differ by up to 10^2 deviations",
    cases,
};

/// Rows that one workgroup averages.
const CHUNK_ROWS: usize = 256;

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

    fn gpu(&self, _: &[Operand], result: &[usize]) -> std::result::Result<Gpu, String> {
        let (batch, c) = (result[0], channels(result));
        let places = count(result) / (batch * c);
        let chunks = places.div_ceil(CHUNK_ROWS);
        let params = |extra: u32| {
            vec![
                places as u32,
                c as u32,
                (c / self.groups) as u32,
                chunks as u32,
                CHUNK_ROWS as u32,
                self.epsilon.to_bits(),
                Activation::code(self.activation),
                extra,
            ]
        };
        let kernel = |file| Kernel { file, imports: vec![], constants: vec![] };
        let n = count(result);
        let partial = Launch {
            kernel: kernel("group_norm_partial"),
            slots: vec![Slot::operand(0), Slot::Scratch(0)],
            params: params(0),
            groups: [self.groups as u32, chunks as u32, batch as u32],
            flops: 4 * n as u64,
        };
        let combine = Launch {
            kernel: kernel("group_norm_combine"),
            slots: vec![Slot::Scratch(0), Slot::operand(1), Slot::operand(2), Slot::Scratch(1)],
            params: params(0),
            groups: [self.groups as u32, batch as u32, 1],
            flops: (batch * self.groups * chunks * 8) as u64,
        };
        let apply = Launch {
            kernel: kernel("group_norm_apply"),
            slots: vec![Slot::operand(0), Slot::Scratch(1), Slot::Output],
            params: params(n as u32),
            groups: flat_groups(n, 256),
            flops: 2 * n as u64,
        };
        Ok(Gpu { launches: vec![partial, combine, apply], scratch: vec![batch * self.groups * chunks * 2, batch * c * 2] })
    }

    fn fuse(&mut self, next: Fusion) -> bool {
        match next {
            Fusion::Activation(a) if self.activation.is_none() => self.activation = Some(a),
            _ => return false,
        }
        true
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
