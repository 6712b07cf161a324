// Weights as 16-bit floats, two to a word. `at` is a multiple of four.
alias Weights = array<vec2<u32>>;

fn weights_at(at: u32) -> vec4<f32> {
    let words = weights[at / 4u];
    return vec4(unpack2x16float(words.x), unpack2x16float(words.y));
}
