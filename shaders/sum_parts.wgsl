// y[m, n] = epilogue(parts[0, m, n] + parts[1, m, n] + ...): adds what several workgroups made of a product's columns (`result/partial`),
// always in this order, and does what follows a product.
// parts [parts, m, n]; bias [n]; per_batch [batch, n]; residual, output [m, n], all read and written four numbers at once
// grid: m * n4 invocations, folded
struct Params {
    m: u32, n4: u32, parts: u32, flags: u32, places: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> parts: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> bias: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read> per_batch: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read> residual: array<vec4<f32>>;
@group(0) @binding(5) var<storage, read_write> output: array<vec4<f32>>;
#import lib/flat
#import lib/flags
#import activation/*

@compute @workgroup_size(64)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let i = flat_index(group, groups, local);
    let count = params.m * params.n4;
    if (i >= count) { return; }
    let n = i % params.n4;
    var y = vec4(0.0);
    for (var part = 0u; part < params.parts; part++) { y += parts[part * count + i]; }
    if ((params.flags & BIAS) != 0u) { y += bias[n]; }
    if ((params.flags & PER_BATCH) != 0u) { y += per_batch[i / params.n4 / params.places * params.n4 + n]; }
    y = activate4(y);
    if ((params.flags & RESIDUAL) != 0u) { y += residual[i]; }
    output[i] = y;
}
