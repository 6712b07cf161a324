// The slope of SiLU at four numbers: s + x s (1 - s), with s the logistic function.
#import lib/sigmoid4

fn slope4(x: vec4<f32>) -> vec4<f32> {
    let s = sigmoid4(x);
    return s * (1.0 + x * (1.0 - s));
}
