// Results whose rows are a multiple of four long: one store.
alias NAME_row = array<vec4<f32>>;

// Numbers 4 * k4 to 4 * k4 + 3 of a row of `length` numbers.
fn NAME_put(row: u32, k4: u32, length: u32, y: vec4<f32>) {
    NAME[row * (length / 4u) + k4] = y;
}
