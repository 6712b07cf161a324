//! The plan of a run: which timesteps a sampler visits, and how much noise there is at each.
//!
//! It is what `Scheduler.from_config(config).set_timesteps(steps)` comes to in diffusers. It is computed in `timesteps.rs` for samplers that
//! step through training timesteps, in `sigmas.rs` for those that step through sigmas. It takes no step itself (`sampler.rs`).
//!
//! ```
//! use decant_solver::{Sampler, SchedulerConfig, schedule};
//!
//! let ddim = schedule(Sampler::Ddim, &SchedulerConfig::default(), 4)?;
//! assert_eq!(ddim.timesteps, [750.0, 500.0, 250.0, 0.0]);
//! let euler = schedule(Sampler::Euler, &SchedulerConfig::default(), 4)?;
//! assert_eq!(euler.timesteps, [999.0, 666.0, 333.0, 0.0]);
//! assert_eq!(euler.sigmas.len(), 5); // one more: where the last step ends
//! let heun = schedule(Sampler::Heun, &SchedulerConfig::default(), 4)?;
//! assert_eq!(heun.timesteps, [999.0, 666.0, 666.0, 333.0, 333.0, 0.0, 0.0]); // two calls a step, one in the last
//! # Ok::<(), decant_solver::Error>(())
//! ```

use crate::Options;
use crate::prediction::mix;

/// The plan of a sampling run, before anything is run: also what a page draws.
#[derive(Clone, Debug, PartialEq)]
pub struct Schedule {
    /// What the model is told at each call, from noise to picture.
    pub timesteps: Vec<f32>,
    /// The noise level of what the model is shown at each call, and one more: where the last step ends.
    /// With zero terminal SNR, DDIM's first one can be infinite.
    pub sigmas: Vec<f32>,
    /// ᾱ of every *training* timestep.
    pub alphas_cumprod: Vec<f32>,
    /// ᾱ where the last step ends.
    pub final_alpha_cumprod: f32,
    /// What unit noise is multiplied with to make the first latents.
    pub init_noise_sigma: f32,
    /// How latents are scaled between the calls.
    pub scale: Scale,
}

/// How latents grow with the noise in them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// `sqrt(alpha) x0 + sqrt(1 - alpha) eps`: always of variance one, and shown to the model as they are.
    Preserving,
    /// `x0 + sigma eps`: divided by `sqrt(sigma² + 1)` for the model.
    Exploding,
}

impl Schedule {
    /// Latents for beginning at model call `index` ([`crate::Options::begin`]): `x0` with that call's share of unit `noise`,
    /// as diffusers' `add_noise`. None where there is no such call, or the two differ in length.
    pub fn add_noise(&self, index: usize, x0: &[f32], noise: &[f32]) -> Option<Vec<f32>> {
        let sigma = *self.sigmas[..self.timesteps.len()].get(index)?;
        let alpha = match self.scale {
            Scale::Preserving if sigma.is_infinite() => 0.0,
            Scale::Preserving => 1.0 / (sigma * sigma + 1.0),
            Scale::Exploding => return (x0.len() == noise.len()).then(|| mix([(1.0, x0), (sigma, noise)])),
        };
        (x0.len() == noise.len()).then(|| mix([(alpha.sqrt(), x0), ((1.0 - alpha).sqrt(), noise)]))
    }

    /// How many model calls a run with these options makes.
    pub fn calls(&self, options: &Options) -> usize {
        self.timesteps.len().saturating_sub(options.begin.unwrap_or(0))
    }

    /// What the model is shown at call `index`.
    pub(crate) fn model_input(&self, index: usize, x: &[f32]) -> Vec<f32> {
        let scale = self.model_scale(index);
        x.iter().map(|x| x / scale).collect()
    }

    /// What latents are divided by for the model at call `index`: 1 where they are of variance one already.
    pub(crate) fn model_scale(&self, index: usize) -> f32 {
        match self.scale {
            Scale::Preserving => 1.0,
            Scale::Exploding => (self.sigmas[index] * self.sigmas[index] + 1.0).sqrt(),
        }
    }

    /// ᾱ at a call that is made at a whole training timestep, or where the last step ends.
    pub(crate) fn alpha_at(&self, call: usize) -> f32 {
        self.alpha(self.timesteps.get(call).map(|&t| t as usize))
    }

    /// ᾱ of a training timestep, or where there is none left, of the end.
    pub(crate) fn alpha(&self, timestep: Option<usize>) -> f32 {
        timestep.map_or(self.final_alpha_cumprod, |t| self.alphas_cumprod[t])
    }
}
