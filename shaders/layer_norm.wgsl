// y = (x - mean) / sqrt(variance + epsilon) * weight + bias, one workgroup to a row
// input, output [rows, channels]; weight, bias [channels]
// grid: rows, folded
struct Params {
    rows: u32, channels: u32, epsilon: f32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> input: array<f32>;
@group(0) @binding(2) var<storage, read> weight: array<f32>;
@group(0) @binding(3) var<storage, read> bias: array<f32>;
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
    for (var i = local; i < params.channels; i += 64u) { sum += input[base + i]; }
    let mean = sum64(sum, local) / n;
    var squares = 0.0;
    for (var i = local; i < params.channels; i += 64u) {
        let d = input[base + i] - mean;
        squares += d * d;
    }
    let factor = 1.0 / sqrt(sum64(squares, local) / n + params.epsilon);
    for (var i = local; i < params.channels; i += 64u) {
        output[base + i] = (input[base + i] - mean) * factor * weight[i] + bias[i];
    }
}
