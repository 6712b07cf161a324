//! Every kernel that any operation can launch, without a GPU: naga accepts it, and every launch stays within WebGPU's guaranteed limits.
//!
//! The composed sources are left in `target/shaders/`, where the browser tests hand them to Tint (Chrome's compiler, which refuses more), and
//! `tests/rig/isa` to a GPU's.

mod common;

use common::{launches, parse, programs};
use decant_gpu::shader;
use decant_graph::{Kernel, Limits};
use std::collections::BTreeMap;

/// `unpack2x16float` is part of WGSL itself, without `shader-f16`; naga counts it as a capability. Halves are needed by those that say so.
fn capabilities(source: &str) -> naga::valid::Capabilities {
    use naga::valid::Capabilities as Has;
    let asked = [("enable f16;", Has::SHADER_FLOAT16), (MATRICES, Has::COOPERATIVE_MATRIX)];
    let asked = asked.into_iter().filter(|(directive, _)| source.contains(directive)).map(|(_, has)| has);
    asked.fold(Has::SHADER_FLOAT16_IN_FLOAT32, |all, has| all | has)
}

/// What a kernel for matrix units says, natively: browsers have none of it, and no such kernel is chosen there.
const MATRICES: &str = "enable wgpu_cooperative_matrix;";

fn kernels() -> BTreeMap<String, Kernel> {
    launches().into_iter().map(|(name, launches)| (name, launches[0].kernel.clone())).collect()
}

#[test]
fn naga_accepts_every_kernel() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/shaders");
    // What was composed before may be called otherwise now.
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("target can be written");
    for (name, kernel) in kernels() {
        let source = shader::compose(&kernel).unwrap_or_else(|e| panic!("{name}: {e}"));
        if !source.contains(MATRICES) {
            std::fs::write(folder.join(format!("{name}.wgsl")), &source).expect("target can be written");
        }
        let module = parse(&name, &source);
        let mut validator = naga::valid::Validator::new(naga::valid::ValidationFlags::all(), capabilities(&source));
        validator.validate(&module).unwrap_or_else(|e| panic!("{name}: {}", e.emit_to_string(&source)));
        let memory: u32 = workgroup_bytes(&module);
        let limit = if source.contains(MATRICES) { 32 << 10 } else { Limits::default().workgroup_memory };
        assert!(memory <= limit, "{name}: {memory} bytes of workgroup memory, WebGPU guarantees {limit}");
        let size: u32 = module.entry_points[0].workgroup_size.iter().product();
        assert!(size <= Limits::default().invocations, "{name}: {size} invocations in a workgroup");
    }
}

fn workgroup_bytes(module: &naga::Module) -> u32 {
    let variables = module.global_variables.iter().filter(|(_, v)| v.space == naga::AddressSpace::WorkGroup);
    variables.map(|(_, v)| module.types[v.ty].inner.size(module.to_ctx())).sum()
}

#[test]
fn every_launch_fits_webgpus_guaranteed_limits() {
    for (name, program) in programs() {
        if let Some(problem) = program.does_not_fit(&Limits::default()) {
            panic!("{name}: {problem}");
        }
    }
}

#[test]
fn every_shader_file_is_used_by_some_kernel() {
    let mut used: Vec<String> = vec![];
    for kernel in kernels().values() {
        used.push(kernel.file.into());
        used.extend(kernel.imports.iter().map(|(folder, choice)| format!("{folder}/{choice}")));
    }
    let libraries: String = shader::SHADERS.iter().map(|(_, source)| *source).collect();
    for (path, _) in shader::SHADERS {
        let imported = libraries.contains(&format!("#import {path}\n"));
        assert!(imported || used.iter().any(|u| u == path), "shaders/{path}.wgsl is used by nothing");
    }
}
