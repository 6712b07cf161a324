// A step of a tiled product (`lib/tiled`) in halves, two at once: both sides' numbers in workgroup memory as f16, and their products added up
// as f16 over the step's 4 * DEPTH columns, then as f32. Numbers past f16's range become its largest. Needs four loads of either side.
enable f16;

const_assert A_LOADS == 4u && B_LOADS == 4u && PER_M == 8u && PER_N == 8u;

// What is added up: here, as it is written.
alias Accumulators = Sums;

// Column by column: a vector holds rows r, r + LOADED, r + 2 * LOADED and r + 3 * LOADED, those that one invocation loads.
const PLANE = LOADED + 2u;
var<workgroup> a_tile: array<vec4<f16>, PLANE * 4u * DEPTH>;
var<workgroup> b_tile: array<vec4<f16>, PLANE * 4u * DEPTH>;

fn to_half(x: vec4<f32>) -> vec4<f16> { return vec4<f16>(clamp(x, vec4(-65504.0), vec4(65504.0))); }

fn store(local: u32, a: Inputs, raw: Raw, starts: Starts, k4: u32) {
    let row = (local / DEPTH) % LOADED;
    let first = local % DEPTH * 4u;
    let a0 = to_half(a[0]);
    let a1 = to_half(a[1]);
    let a2 = to_half(a[2]);
    let a3 = to_half(a[3]);
    a_tile[first * PLANE + row] = vec4(a0.x, a1.x, a2.x, a3.x);
    a_tile[(first + 1u) * PLANE + row] = vec4(a0.y, a1.y, a2.y, a3.y);
    a_tile[(first + 2u) * PLANE + row] = vec4(a0.z, a1.z, a2.z, a3.z);
    a_tile[(first + 3u) * PLANE + row] = vec4(a0.w, a1.w, a2.w, a3.w);
    let b0 = to_half(weights_of(raw[0], starts[0] + k4));
    let b1 = to_half(weights_of(raw[1], starts[1] + k4));
    let b2 = to_half(weights_of(raw[2], starts[2] + k4));
    let b3 = to_half(weights_of(raw[3], starts[3] + k4));
    b_tile[first * PLANE + row] = vec4(b0.x, b1.x, b2.x, b3.x);
    b_tile[(first + 1u) * PLANE + row] = vec4(b0.y, b1.y, b2.y, b3.y);
    b_tile[(first + 2u) * PLANE + row] = vec4(b0.z, b1.z, b2.z, b3.z);
    b_tile[(first + 3u) * PLANE + row] = vec4(b0.w, b1.w, b2.w, b3.w);
}

// A row's sums over the step: of places 0 and 2, 4 and 6, 1 and 3, 5 and 7.
alias Halves = array<array<vec2<f16>, 4>, PER_M>;

// Adds the step in workgroup memory to the sums.
fn multiply(local: u32, sums: ptr<function, Sums>) {
    var halves: Halves;
    multiply_columns(local, 0u, &halves);
    multiply_columns(local, 4u, &halves);
    multiply_columns(local, 8u, &halves);
    multiply_columns(local, 12u, &halves);
    for (var i = 0u; i < PER_M; i++) {
        for (var j = 0u; j < 2u; j++) {
            (*sums)[i][4u * j] += f32(halves[i][j].x);
            (*sums)[i][4u * j + 2u] += f32(halves[i][j].y);
            (*sums)[i][4u * j + 1u] += f32(halves[i][j + 2u].x);
            (*sums)[i][4u * j + 3u] += f32(halves[i][j + 2u].y);
        }
    }
}

fn multiply_columns(local: u32, first: u32, halves: ptr<function, Halves>) {
    multiply_column(local, first, halves);
    multiply_column(local, first + 1u, halves);
    multiply_column(local, first + 2u, halves);
    multiply_column(local, first + 3u, halves);
}

fn multiply_column(local: u32, column: u32, halves: ptr<function, Halves>) {
    let start = column % (4u * DEPTH) * PLANE;
    let thread_m = (local / THREADS_N) % THREADS_M;
    let thread_n = local % THREADS_N;
    let a0 = a_tile[start + thread_m];
    let a1 = a_tile[start + THREADS_M + thread_m];
    let b0 = b_tile[start + thread_n];
    let b1 = b_tile[start + THREADS_N + thread_n];
    // Row i * THREADS_M + thread_m is component i / 2 of the first or the second vector.
    let a = array<f16, PER_M>(a0.x, a1.x, a0.y, a1.y, a0.z, a1.z, a0.w, a1.w);
    for (var i = 0u; i < PER_M; i++) {
        (*halves)[i][0] = fma(vec2(a[i]), b0.xy, (*halves)[i][0]);
        (*halves)[i][1] = fma(vec2(a[i]), b0.zw, (*halves)[i][1]);
        (*halves)[i][2] = fma(vec2(a[i]), b1.xy, (*halves)[i][2]);
        (*halves)[i][3] = fma(vec2(a[i]), b1.zw, (*halves)[i][3]);
    }
}

fn finish(group: vec3<u32>, local: u32, sums: ptr<function, Accumulators>) {
    write(group, local, sums);
}
