// y[b, oy, ox, n] = epilogue(sum over ky, kx, c of x[b, oy * stride - pad + ky, ox * stride - pad + kx, c] * w[n, ky, kx, c]), for GPUs.
// A matrix product whose input rows are gathered on the fly, tap after tap, and within a tap 4 * DEPTH channels (a step) at a time: best where
// the channels are a multiple of that. Where `doubled` is 1, x is the picture at twice its size: each place is seen as four.
// input [batch, height, width, c]; weights [n, kh, kw, 4 * tap4]; what follows the product and where it goes: `result`
// grid: n / COLUMNS, m / ROWS, parts: workgroup z does steps z * steps to (z + 1) * steps of kh * kw * (tap4 / DEPTH, rounded up)
struct Params {
    m: u32, n: u32, k4: u32, row_stride: u32,
    stored: u32, flags: u32, places: u32, c: u32,
    height: u32, width: u32, out_width: u32, tap4: u32,
    kernel_width: u32, stride: u32, pad_rows: u32, pad_columns: u32,
    doubled: u32, steps: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> input: input_row;
@group(0) @binding(2) var<storage, read> weights: Weights;
#import input/* of input
#import weights/*
#import result/*
#import lib/tiled
#import arithmetic/*

// The first place that a row of results sees, and its picture's first row of places. Above or left of the picture wraps to a huge number,
// which is outside as well (and still is when halved).
struct Windows { y: array<u32, A_LOADS>, x: array<u32, A_LOADS>, picture: array<u32, A_LOADS> }

// The places that one tap sees: where they begin, and whether they are in the picture.
struct Tap { starts: array<u32, A_LOADS>, inside: array<bool, A_LOADS> }

fn windows_of(group: vec3<u32>, local: u32) -> Windows {
    var windows: Windows;
    for (var t = 0u; t < A_LOADS; t++) {
        let m = a_row(group, local, t);
        let place = m % params.places;
        windows.y[t] = place / params.out_width * params.stride - params.pad_rows;
        windows.x[t] = place % params.out_width * params.stride - params.pad_columns;
        windows.picture[t] = m / params.places * params.height;
    }
    return windows;
}

fn tap_of(windows: Windows, ky: u32, kx: u32) -> Tap {
    var tap: Tap;
    for (var t = 0u; t < A_LOADS; t++) {
        let y = (windows.y[t] + ky) >> params.doubled;
        let x = (windows.x[t] + kx) >> params.doubled;
        tap.inside[t] = y < params.height && x < params.width;
        tap.starts[t] = input_start(select(0u, (windows.picture[t] + y) * params.width + x, tap.inside[t]), params.c);
    }
    return tap;
}

fn load_a(tap: Tap, k4: u32) -> Inputs {
    var a: Inputs;
    for (var t = 0u; t < A_LOADS; t++) { a[t] = input_in(tap.starts[t], k4, params.c); }
    return a;
}

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let column = local % DEPTH;
    let b_starts = b_starts(group, local);
    let windows = windows_of(group, local);
    let last = params.tap4 - 1u;
    let tap_steps = (params.tap4 + DEPTH - 1u) / DEPTH;
    var step = group.z * params.steps;
    let end = min(step + params.steps, params.k4 / params.tap4 * tap_steps);
    // Of the tap (ky, kx), whose weights begin at `first`, the step that begins at channel 4 * start.
    var ky = step / tap_steps / params.kernel_width;
    var kx = step / tap_steps % params.kernel_width;
    var first = step / tap_steps * params.tap4;
    var start = step % tap_steps * DEPTH;
    var tap = tap_of(windows, ky, kx);
    var k4 = min(start + column, last);
    var a: Inputs;
    var b: Raw;
    if (EARLY) {
        a = load_a(tap, k4);
        b = load_b(b_starts, min(first + k4, params.k4 - 1u));
    }
    var sums: Accumulators;
    while (step < end) {
        if (!EARLY) {
            k4 = min(start + column, last);
            a = load_a(tap, k4);
            b = load_b(b_starts, first + k4);
        }
        for (var t = 0u; t < A_LOADS; t++) {
            if (!tap.inside[t] || start + column > last) { a[t] = vec4(0.0); }
        }
        store(local, a, b, b_starts, first + k4);
        workgroupBarrier();
        step++;
        start += DEPTH;
        if (start >= params.tap4) {
            start = 0u;
            first += params.tap4;
            kx++;
            if (kx == params.kernel_width) {
                kx = 0u;
                ky++;
            }
            tap = tap_of(windows, ky, kx);
        }
        if (EARLY) {
            k4 = min(start + column, last);
            a = load_a(tap, k4);
            b = load_b(b_starts, min(first + k4, params.k4 - 1u));
        }
        multiply(local, &sums);
        workgroupBarrier();
    }
    finish(group, local, &sums);
}
