//! DPM-Solver++ multistep, deterministic (2M) and stochastic (2M SDE): x0 extrapolated from the last predictions.

use super::level::{Level, levels};
use super::{Built, Sampler, SamplerRow, Stepped};
use crate::class::{Class, Setup};
use crate::prediction::mix;
use crate::sigmas::{Kind, grid};
use crate::{Error, FinalSigmas, SolverType};
use std::collections::VecDeque;

const CLASS: Class = Class { clip_sample: true, highest_order: Some(3), ..Class::EULER };

pub(super) const ROW: SamplerRow = SamplerRow {
    sampler: Sampler::Dpmpp2m,
    id: "dpmpp_2m",
    name: "DPM++ 2M",
    judge: "DPMSolverMultistepScheduler",
    docs: "Extrapolate the picture from the last two predictions (solver_order: one to three) and solve the rest exactly in the logarithm of the signal-to-noise ratio (Lu et al. 2022, arXiv:2211.01095, algorithm 2).",
    order: 2,
    calls: 1,
    stochastic: false,
    cfgpp: false,
    class: CLASS,
    build: |setup| build(setup, false),
};

pub(super) const SDE_ROW: SamplerRow = SamplerRow {
    sampler: Sampler::Dpmpp2mSde,
    id: "dpmpp_2m_sde",
    name: "DPM++ 2M SDE",
    docs: "DPM++ 2M for the stochastic equation: twice the step, then new noise (Lu et al. 2022, arXiv:2211.01095, section 4.3, equation 19).",
    stochastic: true,
    build: |setup| build(setup, true),
    ..ROW
};

/// Steps from which on the lower orders at the end are left out (diffusers' number).
const ENOUGH: usize = 15;

fn build(setup: &Setup<'_>, sde: bool) -> Result<Built, Error> {
    let (kind, bound) = (setup.kind(), setup.threshold()?);
    let (most, heun) = (setup.order(setup.config.solver_order)?, setup.solver_is(SolverType::Heun));
    let schedule = grid(setup, Kind::Multistep)?.schedule;
    let (levels, steps) = (levels(&schedule.sigmas), schedule.timesteps.len());
    let few = setup.lower_order_final() && steps < ENOUGH;
    let first_at_end = setup.config.euler_at_final || few || setup.config.final_sigmas_type == FinalSigmas::Zero;
    let mut past: VecDeque<Vec<f32>> = VecDeque::new();
    Built::new(schedule, move |call| {
        let i = call.index;
        past.push_front(bound.apply(levels[i].parts(kind, call.x, call.prediction).x0));
        past.truncate(most);
        let allowed = match steps - i {
            1 if first_at_end => 1,
            2 if few => 2,
            _ => 3,
        };
        let order = past.len().min(allowed);
        let step = Coefficients::new(levels[i], levels[i + 1], sde);
        let (x, m0) = (step.x, past[0].as_slice());
        let slope = |newer: usize| {
            let r = (levels[i - newer].lambda - levels[i - newer - 1].lambda) / step.h;
            (r, mix([(1.0 / r, &past[newer]), (-1.0 / r, &past[newer + 1])]))
        };
        let mut latents = match order {
            1 => mix([(x, call.x), (step.d0, m0)]),
            2 => mix([(x, call.x), (step.d0, m0), (if heun { step.d1 } else { 0.5 * step.d0 }, &slope(0).1)]),
            _ => {
                let ((r0, d10), (r1, d11)) = (slope(0), slope(1));
                let d1 = mix([(1.0 + r0 / (r0 + r1), &d10), (-r0 / (r0 + r1), &d11)]);
                let d2 = mix([(1.0 / (r0 + r1), &d10), (-1.0 / (r0 + r1), &d11)]);
                mix([(x, call.x), (step.d0, m0), (step.d1, &d1), (step.d2, &d2)])
            }
        };
        if sde {
            latents = mix([(1.0, &latents), (step.noise, &(call.noise)())]);
        }
        Stepped { latents, denoised: past[0].clone() }
    })
}

/// What each part of a step is multiplied with: the latents, x0, its first and second difference, new noise.
pub(super) struct Coefficients {
    pub h: f32,
    pub x: f32,
    pub d0: f32,
    pub d1: f32,
    pub d2: f32,
    pub noise: f32,
}

impl Coefficients {
    pub fn new(from: Level, to: Level, sde: bool) -> Self {
        let h = to.lambda - from.lambda;
        // The stochastic equation goes twice as far in x0, for the noise that it loses on the way.
        let long = if sde { 2.0 * h } else { h };
        let gone = (-long).exp() - 1.0;
        Self {
            h,
            x: to.sigma / from.sigma * if sde { (-h).exp() } else { 1.0 },
            d0: -to.alpha * gone,
            d1: to.alpha * (gone / long + 1.0),
            // Taylor's series says minus for both; the judge says plus for the stochastic one.
            d2: -to.alpha * ((gone + long) / (long * long) + if sde { 0.5 } else { -0.5 }),
            noise: if sde { to.sigma * (-gone).sqrt() } else { 0.0 },
        }
    }
}
