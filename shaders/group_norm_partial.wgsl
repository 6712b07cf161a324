// Mean and sum of squared distances from it of one chunk of rows of one group: two passes, so that a large mean costs no digits
// input [batch, places, channels]; partial [batch, groups, chunks, 2]
// grid: (groups, chunks, batch)
#import lib/group_norm_params
@group(0) @binding(1) var<storage, read> input: array<f32>;
@group(0) @binding(2) var<storage, read_write> partial_sums: array<f32>;
#import lib/sum64

@compute @workgroup_size(64)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let first = group.y * params.chunk_rows;
    let rows = min(params.chunk_rows, params.places - first);
    let n = rows * params.per_group;
    let base = (group.z * params.places + first) * params.channels + group.x * params.per_group;
    var sum = 0.0;
    for (var i = local; i < n; i += 64u) { sum += input[base + i / params.per_group * params.channels + i % params.per_group]; }
    let mean = sum64(sum, local) / f32(n);
    var squares = 0.0;
    for (var i = local; i < n; i += 64u) {
        let d = input[base + i / params.per_group * params.channels + i % params.per_group] - mean;
        squares += d * d;
    }
    let total = sum64(squares, local);
    if (local == 0u) {
        let at = ((group.z * groups.x + group.x) * params.chunks + group.y) * 2u;
        partial_sums[at] = mean;
        partial_sums[at + 1u] = total;
    }
}
