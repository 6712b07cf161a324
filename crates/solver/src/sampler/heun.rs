//! Heun: Euler's step, then again with the mean of the slopes at both ends.

use super::{Built, Letters, Sampler, SamplerRow, Steps};
use crate::class::Class;
use crate::prediction::zip;
use crate::setup::Setup;
use crate::{Error, Schedule};

use crate::sigma_rule::SigmaRule;
use crate::sigmas::noise_levels;

pub(super) const ROW: SamplerRow = SamplerRow {
    sampler: Sampler::Heun,
    id: "heun",
    name: "Heun",
    reference: "HeunDiscreteScheduler",
    docs: "Euler's step, then the same step with the mean of the slopes at both its ends (Karras et al. 2022, arXiv:2206.00364, algorithm 1).",
    order: 2,
    calls: 2,
    class: Class::TWO_CALLS,
    build,
    ..SamplerRow::PLAIN
};

/// Each step after the first call is called at twice: where it ends, and where the next one starts.
fn twice(schedule: &mut Schedule) {
    let double = |values: &[f32]| [&values[..1], &values[1..].iter().flat_map(|&v| [v, v]).collect::<Vec<_>>()].concat();
    schedule.timesteps = double(&schedule.timesteps);
    schedule.sigmas = double(&schedule.sigmas);
    schedule.sigmas.truncate(schedule.timesteps.len() + 1);
}

fn build(setup: &Setup<'_>) -> Result<Built, Error> {
    let mut schedule = noise_levels(setup, SigmaRule::EXPLODING)?.schedule;
    twice(&mut schedule);
    Built::new(schedule, setup.denoiser(Letters::Sigma, setup.clip()?), heun)
}

async fn heun(run: Steps, mut x: Vec<f32>) -> Vec<f32> {
    let slope = |x: &[f32], x0: &[f32], sigma: f32| zip(x, x0, |x, x0| (x - x0) / sigma);
    for i in run.steps() {
        let (sigma, next) = run.sigmas(2 * i);
        let x0 = run.denoised(2 * i, &mut x).await.x0;
        let first = slope(&x, &x0, sigma);
        let mut end = zip(&x, &first, |x, slope| x + slope * (next - sigma));
        if i + 1 < run.steps().end {
            let x0 = run.denoised(2 * i + 1, &mut end).await.x0;
            let mean = zip(&first, &slope(&end, &x0, next), |first, second| (first + second) / 2.0);
            end = zip(&x, &mean, |x, slope| x + slope * (next - sigma));
        }
        x = end;
    }
    x
}
