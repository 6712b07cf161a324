// Weights as signed bytes in blocks of 32, then one f16 scale per block. `at` is a multiple of four; `params.stored` is the count of bytes.
alias Weights = array<u32>;
alias WeightsRaw = vec2<u32>;
#import lib/half

// The words of four weights and of their scale, and what they mean: apart, a load can be under way
// while something else is done. They are the numbers 4 * at4 to 4 * at4 + 3.
fn weights_raw(at4: u32) -> WeightsRaw {
    return vec2(weights[at4], weights[params.stored / 4u + at4 / 16u]);
}

fn weights_of(raw: WeightsRaw, at4: u32) -> vec4<f32> {
    let scale = half_at(raw.y >> ((at4 & 8u) * 2u));
    let word = bitcast<i32>(raw.x);
    let bytes = vec4(word << 24u, word << 16u, word << 8u, word) >> vec4(24u);
    return vec4<f32>(bytes) * scale;
}

fn weights_at(at: u32) -> vec4<f32> {
    return weights_of(weights_raw(at / 4u), at / 4u);
}
