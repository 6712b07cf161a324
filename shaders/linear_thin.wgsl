// y[m, n] = epilogue(sum over k of x[m, k] * w[n, k]) for a handful of rows, such as a timestep's embedding: reading the weights is all the
// work, and each is read once. THREADS_K invocations share a row of weights, and add up at the end.
// input [m, k]; weights [n, row_stride]; bias [n]; per_batch [batch, n]; residual, output [m, n]
// grid: n / COLUMNS, m / ROWS
struct Params {
    m: u32, n: u32, k4: u32, row_stride: u32,
    stored: u32, flags: u32, places: u32, k: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> input: input_row;
@group(0) @binding(2) var<storage, read> weights: Weights;
#import input/* of input
#import weights/*
#import tile/*
#import lib/epilogue

const COLUMNS = THREADS_N * PER_N;
const THREADS = THREADS_K * THREADS_N;
const RESULTS = ROWS * COLUMNS;

// Results by row and column, each in THREADS_K parts; one more, so that those who add up at once use different banks.
const PARTS = THREADS_K + 1u;
var<workgroup> sums_of: array<f32, RESULTS * PARTS>;

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let lane = local % THREADS_K;
    let thread_n = (local / THREADS_K) % THREADS_N;
    let last = params.k4 - 1u;
    var a_starts: array<u32, ROWS>;
    for (var i = 0u; i < ROWS; i++) { a_starts[i] = input_start(min(group.y * ROWS + i, params.m - 1u), params.k); }
    var b_starts: array<u32, PER_N>;
    for (var j = 0u; j < PER_N; j++) {
        b_starts[j] = min(group.x * COLUMNS + j * THREADS_N + thread_n, params.n - 1u) * (params.row_stride / 4u);
    }
    var sums: array<array<f32, PER_N>, ROWS>;
    for (var start = lane; start < params.k4; start += THREADS_K * AHEAD) {
        // AHEAD vectors of each row are under way at once; past the last column, the last one and weights of 0.
        var raw: array<array<WeightsRaw, PER_N>, AHEAD>;
        for (var u = 0u; u < AHEAD; u++) {
            for (var j = 0u; j < PER_N; j++) { raw[u][j] = weights_raw(b_starts[j] + min(start + u * THREADS_K, last)); }
        }
        for (var u = 0u; u < AHEAD; u++) {
            let k4 = min(start + u * THREADS_K, last);
            var a: array<vec4<f32>, ROWS>;
            for (var i = 0u; i < ROWS; i++) { a[i] = input_in(a_starts[i], k4, params.k); }
            for (var j = 0u; j < PER_N; j++) {
                let b = select(vec4(0.0), weights_of(raw[u][j], b_starts[j] + k4), start + u * THREADS_K <= last);
                for (var i = 0u; i < ROWS; i++) {
                    sums[i][j] = fma(a[i].w, b.w, fma(a[i].z, b.z, fma(a[i].y, b.y, fma(a[i].x, b.x, sums[i][j]))));
                }
            }
        }
    }
    for (var i = 0u; i < ROWS; i++) {
        for (var j = 0u; j < PER_N; j++) { sums_of[(i * COLUMNS + j * THREADS_N + thread_n) * PARTS + lane] = sums[i][j]; }
    }
    workgroupBarrier();
    for (var result = local; result < RESULTS; result += THREADS) {
        var sum = 0.0;
        for (var part = 0u; part < THREADS_K; part++) { sum += sums_of[result * PARTS + part]; }
        let m = group.y * ROWS + result / COLUMNS;
        let n = group.x * COLUMNS + result % COLUMNS;
        if (m < params.m && n < params.n) { write(m, n, sum); }
    }
}
