// The epilogue of a tiled product (`lib/tiled`): bias, one row per batch entry, activation, residual. In Rust it is `op/epilogue.rs`.
// Each stage is done for all results before the next, so that its loads are under way together; past the last row or column it reads the
// last, and writes nothing. Needs `bias4`, `per_batch4`, `residual4` and `put4` (of row and four columns from 4 * n4), and in `params`:
// flags, places (rows per batch entry), m, n.
#import lib/flags
#import lib/columns
#import activation/*

fn write(group: vec3<u32>, local: u32, sums: ptr<function, Sums>) {
    let width = (params.n + 3u) / 4u;
    let first_m = group.y * ROWS + local / THREADS_N;
    let first_n = group.x * COLUMNS / 4u + local % THREADS_N;
    var y = in_fours(sums);
    if ((params.flags & BIAS) != 0u) {
        for (var j = 0u; j < FOURS; j++) {
            let add = bias4(min(first_n + j * THREADS_N, width - 1u));
            for (var i = 0u; i < PER_M; i++) { y[i][j] += add; }
        }
    }
    if ((params.flags & PER_BATCH) != 0u) {
        for (var i = 0u; i < PER_M; i++) {
            let row = min(first_m + i * THREADS_M, params.m - 1u) / params.places;
            for (var j = 0u; j < FOURS; j++) { y[i][j] += per_batch4(row, min(first_n + j * THREADS_N, width - 1u)); }
        }
    }
    for (var i = 0u; i < PER_M; i++) {
        for (var j = 0u; j < FOURS; j++) { y[i][j] = activate4(y[i][j]); }
    }
    if ((params.flags & RESIDUAL) != 0u) {
        for (var i = 0u; i < PER_M; i++) {
            let m = min(first_m + i * THREADS_M, params.m - 1u);
            for (var j = 0u; j < FOURS; j++) { y[i][j] += residual4(m, min(first_n + j * THREADS_N, width - 1u)); }
        }
    }
    for (var i = 0u; i < PER_M; i++) {
        let m = first_m + i * THREADS_M;
        for (var j = 0u; j < FOURS; j++) {
            let n4 = first_n + j * THREADS_N;
            if (m < params.m && n4 < width) { put4(m, n4, y[i][j]); }
        }
    }
}
