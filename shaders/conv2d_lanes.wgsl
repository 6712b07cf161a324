// y[b, oy, ox, n] = epilogue(sum over ky, kx, c of x[b, oy * stride - pad + ky, ox * stride - pad + kx, c] * w[n, ky, kx, c]), for a CPU in
// disguise (`lib/lanes`). Where `doubled` is 1, x is the picture at twice its size: each place is seen as four.
// input [batch, height, width, c]; weights [n, kh, kw, 4 * tap4]; bias [n]; per_batch [batch, n]; residual, output [batch, oh, ow, n]
// grid: n / COLUMNS, m / ROWS
struct Params {
    m: u32, n: u32, k4: u32, row_stride: u32,
    stored: u32, flags: u32, places: u32, c: u32,
    height: u32, width: u32, out_width: u32, tap4: u32,
    kernel_width: u32, stride: u32, pad_rows: u32, pad_columns: u32,
    doubled: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> input: input_row;
@group(0) @binding(2) var<storage, read> weights: Weights;
#import input/* of input
#import weights/*
#import lib/lanes

fn taps() -> u32 { return params.k4 / params.tap4; }

// Channels that are there; a tap of weights may be longer.
fn tap4() -> u32 { return (params.c + 3u) / 4u; }

// Where the place begins that one tap of a result's window sees.
fn row_start(m: u32, tap: u32) -> u32 {
    let place = m % params.places;
    // Above or left of the picture wraps to a huge number, which is outside as well (and still is when halved).
    let y = (place / params.out_width * params.stride + tap / params.kernel_width - params.pad_rows) >> params.doubled;
    let x = (place % params.out_width * params.stride + tap % params.kernel_width - params.pad_columns) >> params.doubled;
    if (y >= params.height || x >= params.width) { return OUTSIDE; }
    return input_start((m / params.places * params.height + y) * params.width + x, params.c);
}

fn row_in(start: u32, c4: u32) -> vec4<f32> {
    if (start == OUTSIDE) { return vec4(0.0); }
    return input_in(start, c4, params.c);
}

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    product(group, local);
}
