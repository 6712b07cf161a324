// Some rows of one picture at their place in a stack of several: y = x, or activation(x * factor + summand) where `affine` is 1
// input [batch, height, width, channels]; factors [batch, channels, 2]; output [batch, rows, width, channels]
// `n` numbers are written, `per_batch` of each batch entry; an entry of the input has from_entry numbers, the rows begin at from_first
// grid: n / 4 invocations, folded
struct Params {
    n: u32, per_batch: u32, channels: u32, from_entry: u32,
    from_first: u32, to_entry: u32, to_first: u32, affine: u32,
    activation: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> input: array<f32>;
@group(0) @binding(2) var<storage, read> factors: array<f32>;
@group(0) @binding(3) var<storage, read_write> output: array<f32>;
#import lib/flat
#import lib/activation

@compute @workgroup_size(64)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let first = flat_index(group, groups, local) * EACH;
    for (var i = first; i < min(first + EACH, params.n); i++) {
        let batch = i / params.per_batch;
        let at = i % params.per_batch;
        var x = input[batch * params.from_entry + params.from_first + at];
        if (params.affine == 1u) {
            // Rows are whole, so the channel is that of the number within them.
            let c = (batch * params.channels + at % params.channels) * 2u;
            x = x * factors[c] + factors[c + 1u];
        }
        output[batch * params.to_entry + params.to_first + at] = activate(x, params.activation);
    }
}
