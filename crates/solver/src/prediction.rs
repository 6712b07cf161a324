//! What the model said, as a picture and as noise.
//!
//! It is the conversion of a raw output (eps, v or x0) to both x0 and eps, once for latents in DDIM's scale and once for Euler's,
//! and the bounds that DDIM may put on x0. It does not decide where to go from there (`sampler.rs`).
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

use crate::{PredictionType, SchedulerConfig};

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
    let (a, b) = (alpha.sqrt(), (1.0 - alpha).sqrt());
    let (x0, eps) = match kind {
        PredictionType::Epsilon => (zip(x, output, |x, eps| (x - b * eps) / a), output.to_vec()),
        PredictionType::VPrediction => (zip(x, output, |x, v| a * x - b * v), zip(x, output, |x, v| a * v + b * x)),
        PredictionType::Sample => (output.to_vec(), zip(x, output, |x, x0| (x - a * x0) / b)),
    };
    Parts { x0, eps }
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

/// Bounds x0 as the configuration says: dynamic thresholding, else clamping, else not at all.
pub fn bounded(config: &SchedulerConfig, x0: Vec<f32>) -> Vec<f32> {
    if config.thresholding {
        return threshold(config, &x0);
    }
    if config.clip_sample {
        let range = config.clip_sample_range;
        return x0.into_iter().map(|x| x.clamp(-range, range)).collect();
    }
    x0
}

/// Dynamic thresholding: clamps to a high quantile of |x0| and divides by it
/// (Saharia et al., Imagen, <https://arxiv.org/abs/2205.11487>, section 2.3).
fn threshold(config: &SchedulerConfig, x0: &[f32]) -> Vec<f32> {
    if x0.is_empty() {
        return Vec::new();
    }
    let mut sizes: Vec<f32> = x0.iter().map(|x| x.abs()).collect();
    sizes.sort_by(f32::total_cmp);
    let s = quantile(&sizes, config.dynamic_thresholding_ratio).max(1.0).min(config.sample_max_value);
    x0.iter().map(|x| x.clamp(-s, s) / s).collect()
}

/// `torch.quantile` of sorted values, linear between ranks.
fn quantile(sorted: &[f32], ratio: f32) -> f32 {
    let rank = ratio * (sorted.len() - 1) as f32;
    let (low, high) = (sorted[rank.floor() as usize], sorted[rank.ceil() as usize]);
    low + (rank - rank.floor()) * (high - low)
}

fn zip(x: &[f32], y: &[f32], f: impl Fn(f32, f32) -> f32) -> Vec<f32> {
    x.iter().zip(y).map(|(&x, &y)| f(x, y)).collect()
}
