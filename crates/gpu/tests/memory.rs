//! The count of bytes on the device: what a program and its weights take, and that dropping them gives it back.

use decant_gpu::Gpu;
use decant_graph::{Device, Encoding, Graph, Input, WeightInfo};
use pollster::block_on;
use std::rc::Rc;

#[test]
fn what_is_dropped_is_given_back() {
    let gpu = block_on(Gpu::request()).expect("a Vulkan driver; tests/rig/setup_vulkan.sh installs one");
    let used = || gpu.used().expect("a GPU counts");
    let info = WeightInfo { shape: vec![640, 320], encoding: Encoding::F16 };
    let graph = Graph::new([("fc.weight".to_string(), info)].into());
    graph.output("y", graph.input("x", &[64, 320]).linear(graph.weights().at("fc")));
    let program = Rc::new(graph.finish().expect("the graph is sound"));
    assert_eq!(used().now, 0);

    let mut set = gpu.weight_set();
    set.upload(&program.weights[0], &vec![0.5; 640 * 320]).expect("the weight fits");
    assert_eq!(used().now, program.weight_bytes());
    let mut ready = block_on(set.ready(program.clone())).expect("it fits");
    block_on(ready.run(&[("x", Input::F32(&vec![1.0; 64 * 320]))])).expect("it runs");
    // Beside the plan: what is read back, and a launch's parameters.
    let all = program.weight_bytes() + program.activation_bytes() + 64 * 640 * 4 + 256;
    assert_eq!(used().now, all);

    set.clear();
    assert!(!set.holds("fc.weight"));
    assert_eq!(used().now, all, "the program still uses the weights");
    drop(ready);
    assert_eq!(used().now, 0);
    assert_eq!(used().peak, all);
    gpu.reset_peak();
    assert_eq!(used().peak, 0);

    // Cleared weights come again, and a set that is dropped gives everything back.
    set.upload(&program.weights[0], &vec![0.5; 640 * 320]).expect("the weight fits");
    set.upload(&program.weights[0], &vec![0.25; 640 * 320]).expect("the weight fits");
    assert_eq!(used().now, program.weight_bytes());
    let mut ready = block_on(set.ready(program)).expect("it fits");
    drop(set);
    let y = block_on(ready.run(&[("x", Input::F32(&vec![1.0; 64 * 320]))])).expect("it runs").remove(0);
    assert_eq!(y[0], 80.0, "a program outlives the set that it was made ready on");
    drop(ready);
    assert_eq!(used().now, 0);
}
