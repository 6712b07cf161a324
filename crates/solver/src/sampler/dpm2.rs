//! DPM2: the slope at a step's middle, in the logarithm of sigma.

use super::{Built, Letters, Sampler, SamplerRow, Steps};
use crate::class::Class;
use crate::prediction::{Bound, zip};
use crate::setup::Setup;
use crate::sigma_rule::{Rounds, SigmaRule};
use crate::sigmas::{NoiseLevels, noise_levels, timestep_of};
use crate::{Error, Schedule};

pub(super) const ROW: SamplerRow = SamplerRow {
    sampler: Sampler::Dpm2,
    id: "dpm2",
    name: "DPM2",
    reference: "KDPM2DiscreteScheduler",
    docs: "Look at the slope halfway to the next noise level, in the logarithm, and take the whole step along it (Lu et al. 2022, arXiv:2206.00927, algorithm 1, as in Karras et al., algorithm 2).",
    order: 2,
    calls: 2,
    class: Class::TWO_CALLS,
    build,
    ..SamplerRow::PLAIN
};

pub(super) const RULE: SigmaRule = SigmaRule { rounds: Rounds::Karras, ..SigmaRule::EXPLODING };

/// Where each step looks at the slope: halfway to `ends` in the logarithm, but the last step at its end.
pub(super) fn middles(starts: &[f32], ends: &[f32]) -> Vec<f32> {
    let last = ends.len() - 1;
    let middle = |(start, end): (&f32, &f32)| {
        let (high, low) = (start.ln(), end.ln());
        (low - (low - high) * 0.5).exp()
    };
    starts.iter().zip(&ends[..last]).map(middle).chain([ends[last]]).collect()
}

/// Puts each step's middle between the starts; the last step has none, and goes straight to its end.
pub(super) fn with_middles(levels: NoiseLevels, middles: &[f32]) -> Schedule {
    let NoiseLevels { mut schedule, logs } = levels;
    let inner = 1..schedule.timesteps.len();
    let timesteps: Vec<f32> =
        inner.clone().flat_map(|i| [timestep_of(f64::from(middles[i - 1]), &logs) as f32, schedule.timesteps[i]]).collect();
    let sigmas: Vec<f32> = inner.flat_map(|i| [middles[i - 1], schedule.sigmas[i]]).collect();
    let last = schedule.sigmas[schedule.timesteps.len()];
    schedule.timesteps = [&schedule.timesteps[..1], &timesteps].concat();
    schedule.sigmas = [&schedule.sigmas[..1], &sigmas, &[last]].concat();
    schedule
}

fn build(setup: &Setup<'_>) -> Result<Built, Error> {
    let levels = noise_levels(setup, RULE)?;
    let middles = middles(&levels.schedule.sigmas, &levels.schedule.sigmas[1..]);
    Built::new(with_middles(levels, &middles), setup.denoiser(Letters::Sigma, Bound::None), dpm2)
}

async fn dpm2(run: Steps, mut x: Vec<f32>) -> Vec<f32> {
    let sigmas = &run.schedule.sigmas;
    for i in run.steps() {
        let (sigma, middle) = run.sigmas(2 * i);
        let eps = run.denoised(2 * i, &mut x).await.eps;
        let mut end = zip(&x, &eps, |x, eps| x + eps * (middle - sigma));
        if i + 1 < run.steps().end {
            let (next, eps) = (sigmas[2 * i + 2], run.denoised(2 * i + 1, &mut end).await.eps);
            end = zip(&x, &eps, |x, eps| x + eps * (next - sigma));
        }
        x = end;
    }
    x
}
