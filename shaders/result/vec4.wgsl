// Where a tiled product's results go: through the epilogue into `output`, four columns at once. Rows are a multiple of four long.
// bias [n]; per_batch [batch, n]; residual, output [m, n]
@group(0) @binding(3) var<storage, read> bias: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read> per_batch: array<vec4<f32>>;
@group(0) @binding(5) var<storage, read> residual: array<vec4<f32>>;
@group(0) @binding(6) var<storage, read_write> output: array<vec4<f32>>;
#import lib/finish

fn bias4(n4: u32) -> vec4<f32> {
    return bias[n4];
}

fn per_batch4(row: u32, n4: u32) -> vec4<f32> {
    return per_batch[row * (params.n / 4u) + n4];
}

fn residual4(m: u32, n4: u32) -> vec4<f32> {
    return residual[m * (params.n / 4u) + n4];
}

fn put4(m: u32, n4: u32, y: vec4<f32>) {
    output[m * (params.n / 4u) + n4] = y;
}
