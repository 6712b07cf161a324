// The slope of ESRGAN's leaky ReLU at four numbers; 0.2 at zero.

fn slope4(x: vec4<f32>) -> vec4<f32> {
    return select(vec4(0.2), vec4(1.0), x > vec4(0.0));
}
