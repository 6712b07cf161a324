//! Blocks of 32 signed bytes and an f16 scale: ggml's q8_0, numbers and scales apart.

use half::f16;

/// Appends a block's bytes and its scale. The rounding uses the scale as stored, so encoding what was decoded changes nothing.
///
/// scale = max|x| / 127 to the nearest f16, or up to the next where f16 is coarse (below 2^-14), and then down again while the rounded
/// numbers fit a smaller one: so no number is clamped.
pub(super) fn push(block: &[f32; 32], bytes: &mut Vec<u8>, scales: &mut Vec<u8>) {
    let largest = super::farthest(block).abs();
    let mut scale = scale_for(largest);
    loop {
        // Rounding keeps the order, so this is the largest of the rounded numbers.
        let smaller = scale_for(rounded(largest, divisor(scale)) * scale.to_f32());
        if smaller >= scale {
            break;
        }
        scale = smaller;
    }
    let divisor = divisor(scale);
    bytes.extend(block.map(|x| rounded(x, divisor) as i32 as u8));
    scales.extend(scale.to_le_bytes());
}

fn scale_for(largest: f32) -> f16 {
    let exact = largest / 127.0;
    let nearest = f16::from_f32(exact);
    if nearest < f16::MIN_POSITIVE && nearest.to_f32() < exact { f16::from_bits(nearest.to_bits() + 1) } else { nearest }
}

/// A block of zeros has the scale 0.
fn divisor(scale: f16) -> f32 {
    if scale == f16::ZERO { f32::INFINITY } else { scale.to_f32() }
}

fn rounded(x: f32, divisor: f32) -> f32 {
    super::round(x / divisor).clamp(-127.0, 127.0)
}

/// What the kernels see.
pub(super) fn decode(block: &[u8; 32], scale: f32) -> [f32; 32] {
    block.map(|byte| byte as i8 as f32 * scale)
}
