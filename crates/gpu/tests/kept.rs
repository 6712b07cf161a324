//! Inputs that stay on the device: what depends on them alone is computed when they change, and is still there in the next run.

use decant_gpu::Gpu;
use decant_graph::op::awkward;
use decant_graph::{Cpu, Device, Encoding, Executable, Graph, Input, Program, WeightInfo};
use std::rc::Rc;

/// `prediction` of a kept `context` and of `sample`; of the context alone, `seen`; both go through values that share their buffers.
fn program() -> Program {
    let weight = |name: &str, shape: &[usize]| (name.to_string(), WeightInfo { shape: shape.to_vec(), encoding: Encoding::F32 });
    let graph = Graph::new([weight("k.weight", &[8, 4]), weight("l.weight", &[8, 8]), weight("x.weight", &[8, 8])].into());
    graph.input("unused", &[3, 8]);
    let sample = graph.input("sample", &[3, 8]);
    let context = graph.kept_input("context", &[3, 4]);
    let w = graph.weights();
    let mut x = sample.linear(w.at("x")).silu();
    for _ in 0..3 {
        // Two layers deep, so that the prelude has values of its own, and read twice, so that nothing later takes it on.
        let key = context.linear(w.at("k")).silu().linear(w.at("l"));
        x = (x + key).silu().linear(w.at("x")) + key;
    }
    graph.output("prediction", x);
    graph.output("seen", context.linear(w.at("k")));
    graph.finish().expect("the graph is sound")
}

async fn ready(device: &dyn Device) -> Box<dyn Executable> {
    let (program, mut set) = (Rc::new(program()), device.weight_set());
    for (i, weight) in program.weights.iter().enumerate() {
        set.upload(weight, &awkward(weight.numbers(), i as u64)).expect("the weight fits");
    }
    set.ready(program).await.expect("it fits")
}

fn a_run_after_others_is_as_the_first(device: &dyn Device) {
    let run = |ready: &mut Box<dyn Executable>, context: u64, sample: u64| {
        let (context, sample) = (awkward(12, context), awkward(24, sample));
        let inputs = [("context", Input::F32(&context)), ("sample", Input::F32(&sample)), ("unused", Input::F32(&[7.0; 24]))];
        pollster::block_on(ready.run(&inputs)).expect("it runs")
    };
    let mut kept = pollster::block_on(ready(device));
    for (context, sample) in [(1, 1), (1, 2), (1, 3), (2, 3), (2, 2), (1, 1)] {
        let first = run(&mut pollster::block_on(ready(device)), context, sample);
        assert_eq!(run(&mut kept, context, sample), first, "context {context}, sample {sample} on {}", device.name());
    }
}

#[test]
fn what_depends_on_kept_inputs_alone_comes_first() {
    let program = program();
    assert_eq!(program.prelude, 7, "{program}");
}

#[test]
fn on_the_cpu() {
    a_run_after_others_is_as_the_first(&Cpu);
}

#[test]
fn on_the_gpu() {
    let gpu = pollster::block_on(Gpu::request()).expect("a Vulkan driver; tests/rig/setup_vulkan.sh installs one");
    a_run_after_others_is_as_the_first(&gpu);
}
