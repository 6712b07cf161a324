// Activations whose rows are a multiple of four long: one load. `at` is a multiple of four; `count` (the numbers left in the row) is not asked.
alias NAME_row = array<vec4<f32>>;

fn NAME_at(at: u32, count: u32) -> vec4<f32> {
    return NAME[at / 4u];
}

// The same by rows: where a row of `length` numbers begins, and its numbers 4 * k4 to 4 * k4 + 3.
fn NAME_start(row: u32, length: u32) -> u32 {
    return row * (length / 4u);
}

fn NAME_in(start: u32, k4: u32, length: u32) -> vec4<f32> {
    return NAME[start + k4];
}
