//! DPM2 ancestral: DPM2's step goes too far, and new noise brings it back.

use super::dpm2::{middles, with_middles};
use super::euler_a::down_and_up;
use super::{Built, Sampler, SamplerRow, Stepped};
use crate::Error;
use crate::class::{Class, Setup};
use crate::prediction::{Parts, from_sigma, mix, zip};
use crate::sigmas::{Kind, grid};

pub(super) const ROW: SamplerRow = SamplerRow {
    sampler: Sampler::Dpm2A,
    id: "dpm2_a",
    name: "DPM2 ancestral",
    reference: "KDPM2AncestralDiscreteScheduler",
    docs: "DPM2's step to below the next noise level, then new noise up to it (k-diffusion's sample_dpm_2_ancestral).",
    order: 2,
    calls: 2,
    stochastic: true,
    class: Class::TWO_CALLS,
    build,
    ..SamplerRow::PLAIN
};

fn build(setup: &Setup<'_>) -> Result<Built, Error> {
    let kind = setup.kind();
    let grid = grid(setup, Kind::Dpm2)?;
    let starts = grid.schedule.sigmas.clone();
    // From a very high sigma rounding can leave nothing below; diffusers then computes NaN.
    let below = |step: &[f32]| Some(down_and_up(step[0], step[1], 1.0).0).filter(|down| *down > 0.0).unwrap_or(step[1]);
    let mut ends: Vec<f32> = starts.windows(2).map(below).collect();
    ends.splice(ends.len() - 1.., starts.last().copied()); // the last step only falls
    let middles = middles(&starts, &ends);
    let schedule = with_middles(grid, &middles);
    let mut start = Vec::new();
    Built::new(schedule, move |call| {
        let step = call.index / 2;
        let (sigma, middle) = (starts[step], middles[step]);
        if call.index % 2 == 0 {
            let Parts { x0, eps } = from_sigma(kind, call.x, call.prediction, sigma);
            start = call.x.to_vec();
            return Stepped { latents: zip(&start, &eps, |x, eps| x + eps * (middle - sigma)), denoised: x0 };
        }
        let Parts { x0, eps } = from_sigma(kind, call.x, call.prediction, middle);
        let (down, up) = down_and_up(sigma, starts[step + 1], 1.0);
        let latents = zip(&start, &eps, |x, eps| x + eps * (down - sigma));
        Stepped { latents: mix([(1.0, &latents), (up, &(call.noise)())]), denoised: x0 }
    })
}
