//! What the builder says of what does not fit, and what it makes of what does.

use super::*;
use crate::{Encoding, WeightInfo};
use std::collections::HashMap;

fn index(entries: &[(&str, &[usize])]) -> WeightIndex {
    let info = |shape: &[usize]| WeightInfo { shape: shape.to_vec(), encoding: Encoding::F32 };
    entries.iter().map(|(name, shape)| (name.to_string(), info(shape))).collect()
}

#[test]
fn every_mistake_is_reported_once_with_its_place() {
    let graph = Graph::new(index(&[("mlp.0.fc1.weight", &[3, 4]), ("norm.weight", &[5])]));
    let w = graph.weights();
    let x = graph.input("x", &[1, 2]);
    let h = x.linear(w.at("mlp").at(0).at("fc1")).layer_norm(w.at("norm"), 1e-5);
    graph.output("y", h.linear(w.at("out")));
    let Err(Error::Graph(errors)) = graph.finish() else { panic!("three things are wrong") };
    assert_eq!(errors, ["linear at mlp.0.fc1: input [1, 2] does not fit weight [3, 4]", "norm.bias is missing", "out.weight is missing"]);
}

/// Against plain sums over what the base's encoding left: `Σ_k x_k (w_nk + Σ_r up_nr down_rk) + b_n`.
#[test]
fn a_pair_beside_a_weight_of_any_encoding_is_added() {
    let (rows, inputs, outs, rank) = (3, 64, 5, 4);
    for row in crate::ENCODINGS {
        let info = |shape: &[usize], encoding| WeightInfo { shape: shape.to_vec(), encoding };
        let graph = Graph::new(WeightIndex::from([
            ("fc.weight".into(), info(&[outs, inputs], row.encoding)),
            ("fc.bias".into(), info(&[outs], row.encoding)),
            ("fc.lora_down.weight".into(), info(&[rank, inputs], Encoding::F32)),
            ("fc.lora_up.weight".into(), info(&[outs, rank], Encoding::F32)),
        ]));
        let input = graph.input("x", &[rows, inputs]);
        graph.output("y", input.linear(graph.weights().at("fc")));
        let program = graph.finish().expect("it is sound");
        let numbers = |n: usize, seed: u64| crate::op::awkward(n, seed);
        let (mut seen, mut weights) = (HashMap::new(), crate::cpu::CpuWeights::new());
        for weight in &program.weights {
            let values = weight.seen(0, &numbers(weight.numbers(), weight.name.len() as u64)).expect("as many numbers");
            weights.insert(weight.name.clone(), crate::cpu::tensor(weight, &values).expect("as many numbers"));
            seen.insert(weight.name.as_str(), values);
        }
        let x = numbers(rows * inputs, 1);
        let given = [("x", crate::Input::F32(&x))];
        let got = crate::cpu::run(&program, &weights, &given, candle_core::DType::F64).expect("it runs").remove(0);
        let [w, b, down, up] = ["fc.weight", "fc.bias", "fc.lora_down.weight", "fc.lora_up.weight"].map(|name| &seen[name]);
        for (i, got) in got.iter().enumerate() {
            let (row, n) = (&x[i / outs * inputs..][..inputs], i % outs);
            let weight = |k: usize| {
                let pair: f64 = (0..rank).map(|r| up[n * rank + r] as f64 * down[r * inputs + k] as f64).sum();
                w[n * inputs + k] as f64 + pair
            };
            let terms: Vec<f64> = row.iter().enumerate().map(|(k, x)| *x as f64 * weight(k)).collect();
            let expected = terms.iter().sum::<f64>() + b[n] as f64;
            let size = terms.iter().map(|term| term.abs()).sum::<f64>();
            assert!((expected - *got as f64).abs() <= 1e-6 * size, "expected {expected}, got {got}");
        }
    }
}

#[test]
fn paths_know_folders_and_tensors() {
    let graph = Graph::new(index(&[("a.b.weight", &[1, 1]), ("a.bc.weight", &[1, 1])]));
    let a = graph.weights().at("a");
    assert!(a.has("b") && a.at("b").has("weight") && a.has("bc"));
    assert!(!a.has("weight") && !a.at("b").has("bias") && !graph.weights().has("c"));
}
