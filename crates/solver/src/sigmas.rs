//! Euler's noise levels: interpolated from training, or spread along a curve of their own.
//!
//! It is the middle of diffusers' `EulerDiscreteScheduler.set_timesteps`, in its mixture of float32 and double.
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

use crate::schedule::linspace;
use crate::{Error, Interpolation, SchedulerConfig, betas};

/// `sqrt((1 - alpha) / alpha)` in float32: the noise level of k-diffusion.
pub(crate) fn sigma_of(alpha: f32) -> f32 {
    ((1.0 - alpha) / alpha).sqrt()
}

/// Timesteps and sigmas of each step's start, from evenly spread timesteps and the sigma of every training timestep.
pub(crate) fn spread(config: &SchedulerConfig, timesteps: Vec<f32>, training: &[f32]) -> Result<(Vec<f32>, Vec<f32>), Error> {
    let n = timesteps.len();
    let sigmas: Vec<f64> = match config.interpolation_type {
        Interpolation::Linear => timesteps.iter().map(|&t| interpolate(training, f64::from(t))).collect(),
        Interpolation::LogLinear => log_linear(training, n),
    };
    let low = config.sigma_min.unwrap_or(sigmas[sigmas.len() - 1]);
    let high = config.sigma_max.unwrap_or(sigmas[0]);
    let curve = match (config.use_karras_sigmas, config.use_exponential_sigmas, config.use_beta_sigmas) {
        (false, false, false) => {
            return Ok((timesteps, sigmas.into_iter().map(|sigma| sigma as f32).collect()));
        }
        (true, false, false) => karras(low, high, n),
        (false, true, false) => linspace(high.ln(), low.ln(), n).into_iter().map(f64::exp).collect(),
        (false, false, true) => return Err(beta_sigmas()),
        _ => return Err(two_curves()),
    };
    let logs: Vec<f32> = training.iter().map(|&sigma| f64::from(sigma).ln() as f32).collect();
    let timesteps = curve.iter().map(|&sigma| timestep_of(sigma, &logs) as f32).collect();
    Ok((timesteps, curve.into_iter().map(|sigma| sigma as f32).collect()))
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
    let logs = betas::linspace(log(training[training.len() - 1]), log(training[0]), n + 1);
    logs.into_iter().map(|log| f64::from(f64::from(log).exp() as f32)).collect()
}

/// Sigmas evenly spaced in their seventh root
/// (Karras et al., Elucidating the Design Space of Diffusion-Based Generative Models, <https://arxiv.org/abs/2206.00364>, equation 5).
fn karras(low: f64, high: f64, n: usize) -> Vec<f64> {
    let rho = 7.0;
    let (low, high) = (low.powf(1.0 / rho), high.powf(1.0 / rho));
    linspace(0.0, 1.0, n).into_iter().map(|ramp| (high + ramp * (low - high)).powf(rho)).collect()
}

/// The training timestep, whole or not, whose sigma this is: linear in log sigma, clamped to the ends.
fn timestep_of(sigma: f64, logs: &[f32]) -> f64 {
    let log = sigma.max(1e-10).ln();
    let below = logs.iter().rposition(|&other| log >= f64::from(other)).unwrap_or(0);
    let below = below.min(logs.len().saturating_sub(2));
    let above = (below + 1).min(logs.len() - 1);
    let span = f64::from(logs[below] - logs[above]);
    let weight = ((f64::from(logs[below]) - log) / span).clamp(0.0, 1.0);
    (1.0 - weight) * below as f64 + weight * above as f64
}

fn beta_sigmas() -> Error {
    Error::Unsupported {
        sampler: "euler",
        key: "use_beta_sigmas",
        got: "true".into(),
        reason: "the quantiles of the beta distribution are not written yet".into(),
        hint: "use Karras or exponential sigmas",
    }
}

fn two_curves() -> Error {
    Error::Value {
        key: "use_karras_sigmas, use_exponential_sigmas and use_beta_sigmas",
        got: "true more than once".into(),
        expected: "at most one of them to be true".into(),
        hint: "choose one",
    }
}
