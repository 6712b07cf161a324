// Weights as signed bytes in blocks of 32, then one f16 scale per block. `at` is a multiple of four; `params.stored` is the count of bytes.
alias Weights = array<u32>;

fn weights_at(at: u32) -> vec4<f32> {
    let block = at / 32u;
    let scales = unpack2x16float(weights[params.stored / 4u + block / 2u]);
    let scale = select(scales.x, scales.y, (block & 1u) == 1u);
    let word = bitcast<i32>(weights[at / 4u]);
    let bytes = vec4(word << 24u, word << 16u, word << 8u, word) >> vec4(24u);
    return vec4<f32>(bytes) * scale;
}
