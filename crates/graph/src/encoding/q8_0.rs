//! Blocks of 32 signed bytes and an f16 scale: ggml's q8_0, numbers and scales apart.

use half::f16;

/// Appends a block's bytes and its scale. The rounding uses the scale as stored, so encoding what was decoded changes nothing.
///
/// scale = max|x| / 127 to the nearest f16, or up to the next where f16 is coarse (below 2^-14), and then down again while the rounded
/// numbers fit a smaller one: so no number is clamped.
pub(super) fn push(block: &[f32; 32], bytes: &mut Vec<u8>, scales: &mut Vec<u8>) {
    let mut scale = scale_for(super::farthest(block).abs());
    let mut rounded = divide(block, scale);
    loop {
        let smaller = scale_for(super::farthest(&rounded).abs() * scale.to_f32());
        if smaller >= scale {
            break;
        }
        scale = smaller;
        rounded = divide(block, scale);
    }
    bytes.extend(rounded.map(|number| number as i32 as u8));
    scales.extend(scale.to_le_bytes());
}

fn scale_for(largest: f32) -> f16 {
    let exact = largest / 127.0;
    let nearest = f16::from_f32(exact);
    if nearest < f16::MIN_POSITIVE && nearest.to_f32() < exact { f16::from_bits(nearest.to_bits() + 1) } else { nearest }
}

fn divide(block: &[f32; 32], scale: f16) -> [f32; 32] {
    let scale = scale.to_f32();
    if scale == 0.0 { [0.0; 32] } else { block.map(|x| super::round(x / scale).clamp(-127.0, 127.0)) }
}

/// What the kernels see.
pub(super) fn decode(block: &[u8; 32], scale: f32) -> [f32; 32] {
    block.map(|byte| byte as i8 as f32 * scale)
}
