// The f16 in the low 16 bits as f32, exactly: unpack2x16float may flush subnormals to zero, and blocks of small weights have such scales.

fn half_at(half: u32) -> f32 {
    let magnitude = half & 0x7fffu;
    let normal = (magnitude << 13u) + 0x38000000u;
    let subnormal = bitcast<u32>(f32(magnitude) * 5.9604644775390625e-8);
    return bitcast<f32>(select(normal, subnormal, magnitude < 0x400u) | ((half & 0x8000u) << 16u));
}
