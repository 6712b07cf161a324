// What follows a product before it is written: bias, one row per batch entry, activation, residual. In Rust it is `op/epilogue.rs`.
// Needs bindings `bias`, `per_batch`, `residual` and, in `params`: flags (a sum of those below), activation,
// places (rows per batch entry), n (columns).
#import lib/activation

const BIAS = 1u;
const PER_BATCH = 2u;
const RESIDUAL = 4u;

fn epilogue(product: f32, m: u32, n: u32) -> f32 {
    var y = product;
    if ((params.flags & BIAS) != 0u) { y += bias[n]; }
    if ((params.flags & PER_BATCH) != 0u) { y += per_batch[m / params.places * params.n + n]; }
    y = activate(y, params.activation);
    if ((params.flags & RESIDUAL) != 0u) { y += residual[m * params.n + n]; }
    return y;
}
