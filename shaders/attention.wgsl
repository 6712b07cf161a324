// y = softmax(q k^T * scale) v per head, 32 keys at a time with a running maximum and sum for each query.
// q, output [batch, tokens, heads * d]; k, v [batch, keys, heads * d]
// grid: (ceil(tokens / (8 * PER_ROW)), heads, batch). Invocation (row, lane) owns queries row + 8 i, keys lane + 8 j of each block, and
// the result's vectors lane + 8 j.
struct Params {
    tokens: u32, keys: u32, heads: u32, d: u32,
    scale: f32, causal: u32, blocks: u32, d4: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> q: q_row;
@group(0) @binding(2) var<storage, read> k: k_row;
@group(0) @binding(3) var<storage, read> v: v_row;
@group(0) @binding(4) var<storage, read_write> output: array<f32>;
#import input/* of q
#import input/* of k
#import input/* of v
#import tile/*

const QUERIES = 8u * PER_ROW;
const KEYS = 32u;
const WIDEST = 32u * VECTORS; // channels of a head: eight lanes' vectors
const DEPTH = 8u; // channels at a time, in vec4
const NONE = -3.0e38;

var<workgroup> q_tile: array<vec4<f32>, QUERIES * DEPTH>;
var<workgroup> k_tile: array<vec4<f32>, KEYS * DEPTH>;
var<workgroup> scores: array<f32, QUERIES * KEYS>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let first = group.x * QUERIES;
    let row = local / 8u;
    let lane = local % 8u;
    let wide = params.heads * params.d;
    let head = group.y * params.d;
    let q_base = group.z * params.tokens * wide + head;
    let k_base = group.z * params.keys * wide + head;
    var result: array<array<vec4<f32>, VECTORS>, PER_ROW>;
    var largest: array<f32, PER_ROW>;
    var total: array<f32, PER_ROW>;
    for (var i = 0u; i < PER_ROW; i++) { largest[i] = NONE; }

    for (var block = 0u; block < params.blocks; block++) {
        let first_key = block * KEYS;
        // Of keys lane, lane + 8, lane + 16, lane + 24. The zeros are spelled out: Chromium 156 (Tint, Vulkan) leaves an array that is
        // declared in a loop without a value as the last round left it.
        var sums = array<vec4<f32>, PER_ROW>();
        for (var start = 0u; start < params.d4; start += DEPTH) {
            for (var i = local; i < QUERIES * DEPTH; i += 64u) {
                let token = first + i / DEPTH;
                let c4 = start + i % DEPTH;
                var x = vec4(0.0);
                if (token < params.tokens && c4 < params.d4) { x = q_at(q_base + token * wide + c4 * 4u, params.d - c4 * 4u); }
                q_tile[(i % DEPTH) * QUERIES + i / DEPTH] = x;
            }
            for (var i = local; i < KEYS * DEPTH; i += 64u) {
                let key = first_key + i / DEPTH;
                let c4 = start + i % DEPTH;
                var x = vec4(0.0);
                if (key < params.keys && c4 < params.d4) { x = k_at(k_base + key * wide + c4 * 4u, params.d - c4 * 4u); }
                k_tile[(i % DEPTH) * KEYS + i / DEPTH] = x;
            }
            workgroupBarrier();
            for (var c = 0u; c < DEPTH; c++) {
                let k0 = k_tile[c * KEYS + lane];
                let k1 = k_tile[c * KEYS + lane + 8u];
                let k2 = k_tile[c * KEYS + lane + 16u];
                let k3 = k_tile[c * KEYS + lane + 24u];
                for (var i = 0u; i < PER_ROW; i++) {
                    let x = q_tile[c * QUERIES + row + i * 8u];
                    sums[i] += vec4(dot(x, k0), dot(x, k1), dot(x, k2), dot(x, k3));
                }
            }
            workgroupBarrier();
        }
        for (var i = 0u; i < PER_ROW; i++) {
            let r = row + i * 8u;
            for (var j = 0u; j < 4u; j++) {
                let key = first_key + lane + j * 8u;
                let hidden = key >= params.keys || (params.causal == 1u && key > first + r);
                scores[r * KEYS + lane + j * 8u] = select(sums[i][j] * params.scale, NONE, hidden);
            }
        }
        workgroupBarrier();
        // Every lane of a row goes over all its scores, so that no exchange between lanes is needed.
        let keys = min(KEYS, params.keys - first_key);
        for (var i = 0u; i < PER_ROW; i++) {
            let at = (row + i * 8u) * KEYS;
            var high = largest[i];
            for (var j = 0u; j < keys; j++) { high = max(high, scores[at + j]); }
            let keep = exp(largest[i] - high);
            largest[i] = high;
            total[i] *= keep;
            for (var j = 0u; j < VECTORS; j++) { result[i][j] *= keep; }
        }
        for (var key = 0u; key < keys; key++) {
            var weight: array<f32, PER_ROW>;
            for (var i = 0u; i < PER_ROW; i++) {
                let score = scores[(row + i * 8u) * KEYS + key];
                weight[i] = select(exp(score - largest[i]), 0.0, score <= NONE);
                total[i] += weight[i];
            }
            for (var j = 0u; j < VECTORS; j++) {
                let c4 = lane + j * 8u;
                if (c4 < params.d4) {
                    let x = v_at(k_base + (first_key + key) * wide + c4 * 4u, params.d - c4 * 4u);
                    for (var i = 0u; i < PER_ROW; i++) { result[i][j] += weight[i] * x; }
                }
            }
        }
        workgroupBarrier();
    }
    for (var i = 0u; i < PER_ROW; i++) {
        let token = first + row + i * 8u;
        for (var j = 0u; j < VECTORS; j++) {
            let channel = (lane + j * 8u) * 4u;
            let y = result[i][j] / total[i];
            for (var c = 0u; c < 4u; c++) {
                if (token < params.tokens && channel + c < params.d) { output[q_base + token * wide + channel + c] = y[c]; }
            }
        }
    }
}
