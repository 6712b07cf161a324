// Weights as signed bytes in blocks of 32, then one f16 scale per block. `at` is a multiple of four; `params.stored` is the count of bytes.
// The scale is decoded by hand: a block of small weights has a subnormal scale, which unpack2x16float may flush to zero.
alias Weights = array<u32>;

fn scale_of(half: u32) -> f32 {
    let mantissa = half & 0x3ffu;
    let exponent = (half >> 10u) & 0x1fu;
    let normal = bitcast<f32>(((exponent + 112u) << 23u) | (mantissa << 13u));
    return select(normal, f32(mantissa) * 5.9604644775390625e-8, exponent == 0u);
}

fn weights_at(at: u32) -> vec4<f32> {
    let block = at / 32u;
    let scales = weights[params.stored / 4u + block / 2u];
    let scale = scale_of((scales >> (16u * (block & 1u))) & 0xffffu);
    let word = bitcast<i32>(weights[at / 4u]);
    let bytes = vec4(word << 24u, word << 16u, word << 8u, word) >> vec4(24u);
    return vec4<f32>(bytes) * scale;
}
