//! The training noise: betas, and their cumulative product `alphas_cumprod`.
//!
//! It is what diffusers' schedulers compute in `__init__`, bit for bit; inference timesteps come later (`timesteps.rs`).
//!
//! ```
//! use decant_solver::{Sampler, SchedulerConfig, schedule};
//!
//! let alphas = schedule(Sampler::Ddim, &SchedulerConfig::default(), 1)?.alphas_cumprod;
//! assert_eq!(alphas.len(), 1000);
//! assert_eq!(alphas[0], 0.9999); // 1 - beta_start
//! # Ok::<(), decant_solver::Error>(())
//! ```

use crate::class::ZeroSnr;
use crate::linspace::linspace_f32;
use crate::setup::Setup;
use crate::{BetaSchedule, Error};
use std::f64::consts::FRAC_PI_2;

/// ᾱ_t for every training timestep (Ho et al., DDPM, <https://arxiv.org/abs/2006.11239>, section 2).
pub(crate) fn alphas_cumprod(setup: &Setup<'_>) -> Result<Vec<f32>, Error> {
    let (config, zero_snr) = (setup.config, setup.zero_snr());
    let mut betas = betas(setup)?;
    if zero_snr != ZeroSnr::Unread {
        betas = rescale_zero_terminal_snr(&betas);
    }
    let worst = betas.iter().find(|beta| !(0.0..=1.0).contains(*beta));
    if let Some(beta) = worst {
        let key = if config.trained_betas.is_some() { "trained_betas" } else { "beta_start and beta_end" };
        return Err(Error::Value {
            key,
            got: format!("such that one beta is {beta}"),
            expected: "betas from 0 to 1".into(),
            hint: "correct them in the model's scheduler configuration",
        });
    }
    let mut alphas = cumprod(betas.iter().map(|beta| 1.0 - beta));
    if let (ZeroSnr::Near, Some(last)) = (zero_snr, alphas.last_mut()) {
        *last = 1.0 / (1 << 24) as f32;
    }
    Ok(alphas)
}

fn betas(setup: &Setup<'_>) -> Result<Vec<f32>, Error> {
    let (config, defaults) = (setup.config, setup.class.betas);
    let n = config.num_train_timesteps;
    if n == 0 {
        return Err(Error::Value {
            key: "num_train_timesteps",
            got: "0".into(),
            expected: "at least 1, usually 1000".into(),
            hint: "correct it in the model's scheduler configuration",
        });
    }
    let (start, end) = (config.beta_start.unwrap_or(defaults.0), config.beta_end.unwrap_or(defaults.1));
    match (&config.trained_betas, setup.beta_schedule()) {
        (Some(betas), _) if betas.len() == n => Ok(betas.clone()),
        (Some(betas), _) => Err(Error::Value {
            key: "trained_betas",
            got: format!("a list of {}", betas.len()),
            expected: format!("{n} values, as many as num_train_timesteps"),
            hint: "correct one of the two in the model's scheduler configuration",
        }),
        (None, BetaSchedule::Linear) => Ok(linspace_f32(start as f32, end as f32, n)),
        (None, BetaSchedule::ScaledLinear) => {
            let roots = linspace_f32(start.sqrt() as f32, end.sqrt() as f32, n);
            Ok(roots.into_iter().map(|root| root * root).collect())
        }
        (None, BetaSchedule::SquaredcosCapV2) => Ok(squared_cosine(n)),
    }
}

/// The cosine schedule with betas capped at 0.999
/// (Nichol & Dhariwal, Improved DDPM, <https://arxiv.org/abs/2102.09672>, equation 17).
fn squared_cosine(n: usize) -> Vec<f32> {
    let alpha_bar = |t: f64| ((t + 0.008) / 1.008 * FRAC_PI_2).cos().powi(2);
    let beta = |i: usize| {
        let (t1, t2) = (i as f64 / n as f64, (i + 1) as f64 / n as f64);
        (1.0 - alpha_bar(t2) / alpha_bar(t1)).min(0.999) as f32
    };
    (0..n).map(beta).collect()
}

/// Shifts and scales `sqrt(ᾱ)` so that it ends at exactly 0 and begins where it began
/// (Lin et al., Common Diffusion Noise Schedules and Sample Steps are Flawed, <https://arxiv.org/abs/2305.08891>, algorithm 1).
fn rescale_zero_terminal_snr(betas: &[f32]) -> Vec<f32> {
    let roots: Vec<f32> = cumprod(betas.iter().map(|beta| 1.0 - beta)).into_iter().map(f32::sqrt).collect();
    let (first, last) = (roots[0], roots[roots.len() - 1]);
    let scale = first / (first - last);
    let alphas_bar: Vec<f32> = roots.iter().map(|root| (root - last) * scale).map(|root| root * root).collect();
    let rest = alphas_bar.windows(2).map(|pair| 1.0 - pair[1] / pair[0]);
    std::iter::once(1.0 - alphas_bar[0]).chain(rest).collect()
}

/// `torch.cumprod` of float32 on a CPU: the running product is kept in double and each value rounded.
fn cumprod(values: impl Iterator<Item = f32>) -> Vec<f32> {
    values
        .scan(1.0f64, |product, value| {
            *product *= f64::from(value);
            Some(*product as f32)
        })
        .collect()
}

/// `sqrt((1 - alpha) / alpha)` in float32: the noise level of k-diffusion.
pub(crate) fn sigma_of(alpha: f32) -> f32 {
    ((1.0 - alpha) / alpha).sqrt()
}
