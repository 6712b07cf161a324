// A step of a tiled product (`lib/tiled`) by a GPU's matrix units: both sides in workgroup memory as f16, row after row, multiplied SIZE by SIZE
// by whole subgroups, with sums in f32 all along. Numbers past f16's range become its largest. Each subgroup makes the same share of the tile's
// rows; invocations of a subgroup are neighbours.
enable f16;
enable wgpu_cooperative_matrix;
#import matrix/*
#import subgroup/*

const BLOCKS_M = ROWS * SUBGROUP / THREADS / SIZE;
const BLOCKS_N = COLUMNS / SIZE;
// What is added up: matrices.
alias Accumulators = array<array<Result, BLOCKS_N>, BLOCKS_M>;

// Halves from one row to the next: eight more than a step has columns, so that neighbouring rows use different banks.
const STRIDE = 4u * DEPTH + 8u;
var<workgroup> a_tile: array<f16, ROWS * STRIDE>;
var<workgroup> b_tile: array<f16, COLUMNS * STRIDE>;
var<workgroup> products: array<f32, ROWS * COLUMNS>;

fn to_half(x: vec4<f32>) -> vec4<f16> { return vec4<f16>(clamp(x, vec4(-65504.0), vec4(65504.0))); }

fn store(local: u32, a: Inputs, raw: Raw, starts: Starts, k4: u32) {
    let first = (local / DEPTH) % LOADED * STRIDE + local % DEPTH * 4u;
    for (var t = 0u; t < A_LOADS; t++) {
        let x = to_half(a[t]);
        let at = first + t * LOADED * STRIDE;
        a_tile[at] = x.x;
        a_tile[at + 1u] = x.y;
        a_tile[at + 2u] = x.z;
        a_tile[at + 3u] = x.w;
    }
    for (var t = 0u; t < B_LOADS; t++) {
        let x = to_half(weights_of(raw[t], starts[t] + k4));
        let at = first + t * LOADED * STRIDE;
        b_tile[at] = x.x;
        b_tile[at + 1u] = x.y;
        b_tile[at + 2u] = x.z;
        b_tile[at + 3u] = x.w;
    }
}

// Adds the step in workgroup memory to the sums.
fn multiply(local: u32, sums: ptr<function, Accumulators>) {
    let first = local / SUBGROUP * BLOCKS_M * SIZE * STRIDE;
    for (var k = 0u; k < 4u * DEPTH; k += SIZE) {
        for (var j = 0u; j < BLOCKS_N; j++) {
            let b = coopLoad<Right>(&b_tile[j * SIZE * STRIDE + k], STRIDE);
            for (var i = 0u; i < BLOCKS_M; i++) {
                let a = coopLoadT<Left>(&a_tile[first + i * SIZE * STRIDE + k], STRIDE);
                (*sums)[i][j] = coopMultiplyAdd(a, b, (*sums)[i][j]);
            }
        }
    }
}

// Hands the sums to those who write them, as `arithmetic/f32` has them.
fn finish(group: vec3<u32>, local: u32, sums: ptr<function, Accumulators>) {
    let first = local / SUBGROUP * BLOCKS_M * SIZE * COLUMNS;
    for (var i = 0u; i < BLOCKS_M; i++) {
        for (var j = 0u; j < BLOCKS_N; j++) {
            coopStoreT((*sums)[i][j], &products[first + i * SIZE * COLUMNS + j * SIZE], COLUMNS);
        }
    }
    workgroupBarrier();
    var all: Sums;
    for (var i = 0u; i < PER_M; i++) {
        for (var j = 0u; j < PER_N; j++) {
            all[i][j] = products[(i * THREADS_M + local / THREADS_N) * COLUMNS + j * THREADS_N + local % THREADS_N];
        }
    }
    write(group, local, &all);
}
