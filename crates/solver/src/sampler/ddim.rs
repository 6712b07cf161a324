//! DDIM: denoising diffusion implicit models.

use super::{Built, Sampler, SamplerRow, Stepped};
use crate::Error;
use crate::class::{Class, Setup};
use crate::prediction::{from_alpha, mix};
use crate::schedule::{visiting, whole};

pub(super) const ROW: SamplerRow = SamplerRow {
    sampler: Sampler::Ddim,
    id: "ddim",
    name: "DDIM",
    reference: "DDIMScheduler",
    docs: "Predict the picture, then add back the same noise at the next lower level; eta says how much of it is new (Song et al. 2020, arXiv:2010.02502, equations 12 and 16).",
    cfgpp: true,
    class: Class { eta: Some(0.0), ..Class::DISCRETE },
    build,
    ..SamplerRow::PLAIN
};

/// As in diffusers a step's end is always `num_train_timesteps / steps` timesteps on,
/// which with linspace or trailing spacing is not quite where the next step starts.
fn build(setup: &Setup<'_>) -> Result<Built, Error> {
    let (kind, bound, eta) = (setup.kind(), setup.bound()?, setup.eta()? as f32);
    let timesteps = whole(setup)?;
    let schedule = visiting(setup, &timesteps, setup.final_alpha(), bound)?;
    let stride = setup.config.num_train_timesteps / timesteps.len();
    let ends: Vec<(f32, f32)> = timesteps.iter().map(|&t| (schedule.alpha(Some(t)), schedule.alpha(t.checked_sub(stride)))).collect();
    Built::new(schedule, move |call| {
        let (alpha, alpha_next) = ends[call.index];
        let denoised = bound.apply(from_alpha(kind, call.x, call.prediction, alpha).x0);
        let eps = from_alpha(kind, call.x, call.renoise, alpha).eps;
        let variance = (1.0 - alpha_next) / (1.0 - alpha) * (1.0 - alpha / alpha_next);
        let deviation = eta * variance.max(0.0).sqrt(); // set_alpha_to_one false can leave less noise before than after
        let direction = (1.0 - alpha_next - deviation * deviation).max(0.0).sqrt();
        let mut latents = mix([(alpha_next.sqrt(), &denoised), (direction, &eps)]);
        if eta > 0.0 {
            latents = mix([(1.0, &latents), (deviation, &(call.noise)())]);
        }
        Stepped { latents, denoised }
    })
}
