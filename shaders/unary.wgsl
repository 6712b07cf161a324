// y = activation(x) * multiply + add, four numbers to an invocation
// input, output [4 * n4]
// grid: n4 invocations, folded
struct Params {
    n4: u32, multiply: f32, add: f32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> input: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> output: array<vec4<f32>>;
#import lib/flat
#import activation/*

@compute @workgroup_size(64)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let i = flat_index(group, groups, local);
    if (i >= params.n4) { return; }
    output[i] = activate4(input[i]) * params.multiply + params.add;
}
