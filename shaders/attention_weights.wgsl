// weights[row, key] = mean over heads of softmax(q k^T * scale), one workgroup to a query; invocation `local` owns keys local + 64 j
// q [rows, heads * d], rows = batch * tokens; k [batch, keys, heads * d]; output [rows, keys]
// grid: rows, folded
struct Params {
    rows: u32, tokens: u32, keys: u32, heads: u32, d: u32,
    scale: f32, share: f32, // 1 / sqrt(d), 1 / heads
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> q: array<f32>;
@group(0) @binding(2) var<storage, read> k: array<f32>;
@group(0) @binding(3) var<storage, read_write> output: array<f32>;
#import lib/max64
#import lib/sum64

const NONE = -3.0e38;

fn score(q_at: u32, k_at: u32) -> f32 {
    var sum = 0.0;
    for (var c = 0u; c < params.d; c++) { sum += q[q_at + c] * k[k_at + c]; }
    return sum * params.scale;
}

@compute @workgroup_size(64)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let row = group.y * groups.x + group.x;
    if (row >= params.rows) { return; } // the same for the whole workgroup
    let wide = params.heads * params.d;
    for (var head = 0u; head < params.heads; head++) {
        let q_at = row * wide + head * params.d;
        let k_at = row / params.tokens * params.keys * wide + head * params.d;
        var high = NONE;
        var total = 0.0;
        for (var key = local; key < params.keys; key += 64u) {
            let x = score(q_at, k_at + key * wide);
            let higher = max(high, x);
            total = total * exp(high - higher) + exp(x - higher);
            high = higher;
        }
        let highest = max64(high, local);
        // An invocation that owns no key has no total to bring to the common scale.
        let sum = sum64(select(0.0, total * exp(high - highest), total > 0.0), local);
        for (var key = local; key < params.keys; key += 64u) {
            let at = row * params.keys + key;
            let weight = exp(score(q_at, k_at + key * wide) - highest) / sum * params.share;
            var before = 0.0;
            if (head > 0u) { before = output[at]; }
            output[at] = before + weight;
        }
    }
}
