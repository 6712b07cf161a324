//! The same numbers under other names: how a file in one naming becomes a checkpoint in another, without reading a tensor.
//!
//! A tensor of the new checkpoint is a tensor of the old one, or some of its rows, under another shape or transposed.

use super::{Checkpoint, Order, TensorInfo};
use crate::Error;
use crate::error::Sentence;
use crate::sentence;
use std::ops::Range;

/// Where a rearranged checkpoint's tensor comes from. The steps follow one another: first the rows, then the shape, then the transposition.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Origin {
    /// The tensor's name before.
    pub tensor: String,
    /// Only these rows of its first axis: a third of a fused `in_proj_weight`.
    pub rows: Option<Range<usize>>,
    /// Another shape for the same numbers in the same order: `[c, c, 1, 1]` for `[c, c]`.
    pub shape: Option<Vec<usize>>,
    /// A matrix that is stored as `[in, out]` where `[out, in]` is wanted.
    pub transposed: bool,
}

impl Origin {
    /// All of a tensor, as it is.
    pub fn whole(tensor: impl Into<String>) -> Origin {
        Origin { tensor: tensor.into(), ..Origin::default() }
    }
}

impl Checkpoint {
    /// A checkpoint of these names and no others, each with where its numbers come from. Nothing is read, and the notes are kept.
    ///
    /// An error if an origin is not there, does not have the rows, or does not fit the shape, and if a name comes twice.
    pub fn rearranged(&self, names: Vec<(String, Origin)>) -> Result<Checkpoint, Error> {
        let mut rearranged = Checkpoint { notes: self.notes.clone(), ..Checkpoint::default() };
        for (name, origin) in names {
            let Some(info) = self.tensors.get(&origin.tensor) else {
                let file = self.tensors.values().next().map_or("the weights", |info| &info.file);
                let problem = sentence!("is not there, but {name} is made of it", name);
                return Err(Error::Tensor { file: file.into(), name: origin.tensor, problem });
            };
            let wrong =
                |problem| Error::Tensor { file: info.file.clone(), name: origin.tensor.clone(), problem: Sentence::english(problem) };
            let view = view(info.clone(), &origin).map_err(wrong)?;
            if let Some(scale) = self.scales.get(&origin.tensor) {
                rearranged.scales.insert(name.clone(), scale_of(scale, &origin).map_err(wrong)?);
            }
            if rearranged.tensors.insert(name.clone(), view).is_some() {
                return Err(wrong(format!("would be {name}, but so would another")));
            }
        }
        Ok(rearranged)
    }
}

/// The scale of what is taken from a tensor: the same number, or those of its rows.
fn scale_of(scale: &TensorInfo, origin: &Origin) -> Result<TensorInfo, String> {
    match (scale.numbers(), &origin.rows, origin.transposed) {
        (1, ..) => Ok(scale.clone()),
        (_, _, true) => Err("has a scale for each row, but is wanted transposed".into()),
        (_, None, false) => Ok(scale.clone()),
        (_, Some(rows), false) => some_rows(scale.clone(), rows),
    }
}

/// The error is the end of a sentence that starts with the tensor's name.
fn view(mut info: TensorInfo, origin: &Origin) -> Result<TensorInfo, String> {
    if let Some(rows) = &origin.rows {
        info = some_rows(info, rows)?;
    }
    if let Some(shape) = origin.shape.as_ref().filter(|shape| **shape != info.shape) {
        let numbers = shape.iter().try_fold(1usize, |product, axis| product.checked_mul(*axis));
        // A 1×1 convolution, or one of a single input, has the same order both ways.
        let plain = matches!((info.order, &info.shape[..]), (Order::AsShaped, _) | (Order::InputsLast, [_, _, 1, 1] | [_, 1, _, _]));
        if numbers != Some(info.numbers()) || !plain {
            return Err(format!("has the shape {:?}, which cannot be taken for {shape:?}", info.shape));
        }
        (info.shape, info.order) = (shape.clone(), Order::AsShaped);
    }
    if origin.transposed {
        info.order = match (info.order, info.shape.len()) {
            (Order::AsShaped, 2) => Order::Transposed,
            (Order::Transposed, 2) => Order::AsShaped,
            _ => return Err(format!("has the shape {:?}, expected a matrix to transpose", info.shape)),
        };
        info.shape.reverse();
    }
    Ok(info)
}

fn some_rows(mut info: TensorInfo, rows: &Range<usize>) -> Result<TensorInfo, String> {
    if info.shape.is_empty()
        || rows.start > rows.end
        || rows.end > info.rows()
        || !matches!(info.order, Order::AsShaped | Order::InputsLast)
    {
        return Err(format!("has the shape {:?}, which has no rows {rows:?}", info.shape));
    }
    let width = info.width();
    let (start, end) = (info.skip + rows.start * width, info.skip + rows.end * width);
    if let Some((block, bytes)) = info.dtype.block() {
        let from = info.range.start;
        info.range = from + (start / block * bytes) as u64..from + (end.div_ceil(block) * bytes) as u64;
        info.skip = start % block;
    }
    info.shape[0] = rows.len();
    Ok(info)
}
