// A function of four numbers: ReLU.

fn activate4(x: vec4<f32>) -> vec4<f32> {
    return max(x, vec4(0.0));
}
