//! `y[m, n] = epilogue(Σ_k x[m, k] · w[n, k])`: a matrix product with PyTorch's `nn.Linear` weight, or a 1×1 convolution's.

use super::units::product_call;
use super::ways::{STEP, Work, class, ways};
use super::{Activation, Case, Epilogue, Fusion, Gpu, Op, OpRow, Operand, channels, count, product, rows};
use crate::backward::{Backward, Differentiable};
use crate::caps::Caps;
use crate::choice::Candidate;
use crate::launch::{Param, Slot};
use crate::lowering::Lowering;
use crate::{LORA_DOWN, LORA_UP, Layout, Var, WeightUse, Weights};
use candle_core::{Result, Tensor};
use decant_kernels::{Product, Set};

pub(super) const ROW: OpRow = OpRow {
    name: "linear",
    tolerance: 2e-6,
    reason: "f32 sums of up to 20,480 products: rounding errors grow with the root of the length, 6e-8 · √(20480/4), and do not accumulate in one direction",
    cases,
};

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
        let mut product = input.to_vec();
        *product.last_mut().expect("not empty, checked above") = weight[0];
        self.epilogue.shape(extra, product)
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

    fn ways(&self, operands: &[Operand], result: &[usize], caps: &Caps) -> Vec<Candidate> {
        ways("linear", [rows(result), operands[1].shape[0], channels(operands[0].shape).div_ceil(STEP)], caps)
    }

    fn gpu(&self, operands: &[Operand], result: &[usize], caps: &Caps, way: &str) -> std::result::Result<Gpu, String> {
        let weight = operands[1].weight.ok_or("the second operand must be a weight")?;
        let (m, n, k) = (rows(result), channels(result), channels(operands[0].shape));
        let work = Work {
            op: "linear",
            m,
            n,
            row: k,
            steps: k.div_ceil(STEP),
            weights: weight.encoding.row().name,
            operands,
            epilogue: self.epilogue,
            matrices: caps.matrices,
            params: params([m, n, k], m / result[0], weight),
            flops: 2 * product(&[m, operands[1].shape[0], k]),
        };
        work.by(way)
    }

    fn class(&self, operands: &[Operand], result: &[usize]) -> Option<String> {
        Some(class(self.name(), rows(result), operands[1].shape[0]))
    }

    /// A convolution of a 1×1 window on pictures of one row.
    fn kernels(&self, operands: &[Operand], result: &[usize], set: Set) -> Vec<Candidate<Lowering>> {
        let (batch, places) = (result[0], rows(result) / result[0].max(1));
        let p = Product {
            batch: batch as u32,
            height: 1,
            width: places as u32,
            channels: channels(operands[0].shape) as u32,
            outputs: operands[1].shape[0] as u32,
            kernel: [1, 1],
            stride: 1,
            out: [1, places as u32],
            ..Product::default()
        };
        let mut call = product_call(p, decant_kernels::Kernel::Product, operands, &self.epilogue, set.tile());
        if !self.epilogue.geglu {
            return vec![Candidate::always("product", Lowering::one(call))];
        }
        call.slots.pop();
        call.slots.push(Slot::Scratch(0));
        let calls = vec![call, super::geglu::call(Slot::Scratch(0), result)];
        vec![Candidate::always("product", Lowering { calls, scratch: vec![2 * count(result)] })]
    }

    fn fuse(&mut self, next: Fusion) -> bool {
        self.epilogue.fuse(next)
    }
}

impl Differentiable for Linear {
    fn vjp<'g>(&self, call: &Backward<'g, '_>) -> Vec<Option<Var<'g>>> {
        call.each(|at| (at == 0).then(|| call.cotangent.linear_backward(call.operands[1])))
    }
}

/// A product's parameters for its kernels, of a weight as it lies on the device; so many rows to a batch entry.
pub(super) fn params([m, n, k]: [usize; 3], places: usize, weight: &WeightUse) -> Vec<(&'static str, Param)> {
    vec![
        ("m", m.into()),
        ("n", n.into()),
        ("k4", k.div_ceil(4).into()),
        ("row_stride", weight.row_stride().into()),
        ("stored", weight.stored_numbers().into()),
        ("places", places.into()),
        ("k", k.into()),
    ]
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
    for (m, n, k) in [(3, 1, 2), (2, 6, 20), (9, 5, 8), (70, 34, 33), (130, 68, 40), (200, 66, 96)] {
        cases.extend(Case::per_encoding(move |encoding| gated_case(m, n, k, encoding)));
    }
    cases.extend(
        Activation::ALL
            .into_iter()
            .flat_map(|activation| [(9, 12, 8), (2, 8, 20), (17, 36, 640)].map(|size| activated_case(size, activation))),
    );
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

fn activated_case((m, n, k): (usize, usize, usize), activation: Activation) -> Case {
    Case::new(format!("{m}x{n}x{k} {activation:?}"))
        .weight("fc.weight", &[n, k], crate::Encoding::F32)
        .weight("fc.bias", &[n], crate::Encoding::F32)
        .input("x", &[m, k])
        .build(move |graph, inputs| inputs[0].linear(graph.weights().at("fc")).activation(activation))
}

/// Values and gates: a product of twice as many columns.
fn gated_case(m: usize, n: usize, k: usize, encoding: crate::Encoding) -> Case {
    Case::new(format!("{m}x2·{n}x{k} with GEGLU {}", encoding.row().name))
        .weight("fc.weight", &[2 * n, k], encoding)
        .weight("fc.bias", &[2 * n], encoding)
        .input("x", &[m, k])
        .build(|graph, inputs| inputs[0].linear(graph.weights().at("fc")).geglu())
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
