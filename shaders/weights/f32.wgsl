// Weights as 32-bit floats. `at` is a multiple of four.
alias Weights = array<vec4<f32>>;
alias WeightsRaw = vec4<f32>;

// Four weights as they are stored, and what they mean: apart, a load can be under way
// while something else is done. They are the numbers 4 * at4 to 4 * at4 + 3.
fn weights_raw(at4: u32) -> WeightsRaw {
    return weights[at4];
}

fn weights_of(raw: WeightsRaw, at4: u32) -> vec4<f32> {
    return raw;
}

fn weights_at(at: u32) -> vec4<f32> {
    return weights_of(weights_raw(at / 4u), at / 4u);
}
