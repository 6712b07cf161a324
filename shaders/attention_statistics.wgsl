// Of each query and head: its largest score, one over the sum of exponentials, and the mean cotangent of its weights; one workgroup to each
// statistics [batch, tokens, heads, 3]
// grid: rows = batch * tokens * heads, folded; invocation `local` has keys local + 64 j
#import lib/attention_back
@group(0) @binding(5) var<storage, read_write> statistics: array<f32>;
#import lib/max64
#import lib/sum64

@compute @workgroup_size(64)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let row = group.y * groups.x + group.x;
    if (row >= params.rows) { return; } // the same for the whole workgroup
    let head = row % params.heads;
    let token = row / params.heads % params.tokens;
    let batch = row / (params.heads * params.tokens);
    let q_at = start_of(batch, token, params.tokens, head);
    var high = NONE;
    var total = 0.0;
    var mean = 0.0;
    for (var key = local; key < params.keys; key += 64u) {
        if (hidden(token, key)) { continue; }
        let k_at = start_of(batch, key, params.keys, head);
        let x = score(q_at, k_at);
        let higher = max(high, x);
        let keep = exp(high - higher);
        let weight = exp(x - higher);
        total = total * keep + weight;
        mean = mean * keep + weight * by_weight(q_at, k_at);
        high = higher;
    }
    let highest = max64(high, local);
    // An invocation that has no key has nothing to bring to the common scale.
    let keep = select(0.0, exp(high - highest), total > 0.0);
    let sum = sum64(total * keep, local);
    let mean_of_all = sum64(mean * keep, local) / sum;
    if (local == 0u) {
        statistics[row * 3u] = highest;
        statistics[row * 3u + 1u] = 1.0 / sum;
        statistics[row * 3u + 2u] = mean_of_all;
    }
}
