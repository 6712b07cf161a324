//! The sizes of tiles and flags that Rust counts on are the composed shaders' constants, as naga reads them.

mod common;

use common::{launches, parse};
use decant_gpu::shader;
use naga::{Expression, Literal, Module};

/// The value of the module's constant of that name, if it has a whole one.
fn constant(module: &Module, name: &str) -> Option<u32> {
    let (_, constant) = module.constants.iter().find(|(_, constant)| constant.name.as_deref() == Some(name))?;
    match module.global_expressions[constant.init] {
        Expression::Literal(Literal::U32(value)) => Some(value),
        _ => None,
    }
}

/// What is assumed of the module and is not so.
fn wrong(assumed: &[(&str, u32)], module: &Module) -> Vec<String> {
    let wrong = assumed.iter().filter(|(name, value)| constant(module, name) != Some(*value));
    wrong.map(|(name, value)| format!("{name} is {:?} in the shader, {value} in Rust", constant(module, name))).collect()
}

#[test]
fn every_constant_that_a_launch_counts_on_is_its_shaders() {
    let mut all = vec![];
    for (name, launches) in launches() {
        let source = shader::compose(&launches[0].kernel).unwrap_or_else(|e| panic!("{name}: {e}"));
        let module = parse(&name, &source);
        for launch in &launches {
            let assumed = &launch.kernel.constants;
            assert_eq!(wrong(assumed, &module), [""; 0], "{name}");
            let counts_on = |constant: &str| assumed.iter().any(|(name, _)| *name == constant);
            assert!(!source.contains("params.flags") || counts_on("BIAS"), "{name} is given flags and does not say which there are");
            let tiled = launch.kernel.imports.iter().any(|(folder, _)| *folder == "tile");
            assert!(!tiled || counts_on("ROWS") || counts_on("QUERIES"), "{name} has a tile and does not say of what size");
            assert!(constant(&module, "PER_GROUP").is_none() || counts_on("PER_GROUP"), "{name} is flat and does not count on it");
        }
        all.extend(launches[0].kernel.constants.clone());
    }
    for name in ["ROWS", "COLUMNS", "QUERIES", "KEYS", "WIDEST", "PER_GROUP", "BIAS"] {
        assert!(all.iter().any(|(other, _)| *other == name), "no kernel counts on {name}");
    }
}

#[test]
fn another_value_and_a_constant_that_is_not_there_are_found() {
    let module = parse("a tile", "const THREADS = 8u; const ROWS = THREADS * 4u; const HALF = 0.5;");
    assert_eq!(wrong(&[("ROWS", 32)], &module), [""; 0]);
    assert_eq!(wrong(&[("ROWS", 64), ("THREADS", 8)], &module), ["ROWS is Some(32) in the shader, 64 in Rust"]);
    assert_eq!(
        wrong(&[("COLUMNS", 32), ("HALF", 0)], &module),
        ["COLUMNS is None in the shader, 32 in Rust", "HALF is None in the shader, 0 in Rust"]
    );
}
