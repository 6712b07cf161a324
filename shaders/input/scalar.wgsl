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
