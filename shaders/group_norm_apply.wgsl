// y = activation(x * factor + summand)
// input, output [rows, channels], `places` rows to a batch entry; factors [batch, channels, 2]
// grid: n4 = rows * width4 invocations, folded; width4 is channels / 4, rounded up
struct Params {
    n4: u32, places: u32, channels: u32, width4: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> input: input_row;
@group(0) @binding(2) var<storage, read_write> factors: factors_row;
@group(0) @binding(3) var<storage, read_write> output: output_row;
#import lib/flat
#import lib/affine4
#import input/* of input
#import output/* of output
#import activation/*

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
    let x = input_in(input_start(row, params.channels), k4, params.channels);
    let y = activate4(affine4(x, row / params.places, k4, params.channels));
    output_put(row, k4, params.channels, y);
}
