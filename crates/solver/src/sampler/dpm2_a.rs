//! DPM2 ancestral: DPM2's step goes too far, and new noise brings it back.

use super::dpm2::{RULE, middles, with_middles};
use super::euler_a::down_and_up;
use super::{Built, Letters, Sampler, SamplerRow, Steps};
use crate::Error;
use crate::class::Class;
use crate::prediction::{Bound, mix, zip};
use crate::setup::Setup;
use crate::sigmas::noise_levels;

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
    let levels = noise_levels(setup, RULE)?;
    let starts = &levels.schedule.sigmas;
    // From a very high sigma rounding can leave nothing below; diffusers then computes NaN.
    let below = |step: &[f32]| Some(down_and_up(step[0], step[1], 1.0).0).filter(|down| *down > 0.0).unwrap_or(step[1]);
    let mut ends: Vec<f32> = starts.windows(2).map(below).collect();
    ends.splice(ends.len() - 1.., starts.last().copied()); // the last step only falls
    let middles = middles(starts, &ends);
    Built::new(with_middles(levels, &middles), setup.denoiser(Letters::Sigma, Bound::None), dpm2_a)
}

async fn dpm2_a(run: Steps, mut x: Vec<f32>) -> Vec<f32> {
    let sigmas = &run.schedule.sigmas;
    for i in run.steps() {
        let (sigma, middle) = run.sigmas(2 * i);
        let eps = run.denoised(2 * i, &mut x).await.eps;
        let mut end = zip(&x, &eps, |x, eps| x + eps * (middle - sigma));
        if i + 1 < run.steps().end {
            let eps = run.denoised(2 * i + 1, &mut end).await.eps;
            let (down, up) = down_and_up(sigma, sigmas[2 * i + 2], 1.0);
            end = zip(&x, &eps, |x, eps| x + eps * (down - sigma));
            end = mix([(1.0, &end), (up, &run.noise().await)]);
        }
        x = end;
    }
    x
}
