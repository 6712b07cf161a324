// Activations of any row length: up to four loads, zeros after the row's end. `count` numbers are left in the row.
alias NAME_row = array<f32>;

fn NAME_at(at: u32, count: u32) -> vec4<f32> {
    var x = vec4(0.0);
    if (count > 0u) { x.x = NAME[at]; }
    if (count > 1u) { x.y = NAME[at + 1u]; }
    if (count > 2u) { x.z = NAME[at + 2u]; }
    if (count > 3u) { x.w = NAME[at + 3u]; }
    return x;
}

// The same by rows: where a row of `length` numbers begins, and its numbers 4 * k4 to 4 * k4 + 3.
fn NAME_start(row: u32, length: u32) -> u32 {
    return row * length;
}

fn NAME_in(start: u32, k4: u32, length: u32) -> vec4<f32> {
    return NAME_at(start + k4 * 4u, length - k4 * 4u);
}
