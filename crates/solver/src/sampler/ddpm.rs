//! DDPM: denoising diffusion probabilistic models, each step's noise drawn anew.

use super::{Built, Letters, Sampler, SamplerRow, Steps};
use crate::class::{Class, FinalAlpha};
use crate::prediction::mix;
use crate::setup::Setup;
use crate::timesteps::{visiting, whole};
use crate::{Error, VarianceType};

pub(super) const ROW: SamplerRow = SamplerRow {
    sampler: Sampler::Ddpm,
    id: "ddpm",
    name: "DDPM",
    reference: "DDPMScheduler",
    docs: "Step to the mean of what the noising process would have come from, and draw its noise anew (Ho et al. 2020, arXiv:2006.11239, algorithm 2, equation 7).",
    stochastic: true,
    class: Class::DISCRETE,
    build,
    ..SamplerRow::PLAIN
};

fn build(setup: &Setup<'_>) -> Result<Built, Error> {
    let (bound, variance_type) = (setup.bound()?, setup.config.variance_type.unwrap_or(VarianceType::FixedSmall));
    if variance_type == VarianceType::FixedLargeLog {
        let reason = "diffusers takes the square root of a negative number for it";
        return Err(setup.unsupported("variance_type", "fixed_large_log".into(), reason, "choose fixed_large"));
    }
    setup.no_learned_variance()?;
    let schedule = visiting(setup, &whole(setup)?, FinalAlpha::One, bound)?;
    Built::new(schedule, setup.denoiser(Letters::Alpha, bound), move |run, x| ddpm(run, x, variance_type))
}

async fn ddpm(run: Steps, mut x: Vec<f32>, variance_type: VarianceType) -> Vec<f32> {
    for i in run.steps() {
        let (alpha, next) = (run.schedule.alpha_at(i), run.schedule.alpha_at(i + 1));
        let (noise, noise_next, ratio) = (1.0 - alpha, 1.0 - next, alpha / next);
        let x0 = run.denoised(i, &mut x).await.x0;
        // Equation 7: the posterior's mean.
        let (c0, c) = (next.sqrt() * (1.0 - ratio) / noise, ratio.sqrt() * noise_next / noise);
        x = mix([(c0, &x0), (c, &x)]);
        if run.schedule.timesteps[i] > 0.0 {
            let small = (noise_next / noise * (1.0 - ratio)).max(1e-20);
            let deviation = match variance_type {
                VarianceType::FixedLarge => (1.0 - ratio).sqrt(),
                VarianceType::FixedSmallLog => (0.5 * small.ln()).exp(),
                _ => small.sqrt(),
            };
            x = mix([(1.0, &x), (deviation, &run.noise().await)]);
        }
    }
    x
}
