// y[r, c] = x[r, first + c]
// input [rows, channels]; output [n] = [rows, width]
// grid: n / 4 invocations, folded
struct Params {
    n: u32, width: u32, channels: u32, first: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> input: array<f32>;
@group(0) @binding(2) var<storage, read_write> output: array<f32>;
#import lib/flat

@compute @workgroup_size(64)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let first = flat_index(group, groups, local) * EACH;
    for (var i = first; i < min(first + EACH, params.n); i++) {
        output[i] = input[i / params.width * params.channels + params.first + i % params.width];
    }
}
