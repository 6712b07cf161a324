// Weights as 16-bit floats, two to a word. `at` is a multiple of four.
alias Weights = array<vec2<u32>>;
#import lib/half

fn weights_at(at: u32) -> vec4<f32> {
    let words = weights[at / 4u];
    let halves = vec4(words.x, words.x >> 16u, words.y, words.y >> 16u);
    if (any((halves & vec4(0x7c00u)) == vec4(0u))) {
        // Subnormals, which unpack2x16float may flush to zero, or zeros.
        return vec4(half_at(halves.x), half_at(halves.y), half_at(halves.z), half_at(halves.w));
    }
    return vec4(unpack2x16float(words.x), unpack2x16float(words.y));
}
