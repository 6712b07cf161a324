//! DPM++ SDE: two calls a step on one path of a Brownian motion.

use super::dpm2::{middles, with_middles};
use super::euler_a::down_and_up;
use super::{Built, Sampler, SamplerRow, Stepped};
use crate::Error;
use crate::class::{Class, Setup};
use crate::prediction::{from_sigma, mix, zip};
use crate::sigmas::{Kind, grid};

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

/// diffusers draws the path from a Brownian tree with a generator of its own, so its noise cannot be had again from a seed;
/// here it is drawn from the run's generator, with the same distribution: half of the step, then the rest of it.
fn build(setup: &Setup<'_>) -> Result<Built, Error> {
    let (kind, eta, s_noise) = (setup.kind(), setup.eta()? as f32, setup.options.s_noise);
    let grid = grid(setup, Kind::Lms)?;
    let starts = grid.schedule.sigmas.clone();
    let middles = middles(&starts, &starts[1..]);
    let schedule = with_middles(grid, &middles);
    let steps = starts.len() - 1;
    let (mut start, mut half) = (Vec::new(), Vec::new());
    Built::new(schedule, move |call| {
        let step = call.index / 2;
        let (sigma, middle, next) = (starts[step], middles[step], starts[step + 1]);
        let second = call.index % 2 == 1;
        let denoised = from_sigma(kind, call.x, call.prediction, if second { middle } else { sigma }).x0;
        if step + 1 == steps {
            let latents = zip(call.x, &denoised, |x, x0| x + (x - x0) / sigma * (next - sigma));
            return Stepped { latents, denoised };
        }
        let to = if second { next } else { middle };
        let (down, up) = down_and_up(sigma, to, eta);
        if !second {
            start = call.x.to_vec();
        }
        let kept = down / sigma;
        let mut latents = mix([(kept, &start), (-(kept.ln().exp_m1()), &denoised)]);
        if up > 0.0 {
            let new = (call.noise)();
            let path = if second { joined(&half, &new, [sigma, middle, next]) } else { new };
            latents = mix([(1.0, &latents), (s_noise * up, &path)]);
            half = path;
        }
        Stepped { latents, denoised }
    })
}

/// The unit noise of a whole step, from that of its two parts: a Brownian motion's increments add up.
fn joined(first: &[f32], second: &[f32], [sigma, middle, next]: [f32; 3]) -> Vec<f32> {
    let share = (sigma - middle) / (sigma - next);
    mix([(share.sqrt(), first), ((1.0 - share).sqrt(), second)])
}
