// y = softmax(q k^T * scale) v per head, for heads of 4 * D4 channels: LANES invocations share SHARED queries, each with every LANES-th
// vector of them. Partial dot products pass through workgroup memory to the lane that owns a query; its weights come back the same way.
// A vector of a key or value that is read once serves SHARED queries, so this needs fewer reads than attention_rows, and two barriers for
// four keys.
// q, output [batch, tokens, heads * d]; k, v [batch, keys, heads * d], d = 4 * D4
// imports: tile/attention_dD_lL_qQ; keys/workgroup or keys/storage; mask/none or mask/causal (which needs as many keys as tokens)
// grid: (ceil(tokens / QUERIES), heads, batch). Invocation (team, lane) holds vectors lane + LANES * j of queries team * SHARED + i of the
// workgroup's, and owns those whose i is lane, lane + LANES, ...
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
#import head/fours
#import keys/*
#import mask/*
#import lib/four_keys

const TEAMS = THREADS / LANES;
const QUERIES = TEAMS * SHARED;
const PART = D4 / LANES; // vectors of a head that an invocation holds
const OWNED = (SHARED + LANES - 1u) / LANES;
const STRIDE = THREADS + 1u; // one more, so that a team's owners read different banks
const NONE = -3.0e38;
const LOG2_E = 1.4426950408889634; // exp(x) = exp2(x * LOG2_E), and exp2 is the one that GPUs have
const_assert D4 % LANES == 0u;

var<workgroup> parts: array<array<vec4<f32>, STRIDE>, SHARED>; // of four keys' scores, by query and invocation
var<workgroup> weights: array<array<vec4<f32>, SHARED>, TEAMS>; // of four keys
var<workgroup> keeps: array<array<f32, SHARED>, TEAMS>; // what a query's result is multiplied by before they are added

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let lane = local % LANES;
    let team = local / LANES;
    let wide = params.heads * D4;
    let q_base = group.z * params.tokens * wide + group.y * D4;
    let k_base = group.z * params.keys * wide + group.y * D4;
    let first = group.x * QUERIES + team * SHARED;
    var query: array<array<vec4<f32>, PART>, SHARED>;
    var result: array<array<vec4<f32>, PART>, SHARED>;
    var last: array<u32, OWNED>; // the last key that a query sees
    var high: array<f32, OWNED>;
    var total: array<f32, OWNED>;
    for (var i = 0u; i < SHARED; i++) {
        let at = q_base + min(first + i, params.tokens - 1u) * wide + lane;
        for (var j = 0u; j < PART; j++) { query[i][j] = q_get(at, j * LANES) * (params.scale * LOG2_E); }
    }
    for (var o = 0u; o < OWNED; o++) {
        last[o] = last_key(min(first + lane + o * LANES, params.tokens - 1u));
        high[o] = NONE;
    }

    let blocks = last_key(min((group.x + 1u) * QUERIES, params.tokens) - 1u) / KEYS + 1u;
    for (var block = 0u; block < blocks; block++) {
        fetch(block * KEYS, k_base, wide, local);
        for (var four = 0u; four < KEYS / 4u; four++) {
            let key = vec4(block * KEYS + four * 4u) + vec4(0u, 1u, 2u, 3u);
            let row = row_of(key, k_base, wide);
            var sums = array<vec4<f32>, SHARED>();
            for (var j = 0u; j < PART; j++) {
                let c = lane + j * LANES;
                let k0 = k_row(row.x, c);
                let k1 = k_row(row.y, c);
                let k2 = k_row(row.z, c);
                let k3 = k_row(row.w, c);
                for (var i = 0u; i < SHARED; i++) {
                    sums[i] = add_scores(sums[i], query[i][j], k0, k1, k2, k3);
                }
            }
            for (var i = 0u; i < SHARED; i++) { parts[i][local] = sums[i]; }
            workgroupBarrier();
            for (var o = 0u; o < OWNED; o++) {
                let i = lane + o * LANES;
                if (i < SHARED) {
                    var scores = select(vec4(0.0), vec4(NONE), key > vec4(last[o]));
                    for (var l = 0u; l < LANES; l++) { scores += parts[i][team * LANES + l]; }
                    let highest = max(max(max(scores.x, scores.y), max(scores.z, scores.w)), high[o]);
                    let keep = exp2(high[o] - highest);
                    let weight = exp2(scores - vec4(highest));
                    high[o] = highest;
                    total[o] = fma(total[o], keep, (weight.x + weight.y) + (weight.z + weight.w));
                    weights[team][i] = weight;
                    keeps[team][i] = keep;
                }
            }
            workgroupBarrier();
            var keep: array<f32, SHARED>;
            var least = 1.0;
            for (var i = 0u; i < SHARED; i++) {
                sums[i] = weights[team][i];
                keep[i] = keeps[team][i];
                least = min(least, keep[i]);
            }
            if (least < 1.0) {
                for (var i = 0u; i < SHARED; i++) {
                    for (var j = 0u; j < PART; j++) { result[i][j] *= keep[i]; }
                }
            }
            for (var j = 0u; j < PART; j++) {
                let c = lane + j * LANES;
                let v0 = v_row(row.x, c);
                let v1 = v_row(row.y, c);
                let v2 = v_row(row.z, c);
                let v3 = v_row(row.w, c);
                for (var i = 0u; i < SHARED; i++) {
                    result[i][j] = add_values(result[i][j], sums[i], v0, v1, v2, v3);
                }
            }
        }
    }
    workgroupBarrier();
    for (var o = 0u; o < OWNED; o++) {
        let i = lane + o * LANES;
        if (i < SHARED) { keeps[team][i] = 1.0 / total[o]; }
    }
    workgroupBarrier();
    for (var i = 0u; i < SHARED; i++) {
        if (first + i < params.tokens) {
            let at = q_base + (first + i) * wide + lane;
            for (var j = 0u; j < PART; j++) { put(at, j * LANES, result[i][j] * keeps[team][i]); }
        }
    }
}
