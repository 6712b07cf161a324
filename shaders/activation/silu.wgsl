// A function of four numbers: SiLU.
#import lib/sigmoid4

fn activate4(x: vec4<f32>) -> vec4<f32> {
    return x * sigmoid4(x);
}
