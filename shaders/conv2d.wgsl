// y[b, oy, ox, n] = epilogue(sum over ky, kx, c of x[b, oy * stride - pad + ky, ox * stride - pad + kx, c] * w[n, ky, kx, c])
// A matrix product whose input rows are gathered on the fly: column 4 * k4 is four channels of one tap.
// Where `doubled` is 1, x is the picture at twice its size: each place is seen as four.
// input [batch, height, width, c]; weights [n, kh, kw, 4 * tap4]; bias [n]; per_batch [batch, n]; residual, output [batch, oh, ow, n]
// grid: the tile says how many columns (x) and rows (y) of results a workgroup makes
struct Params {
    m: u32, n: u32, k4: u32, row_stride: u32,
    stored: u32, flags: u32, activation: u32, places: u32,
    c: u32, height: u32, width: u32, out_width: u32,
    tap4: u32, kernel_width: u32, stride: u32, pad_rows: u32,
    pad_columns: u32, doubled: u32,
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
    let tap = k4 / params.tap4;
    let channel = (k4 % params.tap4) * 4u;
    let place = m % params.places;
    // Above or left of the picture wraps to a huge number, which is outside as well (and still is when halved).
    let y = (place / params.out_width * params.stride + tap / params.kernel_width - params.pad_rows) >> params.doubled;
    let x = (place % params.out_width * params.stride + tap % params.kernel_width - params.pad_columns) >> params.doubled;
    if (y >= params.height || x >= params.width || channel >= params.c) { return vec4(0.0); }
    let row = (m / params.places * params.height + y) * params.width + x;
    return input_at(row * params.c + channel, params.c - channel);
}

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    product(group, local);
}
