//! Rows of several pictures, one below the other, as they are or as `activation(x · factor + summand)` per channel: how a band of a picture
//! gets the rows of its neighbours that a convolution's window reaches.

use super::{Activation, Case, FLAT, Fusion, Gpu, Op, OpRow, Operand, channels, count, flat_groups, row_kernel};
use crate::caps::Caps;
use crate::choice::Candidate;
use crate::launch::{Launch, Slot};
use crate::lowering::{KernelCall, Lowering, unit_rows};
use crate::{Graph, Var};
use candle_core::{Result, Tensor};
use decant_kernels::{Kernel as Compute, Set};
use std::ops::Range;

pub(super) const ROW: OpRow = OpRow { name: "stack_rows", tolerance: 1e-6, reason: "copies, or one multiply-add and an activation", cases };

/// Operands: pictures `[batch, height_i, width, channels]`, one for each range; then, where `affine`, factors and summands
/// `[batch, channels, 2]` as [`super::GroupNormStatistics`] gives them. Result: `[batch, Σ rows, width, channels]`.
#[derive(Debug, Clone, PartialEq)]
pub struct StackRows {
    /// The rows of each picture.
    pub rows: Vec<Range<usize>>,
    /// Whether there are factors and summands.
    pub affine: bool,
    /// Applied last.
    pub activation: Option<Activation>,
}

impl Op for StackRows {
    fn name(&self) -> &'static str {
        "stack_rows"
    }

    fn shape(&self, operands: &[&[usize]]) -> std::result::Result<Vec<usize>, String> {
        let n = self.rows.len();
        let (pictures, affine) = operands.split_at_checked(n).ok_or("a range of rows without a picture")?;
        let Some([batch, _, width, c]) = pictures.first().copied() else {
            return Err(format!("pictures of four dimensions are needed, got {operands:?}"));
        };
        for (picture, rows) in pictures.iter().zip(&self.rows) {
            let fits = matches!(picture, [b, h, w, pc] if [b, w, pc] == [batch, width, c] && rows.start <= rows.end && rows.end <= *h);
            if !fits {
                return Err(format!("rows {rows:?} of {picture:?} do not go with {:?}", pictures[0]));
            }
        }
        let wanted: &[&[usize]] = if self.affine { &[&[*batch, *c, 2]] } else { &[] };
        if affine != wanted {
            return Err(format!("expected factors and summands {wanted:?}, got {affine:?}"));
        }
        Ok(vec![*batch, self.rows.iter().map(|rows| rows.len()).sum(), *width, *c])
    }

    fn cpu(&self, operands: &[Tensor]) -> Result<Tensor> {
        let parts: Result<Vec<Tensor>> = self.rows.iter().zip(operands).map(|(rows, x)| x.narrow(1, rows.start, rows.len())).collect();
        let mut y = Tensor::cat(&parts?, 1)?.contiguous()?;
        if self.affine {
            let (affine, c) = (&operands[self.rows.len()], y.dim(3)?);
            let per_channel = |i| affine.narrow(2, i, 1)?.reshape(((), 1, 1, c));
            y = y.broadcast_mul(&per_channel(0)?)?.broadcast_add(&per_channel(1)?)?;
        }
        self.activation.map_or(Ok(y.clone()), |a| a.cpu(&y))
    }

    /// One launch for each picture: the kernel writes its part of the result.
    fn gpu(&self, operands: &[Operand], result: &[usize], _: &Caps, _: &str) -> std::result::Result<Gpu, String> {
        let (width, c, width4) = (result[2], result[3], result[3].div_ceil(4));
        let mut first = 0;
        let launches = self.rows.iter().enumerate().filter(|(_, rows)| !rows.is_empty()).map(|(i, rows)| {
            let places = rows.len() * width;
            let n = result[0] * places * c;
            let [from, to] = [[operands[i].shape[1] * width, rows.start * width], [result[1] * width, first * width]];
            first += rows.len();
            Launch {
                kernel: row_kernel("stack_rows", c).with("activation", Activation::file(self.activation)),
                // Where there are no factors, the picture stands in for them.
                slots: vec![Slot::operand(i), Slot::operand(if self.affine { self.rows.len() } else { i }), Slot::Output],
                params: vec![
                    ("n4", (result[0] * places * width4).into()),
                    ("places", places.into()),
                    ("channels", c.into()),
                    ("width4", width4.into()),
                    ("from_entry", from[0].into()),
                    ("from_first", from[1].into()),
                    ("to_entry", to[0].into()),
                    ("to_first", to[1].into()),
                    ("affine", self.affine.into()),
                ],
                groups: flat_groups(4 * result[0] * places * width4, FLAT),
                flops: if self.affine { 2 * n as u64 } else { 0 },
            }
        });
        Ok(Gpu { launches: launches.collect(), scratch: vec![] })
    }

    /// One call for each picture.
    fn kernels(&self, operands: &[Operand], result: &[usize], _: Set) -> Vec<Candidate<Lowering>> {
        let row = result[2] * result[3];
        let mut first = 0;
        let calls = self.rows.iter().enumerate().map(|(i, rows)| {
            let [from, to] = [[operands[i].shape[1] * row, rows.start * row], [result[1] * row, first * row]];
            first += rows.len();
            let affine = Slot::operand(if self.affine { self.rows.len() } else { i });
            let taken = [result[0], rows.len(), result[2], result[3]];
            call(i, [from, to], &taken, affine, (self.affine, self.activation))
        });
        vec![Candidate::always("rows", Lowering { calls: calls.filter(|call| call.units > 0).collect(), scratch: vec![] })]
    }

    /// Copies and their sum.
    fn cpu_scratch(&self, operands: &[&[usize]]) -> u64 {
        4 * 3 * operands.iter().map(|shape| count(shape) as u64).sum::<u64>()
    }

    fn fuse(&mut self, next: Fusion) -> bool {
        match next {
            Fusion::Activation(a) if self.activation.is_none() => self.activation = Some(a),
            _ => return false,
        }
        true
    }
}

/// A CPU's call for one picture, of which `taken` (`[batch, …, channels]`) goes into the result; numbers from one batch entry to the next and to
/// the first one, of the picture and of the result.
pub(super) fn call(
    operand: usize,
    [from, to]: [[usize; 2]; 2],
    taken: &[usize],
    factors: Slot,
    (affine, activation): (bool, Option<Activation>),
) -> KernelCall {
    let (batch, c) = (taken[0], channels(taken));
    let p = decant_kernels::StackRows {
        batch: batch as u32,
        places: (count(taken) / (batch * c).max(1)) as u32,
        channels: c as u32,
        from: from.map(|n| n as u32),
        to: to.map(|n| n as u32),
        affine: affine as u32,
        activation: Activation::code(activation),
        unit: unit_rows(c),
    };
    let slots = vec![Slot::operand(operand), factors, Slot::Output];
    KernelCall::new(Compute::StackRows, slots, &p, p.units()).with_scratch(p.scratch())
}

impl Graph {
    /// Rows of pictures, one below the other. See [`StackRows`].
    pub fn stack_rows<'g>(&'g self, parts: &[(Var<'g>, Range<usize>)]) -> Var<'g> {
        let (pictures, rows): (Vec<Var>, Vec<Range<usize>>) = parts.iter().cloned().unzip();
        self.apply(StackRows { rows, affine: false, activation: None }, &pictures, "")
    }

    /// Rows of pictures, one below the other, with factors and summands as [`Graph::group_norm_statistics`] gives them. See [`StackRows`].
    pub fn stack_rows_affine<'g>(&'g self, parts: &[(Var<'g>, Range<usize>)], affine: Var<'g>) -> Var<'g> {
        let (mut operands, rows): (Vec<Var>, Vec<Range<usize>>) = parts.iter().cloned().unzip();
        operands.push(affine);
        self.apply(StackRows { rows, affine: true, activation: None }, &operands, "")
    }
}

fn cases() -> Vec<Case> {
    let plain =
        [([1, 3, 1, 1], 0..3, [1, 1, 1, 1], 0..1), ([2, 5, 7, 3], 4..5, [2, 2, 7, 3], 0..2), ([1, 8, 13, 64], 0..8, [1, 9, 13, 64], 1..2)];
    let mut cases: Vec<Case> = plain
        .into_iter()
        .map(|(a, ra, b, rb)| {
            let case = Case::new(format!("rows {ra:?} of {a:?} and {rb:?} of {b:?}")).input("a", &a).input("b", &b);
            case.build(move |g, i| g.stack_rows(&[(i[0], ra.clone()), (i[1], rb.clone())]))
        })
        .collect();
    let case =
        Case::new("three bands of [2, _, 5, 6], normalised").input("a", &[2, 3, 5, 6]).input("b", &[2, 4, 5, 6]).input("c", &[2, 1, 5, 6]);
    let case = case.input("affine", &[2, 6, 2]);
    cases.push(case.build(|g, i| g.stack_rows_affine(&[(i[0], 2..3), (i[1], 0..4), (i[2], 0..1)], i[3]).silu()));
    cases
}
