// A head's channels in vectors of four: heads of a multiple of four channels. Places in memory are counted in vectors.
alias Head = array<vec4<f32>>;
const UNITS = D4; // of a head
const HEAD = 4u * D4;

fn q_get(at: u32, c: u32) -> vec4<f32> { return q[at + c]; }

fn k_get(at: u32, c: u32) -> vec4<f32> { return k[at + c]; }

fn v_get(at: u32, c: u32) -> vec4<f32> { return v[at + c]; }

fn put(at: u32, c: u32, y: vec4<f32>) { output[at + c] = y; }
