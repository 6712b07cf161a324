// Weights as numbers -8 to 7 in four bits (plus 8), eight to a word in their order, in blocks of 32, then one f16 scale per block.
// `at` is a multiple of four; `params.stored` is the count of numbers.
alias Weights = array<u32>;
#import lib/half

fn weights_at(at: u32) -> vec4<f32> {
    let block = at / 32u;
    let scales = weights[params.stored / 8u + block / 2u];
    let scale = half_at(scales >> (16u * (block & 1u)));
    let four = weights[at / 8u] >> ((at & 4u) * 4u);
    let numbers = vec4<i32>((vec4(four, four >> 4u, four >> 8u, four >> 12u) & vec4(15u))) - vec4(8);
    return vec4<f32>(numbers) * scale;
}
