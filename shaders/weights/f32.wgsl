// Weights as 32-bit floats. `at` is a multiple of four.
alias Weights = array<vec4<f32>>;

fn weights_at(at: u32) -> vec4<f32> {
    return weights[at / 4u];
}
