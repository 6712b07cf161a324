// Where a tiled product's results go: through the epilogue into `output`, column by column, for rows of any length.
// bias [n]; per_batch [batch, n]; residual, output [m, n]
@group(0) @binding(3) var<storage, read> bias: array<f32>;
@group(0) @binding(4) var<storage, read> per_batch: array<f32>;
@group(0) @binding(5) var<storage, read> residual: array<f32>;
@group(0) @binding(6) var<storage, read_write> output: array<f32>;
#import lib/finish

// Columns 4 * n4 to 4 * n4 + 3; past the last, the last.
fn columns4(n4: u32) -> vec4<u32> {
    return min(vec4(0u, 1u, 2u, 3u) + 4u * n4, vec4(params.n - 1u));
}

fn bias4(n4: u32) -> vec4<f32> {
    let n = columns4(n4);
    return vec4(bias[n.x], bias[n.y], bias[n.z], bias[n.w]);
}

fn per_batch4(row: u32, n4: u32) -> vec4<f32> {
    let at = columns4(n4) + row * params.n;
    return vec4(per_batch[at.x], per_batch[at.y], per_batch[at.z], per_batch[at.w]);
}

fn residual4(m: u32, n4: u32) -> vec4<f32> {
    let at = columns4(n4) + m * params.n;
    return vec4(residual[at.x], residual[at.y], residual[at.z], residual[at.w]);
}

fn put4(m: u32, n4: u32, y: vec4<f32>) {
    let n = 4u * n4;
    let at = m * params.n + n;
    output[at] = y.x;
    if (n + 1u < params.n) { output[at + 1u] = y.y; }
    if (n + 2u < params.n) { output[at + 2u] = y.z; }
    if (n + 3u < params.n) { output[at + 3u] = y.w; }
}
