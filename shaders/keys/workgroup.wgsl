// Keys and values of a block come through workgroup memory; a row is the key's place there.
// Needs D4, KEYS (a power of two) and THREADS, which divides KEYS * D4; `params.keys`, `k` and `v`.
var<workgroup> k_tile: array<array<vec4<f32>, D4>, KEYS>;
var<workgroup> v_tile: array<array<vec4<f32>, D4>, KEYS>;
const_assert KEYS * D4 % THREADS == 0u;

// Keys first..first + KEYS of a head; past the last key, the last one again. `base` is where the head begins, `wide` a row's length.
fn fetch(first: u32, base: u32, wide: u32, local: u32) {
    workgroupBarrier();
    for (var t = 0u; t < KEYS * D4 / THREADS; t++) {
        let at = t * THREADS + local;
        let source = base + min(first + at / D4, params.keys - 1u) * wide;
        k_tile[at / D4][at % D4] = k_get(source, at % D4);
        v_tile[at / D4][at % D4] = v_get(source, at % D4);
    }
    workgroupBarrier();
}

fn row_of(key: vec4<u32>, base: u32, wide: u32) -> vec4<u32> { return key & vec4(KEYS - 1u); }

fn k_row(row: u32, c: u32) -> vec4<f32> { return k_tile[row][c]; }

fn v_row(row: u32, c: u32) -> vec4<f32> { return v_tile[row][c]; }
