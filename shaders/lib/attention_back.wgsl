// What both kernels of attention's way back share: operands, and a score and its cotangent worked out once more.
// q, dy [batch, tokens, heads * d]; k, v [batch, keys, heads * d]
struct Params {
    tokens: u32, keys: u32, heads: u32, d: u32,
    scale: f32, causal: u32, to: u32, rows: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> q: array<f32>;
@group(0) @binding(2) var<storage, read> k: array<f32>;
@group(0) @binding(3) var<storage, read> v: array<f32>;
@group(0) @binding(4) var<storage, read> dy: array<f32>;

const NONE = -3.0e38;

// Where a head of a row begins.
fn start_of(batch: u32, row: u32, rows: u32, head: u32) -> u32 {
    return ((batch * rows + row) * params.heads + head) * params.d;
}

fn hidden(token: u32, key: u32) -> bool { return params.causal == 1u && key > token; }

fn score(q_at: u32, k_at: u32) -> f32 {
    var sum = 0.0;
    for (var c = 0u; c < params.d; c++) { sum += q[q_at + c] * k[k_at + c]; }
    return sum * params.scale;
}

// The cotangent of a weight.
fn by_weight(q_at: u32, k_at: u32) -> f32 {
    var sum = 0.0;
    for (var c = 0u; c < params.d; c++) { sum += dy[q_at + c] * v[k_at + c]; }
    return sum;
}
