// The slope of ReLU at four numbers; 0 at zero.

fn slope4(x: vec4<f32>) -> vec4<f32> {
    return select(vec4(0.0), vec4(1.0), x > vec4(0.0));
}
