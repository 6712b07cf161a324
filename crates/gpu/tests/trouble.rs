//! What a run says when the GPU is gone or cannot hold what is asked for, and that a new device then works.

use decant_gpu::Gpu;
use decant_graph::{Device, Encoding, Error, Graph, Input, Program, WeightIndex, WeightInfo};
use pollster::block_on;
use std::rc::Rc;

fn gpu() -> Gpu {
    block_on(Gpu::request()).expect("a Vulkan driver; tests/rig/setup_vulkan.sh installs one")
}

fn double(n: usize) -> Rc<Program> {
    let graph = Graph::new(WeightIndex::new());
    graph.output("y", graph.input("x", &[1, n]).scale(2.0, 0.0));
    Rc::new(graph.finish().expect("the graph is sound"))
}

#[test]
fn a_lost_device_is_reported_and_another_one_goes_on() {
    let first = gpu();
    let mut ready = block_on(first.weight_set().ready(double(4))).expect("four numbers fit");
    let inputs = [("x", Input::F32(&[1.0, 2.0, 3.0, 4.0]))];
    assert_eq!(block_on(ready.run(&inputs)).expect("the device is there")[0], [2.0, 4.0, 6.0, 8.0]);
    first.destroy();
    let error = block_on(ready.run(&inputs)).expect_err("the device is gone");
    assert!(matches!(error, Error::Lost(_)), "{error}");
    assert_eq!(error.to_string(), "the GPU device was lost (it was destroyed); open the model again to go on, or compute on the CPU");
    assert!(block_on(first.weight_set().ready(double(4))).is_err(), "nothing can be made ready on a lost device");
    let mut ready = block_on(gpu().weight_set().ready(double(4))).expect("a new device");
    assert_eq!(block_on(ready.run(&inputs)).expect("a new device runs")[0], [2.0, 4.0, 6.0, 8.0]);
}

#[test]
fn what_exceeds_a_binding_is_refused_before_it_is_allocated() {
    let gpu = gpu();
    let n = (gpu.caps().limits.binding / 4 + 4) as usize;
    let error = block_on(gpu.weight_set().ready(double(n))).err().expect("it cannot fit").to_string();
    assert!(error.starts_with("this does not fit ") && error.contains("bytes at once, the adapter's limit is"), "{error}");
}

#[test]
fn a_missing_or_wrong_input_is_named() {
    let mut ready = block_on(gpu().weight_set().ready(double(4))).expect("four numbers fit");
    let error = block_on(ready.run(&[("x", Input::F32(&[1.0; 3]))])).expect_err("one short").to_string();
    assert_eq!(error, "input x: expected 4 numbers, got 3");
    let error = block_on(ready.run(&[("x", Input::U32(&[1; 4]))])).expect_err("ids").to_string();
    assert_eq!(error, "input x: expected floats, got row numbers (u32)");
    let error = block_on(ready.run(&[])).expect_err("none").to_string();
    assert_eq!(error, "input x: expected 4 numbers, got 0");
}

#[test]
fn a_weight_that_was_never_uploaded_is_named() {
    let info = WeightInfo { shape: vec![4, 4], encoding: Encoding::F32 };
    let graph = Graph::new([("fc.weight".to_string(), info)].into());
    graph.output("y", graph.input("x", &[1, 4]).linear(graph.weights().at("fc")));
    let program = Rc::new(graph.finish().expect("the graph is sound"));
    let error = block_on(gpu().weight_set().ready(program)).err().expect("no weights").to_string();
    assert_eq!(error, "weight fc.weight: it was never uploaded");
}
