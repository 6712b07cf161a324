//! DPM-Solver++ singlestep: two calls make one step of second order, and share no prediction with the next.

use super::dpmpp_2m::{Coefficients, algorithm, ends_above_zero, solved};
use super::level::levels;
use super::{Built, Letters, Sampler, SamplerRow, Steps};
use crate::class::{Class, ReadsSpacing, ZeroSnr};
use crate::prediction::mix;
use crate::setup::Setup;
use crate::sigma_rule::{End, Reads, SigmaRule};
use crate::sigmas::noise_levels;
use crate::{AlgorithmType, Error, Schedule, SolverType, TimestepSpacing};
use std::collections::VecDeque;

pub(super) const ROW: SamplerRow = SamplerRow {
    sampler: Sampler::Dpmpp2s,
    id: "dpmpp_2s",
    name: "DPM++ 2S",
    reference: "DPMSolverSinglestepScheduler",
    docs: "Steps in pairs: one to the next noise level, and from the pair's start again with both predictions (Lu et al. 2022, arXiv:2211.01095, algorithm 1; solver_order 3: in threes).",
    order: 2,
    class: Class {
        reads_spacing: ReadsSpacing::Never,
        highest_order: Some(3),
        lower_order_final: false,
        zero_snr: ZeroSnr::Unread,
        ..Class::EULER
    },
    build,
    ..SamplerRow::PLAIN
};

const RULE: SigmaRule = SigmaRule {
    spacing: Some(TimestepSpacing::Linspace),
    reads: Reads { lambda_min: true, ..Reads::PLAIN },
    end: End::Chosen,
    ..SigmaRule::PRESERVING
};

fn build(setup: &Setup<'_>) -> Result<Built, Error> {
    let (bound, algorithm) = (setup.threshold()?, algorithm(setup)?);
    if algorithm == AlgorithmType::SdeDpmsolver {
        let reason = "diffusers' singlestep class does not know it";
        return Err(setup.unsupported("algorithm_type", algorithm.id().into(), reason, "choose sde-dpmsolver++, or the sampler dpmpp_2m"));
    }
    setup.no_learned_variance()?;
    let schedule = noise_levels(setup, RULE)?.schedule;
    ends_above_zero(setup, algorithm, &schedule.sigmas)?;
    let orders = orders(setup, &schedule)?;
    Built::new(schedule, setup.denoiser(Letters::Lambda, bound), move |run, x| dpmpp_2s(run, x, algorithm, orders))
}

async fn dpmpp_2s(run: Steps, mut x: Vec<f32>, algorithm: AlgorithmType, orders: Vec<usize>) -> Vec<f32> {
    let (levels, heun) = (levels(&run.schedule.sigmas), run.setup().solver_is(SolverType::Heun));
    let (mut past, mut start): (VecDeque<Vec<f32>>, Vec<f32>) = (VecDeque::new(), Vec::new());
    for i in run.steps() {
        let predicted = run.denoised(i, &mut x).await;
        past.push_front(solved(algorithm, levels[i], run.denoiser.bound, &x, predicted));
        past.truncate(3);
        // Sampling that began later than the schedule has fewer predictions.
        let order = orders[i].min(past.len());
        if order == 1 {
            start = x;
        }
        let first = i + 1 - order;
        let step = Coefficients::new(levels[first], levels[i + 1], algorithm);
        let m0 = past[order - 1].as_slice();
        let slope = |newer: usize| {
            let r = (levels[i - newer].lambda - levels[first].lambda) / step.h;
            (r, mix([(1.0 / r, &past[newer]), (-1.0 / r, m0)]))
        };
        x = match order {
            1 => mix([(step.x, &start), (step.d0, m0)]),
            2 => mix([(step.x, &start), (step.d0, m0), (if heun { step.d1 } else { 0.5 * step.d0 }, &slope(0).1)]),
            _ if !heun => mix([(step.x, &start), (step.d0, m0), (step.d1, &slope(0).1)]),
            _ => {
                let ((r0, far), (r1, near)) = (slope(0), slope(1));
                let d1 = mix([(r0 / (r0 - r1), &near), (-r1 / (r0 - r1), &far)]);
                let d2 = mix([(2.0 / (r0 - r1), &far), (-2.0 / (r0 - r1), &near)]);
                mix([(step.x, &start), (step.d0, m0), (step.d1, &d1), (step.d2, &d2)])
            }
        };
        if algorithm.is_stochastic() {
            x = mix([(1.0, &x), (step.noise, &run.noise().await)]);
        }
    }
    x
}

/// The order of each call: 1 starts a group.
fn orders(setup: &Setup<'_>, schedule: &Schedule) -> Result<Vec<usize>, Error> {
    let (most, steps) = (setup.order(setup.config.solver_order)?, schedule.timesteps.len());
    let to_zero = setup.to_zero(&schedule.sigmas);
    let mut orders: Vec<usize> = (0..steps).map(|i| i % most + 1).collect();
    if (setup.lower_order_final() || to_zero) && most > 1 && steps.is_multiple_of(most) {
        // A last group that is whole gives up its last order: 1 2 3 becomes 1 2 1.
        orders[steps - 1] = 1;
    }
    if to_zero {
        orders[steps - 1] = 1;
    }
    Ok(orders)
}
