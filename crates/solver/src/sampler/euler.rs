//! Euler: a straight line along the slope.

use super::{Built, Letters, Prediction, Sampler, SamplerRow, Steps};
use crate::prediction::{Bound, from_sigma, mix, zip};
use crate::setup::Setup;
use crate::sigma_rule::{End, Reads, SigmaRule};
use crate::sigmas::noise_levels;
use crate::{Error, Options, PredictionType, TimestepType};
use std::f32::consts::SQRT_2;

pub(super) const ROW: SamplerRow = SamplerRow {
    sampler: Sampler::Euler,
    id: "euler",
    name: "Euler",
    reference: "EulerDiscreteScheduler",
    docs: "Follow the slope dx/dsigma to the next noise level in a straight line, after churning some noise in if asked to (Karras et al. 2022, arXiv:2206.00364, algorithm 2 without correction).",
    cfgpp: true,
    build,
    ..SamplerRow::PLAIN
};

const RULE: SigmaRule = SigmaRule { reads: Reads { interpolation: true, ..Reads::PLAIN }, end: End::Chosen, ..SigmaRule::EXPLODING };

fn build(setup: &Setup<'_>) -> Result<Built, Error> {
    let mut schedule = noise_levels(setup, RULE)?.schedule;
    if setup.config.timestep_type == TimestepType::Continuous && setup.kind() == PredictionType::VPrediction {
        // Log-linear interpolation yields one sigma more than steps; diffusers makes a timestep of it.
        let n = schedule.sigmas.len() - 1;
        schedule.timesteps = schedule.sigmas[..n].iter().map(|&sigma| 0.25 * sigma.ln()).collect();
    }
    schedule.sigmas.truncate(schedule.timesteps.len() + 1);
    Built::new(schedule, setup.denoiser(Letters::Sigma, Bound::None), euler)
}

async fn euler(run: Steps, mut x: Vec<f32>) -> Vec<f32> {
    let Options { s_churn, s_tmin, s_tmax, s_noise, .. } = run.options;
    let (kind, churn) = (run.denoiser.kind, (s_churn / run.steps().end as f32).clamp(0.0, SQRT_2 - 1.0));
    for i in run.steps() {
        let (sigma, next) = run.sigmas(i);
        let Prediction { mut x0, output, renoise, .. } = run.denoised(i, &mut x).await;
        let gamma = if (s_tmin..=s_tmax).contains(&sigma) { churn } else { 0.0 };
        let hat = sigma * (gamma + 1.0);
        // diffusers shows the model the latents from before the churn, and reads v at their level.
        let level = if kind == PredictionType::Epsilon { hat } else { sigma };
        if gamma > 0.0 {
            x = mix([(1.0, &x), (s_noise * (hat * hat - sigma * sigma).sqrt(), &run.noise().await)]);
            x0 = run.show(from_sigma(kind, &x, &output, level).x0);
        }
        let slope = |x0: &[f32]| zip(&x, x0, |x, x0| (x - x0) / hat);
        x = match renoise {
            None => zip(&x, &slope(&x0), |x, slope| x + slope * (next - hat)),
            // The same step written as x0 and the noise left on it, which CFG++ takes from elsewhere.
            Some(output) => mix([(1.0, &x0), (next, &slope(&from_sigma(kind, &x, &output, level).x0))]),
        };
    }
    x
}
