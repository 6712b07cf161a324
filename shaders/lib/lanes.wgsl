// y[m, n] = epilogue(sum over k of a[m, k] * b[n, k]) for a CPU in disguise: an invocation is a lane of one vector register. Each owns PER_N
// columns and reads its weights itself; the rows' numbers are the same for all lanes, so they are read once and broadcast. No workgroup memory
// and no barrier, which there are copies and threads' ends.
// Needs a tile (ROWS, THREADS, PER_N), `taps()`, `tap4()` (columns of one in vec4), `row_start(m, tap)` (where a row's numbers of it begin, or
// OUTSIDE), `row_in(start, c4)`, `weights_at`, the epilogue's needs, and in `params`: m, n, k4, row_stride.
#import lib/epilogue
#import tile/*

const COLUMNS = THREADS * PER_N;
const OUTSIDE = 0xffffffffu;

fn product(group: vec3<u32>, local: u32) {
    let first_m = group.y * ROWS;
    let first_n = group.x * COLUMNS + local;
    var sums: array<array<f32, PER_N>, ROWS>;
    let vectors = params.k4 / taps();
    for (var tap = 0u; tap < taps(); tap++) {
        var starts: array<u32, ROWS>;
        for (var i = 0u; i < ROWS; i++) { starts[i] = row_start(min(first_m + i, params.m - 1u), tap); }
        for (var c4 = 0u; c4 < tap4(); c4++) {
            var b: array<vec4<f32>, PER_N>;
            for (var j = 0u; j < PER_N; j++) {
                let n = min(first_n + j * THREADS, params.n - 1u);
                b[j] = weights_at(n * params.row_stride + (tap * vectors + c4) * 4u);
            }
            for (var i = 0u; i < ROWS; i++) {
                let a = row_in(starts[i], c4);
                for (var j = 0u; j < PER_N; j++) {
                    sums[i][j] = fma(a.w, b[j].w, fma(a.z, b[j].z, fma(a.y, b[j].y, fma(a.x, b[j].x, sums[i][j]))));
                }
            }
        }
    }
    for (var i = 0u; i < ROWS; i++) {
        for (var j = 0u; j < PER_N; j++) {
            let n = first_n + j * THREADS;
            if (first_m + i < params.m && n < params.n) { write(first_m + i, n, sums[i][j]); }
        }
    }
}
