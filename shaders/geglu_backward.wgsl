// y[r, c] = dy[r, c] * gelu(gate), y[r, width + c] = dy[r, c] * value * gelu'(gate), with value x[r, c] and gate x[r, width + c]
// x, output [rows, 2 * width]; dy [n] = [rows, width]
// grid: n / 4 invocations, folded
struct Params {
    n: u32, width: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> dy: array<f32>;
@group(0) @binding(3) var<storage, read_write> output: array<f32>;
#import lib/flat
#import slope/gelu

@compute @workgroup_size(64)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let first = flat_index(group, groups, local) * EACH;
    for (var i = first; i < min(first + EACH, params.n); i++) {
        let at = i / params.width * 2u * params.width + i % params.width;
        let gate = vec4(x[at + params.width], 0.0, 0.0, 0.0);
        output[at] = dy[i] * activate4(gate).x;
        output[at + params.width] = dy[i] * x[at] * slope4(gate).x;
    }
}
