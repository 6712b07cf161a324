//! What the model predicts, as a picture and as noise.
//!
//! It is the conversion of a raw output (eps, v or x0) to both x0 and eps, once for latents in DDIM's scale and once for Euler's,
//! and the bounds that samplers may put on x0. It does not decide where to go from there (`sampler.rs`).
//!
//! ```
//! use decant_solver::PredictionType;
//! use decant_solver::prediction::{Parts, from_alpha, from_sigma};
//!
//! // x0 = 2 with noise eps = 1, in both scales.
//! let Parts { x0, eps } = from_sigma(PredictionType::Epsilon, &[2.0 + 3.0 * 1.0], &[1.0], 3.0);
//! assert_eq!((x0[0], eps[0]), (2.0, 1.0));
//! let alpha: f32 = 0.1; // sigma 3
//! let x = alpha.sqrt() * 2.0 + (1.0 - alpha).sqrt() * 1.0;
//! let Parts { x0, .. } = from_alpha(PredictionType::Epsilon, &[x], &[1.0], alpha);
//! assert!((x0[0] - 2.0).abs() < 1e-6);
//! ```

use crate::PredictionType;

/// The latents' two parts, as the model sees them.
#[derive(Clone, Debug, PartialEq)]
pub struct Parts {
    /// The picture without noise.
    pub x0: Vec<f32>,
    /// The unit noise.
    pub eps: Vec<f32>,
}

/// For `x = sqrt(alpha) x0 + sqrt(1 - alpha) eps`, the variance-preserving scale of DDPM and DDIM
/// (Song et al., DDIM, <https://arxiv.org/abs/2010.02502>, equations 4 and 9; v: Salimans & Ho,
/// Progressive Distillation, <https://arxiv.org/abs/2202.00512>, appendix D).
pub fn from_alpha(kind: PredictionType, x: &[f32], output: &[f32], alpha: f32) -> Parts {
    from_parts(kind, x, output, alpha.sqrt(), (1.0 - alpha).sqrt())
}

/// The same for `x = a x0 + b eps`.
pub(crate) fn from_parts(kind: PredictionType, x: &[f32], output: &[f32], a: f32, b: f32) -> Parts {
    let (x0, eps) = match kind {
        PredictionType::Epsilon => (zip(x, output, |x, eps| (x - b * eps) / a), output.to_vec()),
        PredictionType::VPrediction => (zip(x, output, |x, v| a * x - b * v), zip(x, output, |x, v| a * v + b * x)),
        PredictionType::Sample => (output.to_vec(), zip(x, output, |x, x0| (x - a * x0) / b)),
    };
    Parts { x0, eps }
}

/// The unit noise in what the model was shown at this noise level, whatever it predicts: latents scaled for the model are of DDIM's scale
/// with every sampler, with `alpha = 1 / (sigma² + 1)`.
pub fn noise(kind: PredictionType, input: &[f32], output: &[f32], sigma: f32) -> Vec<f32> {
    let alpha = if sigma.is_infinite() { 0.0 } else { 1.0 / (sigma * sigma + 1.0) };
    from_alpha(kind, input, output, alpha).eps
}

/// For `x = x0 + sigma eps`, the variance-exploding scale of k-diffusion; eps is then `dx/dsigma`
/// (Karras et al., <https://arxiv.org/abs/2206.00364>, equations 1 and 3; v: with `sigma = sqrt((1 - alpha) / alpha)`).
pub fn from_sigma(kind: PredictionType, x: &[f32], output: &[f32], sigma: f32) -> Parts {
    let square = sigma * sigma + 1.0;
    let slope = -sigma / square.sqrt();
    let x0 = match kind {
        PredictionType::Epsilon => zip(x, output, |x, eps| x - sigma * eps),
        PredictionType::VPrediction => zip(x, output, |x, v| v * slope + x / square),
        PredictionType::Sample => output.to_vec(),
    };
    let eps = zip(x, &x0, |x, x0| (x - x0) / sigma);
    Parts { x0, eps }
}

/// What is done to the predicted x0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Bound {
    None,
    /// Clamp to plus and minus this.
    Clip(f32),
    /// Dynamic thresholding: clamp to a high quantile of |x0|, at least 1, and divide by it
    /// (Saharia et al., Imagen, <https://arxiv.org/abs/2205.11487>, section 2.3).
    Threshold {
        ratio: f32,
        most: f32,
    },
}

impl Bound {
    pub fn apply(self, x0: Vec<f32>) -> Vec<f32> {
        let (limit, divisor) = match self {
            Bound::None => return x0,
            Bound::Clip(range) => (range, 1.0),
            Bound::Threshold { ratio, most } => {
                let mut sizes: Vec<f32> = x0.iter().map(|x| x.abs()).collect();
                sizes.sort_by(f32::total_cmp);
                let s = quantile(&sizes, ratio).max(1.0).min(most);
                (s, s)
            }
        };
        x0.into_iter().map(|x| x.clamp(-limit, limit) / divisor).collect()
    }
}

/// `torch.quantile` of sorted values, linear between ranks.
fn quantile(sorted: &[f32], ratio: f32) -> f32 {
    if sorted.is_empty() {
        return 1.0;
    }
    let rank = ratio * (sorted.len() - 1) as f32;
    let (low, high) = (sorted[rank.floor() as usize], sorted[rank.ceil() as usize]);
    low + (rank - rank.floor()) * (high - low)
}

pub(crate) fn zip(x: &[f32], y: &[f32], f: impl Fn(f32, f32) -> f32) -> Vec<f32> {
    x.iter().zip(y).map(|(&x, &y)| f(x, y)).collect()
}

/// The sum of vectors, each times its number, from first to last.
pub(crate) fn mix<const N: usize>(terms: [(f32, &[f32]); N]) -> Vec<f32> {
    let length = terms.first().map_or(0, |(_, x)| x.len());
    (0..length).map(|i| terms.iter().map(|(c, x)| c * x[i]).reduce(|sum, term| sum + term).unwrap_or(0.0)).collect()
}
