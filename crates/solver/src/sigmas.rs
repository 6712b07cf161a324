//! Noise levels of the samplers that step through sigmas: interpolated from training, or spread along a curve of their own (`curve.rs`).
//!
//! It is the middle of diffusers' `set_timesteps`, in its mixture of float32 and double. What its classes do alike is here once;
//! what they do differently is a [`SigmaRule`].
//!
//! ```
//! use decant_solver::{Sampler, SchedulerConfig, schedule};
//!
//! let plain = schedule(Sampler::Euler, &SchedulerConfig::default(), 10)?;
//! let config = SchedulerConfig { use_karras_sigmas: true, ..Default::default() };
//! let karras = schedule(Sampler::Euler, &config, 10)?;
//! let fine = |sigmas: &[f32]| sigmas.iter().filter(|sigma| **sigma < 0.25).count();
//! assert_eq!((fine(&plain.sigmas), fine(&karras.sigmas)), (2, 3)); // the same ends, but more steps near the picture
//! # Ok::<(), decant_solver::Error>(())
//! ```

use crate::betas::{alphas_cumprod, sigma_of};
use crate::curve::Curve;
use crate::linspace::{linspace, linspace_f32};
use crate::setup::Setup;
use crate::sigma_rule::{End, Rounds, SigmaRule};
use crate::timesteps::{spaced, trailing};
use crate::{BetaSchedule, Error, FinalSigmas, Interpolation, Scale, Schedule, TimestepSpacing};

/// Timesteps and sigmas of each step's start, one sigma more, and the logarithms of all training sigmas.
pub(crate) struct NoiseLevels {
    pub schedule: Schedule,
    pub logs: Vec<f32>,
}

/// What `set_timesteps` makes of a setup, before classes of two calls a step put their own calls in between.
pub(crate) fn noise_levels(setup: &Setup<'_>, rule: SigmaRule) -> Result<NoiseLevels, Error> {
    let alphas_cumprod = alphas_cumprod(setup)?;
    let training: Vec<f32> = alphas_cumprod.iter().map(|&alpha| sigma_of(alpha)).collect();
    let logs: Vec<f32> = training.iter().map(|&sigma| f64::from(sigma).ln() as f32).collect();
    let curve = Curve::of(setup, rule)?;
    let timesteps = match rule.scale {
        Scale::Exploding => spaced(setup)?.into_iter().map(|t| f64::from(t as f32)).collect(),
        Scale::Preserving => intervals(setup, rule, &logs)?,
    };
    let sigmas: Vec<f64> = match setup.config.interpolation_type {
        Interpolation::LogLinear if rule.reads.interpolation => log_linear(&training, timesteps.len()),
        _ => timesteps.iter().map(|&t| interpolate(&training, t)).collect(),
    };
    let ends = match rule.scale {
        Scale::Exploding => (sigmas[sigmas.len() - 1], sigmas[0]),
        Scale::Preserving => (f64::from(training[0]), f64::from(training[training.len() - 1])),
    };
    let (timesteps, mut sigmas): (Vec<f32>, Vec<f32>) = match curve.sigmas(setup, rule, ends) {
        None => (timesteps.into_iter().map(|t| t as f32).collect(), sigmas.into_iter().map(|sigma| sigma as f32).collect()),
        Some(sigmas) => {
            let starts = sigmas.len() - usize::from(matches!(curve, Curve::List(_)));
            let timesteps = sigmas[..starts].iter().map(|&sigma| timestep_for(setup, rule, &curve, timestep_of(sigma, &logs))).collect();
            (timesteps, sigmas.into_iter().map(|sigma| sigma as f32).collect())
        }
    };
    if !matches!(curve, Curve::List(_)) {
        sigmas.push(end(setup, rule, &curve, training[0], sigmas[sigmas.len() - 1]));
    }
    check_sigmas(setup, &sigmas[..timesteps.len()])?;
    Ok(NoiseLevels { schedule: planned(setup, rule, timesteps, sigmas, alphas_cumprod), logs })
}

fn planned(setup: &Setup<'_>, rule: SigmaRule, timesteps: Vec<f32>, sigmas: Vec<f32>, alphas_cumprod: Vec<f32>) -> Schedule {
    let largest = sigmas.iter().copied().fold(0.0, f32::max);
    let init_noise_sigma = match (rule.scale, setup.spacing()) {
        (Scale::Preserving, _) => 1.0,
        (Scale::Exploding, TimestepSpacing::Linspace | TimestepSpacing::Trailing) => largest,
        (Scale::Exploding, TimestepSpacing::Leading) => (largest * largest + 1.0).sqrt(),
    };
    let last = sigmas[timesteps.len()];
    let final_alpha_cumprod = 1.0 / (last * last + 1.0);
    Schedule { timesteps, sigmas, alphas_cumprod, final_alpha_cumprod, init_noise_sigma, scale: rule.scale }
}

/// What the model is told for a sigma of a curve: the timestep `t`, rounded as the class does.
fn timestep_for(setup: &Setup<'_>, rule: SigmaRule, curve: &Curve, t: f64) -> f32 {
    let whole = rule.scale == Scale::Preserving;
    let rounded = match (curve, rule.rounds) {
        (Curve::List(_), _) => whole,
        (Curve::Karras, Rounds::Karras) => true,
        (Curve::Karras | Curve::Lu, Rounds::KarrasAndLu) => setup.beta_schedule() != BetaSchedule::SquaredcosCapV2,
        _ => false,
    };
    let t = if rounded { t.round_ties_even() } else { t };
    if whole { t.trunc() as f32 } else { t as f32 }
}

/// Where the last step ends; `smallest` is training's last sigma, `last` where the last step starts.
fn end(setup: &Setup<'_>, rule: SigmaRule, curve: &Curve, smallest: f32, last: f32) -> f32 {
    let to_zero = setup.config.final_sigmas_type == FinalSigmas::Zero;
    match rule.end {
        End::Zero => 0.0,
        End::Chosen | End::ChosenOfCurve if to_zero => 0.0,
        End::ChosenOfCurve | End::Curve if *curve != Curve::Model => last,
        _ => smallest,
    }
}

/// Whole timesteps that leave room for one interval more, as DPM-Solver's classes space them.
fn intervals(setup: &Setup<'_>, rule: SigmaRule, logs: &[f32]) -> Result<Vec<f64>, Error> {
    let (train, n) = (setup.config.num_train_timesteps, setup.steps()?);
    let left = match rule.reads.lambda_min {
        // lambda is minus the logarithm of sigma; diffusers searches from the noisiest on.
        true => logs.iter().take_while(|log| f64::from(-**log) >= setup.config.lambda_min_clipped).count(),
        false => train,
    };
    let spacing = rule.spacing.unwrap_or_else(|| setup.spacing());
    if left == 0 {
        let got = setup.config.lambda_min_clipped.to_string();
        return Err(setup.unsupported("lambda_min_clipped", got, "it leaves no timestep", "correct it, or leave it out"));
    }
    let timesteps: Vec<f64> = match spacing {
        TimestepSpacing::Linspace => linspace(0.0, (left - 1) as f64, n + 1)[1..].iter().rev().map(|t| t.round_ties_even()).collect(),
        TimestepSpacing::Leading => (1..=n).rev().map(|i| (i * (left / (n + 1)) + setup.config.steps_offset) as f64).collect(),
        TimestepSpacing::Trailing => trailing(left, train as f64 / n as f64, (left * n).div_ceil(train)),
    };
    if spacing == TimestepSpacing::Leading && left <= n {
        return Err(Error::Steps { got: n, most: left.saturating_sub(1), key: "num_train_timesteps, less one with leading spacing" });
    }
    Ok(timesteps)
}

/// `numpy.interp` at a training timestep, whole or not; constant beyond the ends.
fn interpolate(training: &[f32], t: f64) -> f64 {
    let below = t.floor() as usize;
    if below + 1 >= training.len() {
        return f64::from(training[training.len() - 1]);
    }
    let (low, high) = (f64::from(training[below]), f64::from(training[below + 1]));
    (high - low) * (t - below as f64) + low
}

/// `n + 1` sigmas from the largest to the smallest of training, evenly spaced in their logarithm.
fn log_linear(training: &[f32], n: usize) -> Vec<f64> {
    let log = |sigma: f32| f64::from(sigma).ln() as f32;
    let logs = linspace_f32(log(training[training.len() - 1]), log(training[0]), n + 1);
    logs.into_iter().map(|log| f64::from(f64::from(log).exp() as f32)).collect()
}

/// The training timestep, whole or not, whose sigma this is: linear in log sigma, clamped to the ends.
pub(crate) fn timestep_of(sigma: f64, logs: &[f32]) -> f64 {
    let log = sigma.max(1e-10).ln();
    let below = logs.iter().rposition(|&other| log >= f64::from(other)).unwrap_or(0);
    let below = below.min(logs.len().saturating_sub(2));
    let above = (below + 1).min(logs.len() - 1);
    let span = f64::from(logs[below] - logs[above]);
    let weight = ((f64::from(logs[below]) - log) / span).clamp(0.0, 1.0);
    (1.0 - weight) * below as f64 + weight * above as f64
}

/// Refuses sigmas that a step would divide by zero or infinity with.
fn check_sigmas(setup: &Setup<'_>, starts: &[f32]) -> Result<(), Error> {
    let Some(sigma) = starts.iter().find(|sigma| !(sigma.is_finite() && **sigma > 0.0)) else { return Ok(()) };
    Err(setup.unsupported(
        "beta_start, beta_end, trained_betas, sigma_min or sigma_max",
        format!("such that a step would start at sigma {sigma}"),
        "every step must start at a finite sigma above 0",
        "correct them in the model's scheduler configuration",
    ))
}
