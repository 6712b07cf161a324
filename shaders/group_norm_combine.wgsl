// All chunks of one group into y = x * factor + summand for each of its channels
// (variance of the whole from the parts': Chan, Golub & LeVeque 1979)
// partial [batch, groups, chunks, 2]; weight, bias [channels]; affine [batch, channels, 2]
// grid: (groups, batch)
#import lib/group_norm_params
@group(0) @binding(1) var<storage, read_write> partial_sums: array<f32>;
@group(0) @binding(2) var<storage, read> weight: array<f32>;
@group(0) @binding(3) var<storage, read> bias: array<f32>;
@group(0) @binding(4) var<storage, read_write> affine: array<f32>;
#import lib/sum64

fn rows(chunk: u32) -> f32 {
    return f32(min(params.chunk_rows, params.places - chunk * params.chunk_rows));
}

@compute @workgroup_size(64)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let base = (group.y * groups.x + group.x) * params.chunks * 2u;
    let places = f32(params.places);
    var sum = 0.0;
    for (var i = local; i < params.chunks; i += 64u) { sum += partial_sums[base + 2u * i] * (rows(i) / places); }
    let mean = sum64(sum, local);
    var squares = 0.0;
    for (var i = local; i < params.chunks; i += 64u) {
        let d = partial_sums[base + 2u * i] - mean;
        squares += partial_sums[base + 2u * i + 1u] + d * d * rows(i) * f32(params.per_group);
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
