//! The timesteps and noise levels of samplers that step through training timesteps: DDIM, DDPM, PNDM, LCM, TCD.
//!
//! Those of samplers that step through sigmas are in `sigmas.rs`, which begins with the same spacings.

use crate::betas::{alphas_cumprod, sigma_of};
use crate::class::FinalAlpha;
use crate::linspace::linspace;
use crate::prediction::Bound;
use crate::setup::Setup;
use crate::{Error, PredictionType, Scale, Schedule, Sigmas, TimestepSpacing};

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

/// Refuses noise levels that the run chose for a sampler that visits training timesteps.
fn no_curve(setup: &Setup<'_>) -> Result<(), Error> {
    if matches!(setup.options.sigmas, Sigmas::Config | Sigmas::Model) {
        return Ok(());
    }
    Err(Error::Choice {
        sampler: setup.sampler,
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
        let start = setup.config.beta_start.unwrap_or(setup.class.betas.0);
        return Err(setup.unsupported("beta_start", start.to_string(), reason, "start betas above 0"));
    }
    if setup.kind() == PredictionType::Epsilon && bound == Bound::None && alphas.contains(&0.0) {
        let reason = "the first timestep is pure noise, from which x0 does not follow";
        let hint = "choose leading spacing, euler, or a model that predicts v";
        return Err(setup.unsupported("prediction_type", "epsilon".into(), reason, hint));
    }
    Ok(())
}
