//! DPM-Solver++ multistep, deterministic (2M) and stochastic (2M SDE): x0 extrapolated from the last predictions.
//!
//! A configuration's `algorithm_type` can ask for DPM-Solver, too, which extrapolates the noise.

use super::level::{Level, levels};
use super::{Built, Letters, Prediction, Sampler, SamplerRow, Steps};
use crate::class::{Class, ReadsSpacing};
use crate::prediction::{Bound, mix, zip};
use crate::setup::Setup;
use crate::sigma_rule::{End, Reads, Rounds, SigmaRule};
use crate::sigmas::noise_levels;
use crate::{AlgorithmType, Error, FinalSigmas, SolverType};
use std::collections::VecDeque;

const CLASS: Class = Class { reads_spacing: ReadsSpacing::AlongTimesteps, clip_sample: true, highest_order: Some(3), ..Class::EULER };

pub(super) const ROW: SamplerRow = SamplerRow {
    sampler: Sampler::Dpmpp2m,
    id: "dpmpp_2m",
    name: "DPM++ 2M",
    reference: "DPMSolverMultistepScheduler",
    docs: "Extrapolate the picture from the last two predictions (solver_order: one to three) and solve the rest exactly in the logarithm of the signal-to-noise ratio (Lu et al. 2022, arXiv:2211.01095, algorithm 2).",
    order: 2,
    class: CLASS,
    build: |setup| build(setup, algorithm(setup)?),
    ..SamplerRow::PLAIN
};

pub(super) const SDE_ROW: SamplerRow = SamplerRow {
    sampler: Sampler::Dpmpp2mSde,
    id: "dpmpp_2m_sde",
    name: "DPM++ 2M SDE",
    docs: "DPM++ 2M for the stochastic equation: twice the step, then new noise (Lu et al. 2022, arXiv:2211.01095, section 4.3, equation 19).",
    stochastic: true,
    build: |setup| build(setup, AlgorithmType::SdeDpmsolverPlusPlus),
    ..ROW
};

const RULE: SigmaRule = SigmaRule {
    reads: Reads { lu: true, lambda_min: true, ..Reads::PLAIN },
    rounds: Rounds::KarrasAndLu,
    end: End::Chosen,
    ..SigmaRule::PRESERVING
};

/// Steps from which on the lower orders at the end are left out (diffusers' number).
const ENOUGH: usize = 15;

/// What the configuration asks for: DPM-Solver++ where it says nothing, or DEIS, as in diffusers.
pub(super) fn algorithm(setup: &Setup<'_>) -> Result<AlgorithmType, Error> {
    let algorithm = match setup.config.algorithm_type {
        None | Some(AlgorithmType::Deis) => return Ok(AlgorithmType::DpmsolverPlusPlus),
        Some(algorithm) => algorithm,
    };
    if algorithm.of_noise() && setup.config.final_sigmas_type == FinalSigmas::Zero {
        let reason = "the last step would divide by a noise level of zero";
        let hint = "choose final_sigmas_type sigma_min, or dpmsolver++";
        return Err(setup.unsupported("algorithm_type", algorithm.id().into(), reason, hint));
    }
    Ok(algorithm)
}

fn build(setup: &Setup<'_>, algorithm: AlgorithmType) -> Result<Built, Error> {
    let bound = setup.threshold()?;
    setup.no_learned_variance()?;
    let most = setup.order(setup.config.solver_order)?;
    if most == 3 && algorithm == AlgorithmType::SdeDpmsolver {
        let reason = "diffusers has no formula of third order for it";
        return Err(setup.unsupported("algorithm_type", algorithm.id().into(), reason, "choose order 2, or sde-dpmsolver++"));
    }
    let schedule = noise_levels(setup, RULE)?.schedule;
    ends_above_zero(setup, algorithm, &schedule.sigmas)?;
    Built::new(schedule, setup.denoiser(Letters::Lambda, bound), move |run, x| dpmpp_2m(run, x, algorithm, most))
}

async fn dpmpp_2m(run: Steps, mut x: Vec<f32>, algorithm: AlgorithmType, most: usize) -> Vec<f32> {
    let (levels, steps, heun) = (levels(&run.schedule.sigmas), run.steps().end, run.setup().solver_is(SolverType::Heun));
    let few = run.setup().lower_order_final() && steps < ENOUGH;
    let first_at_end = few || run.config.euler_at_final || run.setup().to_zero(&run.schedule.sigmas);
    let mut past: VecDeque<Vec<f32>> = VecDeque::new();
    for i in run.steps() {
        let predicted = run.denoised(i, &mut x).await;
        past.push_front(solved(algorithm, levels[i], run.denoiser.bound, &x, predicted));
        past.truncate(most);
        let step = Coefficients::new(levels[i], levels[i + 1], algorithm);
        let m0 = past[0].as_slice();
        let slope = |newer: usize| {
            let r = (levels[i - newer].lambda - levels[i - newer - 1].lambda) / step.h;
            (r, mix([(1.0 / r, &past[newer]), (-1.0 / r, &past[newer + 1])]))
        };
        let order = match steps - i {
            1 if first_at_end => 1,
            2 if few => past.len().min(2),
            _ => past.len(),
        };
        x = match order {
            1 => mix([(step.x, &x), (step.d0, m0)]),
            2 => mix([(step.x, &x), (step.d0, m0), (if heun { step.d1 } else { 0.5 * step.d0 }, &slope(0).1)]),
            _ => {
                let ((r0, d10), (r1, d11)) = (slope(0), slope(1));
                let d1 = mix([(1.0 + r0 / (r0 + r1), &d10), (-r0 / (r0 + r1), &d11)]);
                let d2 = mix([(1.0 / (r0 + r1), &d10), (-1.0 / (r0 + r1), &d11)]);
                mix([(step.x, &x), (step.d0, m0), (step.d1, &d1), (step.d2, &d2)])
            }
        };
        if algorithm.is_stochastic() {
            x = mix([(1.0, &x), (step.noise, &run.noise().await)]);
        }
    }
    x
}

/// A run's own list of sigmas may end at 0, too, which DPM-Solver cannot.
pub(super) fn ends_above_zero(setup: &Setup<'_>, algorithm: AlgorithmType, sigmas: &[f32]) -> Result<(), Error> {
    if !algorithm.of_noise() || sigmas.last().is_none_or(|last| *last > 0.0) {
        return Ok(());
    }
    let reason = "the last step would divide by a noise level of zero";
    Err(setup.unsupported("algorithm_type", algorithm.id().into(), reason, "end the sigmas above 0, or choose another sampler"))
}

/// What the algorithm extrapolates of the prediction: the picture, or the noise that the bounded picture leaves.
pub(super) fn solved(algorithm: AlgorithmType, level: Level, bound: Bound, x: &[f32], predicted: Prediction) -> Vec<f32> {
    match (algorithm.of_noise(), bound) {
        (false, _) => predicted.x0,
        (true, Bound::None) => predicted.eps,
        (true, _) => zip(x, &predicted.x0, |x, x0| (x - level.alpha * x0) / level.sigma),
    }
}

/// What each part of a step is multiplied with: the latents, x0 (or the noise), its first and second difference, new noise.
pub(super) struct Coefficients {
    pub h: f32,
    pub x: f32,
    pub d0: f32,
    pub d1: f32,
    pub d2: f32,
    pub noise: f32,
}

impl Coefficients {
    pub fn new(from: Level, to: Level, algorithm: AlgorithmType) -> Self {
        let (h, sde) = (to.lambda - from.lambda, algorithm.is_stochastic());
        if algorithm.of_noise() {
            let (grown, twice) = (h.exp() - 1.0, if sde { 2.0 } else { 1.0 });
            return Self {
                h,
                x: to.alpha / from.alpha,
                d0: -twice * (to.sigma * grown),
                d1: -twice * (to.sigma * (grown / h - 1.0)),
                d2: -(to.sigma * ((grown - h) / (h * h) - 0.5)),
                noise: if sde { to.sigma * ((2.0 * h).exp() - 1.0).sqrt() } else { 0.0 },
            };
        }
        // The stochastic equation goes twice as far in x0, for the noise that it loses on the way.
        let long = if sde { 2.0 * h } else { h };
        let gone = (-long).exp() - 1.0;
        Self {
            h,
            x: to.sigma / from.sigma * if sde { (-h).exp() } else { 1.0 },
            d0: -to.alpha * gone,
            d1: to.alpha * (gone / long + 1.0),
            // Taylor's series says minus for both; diffusers says plus for the stochastic one.
            d2: -to.alpha * ((gone + long) / (long * long) + if sde { 0.5 } else { -0.5 }),
            noise: if sde { to.sigma * (-gone).sqrt() } else { 0.0 },
        }
    }
}
