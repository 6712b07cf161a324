// A block of ROWS x COLUMNS results of a matrix product y[m, n] = sum over k of a[m, k] * b[n, k], for GPUs: both sides go through
// workgroup memory, 4 * DEPTH columns (a step) at a time; each invocation keeps PER_M x PER_N sums in registers. A step's loads are all
// under way before the first is waited for, and all loops over registers have constant bounds. `arithmetic/*` stores and multiplies a step, and hands its sums to `write`.
// Needs a tile of DEPTH 4, `weights_raw` and `weights_of`, `b_row(group, p)` (the row of b at place p of the tile), and in `params`: m, n,
// row_stride.
#import tile/*
#import loads/*

const ROWS = THREADS_M * PER_M;
const COLUMNS = THREADS_N * PER_N;
const THREADS = THREADS_M * THREADS_N;

// Each invocation loads column local % DEPTH of rows local / DEPTH, LOADED more, and so on.
const LOADED = THREADS / DEPTH;
const A_LOADS = ROWS / LOADED;
const B_LOADS = COLUMNS / LOADED;

const FOURS = PER_N / 4u;
alias Inputs = array<vec4<f32>, A_LOADS>;
alias Raw = array<WeightsRaw, B_LOADS>;
alias Starts = array<u32, B_LOADS>;
alias Sums = array<array<f32, PER_N>, PER_M>;

// The row of a that this invocation loads as its t-th; past the last row, the last, whose results nobody writes.
fn a_row(group: vec3<u32>, local: u32, t: u32) -> u32 {
    return min(group.y * ROWS + t * LOADED + local / DEPTH, params.m - 1u);
}

// Where, in vectors, the rows of b begin that this invocation loads.
fn b_starts(group: vec3<u32>, local: u32) -> Starts {
    var starts: Starts;
    for (var t = 0u; t < B_LOADS; t++) { starts[t] = b_row(group, t * LOADED + local / DEPTH) * (params.row_stride / 4u); }
    return starts;
}

fn load_b(starts: Starts, k4: u32) -> Raw {
    var raw: Raw;
    for (var t = 0u; t < B_LOADS; t++) { raw[t] = weights_raw(starts[t] + k4); }
    return raw;
}

// The sums as vectors of neighbouring columns: [i][j] is row group.y * ROWS + i * THREADS_M + local / THREADS_N, and columns from
// group.x * COLUMNS + 4 * (j * THREADS_N + local % THREADS_N).
fn in_fours(sums: ptr<function, Sums>) -> array<array<vec4<f32>, FOURS>, PER_M> {
    var y: array<array<vec4<f32>, FOURS>, PER_M>;
    for (var i = 0u; i < PER_M; i++) {
        for (var j = 0u; j < FOURS; j++) {
            y[i][j] = vec4((*sums)[i][4u * j], (*sums)[i][4u * j + 1u], (*sums)[i][4u * j + 2u], (*sums)[i][4u * j + 3u]);
        }
    }
    return y;
}
