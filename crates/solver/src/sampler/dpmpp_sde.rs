//! DPM++ SDE: two calls a step on one path of a Brownian motion.

use super::dpm2::{middles, with_middles};
use super::euler_a::down_and_up;
use super::lms::RULE;
use super::{Built, Letters, Sampler, SamplerRow, Steps};
use crate::Error;
use crate::class::Class;
use crate::prediction::{Bound, mix, zip};
use crate::setup::Setup;
use crate::sigmas::noise_levels;

pub(super) const ROW: SamplerRow = SamplerRow {
    sampler: Sampler::DpmppSde,
    id: "dpmpp_sde",
    name: "DPM++ SDE",
    reference: "DPMSolverSDEScheduler",
    docs: "Half a step with new noise, then the whole step with the prediction from its middle and the noise of the same path; eta says how much of it is new (Lu et al. 2022, arXiv:2211.01095, as in k-diffusion's sample_dpmpp_sde).",
    order: 2,
    calls: 2,
    stochastic: true,
    class: Class { eta: Some(1.0), ..Class::TWO_CALLS },
    build,
    ..SamplerRow::PLAIN
};

fn build(setup: &Setup<'_>) -> Result<Built, Error> {
    let eta = setup.eta()? as f32;
    let levels = noise_levels(setup, RULE)?;
    let middles = middles(&levels.schedule.sigmas, &levels.schedule.sigmas[1..]);
    let denoiser = setup.denoiser(Letters::Sigma, Bound::None);
    Built::new(with_middles(levels, &middles), denoiser, move |run, x| dpmpp_sde(run, x, eta))
}

/// diffusers draws the path from a Brownian tree with a generator of its own, so its noise cannot be had again from a seed;
/// here it is drawn from the run's generator, with the same distribution: half of the step, then the rest of it.
async fn dpmpp_sde(run: Steps, mut x: Vec<f32>, eta: f32) -> Vec<f32> {
    let sigmas = &run.schedule.sigmas;
    for i in run.steps() {
        let (sigma, middle) = run.sigmas(2 * i);
        let x0 = run.denoised(2 * i, &mut x).await.x0;
        if i + 1 == run.steps().end {
            x = zip(&x, &x0, |x, x0| x + (x - x0) / sigma * (middle - sigma)); // where the schedule ends
            continue;
        }
        let (down, up) = down_and_up(sigma, middle, eta);
        let (mut half, mut path) = (toward(&x0, &x, down / sigma), vec![0.0; x.len()]);
        if up > 0.0 {
            path = run.noise().await;
            half = mix([(1.0, &half), (run.options.s_noise * up, &path)]);
        }
        let (next, x0) = (sigmas[2 * i + 2], run.denoised(2 * i + 1, &mut half).await.x0);
        let (down, up) = down_and_up(sigma, next, eta);
        x = toward(&x0, &x, down / sigma);
        if up > 0.0 {
            path = joined(&path, &run.noise().await, [sigma, middle, next]);
            x = mix([(1.0, &x), (run.options.s_noise * up, &path)]);
        }
    }
    x
}

/// The latents with so much of their noise kept.
fn toward(x0: &[f32], x: &[f32], ratio: f32) -> Vec<f32> {
    mix([(ratio, x), (-(ratio.ln().exp_m1()), x0)])
}

/// The unit noise of a whole step, from that of its two parts: a Brownian motion's increments add up.
fn joined(first: &[f32], second: &[f32], [sigma, middle, next]: [f32; 3]) -> Vec<f32> {
    let share = (sigma - middle) / (sigma - next);
    mix([(share.sqrt(), first), ((1.0 - share).sqrt(), second)])
}
