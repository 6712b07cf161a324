// Weights as numbers -8 to 7 in four bits (plus 8), eight to a word in their order, in blocks of 32, then one f16 scale per block.
// `at` is a multiple of four; `params.stored` is the count of numbers.
alias Weights = array<u32>;
alias WeightsRaw = vec2<u32>;
#import lib/half

// The words of eight weights and of their scale, and what four of them mean: apart, a load can be under way
// while something else is done. They are the numbers 4 * at4 to 4 * at4 + 3.
fn weights_raw(at4: u32) -> WeightsRaw {
    return vec2(weights[at4 / 2u], weights[params.stored / 8u + at4 / 16u]);
}

fn weights_of(raw: WeightsRaw, at4: u32) -> vec4<f32> {
    let scale = half_at(raw.y >> ((at4 & 8u) * 2u));
    let four = raw.x >> ((at4 & 1u) * 16u);
    let numbers = vec4<i32>((vec4(four, four >> 4u, four >> 8u, four >> 12u) & vec4(15u))) - vec4(8);
    return vec4<f32>(numbers) * scale;
}

fn weights_at(at: u32) -> vec4<f32> {
    return weights_of(weights_raw(at / 4u), at / 4u);
}
