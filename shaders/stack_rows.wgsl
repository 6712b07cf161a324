// Some rows of one picture at their place in a stack of several: y = x, or activation(x * factor + summand) where `affine` is 1
// input [batch, height, width, channels]; factors [batch, channels, 2]; output [batch, rows, width, channels]
// `places` of a batch entry are written; an entry of the input has from_entry places, of which the first is from_first; to_… of the output
// grid: n4 = batch * places * width4 invocations, folded; width4 is channels / 4, rounded up
struct Params {
    n4: u32, places: u32, channels: u32, width4: u32,
    from_entry: u32, from_first: u32, to_entry: u32, to_first: u32,
    affine: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> input: input_row;
@group(0) @binding(2) var<storage, read> factors: factors_row;
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
    let k4 = i % params.width4;
    let batch = i / params.width4 / params.places;
    let place = i / params.width4 % params.places;
    let source = batch * params.from_entry + params.from_first + place;
    var x = input_in(input_start(source, params.channels), k4, params.channels);
    if (params.affine == 1u) { x = affine4(x, batch, k4, params.channels); }
    output_put(batch * params.to_entry + params.to_first + place, k4, params.channels, activate4(x));
}
