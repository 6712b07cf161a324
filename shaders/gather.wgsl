// y[r, c] = table[ids[r], c], for the ids within this binding's rows; ids past the table's end read as its last row
// weights [rows, row_stride], the table's rows first .. first + rows; ids, output [n] = [.., width]
// grid: n / 4 invocations, folded
struct Params {
    n: u32, width: u32, row_stride: u32, stored: u32,
    first: u32, rows: u32, is_last: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> weights: Weights;
@group(0) @binding(2) var<storage, read> ids: array<u32>;
@group(0) @binding(3) var<storage, read_write> output: array<f32>;
#import lib/flat
#import weights/*

@compute @workgroup_size(64)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let first = flat_index(group, groups, local) * EACH;
    for (var i = first; i < min(first + EACH, params.n); i++) {
        let id = ids[i / params.width] - params.first; // below `first` wraps to a huge number
        let past = params.is_last == 1u && ids[i / params.width] >= params.first + params.rows;
        let row = select(id, params.rows - 1u, past);
        let c = i % params.width;
        if (row < params.rows) { output[i] = weights_at(row * params.row_stride + c / 4u * 4u)[c % 4u]; }
    }
}
