//! Heun: Euler's step, then again with the mean of the slopes at both ends.

use super::{Built, Sampler, SamplerRow, Stepped};
use crate::Error;
use crate::class::{Class, Setup};
use crate::prediction::{from_sigma, zip};
use crate::schedule::Schedule;
use crate::sigmas::{Kind, grid};

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
    let (kind, bound) = (setup.kind(), setup.clip()?);
    let mut schedule = grid(setup, Kind::Heun)?.schedule;
    let starts = schedule.sigmas.clone();
    twice(&mut schedule);
    let (mut start, mut first) = (Vec::new(), Vec::new());
    Built::new(schedule, move |call| {
        let (sigma, next) = (starts[call.index / 2], starts[call.index / 2 + 1]);
        let second = call.index % 2 == 1;
        let shown_at = if second { next } else { sigma };
        let x0 = bound.apply(from_sigma(kind, call.x, call.prediction, shown_at).x0);
        let slope = zip(call.x, &x0, |x, x0| (x - x0) / shown_at);
        let latents = if second {
            let mean = zip(&first, &slope, |first, second| (first + second) / 2.0);
            zip(&start, &mean, |x, slope| x + slope * (next - sigma))
        } else {
            (start, first) = (call.x.to_vec(), slope);
            zip(&start, &first, |x, slope| x + slope * (next - sigma))
        };
        Stepped { latents, denoised: x0 }
    })
}
