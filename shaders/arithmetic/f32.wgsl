// A step of a tiled product (`lib/tiled`) in f32: both sides' vectors of four columns in workgroup memory, and their products.

// What is added up: here, as it is written.
alias Accumulators = Sums;

// Column by column, so that neighbours read neighbouring words; two apart, so that those who store at once use different banks.
const A_PLANE = ROWS + 2u;
const B_PLANE = COLUMNS + 2u;
var<workgroup> a_tile: array<vec4<f32>, A_PLANE * DEPTH>;
var<workgroup> b_tile: array<vec4<f32>, B_PLANE * DEPTH>;

// The `%` here and in `multiply_plane` show the compiler that an index is inside, which saves a clamp.
fn store(local: u32, a: Inputs, raw: Raw, starts: Starts, k4: u32) {
    let row = (local / DEPTH) % LOADED;
    let column = local % DEPTH;
    for (var t = 0u; t < A_LOADS; t++) { a_tile[column * A_PLANE + t * LOADED + row] = a[t]; }
    for (var t = 0u; t < B_LOADS; t++) { b_tile[column * B_PLANE + t * LOADED + row] = weights_of(raw[t], starts[t] + k4); }
}

// Adds the step in workgroup memory to the sums. Written out: a loop as long as this stays one, and loads do not move past it.
fn multiply(local: u32, sums: ptr<function, Sums>) {
    multiply_plane(local, 0u, sums);
    multiply_plane(local, 1u, sums);
    multiply_plane(local, 2u, sums);
    multiply_plane(local, 3u, sums);
}

fn multiply_plane(local: u32, k: u32, sums: ptr<function, Sums>) {
    let thread_m = (local / THREADS_N) % THREADS_M;
    let thread_n = local % THREADS_N;
    let plane = k % DEPTH;
    var b: array<vec4<f32>, PER_N>;
    for (var j = 0u; j < PER_N; j++) { b[j] = b_tile[plane * B_PLANE + j * THREADS_N + thread_n]; }
    var a: array<vec4<f32>, PER_M>;
    for (var i = 0u; i < PER_M; i++) { a[i] = a_tile[plane * A_PLANE + i * THREADS_M + thread_m]; }
    for (var i = 0u; i < PER_M; i++) {
        for (var j = 0u; j < PER_N; j++) {
            (*sums)[i][j] = fma(a[i].w, b[j].w, fma(a[i].z, b[j].z, fma(a[i].y, b[j].y, fma(a[i].x, b[j].x, (*sums)[i][j]))));
        }
    }
}

fn finish(group: vec3<u32>, local: u32, sums: ptr<function, Accumulators>) {
    write(group, local, sums);
}
