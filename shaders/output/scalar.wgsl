// Results of any row length: up to four stores, none past the row's end.
alias NAME_row = array<f32>;

// Numbers 4 * k4 to 4 * k4 + 3 of a row of `length` numbers.
fn NAME_put(row: u32, k4: u32, length: u32, y: vec4<f32>) {
    let at = row * length + 4u * k4;
    NAME[at] = y.x;
    if (4u * k4 + 1u < length) { NAME[at + 1u] = y.y; }
    if (4u * k4 + 2u < length) { NAME[at + 2u] = y.z; }
    if (4u * k4 + 3u < length) { NAME[at + 3u] = y.w; }
}
