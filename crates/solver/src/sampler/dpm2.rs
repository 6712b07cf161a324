//! DPM2: the slope at a step's middle, in the logarithm of sigma.

use super::{Built, Sampler, SamplerRow, Stepped};
use crate::class::{Class, Setup};
use crate::prediction::{Parts, from_sigma, zip};
use crate::sigmas::{Grid, Kind, grid, timestep_of};
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

/// Where each step looks at the slope: halfway to `ends` in the logarithm, but the last step at its end.
pub(super) fn middles(starts: &[f32], ends: &[f32]) -> Vec<f32> {
    let last = ends.len() - 1;
    let middle = |(start, end): (&f32, &f32)| {
        let (high, low) = (start.ln(), end.ln());
        (low - (low - high) * 0.5).exp()
    };
    starts.iter().zip(&ends[..last]).map(middle).chain([ends[last]]).collect()
}

/// Puts each step's middle between the starts; the last step has none.
pub(super) fn with_middles(grid: Grid, middles: &[f32]) -> Schedule {
    let Grid { mut schedule, logs } = grid;
    let inner = 1..schedule.timesteps.len();
    let told: Vec<f32> =
        inner.clone().flat_map(|i| [timestep_of(f64::from(middles[i - 1]), &logs) as f32, schedule.timesteps[i]]).collect();
    let shown: Vec<f32> = inner.flat_map(|i| [middles[i - 1], schedule.sigmas[i]]).collect();
    let last = schedule.sigmas[schedule.timesteps.len()];
    schedule.timesteps = [&schedule.timesteps[..1], &told].concat();
    schedule.sigmas = [&schedule.sigmas[..1], &shown, &[last]].concat();
    schedule
}

fn build(setup: &Setup<'_>) -> Result<Built, Error> {
    let kind = setup.kind();
    let grid = grid(setup, Kind::Dpm2)?;
    let starts = grid.schedule.sigmas.clone();
    let middles = middles(&starts, &starts[1..]);
    let schedule = with_middles(grid, &middles);
    let mut start = Vec::new();
    Built::new(schedule, move |call| {
        let step = call.index / 2;
        let (sigma, middle, next) = (starts[step], middles[step], starts[step + 1]);
        if call.index % 2 == 0 {
            let Parts { x0, eps } = from_sigma(kind, call.x, call.prediction, sigma);
            start = call.x.to_vec();
            return Stepped { latents: zip(&start, &eps, |x, eps| x + eps * (middle - sigma)), denoised: x0 };
        }
        let Parts { x0, eps } = from_sigma(kind, call.x, call.prediction, middle);
        Stepped { latents: zip(&start, &eps, |x, eps| x + eps * (next - sigma)), denoised: x0 }
    })
}
