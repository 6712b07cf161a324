// y = a + b, or a * b where `multiply` is 1; four numbers to an invocation
// a, b, output [4 * n4]
// grid: n4 invocations, folded
struct Params {
    n4: u32, multiply: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> a: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> b: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> output: array<vec4<f32>>;
#import lib/flat

@compute @workgroup_size(64)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let i = flat_index(group, groups, local);
    if (i >= params.n4) { return; }
    output[i] = select(a[i] + b[i], a[i] * b[i], params.multiply == 1u);
}
