// What the three group_norm kernels are told.
struct Params {
    places: u32, channels: u32, per_group: u32, chunks: u32,
    chunk_rows: u32, epsilon: f32, activation: u32, n: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
