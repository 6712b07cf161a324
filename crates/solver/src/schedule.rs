//! Which timesteps a sampler visits, and how much noise there is at each.
//!
//! It is what `Scheduler.from_config(config).set_timesteps(steps)` computes in diffusers, one function per sampler.
//! It takes no step itself (`sampler.rs`), and Euler's other sigma curves are in `sigmas.rs`.
//!
//! ```
//! use decant_solver::{Sampler, SchedulerConfig, schedule};
//!
//! let ddim = schedule(Sampler::Ddim, &SchedulerConfig::default(), 4)?;
//! assert_eq!(ddim.timesteps, [750.0, 500.0, 250.0, 0.0]);
//! let euler = schedule(Sampler::Euler, &SchedulerConfig::default(), 4)?;
//! assert_eq!(euler.timesteps, [999.0, 666.0, 333.0, 0.0]);
//! assert_eq!(euler.sigmas.len(), 5); // one more: where the last step ends
//! # Ok::<(), decant_solver::Error>(())
//! ```

use crate::betas::alphas_cumprod;
use crate::sigmas::{sigma_of, spread};
use crate::{Error, FinalSigmas, PredictionType, SchedulerConfig, TimestepSpacing, TimestepType};

/// The plan of a sampling run, before anything is run: also what a page draws.
#[derive(Clone, Debug, PartialEq)]
pub struct Schedule {
    /// What the model is told at each step, from noise to picture.
    pub timesteps: Vec<f32>,
    /// The noise level at the start of each step, and one more: at the end of the last.
    /// With zero terminal SNR, DDIM's first one can be infinite.
    pub sigmas: Vec<f32>,
    /// ᾱ of every *training* timestep.
    pub alphas_cumprod: Vec<f32>,
    /// ᾱ where the last step ends.
    pub final_alpha_cumprod: f32,
    /// What unit noise is multiplied with to make the first latents.
    pub init_noise_sigma: f32,
}

impl Schedule {
    /// DDIM's ᾱ at the start and at the end of a step.
    ///
    /// As in diffusers the end is always `num_train_timesteps / steps` timesteps on,
    /// which with linspace or trailing spacing is not quite where the next step starts.
    pub(crate) fn ddim_alphas(&self, index: usize) -> (f32, f32) {
        let stride = self.alphas_cumprod.len() / self.timesteps.len();
        let start = self.timesteps[index] as usize;
        let end = start.checked_sub(stride);
        (self.alphas_cumprod[start], end.map_or(self.final_alpha_cumprod, |end| self.alphas_cumprod[end]))
    }
}

/// `DDIMScheduler.from_config(config).set_timesteps(steps)`.
pub(crate) fn ddim(config: &SchedulerConfig, steps: usize) -> Result<Schedule, Error> {
    let alphas_cumprod = alphas_cumprod(config)?;
    let spacing = config.timestep_spacing.unwrap_or(TimestepSpacing::Leading);
    let timesteps: Vec<f32> = spaced(spacing, config, steps)?.into_iter().map(|t| t.round_ties_even() as f32).collect();
    if timesteps[0] as usize >= alphas_cumprod.len() {
        return Err(Error::Unsupported {
            sampler: "ddim",
            key: "steps_offset",
            got: config.steps_offset.to_string(),
            reason: format!("the first of {steps} steps would be timestep {}, after the last", timesteps[0]),
            hint: "take fewer steps, or another timestep spacing",
        });
    }
    let final_alpha_cumprod = if config.set_alpha_to_one { 1.0 } else { alphas_cumprod[0] };
    let alphas: Vec<f32> = timesteps.iter().map(|&t| alphas_cumprod[t as usize]).collect();
    check_limits(config)?;
    check_alphas(config, &alphas)?;
    let sigmas = alphas.into_iter().chain([final_alpha_cumprod]).map(sigma_of).collect();
    Ok(Schedule { timesteps, sigmas, alphas_cumprod, final_alpha_cumprod, init_noise_sigma: 1.0 })
}

/// `EulerDiscreteScheduler.from_config(config).set_timesteps(steps)`.
pub(crate) fn euler(config: &SchedulerConfig, steps: usize) -> Result<Schedule, Error> {
    let mut alphas_cumprod = alphas_cumprod(config)?;
    if let (true, Some(last)) = (config.rescale_betas_zero_snr, alphas_cumprod.last_mut()) {
        *last = 1.0 / (1 << 24) as f32; // diffusers' way to keep the first sigma finite: about 4096
    }
    let spacing = config.timestep_spacing.unwrap_or(TimestepSpacing::Linspace);
    let timesteps = spaced(spacing, config, steps)?.into_iter().map(|t| t as f32).collect();
    let training: Vec<f32> = alphas_cumprod.iter().map(|&alpha| sigma_of(alpha)).collect();
    let (mut timesteps, mut sigmas) = spread(config, timesteps, &training)?;
    sigmas.push(if config.final_sigmas_type == FinalSigmas::SigmaMin { training[0] } else { 0.0 });
    if config.timestep_type == TimestepType::Continuous && config.prediction_type == PredictionType::VPrediction {
        timesteps = sigmas[..sigmas.len() - 1].iter().map(|&sigma| 0.25 * sigma.ln()).collect();
    }
    // Log-linear interpolation yields one sigma more than steps; diffusers never reaches the last.
    sigmas.truncate(timesteps.len() + 1);
    check_sigmas(&sigmas[..timesteps.len()])?;
    let largest = sigmas.iter().copied().fold(0.0, f32::max);
    let init_noise_sigma = match spacing {
        TimestepSpacing::Linspace | TimestepSpacing::Trailing => largest,
        TimestepSpacing::Leading => (largest * largest + 1.0).sqrt(),
    };
    let last = sigmas[timesteps.len()];
    Ok(Schedule { timesteps, sigmas, alphas_cumprod, final_alpha_cumprod: 1.0 / (last * last + 1.0), init_noise_sigma })
}

/// Inference timesteps from noise to picture, not yet rounded (linspace) where the samplers differ
/// (<https://arxiv.org/abs/2305.08891>, Table 2).
fn spaced(spacing: TimestepSpacing, config: &SchedulerConfig, steps: usize) -> Result<Vec<f64>, Error> {
    let train = config.num_train_timesteps;
    if steps == 0 || steps > train {
        return Err(Error::Steps { got: steps, most: train });
    }
    Ok(match spacing {
        TimestepSpacing::Leading => (0..steps).rev().map(|i| (i * (train / steps) + config.steps_offset) as f64).collect(),
        TimestepSpacing::Linspace => linspace(0.0, (train - 1) as f64, steps).into_iter().rev().collect(),
        TimestepSpacing::Trailing => {
            // numpy.arange's values: the increment is what the first addition came to after rounding.
            // For 62 of the 1000 possible step counts (61, 103, ...) its rounding yields one value more,
            // timestep -1, where no model was trained; here there are always as many as asked for.
            let first = train as f64;
            let increment = (first - first / steps as f64) - first;
            (0..steps).map(|i| (first + i as f64 * increment).round_ties_even() - 1.0).collect()
        }
    })
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

/// Refuses bounds on x0 that bound nothing.
fn check_limits(config: &SchedulerConfig) -> Result<(), Error> {
    let (thresholding, clipping) = (config.thresholding, config.clip_sample && !config.thresholding);
    let rules = [
        (thresholding, "dynamic_thresholding_ratio", config.dynamic_thresholding_ratio, 0.0..=1.0),
        (thresholding, "sample_max_value", config.sample_max_value, f32::MIN_POSITIVE..=f32::MAX),
        (clipping, "clip_sample_range", config.clip_sample_range, 0.0..=f32::MAX),
    ];
    match rules.into_iter().find(|(used, _, got, allowed)| *used && !allowed.contains(got)) {
        None => Ok(()),
        Some((_, key, got, allowed)) => Err(Error::Value {
            key,
            got: got.to_string(),
            expected: format!("{:e} to {:e}", allowed.start(), allowed.end()),
            hint: "correct it in the model's scheduler configuration",
        }),
    }
}

/// Refuses alphas that DDIM would divide by zero with.
fn check_alphas(config: &SchedulerConfig, alphas: &[f32]) -> Result<(), Error> {
    let bounded = config.clip_sample || config.thresholding;
    let (key, got, reason, hint) = if alphas.iter().any(|&alpha| alpha >= 1.0) {
        let reason = "there is no noise at the start of a step, so noise cannot be predicted";
        ("beta_start", config.beta_start.to_string(), reason, "start betas above 0")
    } else if config.prediction_type == PredictionType::Epsilon && !bounded && alphas.contains(&0.0) {
        let reason = "the first timestep is pure noise, from which x0 does not follow";
        ("prediction_type", "epsilon".into(), reason, "choose leading spacing, euler, or a model that predicts v")
    } else {
        return Ok(());
    };
    Err(Error::Unsupported { sampler: "ddim", key, got, reason: reason.into(), hint })
}

/// Refuses sigmas that Euler would divide by zero or infinity with.
fn check_sigmas(starts: &[f32]) -> Result<(), Error> {
    match starts.iter().find(|sigma| !(sigma.is_finite() && **sigma > 0.0)) {
        None => Ok(()),
        Some(sigma) => Err(Error::Unsupported {
            sampler: "euler",
            key: "beta_start, beta_end, trained_betas, sigma_min or sigma_max",
            got: format!("such that a step would start at sigma {sigma}"),
            reason: "every step must start at a finite sigma above 0".into(),
            hint: "correct them in the model's scheduler configuration",
        }),
    }
}
