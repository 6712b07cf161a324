//! Euler ancestral: Euler's step goes too far, and new noise brings it back.

use super::{Built, Letters, Prediction, Sampler, SamplerRow, Steps};
use crate::Error;
use crate::class::Class;
use crate::prediction::{Bound, mix, zip};
use crate::setup::Setup;
use crate::sigma_rule::SigmaRule;
use crate::sigmas::noise_levels;

pub(super) const ROW: SamplerRow = SamplerRow {
    sampler: Sampler::EulerA,
    id: "euler_a",
    name: "Euler ancestral",
    reference: "EulerAncestralDiscreteScheduler",
    docs: "Follow the slope below the next noise level, then add new noise up to it, as much as DDPM would (k-diffusion's sample_euler_ancestral).",
    stochastic: true,
    cfgpp: true,
    class: Class { curves: false, ..Class::EULER },
    build,
    ..SamplerRow::PLAIN
};

/// Down to where, and up by how much, so that both together are a step of the noising process reversed.
pub(super) fn down_and_up(from: f32, to: f32, eta: f32) -> (f32, f32) {
    let up = (eta * (to * to * (from * from - to * to) / (from * from)).sqrt()).min(to);
    ((to * to - up * up).max(0.0).sqrt(), up)
}

fn build(setup: &Setup<'_>) -> Result<Built, Error> {
    let schedule = noise_levels(setup, SigmaRule::EXPLODING)?.schedule;
    Built::new(schedule, setup.denoiser(Letters::Sigma, Bound::None), euler_a)
}

async fn euler_a(run: Steps, mut x: Vec<f32>) -> Vec<f32> {
    for i in run.steps() {
        let (sigma, next) = run.sigmas(i);
        let Prediction { x0, eps, renoise, .. } = run.denoised(i, &mut x).await;
        let (down, up) = down_and_up(sigma, next, 1.0);
        x = match renoise {
            None => zip(&x, &eps, |x, eps| x + eps * (down - sigma)),
            Some(output) => mix([(1.0, &x0), (down, &run.parts(i, &x, &output).eps)]),
        };
        x = mix([(1.0, &x), (up, &run.noise().await)]);
    }
    x
}
