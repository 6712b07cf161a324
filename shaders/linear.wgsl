// y[m, n] = epilogue(sum over k of x[m, k] * w[n, k])
// input [m, k]; weights [n, row_stride]; bias [n]; per_batch [batch, n]; residual, output [m, n]
// grid: the tile says how many columns (x) and rows (y) of results a workgroup makes
struct Params {
    m: u32, n: u32, k4: u32, row_stride: u32,
    stored: u32, flags: u32, activation: u32, places: u32,
    k: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> input: input_row;
@group(0) @binding(2) var<storage, read> weights: Weights;
@group(0) @binding(3) var<storage, read> bias: array<f32>;
@group(0) @binding(4) var<storage, read> per_batch: array<f32>;
@group(0) @binding(5) var<storage, read> residual: array<f32>;
@group(0) @binding(6) var<storage, read_write> output: array<f32>;
#import input/* of input
#import weights/*
#import lib/product

fn a_at(m: u32, k4: u32) -> vec4<f32> {
    return input_at(m * params.k + k4 * 4u, params.k - k4 * 4u);
}

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    product(group, local);
}
