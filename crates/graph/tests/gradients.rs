//! Every operation's way back at every size of its own list: against differences in f64, and with the values in between computed once more.

use candle_core::DType;
use decant_graph::op::{Case, OPS, awkward};
use decant_graph::{Input, Program, WeightUse, cpu};
use std::collections::BTreeSet;

/// Operations without a way back, and why; the others must have one.
const WITHOUT: &[(&str, &str)] = &[
    ("attention_weights", "a map to look at"),
    ("group_norm_statistics", "of pictures in bands, which a gradient takes whole"),
    ("stack_rows", "of pictures in bands, which a gradient takes whole"),
    ("prelu", "the upscalers'"),
    ("pixel_shuffle", "the upscalers'"),
    ("gather", "row numbers are no numbers"),
    ("timestep_embedding", "no timestep is asked for"),
    ("spread", "a way back itself"),
    ("narrow", "a way back itself"),
];

fn weights(program: &Program) -> cpu::CpuWeights {
    let weight = |(i, w): (usize, &WeightUse)| {
        let values: Vec<f32> = awkward(w.numbers(), 1000 + i as u64).iter().map(|v| v.clamp(-2.0, 2.0) * 0.3).collect();
        (w.name.clone(), cpu::tensor(w, &values).expect("as many numbers"))
    };
    program.weights.iter().enumerate().map(weight).collect()
}

fn numbers(case: &Case, i: usize) -> Vec<f32> {
    // Without fiftyfold outliers: differences need a smooth place.
    case.numbers(i).iter().map(|v| v.clamp(-2.0, 2.0) * 0.5).collect()
}

fn run(program: &Program, inputs: &[(String, Vec<f32>)]) -> Vec<Vec<f32>> {
    let inputs: Vec<(&str, Input)> = inputs.iter().map(|(name, values)| (name.as_str(), Input::F32(values))).collect();
    cpu::run(program, &weights(program), &inputs, DType::F64).expect("it runs")
}

/// The gradient along a direction, and what differences say of it; both relative to the gradient's size.
fn compare(case: &Case, of: usize, program: &Program) -> (f64, f64) {
    let y = program.outputs[0].1;
    let n: usize = program.values[y].shape.iter().product();
    let cotangent: Vec<f32> = awkward(n, 77).iter().map(|v| v.clamp(-2.0, 2.0)).collect();
    let mut inputs: Vec<(String, Vec<f32>)> =
        case.inputs().iter().enumerate().map(|(i, input)| (input.name.clone(), numbers(case, i))).collect();
    inputs.push(("cotangent".into(), cotangent.clone()));
    let gradient = run(program, &inputs).remove(1);
    let direction: Vec<f32> = awkward(inputs[of].1.len(), 78).iter().map(|v| v.clamp(-2.0, 2.0)).collect();
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum::<f64>();
    let mut moved = |by: f32| {
        let before = inputs[of].1.clone();
        inputs[of].1.iter_mut().zip(&direction).for_each(|(x, d)| *x += by * d);
        let loss = dot(&run(program, &inputs).swap_remove(0), &cotangent);
        let really: Vec<f32> = inputs[of].1.iter().zip(&before).map(|(a, b)| a - b).collect();
        inputs[of].1 = before;
        (loss, dot(&gradient, &really))
    };
    let by = 1e-3;
    let ((up, up_gradient), (down, down_gradient)) = (moved(by), moved(-by));
    let size = dot(&gradient, &gradient).sqrt() * dot(&direction, &direction).sqrt() * f64::from(by) * 2.0;
    ((up_gradient - down_gradient) / size, (up - down) / size)
}

#[test]
fn every_gradient_is_what_differences_say() {
    let (mut failures, mut with) = (vec![], BTreeSet::new());
    for row in OPS {
        for case in (row.cases)().iter().filter(|case| !case.real) {
            let floats = |i: &usize| case.ids_for(*i).is_none() && case.inputs()[*i].fill == decant_graph::op::Fill::Awkward;
            for of in (0..case.inputs().len()).filter(floats) {
                let program = match case.gradient(of, 1) {
                    Ok(program) => program,
                    Err(e) if WITHOUT.iter().any(|(name, _)| *name == row.name) => {
                        assert!(e.to_string().contains("has no gradient"), "{e}");
                        continue;
                    }
                    // A row for each batch entry, and ways back of ways back.
                    Err(e) if e.to_string().contains("has no gradient by that operand") || e.to_string().contains("_backward has no") => {
                        continue;
                    }
                    Err(e) => panic!("{} {}: {e}", row.name, case.name),
                };
                with.insert(row.name);
                let (gradient, differences) = compare(case, of, &program);
                // Results are read as f32; and across a corner, differences see both sides.
                let most = if case.name.contains("Relu") { 1e-2 } else { 1e-3 };
                if (gradient - differences).abs() > most {
                    failures.push(format!(
                        "{} {} by {}: {gradient:.6}, by differences {differences:.6}",
                        row.name,
                        case.name,
                        case.inputs()[of].name
                    ));
                }
            }
        }
    }
    println!("{with:?}");
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn what_is_computed_once_more_gives_the_same() {
    let case =
        Case::new("several layers").input("x", &[2, 4, 4, 8]).weight("a.weight", &[8, 8], decant_graph::Encoding::F32).build(|g, i| {
            let w = g.weights().at("a");
            let mut x = i[0];
            for _ in 0..6 {
                x = x.linear(w).silu() + x * x;
            }
            x
        });
    let results: Vec<Vec<f32>> = [1, 2, 3, 7, 100]
        .into_iter()
        .map(|segments| {
            let program = case.gradient(0, segments).expect("it is known");
            let cotangent = awkward(256, 5);
            let x: Vec<f32> = awkward(256, 6).iter().map(|v| v.clamp(-1.0, 1.0) * 0.3).collect();
            let values = run(&program, &[("x".into(), x), ("cotangent".into(), cotangent)]).remove(1);
            println!("{segments} segments: {} steps, {} bytes", program.steps.len(), program.activation_bytes());
            values
        })
        .collect();
    assert!(results.iter().all(|result| *result == results[0]));
}
