// What a product's epilogue applies to four results: nothing.

fn activate4(x: vec4<f32>) -> vec4<f32> {
    return x;
}
