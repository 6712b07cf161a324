// y[m, n] = epilogue(sum over k of x[m, k] * w[n, k]), for GPUs
// input [m, k]; weights [n, row_stride]; what follows the product and where it goes: `result`
// grid: n / COLUMNS, m / ROWS, parts: workgroup z does k-steps z * steps to (z + 1) * steps, each of 4 * DEPTH columns
struct Params {
    m: u32, n: u32, k4: u32, row_stride: u32,
    stored: u32, flags: u32, places: u32, k: u32,
    steps: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> input: input_row;
@group(0) @binding(2) var<storage, read> weights: Weights;
#import input/* of input
#import weights/*
#import result/*
#import lib/tiled
#import arithmetic/*

// Of the step that begins at column 4 * start; past the last column, the last.
fn load_a(starts: array<u32, A_LOADS>, k4: u32) -> Inputs {
    var a: Inputs;
    for (var t = 0u; t < A_LOADS; t++) { a[t] = input_in(starts[t], k4, params.k); }
    return a;
}

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let column = local % DEPTH;
    var a_starts: array<u32, A_LOADS>;
    for (var t = 0u; t < A_LOADS; t++) { a_starts[t] = input_start(a_row(group, local, t), params.k); }
    let b_starts = b_starts(group, local);
    let last = params.k4 - 1u;
    let end = min((group.z + 1u) * params.steps * DEPTH, params.k4);
    var start = group.z * params.steps * DEPTH;
    var k4 = min(start + column, last);
    var a: Inputs;
    var b: Raw;
    if (EARLY) {
        a = load_a(a_starts, k4);
        b = load_b(b_starts, k4);
    }
    var sums: Accumulators;
    while (start < end) {
        if (!EARLY) {
            k4 = min(start + column, last);
            a = load_a(a_starts, k4);
            b = load_b(b_starts, k4);
        }
        if (start + DEPTH > params.k4 && start + column > last) {
            for (var t = 0u; t < A_LOADS; t++) { a[t] = vec4(0.0); }
        }
        store(local, a, b, b_starts, k4);
        workgroupBarrier();
        start += DEPTH;
        if (EARLY) {
            k4 = min(start + column, last);
            a = load_a(a_starts, k4);
            b = load_b(b_starts, k4);
        }
        multiply(local, &sums);
        workgroupBarrier();
    }
    finish(group, local, &sums);
}
