// A head's channels in vectors of four, the last of them half empty: heads of two channels less than a multiple of four. Places in memory are
// counted in pairs.
alias Head = array<vec2<f32>>;
const UNITS = 2u * D4 - 1u; // of a head
const HEAD = 4u * D4 - 2u;

fn full(c: u32) -> bool { return 2u * c + 1u < UNITS; }

// Past the head's end it reads the same pair again.
fn second(at: u32, c: u32) -> u32 { return at + 2u * c + select(0u, 1u, full(c)); }

fn whole(first: vec2<f32>, second: vec2<f32>, c: u32) -> vec4<f32> { return vec4(first, select(vec2(0.0), second, full(c))); }

fn q_get(at: u32, c: u32) -> vec4<f32> { return whole(q[at + 2u * c], q[second(at, c)], c); }

fn k_get(at: u32, c: u32) -> vec4<f32> { return whole(k[at + 2u * c], k[second(at, c)], c); }

fn v_get(at: u32, c: u32) -> vec4<f32> { return whole(v[at + 2u * c], v[second(at, c)], c); }

fn put(at: u32, c: u32, y: vec4<f32>) {
    output[at + 2u * c] = y.xy;
    if (full(c)) { output[at + 2u * c + 1u] = y.zw; }
}
