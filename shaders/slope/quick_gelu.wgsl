// The slope of CLIP's GELU at four numbers, x s(1.702 x).
#import lib/sigmoid4

fn slope4(x: vec4<f32>) -> vec4<f32> {
    let s = sigmoid4(1.702 * x);
    return s * (1.0 + 1.702 * x * (1.0 - s));
}
