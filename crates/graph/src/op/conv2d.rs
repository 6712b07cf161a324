//! `y[b, oy, ox, n] = epilogue(Σ x[b, oy·s − p + ky, ox·s − p + kx, c] · w[n, c, ky, kx])`: PyTorch's `nn.Conv2d` on channels-last
//! pictures, on the GPU as a matrix product whose input rows are gathered on the fly (implicit GEMM). The picture may be seen twice as large,
//! each place as four, so that no upsampled picture ever exists.
//!
//! It is long because all that a convolution is stands together: its shape, its meaning, a GPU's work, a CPU's, its way back.

use super::units::product_call;
use super::ways::{STEP, Work, class, ways};
use super::{Case, Epilogue, Fusion, Gpu, Op, OpRow, Operand, channels, product, rows};
use crate::backward::{Backward, Differentiable};
use crate::caps::Caps;
use crate::choice::Candidate;
use crate::lowering::Lowering;
use crate::{Layout, Var, WeightUse, Weights};
use candle_core::{Result, Tensor};
use decant_kernels::{Kernel as Compute, Product, Set};

pub(super) const ROW: OpRow = OpRow { name: "conv2d", tolerance: 2e-6, reason: "f32 sums of up to 23,040 products, as for linear", cases };

/// Zeros before and after a picture; below 0, rows or columns that are left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Padding {
    /// Rows above, or columns to the left.
    pub before: isize,
    /// Rows below, or columns to the right.
    pub after: isize,
}

/// How a convolution's window moves over which picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Places from one window to the next.
    pub stride: usize,
    /// Zeros above and below the picture.
    pub rows: Padding,
    /// Zeros to the left and right.
    pub columns: Padding,
    /// Whether the window sees the picture twice as large (nearest neighbours: each place is four). Zeros are counted in what it sees.
    pub doubled: bool,
}

impl Window {
    /// The same zeros in both directions.
    pub const fn new(stride: usize, before: isize, after: isize) -> Window {
        let padding = Padding { before, after };
        Window { stride, rows: padding, columns: padding, doubled: false }
    }

    /// How many of its rows (or columns) the window sees for one of the picture's.
    pub fn scale(self) -> usize {
        1 + self.doubled as usize
    }

    /// Results along a picture's side, if the window fits at all.
    pub(super) fn steps(self, side: usize, padding: Padding, kernel: usize) -> Option<usize> {
        let seen = (side.saturating_mul(self.scale()) as isize).checked_add(padding.before)?.checked_add(padding.after)?;
        let room = usize::try_from(seen).ok()?.checked_sub(kernel)?;
        Some(room / self.stride + 1)
    }
}

/// A 3×3 window that keeps the picture's size.
pub const SAME: Window = Window::new(1, 1, 1);

/// A 3×3 window that doubles the picture's size: nearest neighbours, then [`SAME`].
pub const DOUBLED: Window = Window { doubled: true, ..SAME };

/// Operands: input `[batch, height, width, in]`, weight `[out, in, kh, kw]`, then the epilogue's.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Conv2d {
    /// How the window moves.
    pub window: Window,
    /// What follows the product.
    pub epilogue: Epilogue,
}

impl Op for Conv2d {
    fn name(&self) -> &'static str {
        "conv2d"
    }

    fn shape(&self, operands: &[&[usize]]) -> std::result::Result<Vec<usize>, String> {
        let [input, weight, extra @ ..] = operands else {
            return Err("input and weight are needed".into());
        };
        let ([batch, height, width, c], [out, wc, kh, kw]) = (input, weight) else {
            return Err(format!("input {input:?} and weight {weight:?} must both have four dimensions"));
        };
        let Window { rows, columns, .. } = self.window;
        let steps = (self.window.steps(*height, rows, *kh), self.window.steps(*width, columns, *kw));
        let (true, (Some(rows), Some(columns))) = (c == wc, steps) else {
            return Err(format!("input {input:?} does not fit weight {weight:?} with {:?}", self.window));
        };
        self.epilogue.shape(extra, vec![*batch, rows, columns, *out])
    }

    fn cpu(&self, operands: &[Tensor]) -> Result<Tensor> {
        let mut x = operands[0].permute((0, 3, 1, 2))?.contiguous()?; // [B, C, H, W]
        if self.window.doubled {
            x = x.upsample_nearest2d(2 * x.dim(2)?, 2 * x.dim(3)?)?;
        }
        let x = padded(&padded(&x, 2, self.window.rows)?, 3, self.window.columns)?;
        let y = x.conv2d(&operands[1], 0, self.window.stride, 1, 1)?;
        self.epilogue.cpu(y.permute((0, 2, 3, 1))?.contiguous()?, &operands[2..])
    }

    /// candle gathers every window of one call into a matrix, and turns input and result around.
    fn cpu_scratch(&self, operands: &[&[usize]]) -> u64 {
        let seen = product(operands[0]).saturating_mul((self.window.scale() * self.window.scale()) as u64);
        let places = seen / operands[0][3].max(1) as u64 / (self.window.stride * self.window.stride) as u64;
        4 * (places.saturating_mul(product(&operands[1][1..])) + 2 * seen + places.saturating_mul(operands[1][0] as u64))
    }

    fn ways(&self, operands: &[Operand], result: &[usize], caps: &Caps) -> Vec<Candidate> {
        ways("conv2d", [rows(result), channels(result), steps(&operands[1])], caps)
    }

    fn gpu(&self, operands: &[Operand], result: &[usize], caps: &Caps, way: &str) -> std::result::Result<Gpu, String> {
        let weight = operands[1].weight.ok_or("the second operand must be a weight")?;
        work(self.window, self.epilogue, operands, weight, result, caps).by(way)
    }

    fn class(&self, _: &[Operand], result: &[usize]) -> Option<String> {
        Some(class(self.name(), rows(result), channels(result)))
    }

    fn kernels(&self, operands: &[Operand], result: &[usize], set: Set) -> Vec<Candidate<Lowering>> {
        let Some(p) = on_cpu(self.window, operands[0].shape, operands[1].shape, result) else { return vec![] };
        let lowering = |kernel| Lowering::one(product_call(p, kernel, operands, &self.epilogue, set.tile()));
        let window = p.kernel == [3, 3] && p.stride == 1;
        let worth = worth_winograd(&p);
        let direct = Candidate::always("direct", lowering(Compute::Product));
        if !window {
            return vec![direct];
        }
        let winograd = Candidate { name: "winograd", fits: true, way: lowering(Compute::Winograd) };
        if worth { vec![winograd, direct] } else { vec![direct, winograd] }
    }

    fn fuse(&mut self, next: Fusion) -> bool {
        next != Fusion::Geglu && self.epilogue.fuse(next)
    }
}

impl Differentiable for Conv2d {
    fn vjp<'g>(&self, call: &Backward<'g, '_>) -> Vec<Option<Var<'g>>> {
        let &[_, height, width, _] = &call.operands[0].shape()[..] else { return vec![] };
        let back = || call.cotangent.conv2d_backward(call.operands[1], self.window, [height, width]);
        call.each(|at| (at == 0).then(back))
    }
}

/// The product that a convolution is, with a weight as it lies on the device.
pub(super) fn work<'a>(
    window: Window,
    epilogue: Epilogue,
    operands: &'a [Operand<'a>],
    weight: &WeightUse,
    result: &[usize],
    caps: &Caps,
) -> Work<'a> {
    let (input, kernel) = (operands[0].shape, &operands[1].shape[2..]);
    let (places, m, n) = (result[1] * result[2], result[0] * result[1] * result[2], result[3]);
    let (taps, tap4) = (kernel[0] * kernel[1], weight.inner_stride() / 4);
    Work {
        op: "conv2d",
        m,
        n,
        row: input[3],
        steps: taps * weight.inner_stride().div_ceil(STEP),
        weights: weight.encoding.row().name,
        operands,
        epilogue,
        matrices: caps.matrices,
        params: vec![
            ("m", m.into()),
            ("n", n.into()),
            ("k4", (taps * tap4).into()),
            ("row_stride", weight.row_stride().into()),
            ("stored", weight.stored_numbers().into()),
            ("places", places.into()),
            ("c", input[3].into()),
            ("height", input[1].into()),
            ("width", input[2].into()),
            ("out_width", result[2].into()),
            ("tap4", tap4.into()),
            ("kernel_width", kernel[1].into()),
            ("stride", window.stride.into()),
            ("pad_rows", window.rows.before.into()),
            ("pad_columns", window.columns.before.into()),
            ("doubled", window.doubled.into()),
        ],
        flops: 2 * product(&[m, n, input[3], taps]),
    }
}

/// The same for a CPU; its result's channels are the result's.
pub(super) fn on_cpu(window: Window, input: &[usize], weight: &[usize], result: &[usize]) -> Option<Product> {
    let ([batch, height, width, channels], [_, _, kh, kw]) = (input, weight) else { return None };
    Some(Product {
        batch: *batch as u32,
        height: *height as u32,
        width: *width as u32,
        channels: *channels as u32,
        outputs: result[3] as u32,
        kernel: [*kh as u32, *kw as u32],
        stride: window.stride as u32,
        above: window.rows.before as i32,
        left: window.columns.before as i32,
        doubled: window.doubled as u32,
        out: [result[1] as u32, result[2] as u32],
        ..Product::default()
    })
}

/// Whether F(2×2, 3×3) is faster on a CPU, where it is possible.
pub(super) fn worth_winograd(p: &Product) -> bool {
    p.channels >= WINOGRAD_CHANNELS && p.outputs >= WINOGRAD_CHANNELS && p.tiles() >= WINOGRAD_TILES
}

/// Steps of a tiled product with a weight `[out, in, kh, kw]`, as it is stored: tap after tap.
fn steps(weight: &Operand) -> usize {
    let inner = weight.weight.map_or(weight.shape[1], |weight| weight.inner_stride());
    weight.shape[2] * weight.shape[3] * inner.div_ceil(STEP)
}

/// Fewer channels than that, and transforming them takes longer than the products that it saves.
const WINOGRAD_CHANNELS: u32 = 16;
/// Fewer tiles than that, and transforming the weights does.
const WINOGRAD_TILES: usize = 12;

/// Zeros put before and after along a dimension, or places left out.
pub(super) fn padded(x: &Tensor, dim: usize, padding: Padding) -> Result<Tensor> {
    let [before, after] = [padding.before, padding.after].map(|n| n.max(0) as usize);
    let [skip, leave] = [padding.before, padding.after].map(|n| (-n).max(0) as usize);
    let kept = x.dim(dim)?.saturating_sub(skip + leave);
    x.narrow(dim, skip, kept)?.contiguous()?.pad_with_zeros(dim, before, after)
}

const DOWN: Window = Window::new(2, 1, 1);
const DOWN_VAE: Window = Window::new(2, 0, 1);
const POINT: Window = Window::new(1, 0, 0);
/// A band in the middle of a picture that is doubled: a row of each neighbour, of which the window sees half.
const BAND: Window = Window { rows: Padding { before: -1, after: -1 }, ..DOUBLED };
/// The lowest band of a picture that is halved.
const LAST: Window = Window { rows: Padding { before: -1, after: 1 }, ..DOWN_VAE };

impl<'g> Var<'g> {
    /// A convolution over `[batch, height, width, in]`. See [`Conv2d`]. With [`LORA_DOWN`] (of the same window) and [`LORA_UP`] (a matrix)
    /// beside the weight, what they make of the input is added.
    pub fn conv2d(self, w: Weights<'g>, window: Window) -> Var<'g> {
        let weight = self.graph().weight(w, "weight", Layout::filter);
        let op = |bias| Conv2d { window, epilogue: Epilogue { bias, ..Epilogue::default() } };
        self.product(w, weight, op(false), op(true)).with_low_rank(w, |down| self.conv2d(down, window))
    }
}

fn cases() -> Vec<Case> {
    let small = [
        ([1, 1, 1, 1], 1, 3, SAME),
        ([2, 5, 7, 3], 5, 3, SAME),
        ([1, 9, 11, 4], 17, 3, DOWN),
        ([1, 8, 6, 13], 3, 3, DOWN_VAE),
        ([2, 8, 8, 32], 65, 3, SAME),
        ([1, 6, 5, 9], 8, 1, POINT),
        ([1, 16, 16, 64], 64, 3, SAME),
        ([1, 8, 8, 320], 4, 3, SAME),
        ([1, 33, 63, 5], 130, 3, SAME),
        ([2, 2, 2, 64], 96, 3, SAME),
        ([2, 5, 7, 3], 6, 3, DOUBLED),
        ([1, 4, 3, 36], 5, 3, BAND),
        ([1, 6, 5, 8], 7, 3, LAST),
    ];
    let real = [
        ([1, 64, 64, 320], 320, 3, SAME),
        ([1, 32, 32, 640], 640, 3, SAME),
        ([1, 16, 16, 1280], 1280, 3, SAME),
        ([1, 8, 8, 1280], 1280, 3, SAME),
        ([1, 64, 64, 320], 320, 3, DOWN),
        ([1, 64, 64, 4], 320, 3, SAME),
    ];
    let mut cases = vec![fused_case()];
    cases.extend([SAME, DOWN, DOUBLED].into_iter().flat_map(|window| Case::per_encoding(move |encoding| low_rank_case(window, encoding))));
    for (input, out, kernel, window) in small {
        cases.extend(Case::per_encoding(|encoding| conv_case(input, out, kernel, window, encoding)));
    }
    for (input, out, kernel, window) in real {
        cases.extend(Case::per_encoding(|encoding| conv_case(input, out, kernel, window, encoding).real()));
    }
    cases
}

fn conv_case(input: [usize; 4], out: usize, kernel: usize, window: Window, encoding: crate::Encoding) -> Case {
    let doubled = if window.doubled { " doubled" } else { "" };
    let name = format!("{input:?} to {out}, {kernel}x{kernel} stride {}{doubled} {}", window.stride, encoding.row().name);
    Case::new(name)
        .weight("conv.weight", &[out, input[3], kernel, kernel], encoding)
        .weight("conv.bias", &[out], encoding)
        .input("x", &input)
        .build(move |graph, inputs| inputs[0].conv2d(graph.weights().at("conv"), window))
}

fn fused_case() -> Case {
    Case::new("[2, 5, 7, 8] to 12 with every epilogue")
        .weight("conv.weight", &[12, 8, 3, 3], crate::Encoding::F32)
        .input("x", &[2, 5, 7, 8])
        .input("row", &[2, 12])
        .input("residual", &[2, 5, 7, 12])
        .build(|graph, i| i[0].conv2d(graph.weights().at("conv"), SAME).add_per_batch(i[1]).silu() + i[2])
}

/// A base in some encoding, and a LoRA's pair in full beside it: a convolution of the same window, and a matrix.
fn low_rank_case(window: Window, encoding: crate::Encoding) -> Case {
    let doubled = if window.doubled { " doubled" } else { "" };
    Case::new(format!("[2, 5, 7, 32] to 6 with a pair of rank 4, stride {}{doubled} {}", window.stride, encoding.row().name))
        .weight("conv.weight", &[6, 32, 3, 3], encoding)
        .weight("conv.bias", &[6], encoding)
        .weight("conv.lora_down.weight", &[4, 32, 3, 3], crate::Encoding::F32)
        .weight("conv.lora_up.weight", &[6, 4], crate::Encoding::F32)
        .input("x", &[2, 5, 7, 32])
        .input("row", &[2, 6])
        .build(move |graph, i| i[0].conv2d(graph.weights().at("conv"), window).add_per_batch(i[1]).silu())
}
