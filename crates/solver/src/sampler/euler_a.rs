//! Euler ancestral: Euler's step goes too far, and new noise brings it back.

use super::{Built, Sampler, SamplerRow, Stepped};
use crate::Error;
use crate::class::{Class, Setup};
use crate::prediction::{Parts, from_sigma, mix, zip};
use crate::sigmas::{Kind, grid};

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
    let (kind, cfgpp) = (setup.kind(), setup.options.cfgpp);
    let schedule = grid(setup, Kind::Ancestral)?.schedule;
    let sigmas = schedule.sigmas.clone();
    Built::new(schedule, move |call| {
        let (sigma, next) = (sigmas[call.index], sigmas[call.index + 1]);
        let Parts { x0, eps } = from_sigma(kind, call.x, call.prediction, sigma);
        let (down, up) = down_and_up(sigma, next, 1.0);
        let mut latents = zip(call.x, &eps, |x, eps| x + eps * (down - sigma));
        if cfgpp {
            latents = mix([(1.0, &x0), (down, &from_sigma(kind, call.x, call.renoise, sigma).eps)]);
        }
        Stepped { latents: mix([(1.0, &latents), (up, &(call.noise)())]), denoised: x0 }
    })
}
