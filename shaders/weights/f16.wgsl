// Weights as 16-bit floats, two to a word. `at` is a multiple of four.
alias Weights = array<vec2<u32>>;
alias WeightsRaw = vec2<u32>;
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

// Four weights as they are stored, and what they mean (but for the sign of zeros): apart, a load can be under way while something else is
// done. They are the numbers 4 * at4 to 4 * at4 + 3.
fn weights_raw(at4: u32) -> WeightsRaw {
    return weights[at4];
}

// Without a branch: a subnormal m * 2^-24 is (1 + m / 1024) * 2^-14, a normal one, less 2^-14.
fn weights_of(words: WeightsRaw, at4: u32) -> vec4<f32> {
    let signs = words & vec2(0x80008000u);
    let exponents = words & vec2(0x7c007c00u);
    let subnormal = (~(exponents + vec2(0x7c007c00u)) & vec2(0x80008000u)) >> vec2(5u);
    let normal = words | subnormal;
    let less = signs | subnormal;
    return vec4(unpack2x16float(normal.x), unpack2x16float(normal.y)) - vec4(unpack2x16float(less.x), unpack2x16float(less.y));
}
