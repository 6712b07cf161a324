// All chunks of one group into y = x * factor + summand for each of its channels
// (variance of the whole from the parts': Chan, Golub & LeVeque 1979)
// partial [batch, groups, chunks, 3]: mean, squares, rows; weight, bias [channels]; affine [batch, channels, 2]
// grid: (groups, batch)
struct Params {
    channels: u32, per_group: u32, chunks: u32, epsilon: f32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> partial_sums: array<f32>;
@group(0) @binding(2) var<storage, read> weight: array<f32>;
@group(0) @binding(3) var<storage, read> bias: array<f32>;
@group(0) @binding(4) var<storage, read_write> affine: array<f32>;
#import lib/sum64

@compute @workgroup_size(64)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let base = (group.y * groups.x + group.x) * params.chunks * 3u;
    var rows = 0.0; // whole numbers below 2^24: exact
    for (var i = local; i < params.chunks; i += 64u) { rows += partial_sums[base + 3u * i + 2u]; }
    let places = sum64(rows, local);
    var sum = 0.0;
    for (var i = local; i < params.chunks; i += 64u) { sum += partial_sums[base + 3u * i] * (partial_sums[base + 3u * i + 2u] / places); }
    let mean = sum64(sum, local);
    var squares = 0.0;
    for (var i = local; i < params.chunks; i += 64u) {
        let d = partial_sums[base + 3u * i] - mean;
        squares += partial_sums[base + 3u * i + 1u] + d * d * partial_sums[base + 3u * i + 2u] * f32(params.per_group);
    }
    let variance = sum64(squares, local) / (places * f32(params.per_group));
    let deviation = sqrt(variance + params.epsilon);
    for (var i = local; i < params.per_group; i += 64u) {
        let c = group.x * params.per_group + i;
        let factor = weight[c] / deviation;
        let at = (group.y * params.channels + c) * 2u;
        affine[at] = factor;
        affine[at + 1u] = bias[c] - mean * factor;
    }
}
