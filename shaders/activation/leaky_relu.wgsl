// A function of four numbers: x, and a fifth of it below zero.

fn activate4(x: vec4<f32>) -> vec4<f32> {
    return max(x, 0.2 * x);
}
