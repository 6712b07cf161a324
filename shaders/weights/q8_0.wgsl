// Weights as signed bytes in blocks of 32, then one f16 scale per block. `at` is a multiple of four; `params.stored` is the count of bytes.
alias Weights = array<u32>;
#import lib/half

fn weights_at(at: u32) -> vec4<f32> {
    let block = at / 32u;
    let scales = weights[params.stored / 4u + block / 2u];
    let scale = half_at(scales >> (16u * (block & 1u)));
    let word = bitcast<i32>(weights[at / 4u]);
    let bytes = vec4(word << 24u, word << 16u, word << 8u, word) >> vec4(24u);
    return vec4<f32>(bytes) * scale;
}
