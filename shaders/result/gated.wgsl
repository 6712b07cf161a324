// Where a tiled product's results go where its columns are values and gates: y[m, c] = (x w[c] + bias[c]) * gelu(x w[n + c] + bias[n + c]).
// An invocation's four columns are two values and their two gates, so neither is ever written. n is even.
// bias [2 * n]; output [m, n]. Needs in `params`: flags, m, n (of the result; the weights have twice as many rows).
@group(0) @binding(3) var<storage, read> bias: array<vec2<f32>>;
@group(0) @binding(4) var<storage, read_write> output: array<vec2<f32>>;
#import lib/flags
#import activation/gelu

// Which row of the weights a place of the tile holds: of each four that an invocation has, two values and their gates. Past the last column,
// the last, whose results nobody writes.
fn b_row(group: vec3<u32>, p: u32) -> u32 {
    let j = p / THREADS_N;
    let value = min(group.x * COLUMNS / 2u + (j / 4u * THREADS_N + p % THREADS_N) * 2u + j % 2u, params.n - 1u);
    return value + j % 4u / 2u * params.n;
}

fn write(group: vec3<u32>, local: u32, sums: ptr<function, Sums>) {
    let width = params.n / 2u;
    let first_n = group.x * COLUMNS / 4u + local % THREADS_N;
    var y = in_fours(sums);
    if ((params.flags & BIAS) != 0u) {
        for (var j = 0u; j < FOURS; j++) {
            let n2 = min(first_n + j * THREADS_N, width - 1u);
            let add = vec4(bias[n2], bias[width + n2]);
            for (var i = 0u; i < PER_M; i++) { y[i][j] += add; }
        }
    }
    for (var i = 0u; i < PER_M; i += 2u) {
        for (var j = 0u; j < FOURS; j++) {
            let gates = activate4(vec4(y[i][j].zw, y[i + 1u][j].zw));
            put(group, local, i, first_n + j * THREADS_N, y[i][j].xy * gates.xy);
            put(group, local, i + 1u, first_n + j * THREADS_N, y[i + 1u][j].xy * gates.zw);
        }
    }
}

fn put(group: vec3<u32>, local: u32, i: u32, n2: u32, y: vec2<f32>) {
    let m = group.y * ROWS + i * THREADS_M + local / THREADS_N;
    if (m < params.m && n2 < params.n / 2u) { output[m * (params.n / 2u) + n2] = y; }
}
