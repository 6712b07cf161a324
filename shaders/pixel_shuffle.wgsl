// y[b, y * factor + dy, x * factor + dx, c] = x[b, y, x, c * factor * factor + dy * factor + dx]
// input [batch, height / factor, width / factor, channels * factor * factor]; output [n] = [batch, height, width, channels]
// grid: n / 4 invocations, folded
struct Params {
    n: u32, height: u32, width: u32, channels: u32, factor: u32,
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
    let f = params.factor;
    for (var i = first; i < min(first + EACH, params.n); i++) {
        let c = i % params.channels;
        let place = i / params.channels;
        let x = place % params.width;
        let row = place / params.width; // of all pictures, one below the other: their heights are multiples of the factor
        let origin = (row / f) * (params.width / f) + x / f;
        output[i] = input[(origin * params.channels + c) * f * f + (row % f) * f + x % f];
    }
}
