//! What attention is seen to look at is what it looks at: the tapped weights, times the values, are the fused kernel's result.

use candle_core::DType;
use decant_gpu::Gpu;
use decant_graph::op::awkward;
use decant_graph::{Device, Graph, Input, Program, WeightIndex, cpu};
use std::rc::Rc;

/// Batch, queries, keys, heads, channels of a head.
const SIZES: [[usize; 5]; 5] = [[1, 1, 1, 1, 1], [2, 7, 11, 3, 5], [1, 64, 77, 4, 16], [2, 13, 131, 1, 40], [1, 5, 64, 8, 8]];

/// For each head alone and for all together: the fused result and the weights. Outputs `fused` (all heads), `weights` (their mean), then
/// `fused 0`, `weights 0`, …
fn program([batch, queries, keys, heads, d]: [usize; 5]) -> Program {
    let graph = Graph::new(WeightIndex::new());
    let inputs = |name: &str, tokens: usize| -> Vec<_> {
        (0..heads).map(|head| graph.input(&format!("{name} {head}"), &[batch, tokens, d])).collect()
    };
    let (q, k, v) = (inputs("q", queries), inputs("k", keys), inputs("v", keys));
    let [wide_q, wide_k, wide_v] = [&q, &k, &v].map(|parts| parts.iter().copied().reduce(|a, b| a.concat(b)).expect("a head"));
    graph.output("fused", wide_q.attention(wide_k, wide_v, heads, false));
    graph.output("weights", wide_q.attention_weights(wide_k, heads));
    for head in 0..heads {
        graph.output(&format!("fused {head}"), q[head].attention(k[head], v[head], 1, false));
        graph.output(&format!("weights {head}"), q[head].attention_weights(k[head], 1));
    }
    graph.finish().expect("the graph is sound")
}

fn check(size: [usize; 5], outputs: &[Vec<f32>], v: &[Vec<f32>], place: &str) {
    let [batch, queries, keys, heads, d] = size;
    let close = |what: &str, expected: f64, got: f32, scale: f64| {
        assert!((expected - f64::from(got)).abs() <= 1e-5 * scale, "{place} {size:?}, {what}: expected {expected}, got {got}");
    };
    for row in 0..batch * queries {
        let mut mean = vec![0f64; keys];
        for head in 0..heads {
            let (fused, weights) = (&outputs[2 + 2 * head], &outputs[3 + 2 * head][row * keys..][..keys]);
            close("a query's weights", 1.0, weights.iter().sum(), 1.0);
            let value = |key: usize, c: usize| f64::from(v[head][(row / queries * keys + key) * d + c]);
            for c in 0..d {
                let terms = || (0..keys).map(|key| f64::from(weights[key]) * value(key, c));
                let got = fused[row * d + c];
                close("weights times values", terms().sum(), got, terms().map(f64::abs).sum::<f64>().max(1e-3));
                assert_eq!(got, outputs[0][row * heads * d + head * d + c], "{place} {size:?}: a head alone is the head among others");
            }
            mean.iter_mut().zip(weights).for_each(|(sum, weight)| *sum += f64::from(*weight) / heads as f64);
        }
        std::iter::zip(mean, &outputs[1][row * keys..]).for_each(|(mean, got)| close("the heads' mean", mean, *got, 1.0));
    }
}

#[test]
fn tapped_weights_make_the_fused_result() {
    let gpu = pollster::block_on(Gpu::request()).expect("a Vulkan driver; tests/rig/setup_vulkan.sh installs one");
    for size in SIZES {
        let program = Rc::new(program(size));
        let numbers: Vec<Vec<f32>> =
            program.inputs.iter().zip(1..).map(|(input, seed)| awkward(program.values[input.value].shape.iter().product(), seed)).collect();
        let inputs: Vec<(&str, Input)> =
            program.inputs.iter().zip(&numbers).map(|(input, x)| (input.name.as_str(), Input::F32(x))).collect();
        let v = &numbers[numbers.len() / 3 * 2..];
        let exact = cpu::run(&program, &Default::default(), &inputs, DType::F64).expect("the CPU runs it");
        check(size, &exact, v, "CPU");
        let mut ready = pollster::block_on(gpu.weight_set().ready(program.clone())).expect("it fits the adapter");
        check(size, &pollster::block_on(ready.run(&inputs)).expect("the GPU runs it"), v, "GPU");
    }
}
