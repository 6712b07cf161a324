// A function of four numbers: GELU by tanh; (1 + tanh(x)) / 2 is sigmoid(2 x).
#import lib/sigmoid4

fn activate4(x: vec4<f32>) -> vec4<f32> {
    return x * sigmoid4(1.5957691216057308 * (x + 0.044715 * x * x * x));
}
