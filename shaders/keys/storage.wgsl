// Keys and values are read where they lie, without barriers of its own. Where an address is the same for all invocations (attention_rows),
// AMD's compiler makes scalar loads of it; its scalar registers suffice for heads of up to 64 channels.
// Needs `params.keys`, `k` and `v`.
fn fetch(first: u32, base: u32, wide: u32, local: u32) {}

// Past the last key, the last one again. `base` is where the head begins, `wide` a row's length.
fn row_of(key: vec4<u32>, base: u32, wide: u32) -> vec4<u32> { return vec4(base) + min(key, vec4(params.keys - 1u)) * wide; }

fn k_row(row: u32, c: u32) -> vec4<f32> { return k_get(row, c); }

fn v_row(row: u32, c: u32) -> vec4<f32> { return v_get(row, c); }
