// The way back through attention to queries (`to` 0), keys (1) or values (2): one workgroup to a row of them and a head, 64 of the other side at a
// time. dq = sum over keys of dS k, dk = sum over queries of dS q, dv = sum over queries of P dy; dS = P (dP - mean) scale.
// statistics [batch, tokens, heads, 3] as `attention_statistics` leaves them; output as q, or as k
// grid: rows, folded. Invocation `local` works out the weight of the other side's row local, then adds up channels local + 64 j.
#import lib/attention_back
@group(0) @binding(5) var<storage, read> statistics: array<f32>;
@group(0) @binding(6) var<storage, read_write> output: array<f32>;

const MOST = 16u; // of 64 channels each
var<workgroup> weights: array<f32, 64>;

// What the other side's row is multiplied with.
fn weight_of(batch: u32, token: u32, key: u32, head: u32) -> f32 {
    if (hidden(token, key)) { return 0.0; }
    let q_at = start_of(batch, token, params.tokens, head);
    let k_at = start_of(batch, key, params.keys, head);
    let at = ((batch * params.tokens + token) * params.heads + head) * 3u;
    let weight = exp(score(q_at, k_at) - statistics[at]) * statistics[at + 1u];
    if (params.to == 2u) { return weight; }
    return weight * (by_weight(q_at, k_at) - statistics[at + 2u]) * params.scale;
}

fn other_number(at: u32) -> f32 {
    if (params.to == 0u) { return k[at]; }
    if (params.to == 1u) { return q[at]; }
    return dy[at];
}

@compute @workgroup_size(64)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let row = group.y * groups.x + group.x;
    if (row >= params.rows) { return; } // the same for the whole workgroup
    let to_queries = params.to == 0u;
    let own = select(params.keys, params.tokens, to_queries);
    let others = select(params.tokens, params.keys, to_queries);
    let head = row % params.heads;
    let mine = row / params.heads % own;
    let batch = row / (params.heads * own);
    var sums: array<f32, MOST>;
    for (var first = 0u; first < others; first += 64u) {
        let other = first + local;
        var weight = 0.0;
        if (other < others) { weight = weight_of(batch, select(other, mine, to_queries), select(mine, other, to_queries), head); }
        workgroupBarrier();
        weights[local] = weight;
        workgroupBarrier();
        let count = min(64u, others - first);
        for (var i = 0u; i < count; i++) {
            let at = start_of(batch, first + i, others, head);
            for (var j = 0u; j < MOST; j++) {
                let channel = local + 64u * j;
                if (channel < params.d) { sums[j] += weights[i] * other_number(at + channel); }
            }
        }
    }
    let at = start_of(batch, mine, own, head);
    for (var j = 0u; j < MOST; j++) {
        let channel = local + 64u * j;
        if (channel < params.d) { output[at + channel] = sums[j]; }
    }
}
