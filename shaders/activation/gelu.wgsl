// A function of four numbers: GELU, exact but for erf's error.

// Abramowitz & Stegun 7.1.26: |error| <= 1.5e-7.
fn erf4(x: vec4<f32>) -> vec4<f32> {
    let t = 1.0 / (1.0 + 0.3275911 * abs(x));
    let p = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
    return sign(x) * (1.0 - p * exp(-min(x * x, vec4(80.0))));
}

fn activate4(x: vec4<f32>) -> vec4<f32> {
    return 0.5 * x * (1.0 + erf4(x * 0.7071067811865476));
}
