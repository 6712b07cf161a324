//! DDPM: denoising diffusion probabilistic models, each step's noise drawn anew.

use super::{Built, Sampler, SamplerRow, Stepped};
use crate::class::{Class, FinalAlpha, Setup};
use crate::prediction::{from_alpha, mix};
use crate::schedule::{visiting, whole};
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
    let (kind, bound, variance_type) = (setup.kind(), setup.bound()?, setup.config.variance_type.unwrap_or(VarianceType::FixedSmall));
    if variance_type == VarianceType::FixedLargeLog {
        let reason = "diffusers takes the square root of a negative number for it";
        return Err(setup.unsupported("variance_type", "fixed_large_log".into(), reason, "choose fixed_large"));
    }
    setup.no_learned_variance()?;
    let timesteps = whole(setup)?;
    let schedule = visiting(setup, &timesteps, FinalAlpha::One, bound)?;
    let alphas: Vec<f32> = timesteps.iter().map(|&t| schedule.alpha(Some(t))).chain([1.0]).collect();
    Built::new(schedule, move |call| {
        let (alpha, next) = (alphas[call.index], alphas[call.index + 1]);
        let (noise, noise_next, kept) = (1.0 - alpha, 1.0 - next, alpha / next);
        let denoised = bound.apply(from_alpha(kind, call.x, call.prediction, alpha).x0);
        // Equation 7: the posterior's mean.
        let (c0, c) = (next.sqrt() * (1.0 - kept) / noise, kept.sqrt() * noise_next / noise);
        let mut latents = mix([(c0, &denoised), (c, call.x)]);
        if timesteps[call.index] > 0 {
            let small = (noise_next / noise * (1.0 - kept)).max(1e-20);
            let deviation = match variance_type {
                VarianceType::FixedLarge => (1.0 - kept).sqrt(),
                VarianceType::FixedSmallLog => (0.5 * small.ln()).exp(),
                _ => small.sqrt(),
            };
            latents = mix([(1.0, &latents), (deviation, &(call.noise)())]);
        }
        Stepped { latents, denoised }
    })
}
