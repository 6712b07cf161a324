// w'[c, T - 1 - t, n] = w[n, t, c]: a weight decoded, and turned as a layer from its outputs to its inputs has it
// weights [outputs, row_stride], taps `inner` numbers apart; output [inputs, taps, 4 * outputs4], zeros past the last output
// grid: n4 = inputs * taps * outputs4 invocations, folded; each has four outputs of one input at one tap
struct Params {
    n4: u32, outputs: u32, inputs: u32, taps: u32,
    row_stride: u32, inner: u32, stored: u32, outputs4: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> weights: Weights;
@group(0) @binding(2) var<storage, read_write> output: array<vec4<f32>>;
#import lib/flat
#import weights/*

fn weight(n: u32, tap: u32, c: u32) -> f32 {
    if (n >= params.outputs) { return 0.0; }
    return weights_at(n * params.row_stride + tap * params.inner + c / 4u * 4u)[c % 4u];
}

@compute @workgroup_size(64)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let i = flat_index(group, groups, local);
    if (i >= params.n4) { return; }
    let n = i % params.outputs4 * 4u;
    let tap = params.taps - 1u - i / params.outputs4 % params.taps;
    let c = i / (params.outputs4 * params.taps);
    output[i] = vec4(weight(n, tap, c), weight(n + 1u, tap, c), weight(n + 2u, tap, c), weight(n + 3u, tap, c));
}
