//! Euler: a straight line along the slope.

use super::{Built, Sampler, SamplerRow, Stepped};
use crate::class::Setup;
use crate::prediction::{from_sigma, mix, zip};
use crate::sigmas::{Kind, grid};
use crate::{Error, PredictionType, TimestepType};

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

fn build(setup: &Setup<'_>) -> Result<Built, Error> {
    let kind = setup.kind();
    let mut schedule = grid(setup, Kind::Euler)?.schedule;
    if setup.config.timestep_type == TimestepType::Continuous && kind == PredictionType::VPrediction {
        // Log-linear interpolation yields one sigma more than steps; diffusers makes a timestep of it.
        let n = schedule.sigmas.len() - 1;
        schedule.timesteps = schedule.sigmas[..n].iter().map(|&sigma| 0.25 * sigma.ln()).collect();
    }
    schedule.sigmas.truncate(schedule.timesteps.len() + 1);
    let sigmas = schedule.sigmas.clone();
    let cfgpp = setup.options.cfgpp;
    let (churn, noise_scale) = (setup.options.s_churn / (sigmas.len() - 1) as f32, setup.options.s_noise);
    let churned = setup.options.s_tmin..=setup.options.s_tmax;
    Built::new(schedule, move |call| {
        let (sigma, next) = (sigmas[call.index], sigmas[call.index + 1]);
        let gamma = if churned.contains(&sigma) { churn.clamp(0.0, std::f32::consts::SQRT_2 - 1.0) } else { 0.0 };
        let hat = sigma * (gamma + 1.0);
        let mut x = call.x.to_vec();
        if gamma > 0.0 {
            x = mix([(1.0, &x), (noise_scale * (hat * hat - sigma * sigma).sqrt(), &(call.noise)())]);
        }
        // diffusers shows the model the latents from before the churn, and reads v at their level.
        let said_at = if kind == PredictionType::Epsilon { hat } else { sigma };
        let x0 = from_sigma(kind, &x, call.prediction, said_at).x0;
        let slope_to = |x0: &[f32]| zip(&x, x0, |x, x0| (x - x0) / hat);
        let slope = slope_to(&x0);
        let mut latents = zip(&x, &slope, |x, slope| x + slope * (next - hat));
        if cfgpp {
            // The same step written as x0 and the noise left on it, which CFG++ takes from elsewhere.
            let noise = slope_to(&from_sigma(kind, &x, call.renoise, said_at).x0);
            latents = mix([(1.0, &x0), (next, &noise)]);
        }
        Stepped { latents, denoised: x0 }
    })
}
