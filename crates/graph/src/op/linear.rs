//! `y[m, n] = epilogue(Σ_k x[m, k] · w[n, k])`: a matrix product with PyTorch's `nn.Linear` weight, or a 1×1 convolution's.

use super::units::product_call;
use super::{Case, Epilogue, Fusion, Gpu, Op, OpRow, Operand, channels, product, row_reader, rows};
use crate::choice::Candidate;
use crate::launch::{Kernel, Launch, Slot};
use crate::lowering::Lowering;
use crate::{LORA_DOWN, LORA_UP, Layout, Var, Weights};
use candle_core::{Result, Tensor};
use decant_kernels::{Product, Set};

pub(super) const ROW: OpRow = OpRow {
    name: "linear",
    tolerance: 2e-6,
    reason: "f32 sums of up to 20,480 products: rounding errors grow with the root of the length, 6e-8 · √(20480/4), and do not accumulate in one direction",
    cases,
};

/// A block of results that one workgroup makes, by `shaders/tile/NAME.wgsl`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tile {
    pub name: &'static str,
    rows: usize,
    columns: usize,
}

const SQUARE: Tile = Tile { name: "square", rows: 64, columns: 64 };
const SMALL: Tile = Tile { name: "small", rows: 32, columns: 32 };
const THIN: Tile = Tile { name: "thin", rows: 8, columns: 64 };

/// Below this many workgroups a GPU stands partly idle (small ones have about 8 cores that want several each), and so more, smaller ones win.
const FEW_GROUPS: usize = 64;

impl Tile {
    /// The tile for `m` rows and `n` columns of results.
    pub fn of(m: usize, n: usize) -> Tile {
        match m {
            0..=8 => THIN,
            _ if m.div_ceil(SQUARE.rows) * n.div_ceil(SQUARE.columns) < FEW_GROUPS => SMALL,
            _ => SQUARE,
        }
    }

    /// What the grid counts on.
    pub fn constants(self) -> [(&'static str, u32); 2] {
        [("ROWS", self.rows as u32), ("COLUMNS", self.columns as u32)]
    }

    /// The grid that covers all results.
    pub fn groups(self, m: usize, n: usize) -> [u32; 3] {
        [n.div_ceil(self.columns) as u32, m.div_ceil(self.rows) as u32, 1]
    }
}

/// Operands: input `[…, in]`, weight `[out, in]` or `[out, in, 1, 1]`, then the epilogue's.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Linear {
    /// What follows the product.
    pub epilogue: Epilogue,
}

impl Op for Linear {
    fn name(&self) -> &'static str {
        "linear"
    }

    fn shape(&self, operands: &[&[usize]]) -> std::result::Result<Vec<usize>, String> {
        let [input, weight, extra @ ..] = operands else {
            return Err("input and weight are needed".into());
        };
        let fits = matches!(weight, [_, _] | [_, _, 1, 1]) && !input.is_empty() && weight[1] == channels(input);
        if !fits {
            return Err(format!("input {input:?} does not fit weight {weight:?}"));
        }
        let mut result = input.to_vec();
        *result.last_mut().expect("not empty, checked above") = weight[0];
        self.epilogue.check(extra, &result)?;
        Ok(result)
    }

    fn cpu(&self, operands: &[Tensor]) -> Result<Tensor> {
        let (x, w) = (&operands[0], &operands[1]);
        let (n, k) = (w.dim(0)?, w.dim(1)?);
        let product = x.reshape(((), k))?.matmul(&w.reshape((n, k))?.t()?)?;
        let mut shape = x.dims().to_vec();
        shape.pop();
        shape.push(n);
        self.epilogue.cpu(product.reshape(shape)?, &operands[2..])
    }

    fn gpu(&self, operands: &[Operand], result: &[usize]) -> std::result::Result<Gpu, String> {
        let weight = operands[1].weight.ok_or("the second operand must be a weight")?;
        let (m, n, k) = (rows(result), channels(result), channels(operands[0].shape));
        let (extra, [flags, activation]) = self.epilogue.gpu(operands);
        let [bias, per_batch, residual] = extra;
        let tile = Tile::of(m, n);
        let launch = Launch {
            kernel: Kernel::new("linear")
                .with("input", row_reader(k))
                .with("weights", weight.encoding.row().name)
                .with("tile", tile.name)
                .assuming(tile.constants())
                .assuming(Epilogue::constants()),
            slots: vec![Slot::operand(0), Slot::operand(1), bias, per_batch, residual, Slot::Output],
            params: vec![
                ("m", m.into()),
                ("n", n.into()),
                ("k4", k.div_ceil(4).into()),
                ("row_stride", weight.row_stride().into()),
                ("stored", weight.stored_numbers().into()),
                ("flags", flags.into()),
                ("activation", activation.into()),
                ("places", (m / result[0]).into()),
                ("k", k.into()),
            ],
            groups: tile.groups(m, n),
            flops: 2 * product(&[m, n, k]),
        };
        Ok(Gpu { launches: vec![launch], scratch: vec![] })
    }

    /// A convolution of a 1×1 window on pictures of one row.
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
        let call = product_call(p, decant_kernels::Kernel::Product, operands, &self.epilogue, set.tile());
        vec![Candidate::always("product", Lowering::one(call))]
    }

    fn fuse(&mut self, next: Fusion) -> bool {
        self.epilogue.fuse(next)
    }
}

impl<'g> Var<'g> {
    /// `x · weightᵀ + bias` over the last dimension: `[…, in]` to `[…, out]`. See [`Linear`]. With [`LORA_DOWN`] and [`LORA_UP`] beside
    /// the weight, what they make of the input is added.
    pub fn linear(self, w: Weights<'g>) -> Var<'g> {
        let weight = self.graph().weight(w, "weight", Layout::matrix);
        let op = |bias| Linear { epilogue: Epilogue { bias, ..Epilogue::default() } };
        self.product(w, weight, op(false), op(true)).with_low_rank(w, |down| self.linear(down))
    }

    /// With a bias where the weights have one.
    pub(super) fn product(self, w: Weights<'g>, weight: Var<'g>, plain: impl Op + 'static, biased: impl Op + 'static) -> Var<'g> {
        if w.has("bias") {
            let bias = self.graph().weight(w, "bias", Layout::vector);
            return self.graph().apply(biased, &[self, weight, bias], &w.path());
        }
        self.graph().apply(plain, &[self, weight], &w.path())
    }

    /// `self + up(down(x))`, where the weights have such a pair at `w`. The base stays as it is, in whatever encoding, and both are added
    /// while the pair's result is written.
    pub(super) fn with_low_rank(self, w: Weights<'g>, down: impl FnOnce(Weights<'g>) -> Var<'g>) -> Var<'g> {
        if w.has(LORA_DOWN) { self + down(w.at(LORA_DOWN)).linear(w.at(LORA_UP)) } else { self }
    }
}

fn cases() -> Vec<Case> {
    let mut cases: Vec<Case> =
        [(1, 1, 1), (1, 3, 2), (7, 5, 13), (67, 65, 97), (64, 64, 64), (2, 1280, 320), (77, 320, 768), (129, 131, 33), (1030, 260, 20)]
            .iter()
            .flat_map(|&(m, n, k)| Case::per_encoding(move |encoding| linear_case(m, n, k, encoding)))
            .collect();
    cases.push(fused_case());
    cases.extend(Case::per_encoding(low_rank_case));
    cases.extend(
        [(4096, 320, 320), (4096, 2560, 320), (1024, 5120, 640), (256, 1280, 1280), (77, 1280, 768)]
            .iter()
            .flat_map(|&(m, n, k)| Case::per_encoding(move |encoding| linear_case(m, n, k, encoding).real())),
    );
    cases
}

fn linear_case(m: usize, n: usize, k: usize, encoding: crate::Encoding) -> Case {
    Case::new(format!("{m}x{n}x{k} {}", encoding.row().name))
        .weight("fc.weight", &[n, k], encoding)
        .weight("fc.bias", &[n], encoding)
        .input("x", &[m, k])
        .build(|graph, inputs| inputs[0].linear(graph.weights().at("fc")))
}

fn fused_case() -> Case {
    Case::new("3x11x35x20 with every epilogue")
        .weight("fc.weight", &[35, 20], crate::Encoding::F32)
        .weight("fc.bias", &[35], crate::Encoding::F32)
        .input("x", &[3, 11, 20])
        .input("row", &[3, 35])
        .input("residual", &[3, 11, 35])
        .build(|graph, i| (i[0].linear(graph.weights().at("fc")).add_per_batch(i[1])).gelu() + i[2])
}

/// A base in some encoding, and a LoRA's pair in full beside it; what follows is added to both.
fn low_rank_case(encoding: crate::Encoding) -> Case {
    Case::new(format!("2x67x33x96 with a pair of rank 4, {}", encoding.row().name))
        .weight("fc.weight", &[33, 96], encoding)
        .weight("fc.bias", &[33], encoding)
        .weight("fc.lora_down.weight", &[4, 96], crate::Encoding::F16)
        .weight("fc.lora_up.weight", &[33, 4], crate::Encoding::F32)
        .input("x", &[2, 67, 96])
        .input("residual", &[2, 67, 33])
        .build(|graph, i| i[0].linear(graph.weights().at("fc")) + i[1])
}
