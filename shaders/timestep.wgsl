// y[b, i] = cos or sin of t[b] * f[i mod half], cosines first where `flip` is 1
// t [batch]; output [n] = [batch, 2 * half]; the frequencies lie in the uniform, four to a row
// grid: n / 4 invocations, folded
struct Params {
    n: u32, half: u32, flip: u32, unused: u32,
    frequencies: array<vec4<f32>, 256>,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> t: array<f32>;
@group(0) @binding(2) var<storage, read_write> output: array<f32>;
#import lib/flat
#import lib/sine

@compute @workgroup_size(64)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let first = flat_index(group, groups, local) * EACH;
    for (var i = first; i < min(first + EACH, params.n); i++) {
        let width = 2u * params.half;
        let column = i % width;
        let f = column % params.half;
        let angle = t[i / width] * params.frequencies[f / 4u][f % 4u];
        output[i] = sine(angle, select(0u, 1u, (column < params.half) == (params.flip == 1u)));
    }
}
