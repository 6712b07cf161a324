// y[r] = a[r], then b[r]
// a [rows, a_width]; b [rows, b_width]; output [rows, width]
// grid: n4 = rows * width4 invocations, folded; width4 is width / 4, rounded up
struct Params {
    n4: u32, a_width: u32, width: u32, width4: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> a: a_row;
@group(0) @binding(2) var<storage, read> b: b_row;
@group(0) @binding(3) var<storage, read_write> output: output_row;
#import lib/flat
#import input/* of a
#import input/* of b
#import output/* of output

// Numbers c to c + 3 of a row of the result; a row of a may end among them, where its width is no multiple of four.
fn joined(row: u32, c: u32) -> vec4<f32> {
    let b_width = params.width - params.a_width;
    if (c >= params.a_width) { return b_at(row * b_width + c - params.a_width, params.width - c); }
    let left = params.a_width - c;
    let x = a_at(row * params.a_width + c, left);
    if (left >= 4u) { return x; }
    let y = b_at(row * b_width, b_width);
    return select(select(vec4(x.xyz, y.x), vec4(x.xy, y.xy), left == 2u), vec4(x.x, y.xyz), left == 1u);
}

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
    output_put(row, k4, params.width, joined(row, 4u * k4));
}
