// sin(angle + quarter_turns * pi / 2) to 1e-7 for |angle| up to some thousands: WGSL's own sin promises 5e-4, and nothing outside +-pi.
// The angle is reduced by multiples of pi / 2 in three parts (Cody & Waite 1980), then minimax polynomials on +-pi / 4 (Cephes' sinf, cosf).

fn sine(angle: f32, quarter_turns: u32) -> f32 {
    let turns = round(angle * 0.6366197723675814);
    var r = fma(turns, -1.5703125, angle);
    r = fma(turns, -4.837512969970703e-4, r);
    r = fma(turns, -7.549789948768648e-8, r);
    let z = r * r;
    let s = r + r * z * (-1.6666654611e-1 + z * (8.3321608736e-3 - z * 1.9515295891e-4));
    let c = 1.0 - 0.5 * z + z * z * (4.166664568298827e-2 + z * (-1.388731625493765e-3 + z * 2.443315711809948e-5));
    let quadrant = (u32(i32(turns)) + quarter_turns) & 3u;
    let value = select(s, c, (quadrant & 1u) == 1u);
    return select(value, -value, quadrant >= 2u);
}
