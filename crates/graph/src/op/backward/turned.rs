//! Products with a weight read the other way round: the ways back through linear layers and convolutions to their input.
//!
//! The weight stays as it is, in whatever encoding. For the time of the operation it is decoded and turned into a scratch buffer of f32, as it
//! would lie there for a layer from its outputs to its inputs (a convolution's taps in reverse order); the product itself is the ordinary one.

use crate::caps::Caps;
use crate::choice::Candidate;
use crate::launch::{Launch, Slot};
use crate::lowering::{KernelCall, Lowering};
use crate::op::units::product_call;
use crate::op::ways::{STEP, Work, class, ways};
use crate::op::{Case, Epilogue, FLAT, Gpu, Op, OpRow, Operand, Padding, Window, channels, conv2d, flat_groups, product, rows};
use crate::{Encoding, Layout, Var, WeightUse};
use candle_core::{Device, Result, Tensor};
use decant_kernels::{Kernel as Compute, Panels, Product, Set, Stored};

pub(in crate::op) const LINEAR: OpRow = OpRow { name: "linear_backward", tolerance: 2e-6, reason: "as for linear", cases: linear_cases };
pub(in crate::op) const CONV2D: OpRow = OpRow { name: "conv2d_backward", tolerance: 2e-6, reason: "as for conv2d", cases: conv2d_cases };

/// Operands: the cotangent `[…, out]` of a linear layer's result, its weight `[out, in]` or `[out, in, 1, 1]`; result `[…, in]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LinearBackward;

/// Operands: the cotangent `[batch, h, w, out]` of a convolution's result, places apart where it has a stride ([`super::Spread`]), and its
/// weight `[out, in, kh, kw]`; result `[batch, height, width, in]`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Conv2dBackward {
    /// How the window moves over the cotangent: by one, with what the convolution's padding leaves.
    pub window: Window,
}

/// A weight's sizes.
#[derive(Clone, Copy)]
struct Sizes {
    outputs: usize,
    inputs: usize,
    kernel: [usize; 2],
}

impl Sizes {
    fn of(weight: &[usize]) -> Sizes {
        let kernel = if let [_, _, kh, kw] = weight { [*kh, *kw] } else { [1, 1] };
        Sizes { outputs: weight[0], inputs: weight[1], kernel }
    }

    fn taps(self) -> usize {
        self.kernel[0] * self.kernel[1]
    }

    /// Numbers from one tap of the turned weight to the next.
    fn inner(self) -> usize {
        self.outputs.next_multiple_of(4)
    }

    /// Numbers of the turned weight.
    fn numbers(self) -> usize {
        self.inputs * self.taps() * self.inner()
    }

    /// The turned weight as a weight.
    fn turned(self, name: &str) -> WeightUse {
        let layout = match self.taps() {
            1 => Layout::Matrix { rows: self.inputs, columns: self.outputs },
            _ => Layout::Conv { out: self.inputs, input: self.outputs, kernel: self.kernel },
        };
        WeightUse::new(name.into(), layout, Encoding::F32)
    }
}

/// Decodes and turns the second operand, then does what `work` does with the second operand.
fn turned_gpu(operands: &[Operand], work: impl FnOnce(&WeightUse) -> std::result::Result<Gpu, String>) -> std::result::Result<Gpu, String> {
    let weight = operands[1].weight.ok_or("the second operand must be a weight")?;
    let sizes = Sizes::of(operands[1].shape);
    let mut gpu = work(&sizes.turned(&weight.name))?;
    let place = gpu.scratch.len();
    let reads = gpu.launches.iter_mut().flat_map(|launch| &mut launch.slots).filter(|slot| **slot == Slot::operand(1));
    reads.for_each(|slot| *slot = Slot::ReadScratch(place));
    gpu.scratch.push(sizes.numbers());
    let n4 = sizes.numbers() / 4;
    let kernel = crate::launch::Kernel::new("turn").with("weights", weight.encoding.row().name).assuming([("PER_GROUP", FLAT as u32)]);
    let params = vec![
        ("n4", n4.into()),
        ("outputs", sizes.outputs.into()),
        ("inputs", sizes.inputs.into()),
        ("taps", sizes.taps().into()),
        ("row_stride", weight.row_stride().into()),
        ("inner", weight.inner_stride().into()),
        ("stored", weight.stored_numbers().into()),
        ("outputs4", (sizes.inner() / 4).into()),
    ];
    let slots = vec![Slot::operand(1), Slot::Scratch(place)];
    gpu.launches.insert(0, Launch { kernel, slots, params, groups: flat_groups(4 * n4, FLAT), flops: 0 });
    Ok(gpu)
}

/// The same on a CPU, where weights lie in panels.
fn turned_cpu(p: Product, operands: &[Operand], set: Set) -> Vec<Candidate<Lowering>> {
    let Some(weight) = operands[1].weight else { return vec![] };
    let (sizes, tile) = (Sizes::of(operands[1].shape), set.tile());
    let panels = Panels { outputs: sizes.inputs, taps: sizes.taps(), inputs: sizes.outputs, stored: Stored::F32, tile };
    let turn = decant_kernels::Turn {
        outputs: sizes.outputs as u32,
        inputs: sizes.inputs as u32,
        taps: sizes.taps() as u32,
        stored: crate::lowering::stored(weight.encoding) as u32,
    };
    let turn = KernelCall::new(Compute::Turn, vec![Slot::operand(1), Slot::Scratch(0)], &turn, turn.units(tile));
    let turned = [operands[0], Operand { shape: operands[1].shape, weight: None }];
    let three = p.kernel == [3, 3] && conv2d::worth_winograd(&p);
    let kernel = if three { Compute::Winograd } else { Compute::Product };
    let mut call = product_call(p, kernel, &turned, &Epilogue::default(), tile);
    call.slots[1] = Slot::Scratch(0);
    vec![Candidate::always("turned", Lowering { calls: vec![turn, call], scratch: vec![panels.bytes() / 4] })]
}

impl Op for LinearBackward {
    fn name(&self) -> &'static str {
        "linear_backward"
    }

    fn shape(&self, operands: &[&[usize]]) -> std::result::Result<Vec<usize>, String> {
        match operands {
            [[places @ .., n], [out, k] | [out, k, 1, 1]] if n == out => Ok([places, &[*k]].concat()),
            _ => Err(format!("{operands:?} are no cotangent and weight of a linear layer")),
        }
    }

    fn cpu(&self, operands: &[Tensor]) -> Result<Tensor> {
        let (dy, w) = (&operands[0], &operands[1]);
        let (n, k) = (w.dim(0)?, w.dim(1)?);
        let mut shape = dy.dims().to_vec();
        shape.pop();
        shape.push(k);
        dy.reshape(((), n))?.matmul(&w.reshape((n, k))?)?.reshape(shape)
    }

    fn ways(&self, operands: &[Operand], result: &[usize], caps: &Caps) -> Vec<Candidate> {
        ways("linear", [rows(result), channels(result), channels(operands[0].shape).div_ceil(STEP)], caps)
    }

    fn gpu(&self, operands: &[Operand], result: &[usize], caps: &Caps, way: &str) -> std::result::Result<Gpu, String> {
        let (m, n, k) = (rows(result), channels(result), channels(operands[0].shape));
        turned_gpu(operands, |turned| {
            let work = Work {
                op: "linear",
                m,
                n,
                row: k,
                steps: k.div_ceil(STEP),
                weights: "f32",
                operands,
                epilogue: Epilogue::default(),
                matrices: caps.matrices,
                params: crate::op::linear::params([m, n, k], m / result[0], turned),
                flops: 2 * product(&[m, n, k]),
            };
            work.by(way)
        })
    }

    fn class(&self, _: &[Operand], result: &[usize]) -> Option<String> {
        Some(class("linear", rows(result), channels(result)))
    }

    fn kernels(&self, operands: &[Operand], result: &[usize], set: Set) -> Vec<Candidate<Lowering>> {
        let (batch, places) = (result[0], rows(result) / result[0].max(1));
        let p = Product {
            batch: batch as u32,
            height: 1,
            width: places as u32,
            channels: channels(operands[0].shape) as u32,
            outputs: channels(result) as u32,
            kernel: [1, 1],
            stride: 1,
            out: [1, places as u32],
            ..Product::default()
        };
        turned_cpu(p, operands, set)
    }
}

impl Op for Conv2dBackward {
    fn name(&self) -> &'static str {
        "conv2d_backward"
    }

    fn shape(&self, operands: &[&[usize]]) -> std::result::Result<Vec<usize>, String> {
        let [[batch, height, width, n], [out, input, kh, kw]] = operands else {
            return Err(format!("{operands:?} must both have four dimensions"));
        };
        let sides = (self.window.steps(*height, self.window.rows, *kh), self.window.steps(*width, self.window.columns, *kw));
        let (true, (Some(rows), Some(columns))) = (n == out && self.window.stride == 1 && !self.window.doubled, sides) else {
            return Err(format!("{operands:?} are no cotangent and weight of a convolution with {:?}", self.window));
        };
        Ok(vec![*batch, rows, columns, *input])
    }

    fn cpu(&self, operands: &[Tensor]) -> Result<Tensor> {
        let reversed = |n: usize| Tensor::from_iter((0..n as u32).rev(), &Device::Cpu);
        let w = operands[1].transpose(0, 1)?.contiguous()?;
        let w = w.index_select(&reversed(w.dim(2)?)?, 2)?.index_select(&reversed(w.dim(3)?)?, 3)?;
        let x = operands[0].permute((0, 3, 1, 2))?.contiguous()?;
        let x = conv2d::padded(&conv2d::padded(&x, 2, self.window.rows)?, 3, self.window.columns)?;
        x.conv2d(&w, 0, 1, 1, 1)?.permute((0, 2, 3, 1))?.contiguous()
    }

    fn ways(&self, operands: &[Operand], result: &[usize], caps: &Caps) -> Vec<Candidate> {
        let sizes = Sizes::of(operands[1].shape);
        ways("conv2d", [rows(result), channels(result), sizes.taps() * sizes.inner().div_ceil(STEP)], caps)
    }

    fn gpu(&self, operands: &[Operand], result: &[usize], caps: &Caps, way: &str) -> std::result::Result<Gpu, String> {
        turned_gpu(operands, |turned| conv2d::work(self.window, Epilogue::default(), operands, turned, result, caps).by(way))
    }

    fn class(&self, _: &[Operand], result: &[usize]) -> Option<String> {
        Some(class("conv2d", rows(result), channels(result)))
    }

    fn kernels(&self, operands: &[Operand], result: &[usize], set: Set) -> Vec<Candidate<Lowering>> {
        match conv2d::on_cpu(self.window, operands[0].shape, operands[1].shape, result) {
            Some(p) => turned_cpu(p, operands, set),
            None => vec![],
        }
    }
}

impl<'g> Var<'g> {
    /// The way back through a linear layer whose result's cotangent this is. See [`LinearBackward`].
    pub fn linear_backward(self, weight: Var<'g>) -> Var<'g> {
        self.graph().apply(LinearBackward, &[self, weight], "")
    }

    /// The way back through a convolution whose result's cotangent this is, to its input of that height and width.
    pub fn conv2d_backward(self, weight: Var<'g>, window: Window, [height, width]: [usize; 2]) -> Var<'g> {
        let (&[_, h, w, _], &[_, _, kh, kw]) = (&self.shape()[..], &weight.shape()[..]) else { return self };
        let scale = if window.doubled { 2 } else { 1 };
        let back = |seen: usize, padding: Padding, cotangent: usize, kernel: usize| {
            let (spread, before) = ((cotangent - 1) * window.stride + 1, kernel as isize - 1 - padding.before);
            Padding { before, after: (seen + kernel - 1) as isize - spread as isize - before }
        };
        let window_back = Window {
            stride: 1,
            doubled: false,
            rows: back(height * scale, window.rows, h, kh),
            columns: back(width * scale, window.columns, w, kw),
        };
        let cotangent = if window.stride > 1 { self.spread(window.stride) } else { self };
        let seen = self.graph().apply(Conv2dBackward { window: window_back }, &[cotangent, weight], "");
        if window.doubled { seen.upsample_backward(height, width) } else { seen }
    }
}

fn linear_cases() -> Vec<Case> {
    let case = |(m, n, k): (usize, usize, usize), encoding: Encoding| {
        let case = Case::new(format!("{m}x{n}x{k} {}", encoding.row().name)).weight("fc.weight", &[n, k], encoding).input("dy", &[m, n]);
        case.build(|g, i| i[0].linear_backward(g.weight(g.weights().at("fc"), "weight", Layout::matrix)))
    };
    let sizes = [(1, 1, 1), (1, 3, 2), (7, 5, 13), (67, 65, 96), (64, 64, 64), (2, 320, 64), (129, 130, 33)];
    sizes.into_iter().flat_map(|size| Case::per_encoding(move |encoding| case(size, encoding))).collect()
}

fn conv2d_cases() -> Vec<Case> {
    use crate::op::{DOUBLED, SAME};
    let (down, down_vae, point) = (Window::new(2, 1, 1), Window::new(2, 0, 1), Window::new(1, 0, 0));
    let case = |(x, out, kernel, window): ([usize; 4], usize, usize, Window), encoding: Encoding| {
        let [batch, height, width, input] = x;
        let side = |n: usize, padding| window.steps(n, padding, kernel).expect("it fits");
        let dy = [batch, side(height, window.rows), side(width, window.columns), out];
        let name = format!("{dy:?} to {x:?}, {kernel}x{kernel}, stride {} {}", window.stride, encoding.row().name);
        let case = Case::new(name).weight("conv.weight", &[out, input, kernel, kernel], encoding).input("dy", &dy);
        case.build(move |g, i| {
            let weight = g.weight(g.weights().at("conv"), "weight", Layout::filter);
            i[0].conv2d_backward(weight, window, [height, width])
        })
    };
    let sizes = [
        ([1, 1, 1, 1], 1, 3, SAME),
        ([2, 5, 7, 3], 5, 3, SAME),
        ([1, 9, 11, 4], 17, 3, down),
        ([1, 8, 6, 13], 3, 3, down_vae),
        ([2, 8, 8, 32], 65, 3, SAME),
        ([1, 6, 5, 9], 8, 1, point),
        ([1, 8, 8, 64], 64, 3, down),
        ([2, 5, 7, 3], 6, 3, DOUBLED),
        ([1, 8, 8, 64], 32, 3, DOUBLED),
    ];
    sizes.into_iter().flat_map(|size| Case::per_encoding(move |encoding| case(size, encoding))).collect()
}
