// y[b, oy, ox, c] = x[b, oy / stride, ox / stride, c] where both divide evenly, else 0
// input [batch, from_height, from_width, channels]; output [n] = [batch, height, width, channels]
// grid: n / 4 invocations, folded
struct Params {
    n: u32, channels: u32, height: u32, width: u32, from_height: u32, from_width: u32, stride: u32,
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
        let place = i / params.channels;
        let x = place % params.width;
        let y = place / params.width % params.height;
        let batch = place / (params.width * params.height);
        var value = 0.0;
        if (x % params.stride == 0u && y % params.stride == 0u) {
            let source = (batch * params.from_height + y / params.stride) * params.from_width + x / params.stride;
            value = input[source * params.channels + i % params.channels];
        }
        output[i] = value;
    }
}
