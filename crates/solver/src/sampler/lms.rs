//! LMS: a linear multistep method in sigma.

use super::{Built, Letters, Sampler, SamplerRow, Steps};
use crate::Error;
use crate::class::{Class, ZeroSnr};
use crate::prediction::{Bound, mix};
use crate::setup::Setup;
use crate::sigma_rule::{Reads, SigmaRule};
use crate::sigmas::noise_levels;
use std::collections::VecDeque;

pub(super) const ROW: SamplerRow = SamplerRow {
    sampler: Sampler::Lms,
    id: "lms",
    name: "LMS",
    reference: "LMSDiscreteScheduler",
    docs: "Integrate the polynomial through the last four slopes dx/dsigma (Adams–Bashforth for uneven steps; order 1 to 4).",
    order: 4,
    class: Class { highest_order: Some(4), zero_snr: ZeroSnr::Unread, ..Class::EULER },
    build,
    ..SamplerRow::PLAIN
};

pub(super) const RULE: SigmaRule = SigmaRule { reads: Reads { karras_ends: false, ..Reads::PLAIN }, ..SigmaRule::EXPLODING };

fn build(setup: &Setup<'_>) -> Result<Built, Error> {
    let (schedule, most) = (noise_levels(setup, RULE)?.schedule, setup.order(4)?);
    Built::new(schedule, setup.denoiser(Letters::Sigma, Bound::None), move |run, x| lms(run, x, most))
}

async fn lms(run: Steps, mut x: Vec<f32>, most: usize) -> Vec<f32> {
    let mut slopes: VecDeque<Vec<f32>> = VecDeque::new();
    for i in run.steps() {
        slopes.push_front(run.denoised(i, &mut x).await.eps);
        slopes.truncate(most);
        // Counted from the schedule's start, as in diffusers, also where sampling began later and has fewer slopes.
        let order = most.min(i + 1);
        let mut moved = vec![0.0; x.len()];
        for (j, slope) in slopes.iter().take(order).enumerate() {
            moved = mix([(1.0, &moved), (coefficient(&run.schedule.sigmas, i, order, j) as f32, slope)]);
        }
        x = mix([(1.0, &x), (1.0, &moved)]);
    }
    x
}

/// The integral from `sigmas[i]` to `sigmas[i + 1]` of the Lagrange polynomial that is 1 at `sigmas[i - j]` and 0 at the others.
fn coefficient(sigmas: &[f32], i: usize, order: usize, j: usize) -> f64 {
    let sigma = |index: usize| f64::from(sigmas[index]);
    let value =
        |tau: f64| -> f64 { (0..order).filter(|&k| k != j).map(|k| (tau - sigma(i - k)) / (sigma(i - j) - sigma(i - k))).product() };
    // Gauss and Legendre's two points are exact up to degree 3.
    let (middle, half) = ((sigma(i) + sigma(i + 1)) / 2.0, (sigma(i + 1) - sigma(i)) / 2.0);
    let offset = half / 3.0f64.sqrt();
    half * (value(middle - offset) + value(middle + offset))
}
