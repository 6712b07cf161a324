// The slope of GELU's tanh approximation at four numbers.

fn slope4(x: vec4<f32>) -> vec4<f32> {
    let t = tanh(clamp(0.7978845608028654 * (x + 0.044715 * x * x * x), vec4(-15.0), vec4(15.0)));
    return 0.5 * (1.0 + t) + 0.5 * x * (1.0 - t * t) * (0.7978845608028654 + 0.1070322243 * x * x);
}
