// Mean, sum of squared distances from it, and count of rows of one chunk of rows of one group: two passes, so that a large mean costs no
// digits. A picture may come in several bands, a launch each: `first_chunk` is where this one's chunks begin.
// input [batch, places, channels]; partial [batch, groups, chunks, 3]
// grid: (groups, the band's chunks, batch)
struct Params {
    places: u32, channels: u32, per_group: u32, chunks: u32,
    chunk_rows: u32, first_chunk: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
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
        let at = ((group.z * groups.x + group.x) * params.chunks + params.first_chunk + group.y) * 3u;
        partial_sums[at] = mean;
        partial_sums[at + 1u] = total;
        partial_sums[at + 2u] = f32(rows);
    }
}
