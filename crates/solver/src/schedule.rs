//! Which timesteps a sampler visits, and how much noise there is at each.
//!
//! It is what `Scheduler.from_config(config).set_timesteps(steps)` computes in diffusers, for samplers that step through training timesteps;
//! those that step through sigmas have theirs in `sigmas.rs`. It takes no step itself (`sampler.rs`).
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

use crate::betas::alphas_cumprod;
use crate::class::{FinalAlpha, Setup};
use crate::prediction::{Bound, mix};
use crate::sigmas::sigma_of;
use crate::{Error, Options, PredictionType, Sigmas, TimestepSpacing};

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
    pub(crate) fn input(&self, index: usize, x: &[f32]) -> Vec<f32> {
        let scale = match self.scale {
            Scale::Preserving => return x.to_vec(),
            Scale::Exploding => (self.sigmas[index] * self.sigmas[index] + 1.0).sqrt(),
        };
        x.iter().map(|x| x / scale).collect()
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

/// The schedule of a sampler that visits these training timesteps.
pub(crate) fn visiting(setup: &Setup<'_>, timesteps: &[usize], end: FinalAlpha, bound: Bound) -> Result<Schedule, Error> {
    no_curve(setup)?;
    let alphas_cumprod = alphas_cumprod(setup)?;
    if let Some(t) = timesteps.iter().find(|t| **t >= alphas_cumprod.len()) {
        let reason = format!("a step would start at timestep {t}, after the last");
        let hint = "take fewer steps, or another timestep spacing";
        return Err(setup.unsupported("steps_offset", setup.config.steps_offset.to_string(), &reason, hint));
    }
    let alphas: Vec<f32> = timesteps.iter().map(|&t| alphas_cumprod[t]).collect();
    check_alphas(setup, &alphas, bound)?;
    let final_alpha_cumprod = match end {
        FinalAlpha::One => 1.0,
        FinalAlpha::FirstTimestep => alphas_cumprod[0],
    };
    let sigmas = alphas.into_iter().chain([final_alpha_cumprod]).map(sigma_of).collect();
    let timesteps = timesteps.iter().map(|&t| t as f32).collect();
    Ok(Schedule { timesteps, sigmas, alphas_cumprod, final_alpha_cumprod, init_noise_sigma: 1.0, scale: Scale::Preserving })
}

/// Inference timesteps from noise to picture, whole ones.
pub(crate) fn whole(setup: &Setup<'_>) -> Result<Vec<usize>, Error> {
    Ok(spaced(setup)?.into_iter().map(|t| t.round_ties_even() as usize).collect())
}

/// Inference timesteps from noise to picture, not yet rounded (linspace) where the samplers differ
/// (<https://arxiv.org/abs/2305.08891>, Table 2).
pub(crate) fn spaced(setup: &Setup<'_>) -> Result<Vec<f64>, Error> {
    let (train, steps) = (setup.config.num_train_timesteps, setup.steps()?);
    Ok(match setup.spacing() {
        TimestepSpacing::Leading => (0..steps).rev().map(|i| (i * (train / steps)) as f64 + setup.config.steps_offset as f64).collect(),
        TimestepSpacing::Linspace => linspace(0.0, (train - 1) as f64, steps).into_iter().rev().collect(),
        TimestepSpacing::Trailing => trailing(train, train as f64 / steps as f64, steps),
    })
}

/// numpy.arange's values: the increment is what the first addition came to after rounding.
/// For 62 of the 1000 possible step counts (61, 103, ...) its rounding yields one value more,
/// timestep -1, where no model was trained; here there are always as many as asked for.
pub(crate) fn trailing(first: usize, ratio: f64, steps: usize) -> Vec<f64> {
    let first = first as f64;
    let increment = (first - ratio) - first;
    (0..steps).map(|i| (first + i as f64 * increment).round_ties_even() - 1.0).collect()
}

/// `numpy.linspace` in double.
pub(crate) fn linspace(start: f64, end: f64, n: usize) -> Vec<f64> {
    let step = if n > 1 { (end - start) / (n - 1) as f64 } else { 0.0 };
    let mut values: Vec<f64> = (0..n).map(|i| i as f64 * step + start).collect();
    if n > 1 {
        values[n - 1] = end;
    }
    values
}

/// Refuses noise levels that the run chose for a sampler that visits training timesteps.
fn no_curve(setup: &Setup<'_>) -> Result<(), Error> {
    if matches!(setup.options.sigmas, Sigmas::Config | Sigmas::Model) {
        return Ok(());
    }
    Err(Error::Choice {
        sampler: setup.row.id,
        choice: "sigmas",
        got: setup.options.sigmas.to_string(),
        expected: "those of its timesteps, as in diffusers".into(),
        hint: "leave the sigmas alone, or choose euler or another sampler that steps through sigmas",
    })
}

/// Refuses alphas that a step would divide by zero with.
fn check_alphas(setup: &Setup<'_>, alphas: &[f32], bound: Bound) -> Result<(), Error> {
    if alphas.iter().any(|&alpha| alpha >= 1.0) {
        let reason = "there is no noise at the start of a step, so noise cannot be predicted";
        let start = setup.config.beta_start.unwrap_or(setup.row.class.betas.0);
        return Err(setup.unsupported("beta_start", start.to_string(), reason, "start betas above 0"));
    }
    if setup.kind() == PredictionType::Epsilon && bound == Bound::None && alphas.contains(&0.0) {
        let reason = "the first timestep is pure noise, from which x0 does not follow";
        let hint = "choose leading spacing, euler, or a model that predicts v";
        return Err(setup.unsupported("prediction_type", "epsilon".into(), reason, hint));
    }
    Ok(())
}
