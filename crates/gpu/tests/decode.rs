//! What a kernel decodes is what the CPU decodes, bit for bit, in every encoding: the numbers are read back through `gather`.

use decant_gpu::Gpu;
use decant_graph::op::awkward;
use decant_graph::{Device, ENCODINGS, Encoding, Graph, Input, Program, WeightInfo};
use std::rc::Rc;

const ROWS: usize = 129;
const COLUMNS: usize = 96;

/// All rows of a table.
fn reader(encoding: Encoding) -> Rc<Program> {
    let info = WeightInfo { shape: vec![ROWS, COLUMNS], encoding };
    let graph = Graph::new([("t.weight".to_string(), info)].into());
    graph.output("y", graph.ids("ids", &[ROWS]).gather(graph.weights().at("t"), ROWS));
    Rc::new(graph.finish().expect("the graph is sound"))
}

/// Rows of every magnitude from f16's subnormals (and, in blocks of 32, subnormal scales) to what every encoding holds, zeros of both
/// signs among them.
fn numbers() -> Vec<f32> {
    let mut numbers = awkward(ROWS * COLUMNS, 3);
    for (row, values) in numbers.chunks_mut(COLUMNS).enumerate() {
        let magnitude = ((row % 40) as f32 - 28.0).exp2();
        for (i, v) in values.iter_mut().enumerate() {
            *v = if (row + i) % 13 == 0 { -0.0 } else { *v * magnitude };
        }
    }
    numbers
}

#[test]
fn every_encoding_is_decoded_exactly() {
    let gpu = pollster::block_on(Gpu::request()).expect("a Vulkan driver; tests/rig/setup_vulkan.sh installs one");
    let ids: Vec<u32> = (0..ROWS as u32).collect();
    for row in ENCODINGS {
        let program = reader(row.encoding);
        let weight = &program.weights[0];
        let expected = weight.seen(0, &numbers()).expect("the numbers fit");
        let mut set = gpu.weight_set();
        // In two parts, as a large tensor comes.
        let (first, second) = (64, numbers());
        set.upload_rows(weight, 0, &second[..first * COLUMNS]).expect("the weight fits");
        assert!(!set.holds("t.weight"), "{}: half of it is there", row.name);
        set.upload_rows(weight, first, &second[first * COLUMNS..]).expect("the weight fits");
        assert!(set.holds("t.weight"));
        let mut ready = pollster::block_on(set.ready(program)).expect("it fits");
        let got = pollster::block_on(ready.run(&[("ids", Input::U32(&ids))])).expect("it runs").remove(0);
        let wrong = expected.iter().zip(&got).position(|(e, g)| e.to_bits() != g.to_bits());
        if let Some(at) = wrong {
            let (e, g) = (expected[at], got[at]);
            panic!("{}: number {at}: expected {e:e} ({:08x}), got {g:e} ({:08x})", row.name, e.to_bits(), g.to_bits());
        }
    }
}

#[test]
fn rows_that_do_not_follow_are_refused() {
    let gpu = pollster::block_on(Gpu::request()).expect("a Vulkan driver; tests/rig/setup_vulkan.sh installs one");
    let devices: [&dyn Device; 2] = [&gpu, &decant_graph::Cpu];
    for device in devices {
        let program = reader(Encoding::F16);
        let mut set = device.weight_set();
        let error = set.upload_rows(&program.weights[0], 5, &[0.0; COLUMNS]).expect_err("row 0 comes first").to_string();
        assert_eq!(error, "weight t.weight: row 5 came, expected row 0 of t.weight");
        set.upload_rows(&program.weights[0], 0, &[0.0; COLUMNS]).expect("row 0");
        let error = pollster::block_on(set.ready(program)).err().expect("one row of all").to_string();
        assert!(error.starts_with("weight t.weight: "), "{error}");
    }
}
