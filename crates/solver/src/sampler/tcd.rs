//! TCD: trajectory consistency distillation, which lands below the next level and is noised up to it.

use super::lcm::distilled;
use super::{Built, Sampler, SamplerRow, Stepped};
use crate::Error;
use crate::class::{Class, Setup};
use crate::prediction::{Bound, Parts, from_alpha, mix};
use crate::schedule::visiting;

pub(super) const ROW: SamplerRow = SamplerRow {
    sampler: Sampler::Tcd,
    id: "tcd",
    name: "TCD",
    reference: "TCDScheduler",
    docs: "For models distilled to it: step as DDIM below the next level, as far as eta says, and noise up to it (Zheng et al. 2024, arXiv:2402.19159, algorithm 4).",
    stochastic: true,
    class: Class { eta: Some(0.3), ..Class::DISTILLED },
    build,
    ..SamplerRow::PLAIN
};

fn build(setup: &Setup<'_>) -> Result<Built, Error> {
    let (kind, eta) = (setup.kind(), setup.eta()?);
    let timesteps = distilled(setup)?;
    let schedule = visiting(setup, &timesteps, setup.final_alpha(), Bound::None)?;
    // Where each step starts, lands, and ends; the last one ends at timestep 0.
    let levels: Vec<[f32; 3]> = (0..timesteps.len())
        .map(|i| {
            let next = timesteps.get(i + 1).copied().unwrap_or(0);
            let lands = ((1.0 - eta) as f32 * next as f32).floor() as usize;
            [timesteps[i], lands, next].map(|t| schedule.alphas_cumprod[t])
        })
        .collect();
    Built::new(schedule, move |call| {
        let [alpha, lands, next] = levels[call.index];
        let Parts { x0, eps } = from_alpha(kind, call.x, call.prediction, alpha);
        let mut latents = mix([(lands.sqrt(), &x0), ((1.0 - lands).sqrt(), &eps)]);
        if eta > 0.0 && call.index + 1 < levels.len() {
            let kept = next / lands;
            latents = mix([(kept.sqrt(), &latents), ((1.0 - kept).sqrt(), &(call.noise)())]);
        }
        Stepped { latents, denoised: x0 }
    })
}
