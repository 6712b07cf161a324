//! The wrapper between a model's raw output and what samplers reckon with, k-diffusion's `DiscreteEpsDDPMDenoiser` and its kin.

use super::level::Level;
use crate::prediction::{Bound, Parts, from_alpha, from_sigma};
use crate::{PredictionType, Schedule};

/// How raw outputs are read.
#[derive(Clone, Copy)]
pub(crate) struct Denoiser {
    /// What the model predicts.
    pub kind: PredictionType,
    /// In which letters the sampler's paper writes noise levels.
    pub letters: Letters,
    /// What is done to x0.
    pub bound: Bound,
}

/// The letters of a noise level. They say the same, but each rounds in its own way, as the classes of diffusers do.
#[derive(Clone, Copy)]
pub(crate) enum Letters {
    /// k-diffusion's `x0 + sigma eps`.
    Sigma,
    /// DDIM's `sqrt(alpha) x0 + sqrt(1 - alpha) eps`, with the ᾱ of the call's training timestep.
    Alpha,
    /// DPM-Solver's `alpha x0 + sigma eps` with `alpha² + sigma² = 1`, from the sigma of k-diffusion.
    Lambda,
}

impl Denoiser {
    /// A raw output at a call's noise level as x0 and eps, not bounded.
    pub fn parts(&self, schedule: &Schedule, call: usize, x: &[f32], output: &[f32]) -> Parts {
        match self.letters {
            Letters::Sigma => from_sigma(self.kind, x, output, schedule.sigmas[call]),
            Letters::Alpha => from_alpha(self.kind, x, output, schedule.alpha_at(call)),
            Letters::Lambda => Level::of(schedule.sigmas[call]).parts(self.kind, x, output),
        }
    }
}
