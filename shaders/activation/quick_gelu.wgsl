// A function of four numbers: x * sigmoid(1.702 x).
#import lib/sigmoid4

fn activate4(x: vec4<f32>) -> vec4<f32> {
    return x * sigmoid4(1.702 * x);
}
