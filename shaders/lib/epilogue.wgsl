// What follows a product before it is written, one result at a time: bias, one row per batch entry, activation, residual. In Rust it is
// `op/epilogue.rs`.
// bias [n]; per_batch [batch, n]; residual, output [m, n]
// Needs in `params`: flags (a sum of those in `lib/flags`), places (rows per batch entry), n.
@group(0) @binding(3) var<storage, read> bias: array<f32>;
@group(0) @binding(4) var<storage, read> per_batch: array<f32>;
@group(0) @binding(5) var<storage, read> residual: array<f32>;
@group(0) @binding(6) var<storage, read_write> output: array<f32>;
#import lib/flags
#import activation/*

fn write(m: u32, n: u32, product: f32) {
    var y = product;
    if ((params.flags & BIAS) != 0u) { y += bias[n]; }
    if ((params.flags & PER_BATCH) != 0u) { y += per_batch[m / params.places * params.n + n]; }
    y = activate4(vec4(y)).x;
    if ((params.flags & RESIDUAL) != 0u) { y += residual[m * params.n + n]; }
    output[m * params.n + n] = y;
}
