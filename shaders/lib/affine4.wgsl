// Four numbers times their factors, plus their summands, which lie in pairs in `factors` [batch, length, 2].
#import input/* of factors

fn affine4(x: vec4<f32>, batch: u32, k4: u32, length: u32) -> vec4<f32> {
    let start = factors_start(batch, 2u * length);
    let a = factors_in(start, 2u * k4, 2u * length);
    let b = factors_in(start, min(2u * k4 + 1u, (2u * length - 1u) / 4u), 2u * length);
    return x * vec4(a.x, a.z, b.x, b.z) + vec4(a.y, a.w, b.y, b.w);
}
