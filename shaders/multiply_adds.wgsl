// y[i] = b - x[i], `times` over (an even number: y[i] = x[i] but for rounding), as multiply-adds in registers: how fast they can be at most
// input [n], output [n]; a is -1, but the compiler does not know it
// grid: n / PER_GROUP
struct Params {
    n4: u32, times: u32, a: f32, b: f32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> input: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> output: array<vec4<f32>>;
// An invocation has eight vectors, enough that none waits for what was done to it before. They have names, since not every compiler keeps an
// array in registers.
const PER_GROUP = 64u * 8u * 4u;

fn four_times(y: vec4<f32>, a: vec4<f32>, b: vec4<f32>) -> vec4<f32> {
    return fma(fma(fma(fma(y, a, b), a, b), a, b), a, b);
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let stride = groups.x * 64u;
    let last = params.n4 - 1u;
    let a = vec4(params.a);
    let b = vec4(params.b);
    var y0 = input[min(id.x, last)];
    var y1 = input[min(id.x + stride, last)];
    var y2 = input[min(id.x + 2u * stride, last)];
    var y3 = input[min(id.x + 3u * stride, last)];
    var y4 = input[min(id.x + 4u * stride, last)];
    var y5 = input[min(id.x + 5u * stride, last)];
    var y6 = input[min(id.x + 6u * stride, last)];
    var y7 = input[min(id.x + 7u * stride, last)];
    for (var t = 0u; t < params.times; t += 4u) {
        y0 = four_times(y0, a, b);
        y1 = four_times(y1, a, b);
        y2 = four_times(y2, a, b);
        y3 = four_times(y3, a, b);
        y4 = four_times(y4, a, b);
        y5 = four_times(y5, a, b);
        y6 = four_times(y6, a, b);
        y7 = four_times(y7, a, b);
    }
    output[min(id.x, last)] = y0;
    output[min(id.x + stride, last)] = y1;
    output[min(id.x + 2u * stride, last)] = y2;
    output[min(id.x + 3u * stride, last)] = y3;
    output[min(id.x + 4u * stride, last)] = y4;
    output[min(id.x + 5u * stride, last)] = y5;
    output[min(id.x + 6u * stride, last)] = y6;
    output[min(id.x + 7u * stride, last)] = y7;
}
