//! The builder: `Copy` handles, and errors that wait until the end.
//!
//! A model's function never fails: what does not fit is noted with its place and both shapes, the result is a value without a shape, and
//! whatever is computed from that stays quiet. [`Graph::finish`] reports everything at once, missing weights included.

mod weights;

pub use weights::Weights;

use crate::draft::{Draft, Source, Value};
use crate::op::{
    Activation, Attention, AttentionWeights, Binary, BinaryKind, Concat, Conv2d, Epilogue, Gather, Geglu, GroupNorm, GroupNormStatistics,
    LayerNorm, Linear, Op, PixelShuffle, Prelu, Reshape, StackRows, TimestepEmbedding, Unary, Upsample, Window,
};
use crate::weights::{LORA_DOWN, LORA_UP, Layout, WeightIndex, WeightUse};
use crate::{Error, Program};
use std::cell::RefCell;
use std::ops::Range;

/// A graph under construction over a checkpoint's weights.
pub struct Graph {
    index: WeightIndex,
    draft: RefCell<Draft>,
}

/// A handle to a value.
#[derive(Clone, Copy)]
pub struct Var<'g> {
    graph: &'g Graph,
    id: u32,
}

impl Graph {
    /// An empty graph over these weights.
    pub fn new(index: WeightIndex) -> Graph {
        let mut draft = Draft::default();
        draft.paths.push(String::new());
        Graph { index, draft: RefCell::new(draft) }
    }

    /// The root of the checkpoint's names.
    pub fn weights(&self) -> Weights<'_> {
        Weights { graph: self, path: 0 }
    }

    /// An input of floats.
    pub fn input(&self, name: &str, shape: &[usize]) -> Var<'_> {
        self.push(Some(shape.to_vec()), Source::Input { name: name.into(), ids: false })
    }

    /// An input of row numbers for [`Var::gather`].
    pub fn ids(&self, name: &str, shape: &[usize]) -> Var<'_> {
        self.push(Some(shape.to_vec()), Source::Input { name: name.into(), ids: true })
    }

    /// Names a value to be read back after each run.
    pub fn output(&self, name: &str, value: Var) {
        self.draft.borrow_mut().outputs.push((name.into(), value.id as usize));
    }

    /// Notes that something is wrong with the model itself.
    pub fn error(&self, message: String) {
        self.draft.borrow_mut().errors.push(message);
    }

    /// The program, or everything that was wrong.
    pub fn finish(self) -> Result<Program, Error> {
        let mut draft = self.draft.into_inner();
        if !draft.errors.is_empty() {
            return Err(Error::Graph(draft.errors));
        }
        crate::fuse::fuse(&mut draft);
        Program::new(draft)
    }

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

    /// What group norm does to each channel of a picture in bands. See [`GroupNormStatistics`].
    pub fn group_norm_statistics<'g>(&'g self, bands: &[Var<'g>], w: Weights<'g>, groups: usize, epsilon: f32) -> Var<'g> {
        let mut operands = bands.to_vec();
        operands.extend([self.weight(w, "weight", vector), self.weight(w, "bias", vector)]);
        self.apply(GroupNormStatistics { groups, epsilon }, &operands, &w.path())
    }

    /// Appends an operation's result.
    pub fn apply<'g>(&'g self, op: impl Op + 'static, operands: &[Var<'g>], place: &str) -> Var<'g> {
        let mut draft = self.draft.borrow_mut();
        let ids: Vec<usize> = operands.iter().map(|v| v.id as usize).collect();
        let shapes: Option<Vec<&[usize]>> = ids.iter().map(|&id| draft.values[id].shape.as_deref()).collect();
        let value = match shapes.map(|shapes| op.shape(&shapes)) {
            Some(Ok(shape)) => Value { shape: Some(shape), source: Source::Op { op: Box::new(op), operands: ids } },
            Some(Err(problem)) => {
                let place = if place.is_empty() { String::new() } else { format!(" at {place}") };
                draft.errors.push(format!("{}{place}: {problem}", op.name()));
                Value { shape: None, source: Source::Nothing }
            }
            // An operand went wrong before, which was noted then.
            None => Value { shape: None, source: Source::Nothing },
        };
        draft.values.push(value);
        Var { graph: self, id: draft.values.len() as u32 - 1 }
    }

    fn push(&self, shape: Option<Vec<usize>>, source: Source) -> Var<'_> {
        let mut draft = self.draft.borrow_mut();
        draft.values.push(Value { shape, source });
        Var { graph: self, id: draft.values.len() as u32 - 1 }
    }

    /// A weight as an operand: the same value each time it is asked for. Missing ones are noted.
    fn weight(&self, weights: Weights, leaf: &str, layout: impl Fn(&[usize]) -> Result<Layout, String>) -> Var<'_> {
        let name = weights.at(leaf).path();
        let known = self.draft.borrow().weight_values.get(&name).copied();
        if let Some(id) = known {
            return Var { graph: self, id };
        }
        let found = self.index.get(&name).ok_or_else(|| format!("{name} is missing")).and_then(|info| {
            let layout = layout(&info.shape).map_err(|problem| format!("{name}: {problem}, got shape {:?}", info.shape))?;
            Ok((info.shape.clone(), WeightUse::new(name.clone(), layout, info.encoding)))
        });
        let var = match found {
            Ok((shape, weight)) => {
                let at = self.draft.borrow().weights.len();
                self.draft.borrow_mut().weights.push(weight);
                self.push(Some(shape), Source::Weight(at))
            }
            Err(message) => {
                self.error(message);
                self.push(None, Source::Nothing)
            }
        };
        self.draft.borrow_mut().weight_values.insert(name, var.id);
        var
    }

    fn index(&self) -> &WeightIndex {
        &self.index
    }

    fn intern(&self, parent: u32, name: &str) -> u32 {
        let mut draft = self.draft.borrow_mut();
        let above = &draft.paths[parent as usize];
        let path = if above.is_empty() { name.to_string() } else { format!("{above}.{name}") };
        if let Some(id) = draft.path_ids.get(&path) {
            return *id;
        }
        draft.paths.push(path.clone());
        let id = draft.paths.len() as u32 - 1;
        draft.path_ids.insert(path, id);
        id
    }

    fn path(&self, id: u32) -> String {
        self.draft.borrow().paths[id as usize].clone()
    }
}

fn vector(shape: &[usize]) -> Result<Layout, String> {
    match shape {
        [n] => Ok(Layout::Vector(*n)),
        _ => Err("expected one dimension".into()),
    }
}

fn matrix(shape: &[usize]) -> Result<Layout, String> {
    match shape {
        [rows, columns] | [rows, columns, 1, 1] => Ok(Layout::Matrix { rows: *rows, columns: *columns }),
        _ => Err("expected a matrix".into()),
    }
}

fn filter(shape: &[usize]) -> Result<Layout, String> {
    match shape {
        [out, input, kh, kw] => Ok(Layout::Conv { out: *out, input: *input, kernel: [*kh, *kw] }),
        _ => Err("expected a convolution's four dimensions".into()),
    }
}

impl<'g> Var<'g> {
    /// Its shape; empty after an error.
    pub fn shape(self) -> Vec<usize> {
        self.graph.draft.borrow().values[self.id as usize].shape.clone().unwrap_or_default()
    }

    /// The graph that it belongs to.
    pub fn graph(self) -> &'g Graph {
        self.graph
    }

    /// `x · weightᵀ + bias` over the last dimension: `[…, in]` to `[…, out]`. See [`Linear`]. With [`LORA_DOWN`] and [`LORA_UP`] beside
    /// the weight, what they make of the input is added.
    pub fn linear(self, w: Weights<'g>) -> Var<'g> {
        let weight = self.graph.weight(w, "weight", matrix);
        let op = |bias| Linear { epilogue: Epilogue { bias, ..Epilogue::default() } };
        self.product(w, weight, op(false), op(true)).with_low_rank(w, |down| self.linear(down))
    }

    /// A convolution over `[batch, height, width, in]`. See [`Conv2d`]. With [`LORA_DOWN`] (of the same window) and [`LORA_UP`] (a matrix)
    /// beside the weight, what they make of the input is added.
    pub fn conv2d(self, w: Weights<'g>, window: Window) -> Var<'g> {
        let weight = self.graph.weight(w, "weight", filter);
        let op = |bias| Conv2d { window, epilogue: Epilogue { bias, ..Epilogue::default() } };
        self.product(w, weight, op(false), op(true)).with_low_rank(w, |down| self.conv2d(down, window))
    }

    /// `self + up(down(x))`, where the weights have such a pair at `w`. The base stays as it is, in whatever encoding, and both are added
    /// while the pair's result is written.
    fn with_low_rank(self, w: Weights<'g>, down: impl FnOnce(Weights<'g>) -> Var<'g>) -> Var<'g> {
        if w.has(LORA_DOWN) { self + down(w.at(LORA_DOWN)).linear(w.at(LORA_UP)) } else { self }
    }

    fn product(self, w: Weights<'g>, weight: Var<'g>, plain: impl Op + 'static, biased: impl Op + 'static) -> Var<'g> {
        if w.has("bias") {
            let bias = self.graph.weight(w, "bias", vector);
            return self.graph.apply(biased, &[self, weight, bias], &w.path());
        }
        self.graph.apply(plain, &[self, weight], &w.path())
    }

    /// See [`GroupNorm`].
    pub fn group_norm(self, w: Weights<'g>, groups: usize, epsilon: f32) -> Var<'g> {
        let op = GroupNorm { groups, epsilon, activation: None };
        self.graph.apply(op, &[self, self.graph.weight(w, "weight", vector), self.graph.weight(w, "bias", vector)], &w.path())
    }

    /// See [`LayerNorm`].
    pub fn layer_norm(self, w: Weights<'g>, epsilon: f32) -> Var<'g> {
        let operands = [self, self.graph.weight(w, "weight", vector), self.graph.weight(w, "bias", vector)];
        self.graph.apply(LayerNorm { epsilon }, &operands, &w.path())
    }

    /// Rows of the table `w.weight` by number, of which there are `entries`. See [`Gather`].
    pub fn gather(self, w: Weights<'g>, entries: usize) -> Var<'g> {
        self.graph.apply(Gather { entries }, &[self.graph.weight(w, "weight", matrix), self], &w.path())
    }

    /// `softmax(self·kᵀ/√d)·v` per head. See [`Attention`].
    pub fn attention(self, k: Var<'g>, v: Var<'g>, heads: usize, causal: bool) -> Var<'g> {
        self.graph.apply(Attention { heads, causal }, &[self, k, v], "")
    }

    /// `softmax(self·kᵀ/√d)`, the mean over heads: what [`Var::attention`] weighs its values with. See [`AttentionWeights`].
    pub fn attention_weights(self, k: Var<'g>, heads: usize) -> Var<'g> {
        self.graph.apply(AttentionWeights { heads }, &[self, k], "")
    }

    /// Any function of one number. See [`Unary`].
    pub fn unary(self, op: Unary) -> Var<'g> {
        self.graph.apply(op, &[self], "")
    }

    /// An activation by name.
    pub fn activation(self, activation: Activation) -> Var<'g> {
        self.unary(Unary { activation: Some(activation), multiply: 1.0, add: 0.0 })
    }

    /// `x · σ(x)`.
    pub fn silu(self) -> Var<'g> {
        self.activation(Activation::Silu)
    }

    /// `x · Φ(x)`, exact.
    pub fn gelu(self) -> Var<'g> {
        self.activation(Activation::Gelu)
    }

    /// `x · multiply + add`.
    pub fn scale(self, multiply: f32, add: f32) -> Var<'g> {
        self.unary(Unary { activation: None, multiply, add })
    }

    /// `max(x, 0) + w.weight · min(x, 0)`, a slope for each channel. See [`Prelu`].
    pub fn prelu(self, w: Weights<'g>) -> Var<'g> {
        self.graph.apply(Prelu, &[self, self.graph.weight(w, "weight", vector)], &w.path())
    }

    /// `x[…, :n] · gelu(x[…, n:])`.
    pub fn geglu(self) -> Var<'g> {
        self.graph.apply(Geglu, &[self], "")
    }

    /// Adds `row [batch, channels]` to every place of its batch entry.
    pub fn add_per_batch(self, row: Var<'g>) -> Var<'g> {
        self.graph.apply(Binary(BinaryKind::AddPerBatch), &[self, row], "")
    }

    /// Side by side in the channels.
    pub fn concat(self, other: Var<'g>) -> Var<'g> {
        self.graph.apply(Concat, &[self, other], "")
    }

    /// Nearest neighbours at another size.
    pub fn upsample(self, height: usize, width: usize) -> Var<'g> {
        self.graph.apply(Upsample { height, width }, &[self], "")
    }

    /// Channels laid out as places, `factor` times as many each way. See [`PixelShuffle`].
    pub fn pixel_shuffle(self, factor: usize) -> Var<'g> {
        self.graph.apply(PixelShuffle { factor }, &[self], "")
    }

    /// The same numbers under another shape.
    pub fn reshape(self, shape: &[usize]) -> Var<'g> {
        self.graph.apply(Reshape(shape.to_vec()), &[self], "")
    }

    /// A picture `[batch, h, w, c]` as tokens `[batch, h·w, c]`.
    pub fn tokens(self) -> Var<'g> {
        match self.shape()[..] {
            [b, h, w, c] => self.reshape(&[b, h * w, c]),
            _ => self,
        }
    }

    /// Tokens `[batch, h·w, c]` as a picture `[batch, h, w, c]`.
    pub fn picture(self, height: usize, width: usize) -> Var<'g> {
        match self.shape()[..] {
            [b, _, c] => self.reshape(&[b, height, width, c]),
            _ => self,
        }
    }

    /// Timesteps `[batch]` as sines and cosines. See [`TimestepEmbedding`].
    pub fn timestep_embedding(self, op: TimestepEmbedding) -> Var<'g> {
        self.graph.apply(op, &[self], "")
    }
}

impl<'g> std::ops::Add for Var<'g> {
    type Output = Var<'g>;
    fn add(self, other: Var<'g>) -> Var<'g> {
        self.graph.apply(Binary(BinaryKind::Add), &[self, other], "")
    }
}

impl<'g> std::ops::Mul for Var<'g> {
    type Output = Var<'g>;
    fn mul(self, other: Var<'g>) -> Var<'g> {
        self.graph.apply(Binary(BinaryKind::Multiply), &[self, other], "")
    }
}

#[cfg(test)]
mod tests;
