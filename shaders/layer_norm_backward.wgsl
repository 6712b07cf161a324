// dx = (g - mean(g) - n * mean(g * n)) / sqrt(variance + epsilon), with n the normalised numbers and g = dy * weight: one workgroup to a row
// x, dy, output [rows, channels]; weight [channels]
// grid: rows, folded
struct Params {
    rows: u32, channels: u32, epsilon: f32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> weight: array<f32>;
@group(0) @binding(3) var<storage, read> dy: array<f32>;
@group(0) @binding(4) var<storage, read_write> output: array<f32>;
#import lib/sum64

@compute @workgroup_size(64)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let row = group.y * groups.x + group.x;
    if (row >= params.rows) { return; } // the same for the whole workgroup
    let base = row * params.channels;
    let n = f32(params.channels);
    var sum = 0.0;
    for (var i = local; i < params.channels; i += 64u) { sum += x[base + i]; }
    let mean = sum64(sum, local) / n;
    var squares = 0.0;
    for (var i = local; i < params.channels; i += 64u) {
        let d = x[base + i] - mean;
        squares += d * d;
    }
    let factor = 1.0 / sqrt(sum64(squares, local) / n + params.epsilon);
    var all = 0.0;
    var along = 0.0;
    for (var i = local; i < params.channels; i += 64u) {
        let g = dy[base + i] * weight[i];
        all += g;
        along += g * (x[base + i] - mean) * factor;
    }
    let mean_g = sum64(all, local) / n;
    let mean_along = sum64(along, local) / n;
    for (var i = local; i < params.channels; i += 64u) {
        let g = dy[base + i] * weight[i];
        output[base + i] = (g - mean_g - (x[base + i] - mean) * factor * mean_along) * factor;
    }
}
