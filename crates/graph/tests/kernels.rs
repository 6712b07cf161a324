//! Every operation at every size of its own list, by every way that it has, on every instruction set that this machine offers, on one thread
//! and on three: against candle's f64, within the tolerance beside the operation. Threads may not change a bit.

use decant_graph::check::Reference;
use decant_graph::cpu::{self, SETS, Way};
use decant_graph::op::OPS;
use decant_graph::{Device, Encoding, Error, Graph, Input, Processor, Program, WeightInfo};
use decant_kernels::Set;
use pollster::block_on;
use std::rc::Rc;

/// The names of all ways that a program's steps have.
fn ways(program: &Program, set: Set) -> Vec<&'static str> {
    let known = ["direct", "winograd"];
    let taken = |name: &'static str| {
        let lowered = Processor::new(Some(set.name()), Some(1)).expect("it is offered").taking(name).lowered(program);
        lowered.ways.iter().any(|way| matches!(way, Way::Kernels(taken, _) if *taken == name))
    };
    let named: Vec<&str> = known.into_iter().filter(|name| taken(name)).collect();
    if named.is_empty() { vec!["any"] } else { named }
}

#[test]
fn every_operation_agrees_with_candle_on_every_path() {
    let offered: Vec<Set> = SETS.into_iter().filter(|set| cpu::set(Some(set.name())).is_ok()).collect();
    for set in SETS.into_iter().filter(|set| set.run().is_some() && !offered.contains(set)) {
        println!("skipped: the kernels for {}, which this processor does not have", set.name());
    }
    let mut failures = vec![];
    for row in OPS {
        let mut worst = 0f64;
        for case in (row.cases)().iter().filter(|case| !case.real) {
            let reference = Reference::new(case).unwrap_or_else(|e| panic!("{}: {e}", case.name));
            for set in &offered {
                for way in ways(&reference.program, *set) {
                    let processor = |threads| Processor::new(Some(set.name()), Some(threads)).expect("it is offered").taking(way);
                    let run = |threads| block_on(reference.run(&processor(threads))).unwrap_or_else(|e| panic!("{}: {e}", case.name));
                    let (got, shared) = (run(1), run(3));
                    let same = got.iter().zip(&shared).all(|(a, b)| a.to_bits() == b.to_bits());
                    let error = reference.error(&got);
                    worst = worst.max(error);
                    let place = format!("{} {} ({}, {way})", row.name, case.name, set.name());
                    if error > row.tolerance {
                        failures.push(format!("{place}: error {error:.2e}, tolerance {:.1e}", row.tolerance));
                    }
                    if !same {
                        failures.push(format!("{place}: three threads do not give one thread's bits"));
                    }
                }
            }
        }
        println!("{:22} worst {worst:.2e} of {:.1e}", row.name, row.tolerance);
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// Ways back that candle computes on a CPU: each is a small part of a gradient, whose products have kernels.
const BY_CANDLE: &[&str] = &[
    "spread",
    "narrow",
    "attention_backward",
    "upsample_backward",
    "conv2d_backward", // where there is a stride, by `spread`; or doubled, by `upsample_backward`
];

#[test]
fn every_operation_has_kernels() {
    for row in OPS.iter().filter(|row| !BY_CANDLE.contains(&row.name)) {
        for case in (row.cases)() {
            let lowered = Processor::default().lowered(&case.program().expect("cases are sound"));
            assert!(!lowered.ways.contains(&Way::Candle), "{} {} is left to candle", row.name, case.name);
        }
    }
}

#[test]
fn weights_stay_in_their_encoding_and_what_is_predicted_is_allocated() {
    for (encoding, bits) in [(Encoding::F32, 32.0), (Encoding::F16, 16.0), (Encoding::Q8_0, 8.5), (Encoding::Q4_0, 4.5)] {
        let info = |shape: &[usize]| WeightInfo { shape: shape.to_vec(), encoding };
        let graph = Graph::new([("a.weight".into(), info(&[640, 320])), ("c.weight".into(), info(&[320, 640, 3, 3]))].into());
        let x = graph.input("x", &[1, 8, 8, 320]).linear(graph.weights().at("a"));
        graph.output("y", x.conv2d(graph.weights().at("c"), decant_graph::op::SAME));
        let program = Rc::new(graph.finish().expect("the graph is sound"));
        let processor = Processor::new(None, Some(2)).expect("the best is offered");
        let mut set = processor.weight_set();
        for weight in &program.weights {
            set.upload(weight, &vec![0.5; weight.numbers()]).expect("there is room");
        }
        let numbers: usize = program.weights.iter().map(|weight| weight.numbers()).sum();
        let predicted = processor.weight_bytes(&program);
        let each = 8.0 * predicted as f64 / numbers as f64;
        assert!((each / bits - 1.0).abs() < 0.01, "{encoding:?}: {each} bits a number, expected {bits}");
        let used = || processor.used().expect("it counts");
        assert_eq!(used().now, predicted, "{encoding:?}");
        let ready = block_on(set.ready(program.clone())).expect("there is room");
        assert_eq!(used().now, predicted + processor.run_bytes(&program), "{encoding:?}");
        drop((ready, set));
        assert_eq!(used().now, 0, "everything is given back");
    }
}

#[test]
fn what_was_not_uploaded_or_does_not_exist_is_an_error() {
    let info = WeightInfo { shape: vec![7, 5], encoding: Encoding::F16 };
    let graph = Graph::new([("t.weight".into(), info)].into());
    graph.output("y", graph.ids("ids", &[2]).gather(graph.weights().at("t"), 7));
    let program = Rc::new(graph.finish().expect("the graph is sound"));
    let mut set = Processor::default().weight_set();
    let refused = |set: &dyn decant_graph::WeightSet| block_on(set.ready(program.clone())).err().expect("it is not there").to_string();
    assert_eq!(refused(&*set), "weight t.weight: it was never uploaded");
    set.upload_rows(&program.weights[0], 0, &[0.0; 20]).expect("four rows");
    assert!(!set.holds("t.weight"));
    assert_eq!(refused(&*set), "weight t.weight: 4 of its 7 rows were uploaded");
    set.upload_rows(&program.weights[0], 4, &[1.0; 15]).expect("the other three");
    let mut ready = block_on(set.ready(program.clone())).expect("all of it is there");
    let run = |ready: &mut dyn decant_graph::Executable, ids: [u32; 2]| -> Result<Vec<Vec<f32>>, Error> {
        block_on(ready.run(&[("ids", Input::U32(&ids))]))
    };
    assert_eq!(run(&mut *ready, [6, 0]).expect("both exist")[0], [[1.0; 5], [0.0; 5]].concat());
    let message = run(&mut *ready, [0, 7]).expect_err("there are seven").to_string();
    assert_eq!(message, "weight t.weight: row 7 is looked up, it has 7 rows");
    let message = Processor::new(Some("mmx"), None).err().expect("there are none").to_string();
    assert!(message.starts_with("kernels: nothing is called mmx; there is ") && message.ends_with("scalar"), "{message}");
}
