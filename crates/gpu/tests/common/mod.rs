//! What any operation can launch: what tests of the kernels loop over, without a GPU.

#![allow(dead_code, reason = "each test file uses its own part")]

use decant_gpu::shader;
use decant_graph::bench::peak_program;
use decant_graph::caps::{Caps, Matrices};
use decant_graph::op::OPS;
use decant_graph::{Launch, Limits, Program};
use std::collections::BTreeMap;

/// The program of every case of every operation, and of the benchmark's own, and what to call it.
pub fn programs() -> Vec<(String, Program)> {
    let cases = OPS.iter().flat_map(|row| (row.cases)().into_iter().map(move |case| (row.name, case)));
    let programs = cases.map(|(op, case)| (format!("{op} {}", case.name), case.program().expect("a case is sound")));
    programs.chain([("multiply_adds".into(), peak_program(&Caps::default()))]).collect()
}

/// What adapters may be like, as far as operations choose kernels by it.
pub fn all_caps() -> Vec<Caps> {
    let software = Caps { software: true, ..Caps::default() };
    let limits = Limits { workgroup_memory: 32 << 10, ..Limits::default() };
    let matrices = [(8, 8), (16, 32), (8, 32), (16, 64)].map(|(size, subgroup)| Some(Matrices { size, subgroup }));
    let mut all = vec![Caps { f16: true, ..Caps::default() }, software];
    all.extend(matrices.map(|matrices| Caps { f16: true, matrices, limits, ..Caps::default() }));
    all
}

/// Every launch of every candidate of every case, by its kernel's name.
pub fn launches() -> BTreeMap<String, Vec<Launch>> {
    let mut launches = BTreeMap::<String, Vec<Launch>>::new();
    for ((_, program), caps) in programs().iter().flat_map(|program| all_caps().into_iter().map(move |caps| (program, caps))) {
        for at in 0..program.steps.len() {
            let candidates = program.gpu_candidates(at, &caps).expect("every case runs on a GPU");
            for launch in candidates.into_iter().flat_map(|candidate| candidate.way.launches) {
                launches.entry(shader::name(&launch.kernel)).or_default().push(launch);
            }
        }
    }
    launches
}

/// A composed kernel as naga reads it.
pub fn parse(name: &str, source: &str) -> naga::Module {
    naga::front::wgsl::parse_str(source).unwrap_or_else(|e| panic!("{name}: {}", e.emit_to_string(source)))
}
