// dx = (g - mean(g) - n * mean(g * n)) / sqrt(variance + epsilon), with n the normalised numbers and g = dy * weight: one group of a picture by
// one workgroup
// x, dy, output [batch, places, channels]; weight [channels]
// grid: (groups, batch). Invocation `local` does numbers local, local + THREADS, ... of the group's, row by row.
struct Params {
    places: u32, channels: u32, per_group: u32, epsilon: f32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> weight: array<f32>;
@group(0) @binding(3) var<storage, read> dy: array<f32>;
@group(0) @binding(4) var<storage, read_write> output: array<f32>;
#import lib/sum64

const THREADS = 64u;

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
    for (var at = first; at.x < params.places; at = next(at, step)) { sum += x[base + at.x * params.channels + at.y]; }
    let mean = sum64(sum, local) / n;
    var squares = 0.0;
    for (var at = first; at.x < params.places; at = next(at, step)) {
        let d = x[base + at.x * params.channels + at.y] - mean;
        squares += d * d;
    }
    let factor = 1.0 / sqrt(sum64(squares, local) / n + params.epsilon);
    var all = 0.0;
    var along = 0.0;
    for (var at = first; at.x < params.places; at = next(at, step)) {
        let i = base + at.x * params.channels + at.y;
        let g = dy[i] * weight[group.x * params.per_group + at.y];
        all += g;
        along += g * (x[i] - mean) * factor;
    }
    let mean_g = sum64(all, local) / n;
    let mean_along = sum64(along, local) / n;
    for (var at = first; at.x < params.places; at = next(at, step)) {
        let i = base + at.x * params.channels + at.y;
        let g = dy[i] * weight[group.x * params.per_group + at.y];
        output[i] = (g - mean_g - (x[i] - mean) * factor * mean_along) * factor;
    }
}
