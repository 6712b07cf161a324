// y[r, c] = x[r, c] * gelu(x[r, width + c])
// input [rows, 2 * width]; output [rows, width]
// grid: n4 = rows * width4 invocations, folded; width4 is width / 4, rounded up
struct Params {
    n4: u32, width: u32, width4: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> input: input_row;
@group(0) @binding(2) var<storage, read_write> output: output_row;
#import lib/flat
#import input/* of input
#import output/* of output
#import activation/gelu

@compute @workgroup_size(64)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let i = flat_index(group, groups, local);
    if (i >= params.n4) { return; }
    let row = i / params.width4;
    let k4 = i % params.width4;
    let at = row * 2u * params.width + 4u * k4;
    let left = params.width - 4u * k4;
    output_put(row, k4, params.width, input_at(at, left) * activate4(input_at(at + params.width, left)));
}
