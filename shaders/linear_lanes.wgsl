// y[m, n] = epilogue(sum over k of x[m, k] * w[n, k]), for a CPU in disguise (`lib/lanes`)
// input [m, k]; weights [n, row_stride]; bias [n]; per_batch [batch, n]; residual, output [m, n]
// grid: n / COLUMNS, m / ROWS
struct Params {
    m: u32, n: u32, k4: u32, row_stride: u32,
    stored: u32, flags: u32, places: u32, k: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> input: input_row;
@group(0) @binding(2) var<storage, read> weights: Weights;
#import input/* of input
#import weights/*
#import lib/lanes

fn taps() -> u32 { return 1u; }

fn tap4() -> u32 { return params.k4; }

fn row_start(m: u32, tap: u32) -> u32 { return input_start(m, params.k); }

fn row_in(start: u32, c4: u32) -> vec4<f32> { return input_in(start, c4, params.k); }

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    product(group, local);
}
