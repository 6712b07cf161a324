// y[m, n] = epilogue(sum over k of a[m, k] * b[n, k]), tiled: both tiles go through workgroup memory, k-major so that neighbouring
// invocations read neighbouring words; each invocation keeps PER_M x PER_N sums in registers.
// Needs a tile, `a_at(m, k4)` (four numbers at column 4 * k4 of that row), `weights_at`, the epilogue's needs, and in `params`:
// m, n, k4 (columns in vec4), row_stride.
#import lib/epilogue
#import tile/*

const ROWS = THREADS_M * PER_M;
const COLUMNS = THREADS_N * PER_N;
const THREADS = THREADS_M * THREADS_N;

var<workgroup> a_tile: array<vec4<f32>, ROWS * DEPTH>;
var<workgroup> b_tile: array<vec4<f32>, COLUMNS * DEPTH>;

fn product(group: vec3<u32>, local: u32) {
    let first_m = group.y * ROWS;
    let first_n = group.x * COLUMNS;
    let thread_m = local / THREADS_N;
    let thread_n = local % THREADS_N;
    var sums: array<array<f32, PER_N>, PER_M>;
    for (var start = 0u; start < params.k4; start += DEPTH) {
        for (var i = local; i < ROWS * DEPTH; i += THREADS) {
            let m = first_m + i / DEPTH;
            let k4 = start + i % DEPTH;
            var a = vec4(0.0);
            if (m < params.m && k4 < params.k4) { a = a_at(m, k4); }
            a_tile[(i % DEPTH) * ROWS + i / DEPTH] = a;
        }
        for (var i = local; i < COLUMNS * DEPTH; i += THREADS) {
            let n = first_n + i / DEPTH;
            let k4 = start + i % DEPTH;
            var b = vec4(0.0);
            if (n < params.n && k4 < params.k4) { b = weights_at(n * params.row_stride + k4 * 4u); }
            b_tile[(i % DEPTH) * COLUMNS + i / DEPTH] = b;
        }
        workgroupBarrier();
        for (var k = 0u; k < DEPTH; k++) {
            var b: array<vec4<f32>, PER_N>;
            for (var j = 0u; j < PER_N; j++) { b[j] = b_tile[k * COLUMNS + j * THREADS_N + thread_n]; }
            for (var i = 0u; i < PER_M; i++) {
                let a = a_tile[k * ROWS + i * THREADS_M + thread_m];
                for (var j = 0u; j < PER_N; j++) { sums[i][j] += dot(a, b[j]); }
            }
        }
        workgroupBarrier();
    }
    for (var i = 0u; i < PER_M; i++) {
        let m = first_m + i * THREADS_M + thread_m;
        for (var j = 0u; j < PER_N; j++) {
            let n = first_n + j * THREADS_N + thread_n;
            if (m < params.m && n < params.n) { output[m * params.n + n] = epilogue(sums[i][j], m, n); }
        }
    }
}
