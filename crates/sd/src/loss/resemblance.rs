//! A loss that wants a picture to resemble another, as sharply as one likes.

use super::Pixels;
use crate::picture::{Picture, channels_last};

/// The widest blur, in pixels.
pub(crate) const MOST_BLUR: f32 = 256.0;

/// A picture to resemble.
pub(crate) struct Resemblance {
    /// Its numbers, 0 to 1, blurred.
    target: Vec<f32>,
    /// The Gaussian's weights from the middle outward; one weight of 1 where nothing is blurred.
    kernel: Vec<f64>,
}

impl Resemblance {
    /// Brought to that size first (`picture/resize.rs`).
    pub fn new(picture: &Picture, [width, height]: [usize; 2], blur: f32) -> Resemblance {
        let fitted = picture.resized(width, height);
        let rgb = channels_last(&fitted.values, 3);
        let kernel = gaussian(blur);
        let target = blurred(&kernel, &rgb, [width, height], false);
        Resemblance { target, kernel }
    }

    /// The mean of squared differences, of both blurred.
    pub fn with_gradient(&self, picture: &Pixels) -> (f64, Vec<f32>) {
        let size = [picture.width, picture.height];
        let seen = blurred(&self.kernel, picture.rgb, size, false);
        let count = seen.len() as f64;
        let differences: Vec<f32> = seen.iter().zip(&self.target).map(|(a, b)| a - b).collect();
        let loss = differences.iter().map(|d| f64::from(*d).powi(2)).sum::<f64>() / count;
        let change: Vec<f32> = differences.iter().map(|d| (2.0 * f64::from(*d) / count) as f32).collect();
        (loss, blurred(&self.kernel, &change, size, true))
    }
}

/// Out to three sigmas.
fn gaussian(sigma: f32) -> Vec<f64> {
    let reach = (3.0 * sigma).ceil() as usize;
    let weight = |i: usize| (-0.5 * (i as f64 / f64::from(sigma.max(f32::MIN_POSITIVE))).powi(2)).exp();
    let weights: Vec<f64> = (0..=reach).map(weight).collect();
    let sum = weights[0] + 2.0 * weights[1..].iter().sum::<f64>();
    weights.into_iter().map(|weight| weight / sum).collect()
}

/// Blurred along rows and columns; beyond the edge is the edge's pixel. `back` gives each pixel what it had a part in: the transpose.
fn blurred(kernel: &[f64], rgb: &[f32], [width, height]: [usize; 2], back: bool) -> Vec<f32> {
    if kernel.len() == 1 {
        return rgb.to_vec();
    }
    let across = along(kernel, rgb, [height, width], [3 * width, 3], back);
    along(kernel, &across, [width, height], [3, 3 * width], back)
}

/// Lines of `length` places, `step` numbers apart; the lines begin `line` numbers apart.
fn along(kernel: &[f64], numbers: &[f32], [lines, length]: [usize; 2], [line, step]: [usize; 2], back: bool) -> Vec<f32> {
    let mut result = vec![0.0f64; numbers.len()];
    let reach = kernel.len() as isize - 1;
    for start in (0..lines).flat_map(|l| (0..3).map(move |channel| l * line + channel)) {
        for place in 0..length {
            for offset in -reach..=reach {
                let other = (place as isize + offset).clamp(0, length as isize - 1) as usize;
                let (to, from) = if back { (other, place) } else { (place, other) };
                result[start + to * step] += kernel[offset.unsigned_abs()] * f64::from(numbers[start + from * step]);
            }
        }
    }
    result.into_iter().map(|value| value as f32).collect()
}
