//! What a launch hands to its kernel is what the kernel's WGSL declares, as naga reads it: every parameter's name, place and type.
//!
//! The GPU sees bytes alone: two numbers in each other's place are no error there, only a wrong picture.

mod common;

use common::{launches, parse};
use decant_gpu::shader;
use decant_graph::Param;
use naga::{ArraySize, Module, ScalarKind, TypeInner};

/// `name: type` for each of a launch's parameters, with the byte at which it begins.
fn passed(params: &[(&str, Param)]) -> Vec<(u32, String)> {
    let mut at = 0;
    let member = |(name, param): &(&str, Param)| {
        let (ty, bytes) = match param {
            Param::U32(_) => ("u32".into(), 4),
            Param::F32(_) => ("f32".into(), 4),
            Param::F32s(values) => (format!("array<vec4<f32>, {}>", values.len() / 4), 4 * values.len() as u32),
        };
        at += bytes;
        (at - bytes, format!("{name}: {ty}"))
    };
    params.iter().map(member).collect()
}

/// The same for the members of the uniform at binding 0.
fn declared(module: &Module) -> Vec<(u32, String)> {
    let uniforms = module.global_variables.iter().filter(|(_, v)| v.space == naga::AddressSpace::Uniform);
    let [(_, uniform)] = uniforms.collect::<Vec<_>>()[..] else { panic!("a kernel has one uniform") };
    assert_eq!(uniform.binding.map(|b| (b.group, b.binding)), Some((0, 0)));
    let TypeInner::Struct { members, .. } = &module.types[uniform.ty].inner else { panic!("the uniform is no struct") };
    let name = |name: &Option<String>| name.clone().expect("members have names");
    members
        .iter()
        .map(|member| (member.offset, format!("{}: {}", name(&member.name), spelled(module, &module.types[member.ty].inner))))
        .collect()
}

fn spelled(module: &Module, ty: &TypeInner) -> String {
    match ty {
        TypeInner::Scalar(scalar) => match (scalar.kind, scalar.width) {
            (ScalarKind::Uint, 4) => "u32".into(),
            (ScalarKind::Sint, 4) => "i32".into(),
            (ScalarKind::Float, 4) => "f32".into(),
            other => format!("{other:?}"),
        },
        TypeInner::Vector { size, scalar } => format!("vec{}<{}>", *size as u32, spelled(module, &TypeInner::Scalar(*scalar))),
        TypeInner::Array { base, size: ArraySize::Constant(n), .. } => {
            format!("array<{}, {n}>", spelled(module, &module.types[*base].inner))
        }
        other => format!("{other:?}"),
    }
}

/// The first place where two lists part, in one sentence.
fn difference(passed: &[(u32, String)], declared: &[(u32, String)]) -> Option<String> {
    let at = (0..passed.len().max(declared.len())).find(|i| passed.get(*i) != declared.get(*i))?;
    let shown = |list: &[(u32, String)]| list.get(at).map_or("nothing".into(), |(byte, member)| format!("{member} at byte {byte}"));
    Some(format!("parameter {at}: the launch passes {}, the shader declares {}", shown(passed), shown(declared)))
}

#[test]
fn every_launch_passes_what_its_shader_declares() {
    let mut wrong = vec![];
    for (name, launches) in launches() {
        let source = shader::compose(&launches[0].kernel).unwrap_or_else(|e| panic!("{name}: {e}"));
        let declared = declared(&parse(&name, &source));
        wrong.extend(
            launches.iter().find_map(|launch| difference(&passed(&launch.params), &declared)).map(|text| format!("{name}: {text}")),
        );
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_swapped_renamed_retyped_or_missing_parameter_is_found() {
    let source = "struct Params { n: u32, width: u32, scale: f32, } @group(0) @binding(0) var<uniform> params: Params;";
    let declared = declared(&parse("three members", source));
    let pass = |params: &[(&str, Param)]| difference(&passed(params), &declared);
    let [n, width, scale] = [("n", 1u32.into()), ("width", 2u32.into()), ("scale", 0.5f32.into())];
    assert_eq!(pass(&[n.clone(), width.clone(), scale.clone()]), None);
    let swapped = pass(&[width.clone(), n.clone(), scale.clone()]).expect("two change places");
    assert_eq!(swapped, "parameter 0: the launch passes width: u32 at byte 0, the shader declares n: u32 at byte 0");
    let retyped = pass(&[n.clone(), width.clone(), ("scale", 1u32.into())]).expect("a whole number for a float");
    assert_eq!(retyped, "parameter 2: the launch passes scale: u32 at byte 8, the shader declares scale: f32 at byte 8");
    let missing = pass(&[n.clone(), width.clone()]).expect("one is missing");
    assert_eq!(missing, "parameter 2: the launch passes nothing, the shader declares scale: f32 at byte 8");
    let more = pass(&[n, width, scale, ("k", 1u32.into())]).expect("one too many");
    assert_eq!(more, "parameter 3: the launch passes k: u32 at byte 12, the shader declares nothing");
}

/// The numbers of a `vec4` array begin at a multiple of 16 bytes: what is passed without a gap does not fit there.
#[test]
fn a_place_that_wgsl_moves_is_found() {
    let source = "struct Params { n: u32, f: array<vec4<f32>, 2>, } @group(0) @binding(0) var<uniform> params: Params;";
    let passed = passed(&[("n", 1u32.into()), ("f", vec![0.0; 8].into())]);
    let moved = difference(&passed, &declared(&parse("an array", source))).expect("the array is moved");
    assert_eq!(
        moved,
        "parameter 1: the launch passes f: array<vec4<f32>, 2> at byte 4, the shader declares f: array<vec4<f32>, 2> at byte 16"
    );
}
