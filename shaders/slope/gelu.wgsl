// The slope of GELU at four numbers: the normal distribution's share below x, and x times its density.
#import activation/gelu

fn slope4(x: vec4<f32>) -> vec4<f32> {
    return 0.5 * (1.0 + erf4(x * 0.7071067811865476)) + x * 0.3989422804014327 * exp(-min(0.5 * x * x, vec4(80.0)));
}
