//! What any operation can launch: what tests of the kernels loop over, without a GPU.

#![allow(dead_code, reason = "each test file uses its own part")]

use decant_gpu::shader;
use decant_graph::op::OPS;
use decant_graph::{Launch, Program};
use std::collections::BTreeMap;

/// The program of every case of every operation, and what to call it.
pub fn programs() -> Vec<(String, Program)> {
    let cases = OPS.iter().flat_map(|row| (row.cases)().into_iter().map(move |case| (row.name, case)));
    cases.map(|(op, case)| (format!("{op} {}", case.name), case.program().expect("a case is sound"))).collect()
}

/// Every launch of every case, by its kernel's name.
pub fn launches() -> BTreeMap<String, Vec<Launch>> {
    let mut launches = BTreeMap::<String, Vec<Launch>>::new();
    for (_, program) in programs() {
        for (_, launch) in program.launches() {
            launches.entry(shader::name(&launch.kernel)).or_default().push(launch.clone());
        }
    }
    launches
}

/// A composed kernel as naga reads it.
pub fn parse(name: &str, source: &str) -> naga::Module {
    naga::front::wgsl::parse_str(source).unwrap_or_else(|e| panic!("{name}: {}", e.emit_to_string(source)))
}
