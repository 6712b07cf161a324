//! TCD: trajectory consistency distillation, which lands below the next level and is noised up to it.

use super::lcm::distilled;
use super::{Built, Letters, Prediction, Sampler, SamplerRow, Steps};
use crate::Error;
use crate::class::Class;
use crate::prediction::{Bound, mix};
use crate::setup::Setup;
use crate::timesteps::visiting;

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
    let (timesteps, eta) = (distilled(setup)?, setup.eta()?);
    let schedule = visiting(setup, &timesteps, setup.final_alpha(), Bound::None)?;
    Built::new(schedule, setup.denoiser(Letters::Alpha, Bound::None), move |run, x| tcd(run, x, timesteps, eta))
}

async fn tcd(run: Steps, mut x: Vec<f32>, timesteps: Vec<usize>, eta: f64) -> Vec<f32> {
    for i in run.steps() {
        let Prediction { x0, eps, .. } = run.denoised(i, &mut x).await;
        // Where the step lands, and where it ends: the last one at timestep 0.
        let next = timesteps.get(i + 1).copied().unwrap_or(0);
        let below = ((1.0 - eta) as f32 * next as f32).floor() as usize;
        let [lands, next] = [below, next].map(|t| run.schedule.alphas_cumprod[t]);
        x = mix([(lands.sqrt(), &x0), ((1.0 - lands).sqrt(), &eps)]);
        if eta > 0.0 && i + 1 < run.steps().end {
            let ratio = next / lands;
            x = mix([(ratio.sqrt(), &x), ((1.0 - ratio).sqrt(), &run.noise().await)]);
        }
    }
    x
}
