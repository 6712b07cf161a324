// y = activation((x - mean) / sqrt(variance + epsilon) * weight + bias), one group of a picture by one workgroup: in two passes, so that a large
// mean costs no digits, and a third that writes.
// input, output [batch, places, channels]; weight, bias [channels]
// grid: (groups, batch). Invocation `local` does numbers local, local + THREADS, ... of the group's, row by row.
struct Params {
    places: u32, channels: u32, per_group: u32, epsilon: f32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> input: array<f32>;
@group(0) @binding(2) var<storage, read> weight: array<f32>;
@group(0) @binding(3) var<storage, read> bias: array<f32>;
@group(0) @binding(4) var<storage, read_write> output: array<f32>;
#import activation/*

const THREADS = 256u;
var<workgroup> tree: array<f32, THREADS>;

// The sum of one number from each invocation, known to all of them; a tree, so that errors grow with its depth.
fn sum_of_all(x: f32, local: u32) -> f32 {
    workgroupBarrier();
    tree[local] = x;
    for (var half = THREADS / 2u; half > 0u; half /= 2u) {
        workgroupBarrier();
        if (local < half) { tree[local] += tree[local + half]; }
    }
    workgroupBarrier();
    return tree[0];
}

// A place and one of the group's channels there, THREADS numbers further on: without a division each time.
fn next(at: vec2<u32>, step: vec2<u32>) -> vec2<u32> {
    let moved = at + step;
    return select(moved, vec2(moved.x + 1u, moved.y - params.per_group), moved.y >= params.per_group);
}

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let base = group.y * params.places * params.channels + group.x * params.per_group;
    let first = vec2(local / params.per_group, local % params.per_group);
    let step = vec2(THREADS / params.per_group, THREADS % params.per_group);
    let n = f32(params.places * params.per_group);
    var sum = 0.0;
    for (var at = first; at.x < params.places; at = next(at, step)) { sum += input[base + at.x * params.channels + at.y]; }
    let mean = sum_of_all(sum, local) / n;
    var squares = 0.0;
    for (var at = first; at.x < params.places; at = next(at, step)) {
        let d = input[base + at.x * params.channels + at.y] - mean;
        squares += d * d;
    }
    let scale = 1.0 / sqrt(sum_of_all(squares, local) / n + params.epsilon);
    for (var at = first; at.x < params.places; at = next(at, step)) {
        let c = group.x * params.per_group + at.y;
        let i = base + at.x * params.channels + at.y;
        let y = (input[i] - mean) * (weight[c] * scale) + bias[c];
        output[i] = activate4(vec4(y, 0.0, 0.0, 0.0)).x;
    }
}
