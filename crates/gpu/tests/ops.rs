//! Every operation at every size of its own list: GPU against the CPU's f64, within the tolerance beside the operation.

use decant_gpu::Gpu;
use decant_graph::check::Reference;
use decant_graph::op::{Case, OPS, awkward, gpu_candidates};
use decant_graph::{Caps, Device, Encoding, Graph, Input, KernelChoice, WeightInfo};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// Root of the mean square difference, relative to the root mean square of what was expected.
fn relative_error(expected: &[f32], got: &[f32]) -> f64 {
    assert_eq!(expected.len(), got.len());
    let squares = |values: &mut dyn Iterator<Item = f64>| values.map(|v| v * v).sum::<f64>();
    let difference = squares(&mut expected.iter().zip(got).map(|(e, g)| *e as f64 - *g as f64));
    (difference / squares(&mut expected.iter().map(|e| *e as f64)).max(1e-30)).sqrt()
}

/// The error of that case by the kernels that the GPU takes now.
fn error(gpu: &Gpu, reference: &Reference, name: &str) -> f64 {
    let got = pollster::block_on(reference.run(gpu)).unwrap_or_else(|e| panic!("{name}: {e}"));
    reference.error(&got)
}

#[test]
fn small_weights_survive_q8_0() {
    // The scale of a block whose largest weight is 1e-4 is 7.9e-7: subnormal in f16.
    let gpu = pollster::block_on(Gpu::request()).expect("a Vulkan driver; tests/rig/setup_vulkan.sh installs one");
    let info = WeightInfo { shape: vec![3, 64], encoding: Encoding::Q8_0 };
    let graph = Graph::new([("fc.weight".to_string(), info)].into());
    graph.output("y", graph.input("x", &[1, 64]).linear(graph.weights().at("fc")));
    let program = Rc::new(graph.finish().expect("the graph is sound"));
    let values: Vec<f32> = awkward(3 * 64, 5).iter().map(|v| v.clamp(-1.0, 1.0) * 1e-4).collect();
    let x = awkward(64, 6);
    let expected: Vec<f32> = values.chunks(64).map(|row| row.iter().zip(&x).map(|(w, x)| w * x).sum()).collect();
    let mut set = gpu.weight_set();
    set.upload(&program.weights[0], &values).expect("the weight fits");
    let mut ready = pollster::block_on(set.ready(program)).expect("it fits");
    let got = pollster::block_on(ready.run(&[("x", Input::F32(&x))])).expect("it runs").remove(0);
    // Steps of 1/127 of the largest, and a scale of four significant bits.
    assert!(relative_error(&expected, &got) < 0.05, "expected {expected:?}, got {got:?}");
}

/// The names of all candidates that any step of the case has here.
fn candidates(gpu: &Gpu, case: &Case) -> BTreeSet<&'static str> {
    let program = case.program().unwrap_or_else(|e| panic!("{}: {e}", case.name));
    let of = |at| program.ways(at, &gpu.caps());
    (0..program.steps.len()).flat_map(of).filter(|candidate| candidate.fits).map(|candidate| candidate.name).collect()
}

/// Those that the case is tried with. How weights are decoded, and which function follows, has nothing to do with the tile: products are tried
/// with every tile in f32 and without a function, and otherwise with what each kernel prefers.
fn tried(gpu: &Gpu, op: &str, case: &Case) -> Vec<&'static str> {
    let whole = !["linear", "conv2d"].contains(&op) || case.name.ends_with(" f32") || case.name.contains("every epilogue");
    let preferred = ["lanes", "square", "square_f16", "matrix_f16", "split", "rows2"];
    candidates(gpu, case).into_iter().filter(|name| whole || preferred.contains(name)).collect()
}

/// Runs the cases of the operations whose name is wanted.
fn agree(wanted: impl Fn(&str) -> bool) {
    let gpu = pollster::block_on(Gpu::request()).expect("a Vulkan driver; tests/rig/setup_vulkan.sh installs one");
    println!("on {}", gpu.name());
    let mut failures = vec![];
    for row in OPS.iter().filter(|row| wanted(row.name)) {
        let mut worst = BTreeMap::<&str, f64>::new();
        for case in (row.cases)().iter().filter(|case| !case.real) {
            let reference = Reference::new(case).unwrap_or_else(|e| panic!("{}: {e}", case.name));
            for name in tried(&gpu, row.name, case) {
                gpu.choose_kernels(KernelChoice::forced(name));
                let error = error(&gpu, &reference, &case.name);
                let most = worst.entry(name).or_default();
                *most = most.max(error);
                if error > row.tolerance_of(name) {
                    failures.push(format!(
                        "{} {} by {name}: error {error:.2e}, tolerance {:.1e}",
                        row.name,
                        case.name,
                        row.tolerance_of(name)
                    ));
                }
            }
        }
        for (name, worst) in worst {
            println!("{:20} {name:16} worst {worst:.2e} of {:.1e} ({})", row.name, row.tolerance_of(name), row.reason);
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn every_candidate_has_a_name_that_can_be_asked_for() {
    let known = gpu_candidates();
    for case in OPS.iter().flat_map(|row| (row.cases)()) {
        let program = case.program().unwrap_or_else(|e| panic!("{}: {e}", case.name));
        for way in (0..program.steps.len()).flat_map(|at| program.ways(at, &Caps::default())) {
            assert!(way.name == "only" || known.contains(way.name), "{}", way.name);
        }
    }
}

// Apart, so that they run side by side.
#[test]
fn every_candidate_of_linear_agrees_with_the_cpu() {
    agree(|op| op == "linear");
}

#[test]
fn every_candidate_of_conv2d_agrees_with_the_cpu() {
    agree(|op| op == "conv2d");
}

#[test]
fn every_candidate_of_other_operations_agrees_with_the_cpu() {
    agree(|op| !["linear", "conv2d"].contains(&op));
}
