// y = softmax(q k^T * scale) v per head, for heads of HEAD channels, D4 vectors: an invocation owns whole queries, four keys at a time with a running
// maximum and sum for each query, which is rescaled only when the maximum rises. Nothing passes between invocations but keys and values.
// q, output [batch, tokens, heads * HEAD]; k, v [batch, keys, heads * HEAD]
// imports: tile/attention_dD_qQ; head/fours or head/pairs; keys/workgroup or keys/storage; mask/none or mask/causal (which needs as many keys as tokens)
// grid: (ceil(tokens / QUERIES), heads, batch). Invocation `local` owns queries local + THREADS * i of the workgroup's.
struct Params {
    tokens: u32, keys: u32, heads: u32,
    scale: f32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> q: Head;
@group(0) @binding(2) var<storage, read> k: Head;
@group(0) @binding(3) var<storage, read> v: Head;
@group(0) @binding(4) var<storage, read_write> output: Head;
#import tile/*
#import head/*
#import keys/*
#import mask/*
#import lib/four_keys

const QUERIES = THREADS * PER_INVOCATION;
const NONE = -3.0e38;
const LOG2_E = 1.4426950408889634; // exp(x) = exp2(x * LOG2_E), and exp2 is the one that GPUs have

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let wide = params.heads * UNITS;
    let q_base = group.z * params.tokens * wide + group.y * UNITS;
    let k_base = group.z * params.keys * wide + group.y * UNITS;
    let first = group.x * QUERIES;
    var query: array<array<vec4<f32>, D4>, PER_INVOCATION>;
    var result: array<array<vec4<f32>, D4>, PER_INVOCATION>;
    var last: array<u32, PER_INVOCATION>; // the last key that the query sees
    var high: array<f32, PER_INVOCATION>;
    var total: array<f32, PER_INVOCATION>;
    for (var i = 0u; i < PER_INVOCATION; i++) {
        let token = min(first + i * THREADS + local, params.tokens - 1u);
        for (var c = 0u; c < D4; c++) { query[i][c] = q_get(q_base + token * wide, c) * (params.scale * LOG2_E); }
        last[i] = last_key(token);
        high[i] = NONE;
    }

    let blocks = last_key(min(first + QUERIES, params.tokens) - 1u) / KEYS + 1u;
    for (var block = 0u; block < blocks; block++) {
        fetch(block * KEYS, k_base, wide, local);
        for (var four = 0u; four < KEYS / 4u; four++) {
            let key = vec4(block * KEYS + four * 4u) + vec4(0u, 1u, 2u, 3u);
            let row = row_of(key, k_base, wide);
            var scores: array<vec4<f32>, PER_INVOCATION>;
            for (var i = 0u; i < PER_INVOCATION; i++) { scores[i] = select(vec4(0.0), vec4(NONE), key > vec4(last[i])); }
            for (var c = 0u; c < D4; c++) {
                let k0 = k_row(row.x, c);
                let k1 = k_row(row.y, c);
                let k2 = k_row(row.z, c);
                let k3 = k_row(row.w, c);
                for (var i = 0u; i < PER_INVOCATION; i++) {
                    scores[i] = add_scores(scores[i], query[i][c], k0, k1, k2, k3);
                }
            }
            for (var i = 0u; i < PER_INVOCATION; i++) {
                let highest = max(max(scores[i].x, scores[i].y), max(scores[i].z, scores[i].w));
                if (highest > high[i]) {
                    let keep = exp2(high[i] - highest);
                    high[i] = highest;
                    total[i] *= keep;
                    for (var c = 0u; c < D4; c++) { result[i][c] *= keep; }
                }
                scores[i] = exp2(scores[i] - vec4(high[i])); // now the keys' weights
                total[i] += (scores[i].x + scores[i].y) + (scores[i].z + scores[i].w);
            }
            for (var c = 0u; c < D4; c++) {
                let v0 = v_row(row.x, c);
                let v1 = v_row(row.y, c);
                let v2 = v_row(row.z, c);
                let v3 = v_row(row.w, c);
                for (var i = 0u; i < PER_INVOCATION; i++) {
                    result[i][c] = add_values(result[i][c], scores[i], v0, v1, v2, v3);
                }
            }
        }
    }
    for (var i = 0u; i < PER_INVOCATION; i++) {
        let token = first + i * THREADS + local;
        if (token < params.tokens) {
            let share = 1.0 / total[i];
            for (var c = 0u; c < D4; c++) { put(q_base + token * wide, c, result[i][c] * share); }
        }
    }
}
