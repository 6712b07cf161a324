// y[b, oy, ox, c] = sum of x[b, iy, ix, c] over iy, ix with floor(iy * height / from_height) = oy, floor(ix * width / from_width) = ox
// input [batch, from_height, from_width, channels]; output [n] = [batch, height, width, channels]
// grid: n / 4 invocations, folded
struct Params {
    n: u32, channels: u32, height: u32, width: u32, from_height: u32, from_width: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> input: array<f32>;
@group(0) @binding(2) var<storage, read_write> output: array<f32>;
#import lib/flat

// The first place that is repeated from place `to` of `size` or a later one.
fn first_of(to: u32, size: u32, repeated: u32) -> u32 { return (to * repeated + size - 1u) / size; }

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
        let end_y = first_of(y + 1u, params.height, params.from_height);
        let end_x = first_of(x + 1u, params.width, params.from_width);
        var sum = 0.0;
        for (var iy = first_of(y, params.height, params.from_height); iy < end_y; iy++) {
            for (var ix = first_of(x, params.width, params.from_width); ix < end_x; ix++) {
                sum += input[((batch * params.from_height + iy) * params.from_width + ix) * params.channels + i % params.channels];
            }
        }
        output[i] = sum;
    }
}
