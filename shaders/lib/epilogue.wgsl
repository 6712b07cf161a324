// What follows a product before it is written: bias, one row per batch entry, activation, residual. Twin of `op/epilogue.rs`.
// Needs bindings `bias`, `per_batch`, `residual` and, in `params`: flags (1 bias, 2 per batch, 4 residual), activation,
// places (rows per batch entry), n (columns).
#import lib/activation

fn epilogue(product: f32, m: u32, n: u32) -> f32 {
    var y = product;
    if ((params.flags & 1u) != 0u) { y += bias[n]; }
    if ((params.flags & 2u) != 0u) { y += per_batch[m / params.places * params.n + n]; }
    y = activate(y, params.activation);
    if ((params.flags & 4u) != 0u) { y += residual[m * params.n + n]; }
    return y;
}
