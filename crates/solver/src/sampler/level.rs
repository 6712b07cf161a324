//! A noise level as DPM-Solver's papers write it, from the sigma of k-diffusion.

use crate::PredictionType;
use crate::prediction::{Parts, from_parts};

/// `x = alpha x0 + sigma eps` with `alpha² + sigma² = 1`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Level {
    pub alpha: f32,
    pub sigma: f32,
    /// Half the logarithm of the signal-to-noise ratio; infinite where there is no noise.
    pub lambda: f32,
}

impl Level {
    /// The level where `x0 + ratio eps` would be the latents.
    pub fn of(ratio: f32) -> Self {
        let alpha = 1.0 / (ratio * ratio + 1.0).sqrt();
        let sigma = ratio * alpha;
        Self { alpha, sigma, lambda: alpha.ln() - sigma.ln() }
    }

    /// What the model predicts of `x`.
    pub fn parts(&self, kind: PredictionType, x: &[f32], output: &[f32]) -> Parts {
        from_parts(kind, x, output, self.alpha, self.sigma)
    }
}

/// The levels of a schedule's sigmas.
pub(super) fn levels(sigmas: &[f32]) -> Vec<Level> {
    sigmas.iter().map(|&sigma| Level::of(sigma)).collect()
}
