// y[b, j, i, c] = x[b, i, j, c]
// input [batch, inner, outer, channels]; output [n] = [batch, outer, inner, channels]
// grid: n / 4 invocations, folded
struct Params {
    n: u32, outer: u32, inner: u32, channels: u32,
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
    let first = flat_index(group, groups, local) * 4u;
    for (var at = first; at < min(first + 4u, params.n); at++) {
        let c = at % params.channels;
        let row = at / params.channels;
        let i = row % params.inner;
        let j = row / params.inner % params.outer;
        let batch = row / (params.inner * params.outer);
        output[at] = input[((batch * params.inner + i) * params.outer + j) * params.channels + c];
    }
}
