//! DEIS: the predicted noise as a polynomial in the logarithm of sigma, integrated exactly.

use super::level::Level;
use super::{Built, Letters, Sampler, SamplerRow, Steps};
use crate::Error;
use crate::class::{Class, ReadsSpacing, ZeroSnr};
use crate::prediction::{mix, zip};
use crate::setup::Setup;
use crate::sigma_rule::{End, SigmaRule};
use crate::sigmas::noise_levels;
use std::collections::VecDeque;

pub(super) const ROW: SamplerRow = SamplerRow {
    sampler: Sampler::Deis,
    id: "deis",
    name: "DEIS",
    reference: "DEISMultistepScheduler",
    docs: "Integrate the polynomial through the last predictions of the noise, in the logarithm of sigma (Zhang & Chen 2022, arXiv:2204.13902, section 3.3, log-rho variant).",
    order: 2,
    class: Class { reads_spacing: ReadsSpacing::AlongTimesteps, highest_order: Some(3), zero_snr: ZeroSnr::Unread, ..Class::EULER },
    build,
    ..SamplerRow::PLAIN
};

const RULE: SigmaRule = SigmaRule { end: End::Curve, ..SigmaRule::PRESERVING };

/// Steps from which on the lower orders at the end are left out (diffusers' number).
const ENOUGH: usize = 15;

fn build(setup: &Setup<'_>) -> Result<Built, Error> {
    let (bound, most) = (setup.threshold()?, setup.order(setup.config.solver_order)?);
    if let Some(algorithm) = setup.config.algorithm_type.filter(|algorithm| algorithm.is_stochastic()) {
        let reason = "DEIS is deterministic";
        return Err(setup.unsupported("algorithm_type", algorithm.id().into(), reason, "choose the sampler dpmpp_2m_sde"));
    }
    let schedule = noise_levels(setup, RULE)?.schedule;
    Built::new(schedule, setup.denoiser(Letters::Lambda, bound), move |run, x| deis(run, x, most))
}

async fn deis(run: Steps, mut x: Vec<f32>, most: usize) -> Vec<f32> {
    let (sigmas, steps) = (&run.schedule.sigmas, run.steps().end);
    let few = run.setup().lower_order_final() && steps < ENOUGH;
    let mut past: VecDeque<Vec<f32>> = VecDeque::new();
    for i in run.steps() {
        let (now, next) = (Level::of(sigmas[i]), Level::of(sigmas[i + 1]));
        let x0 = run.denoised(i, &mut x).await.x0;
        past.push_front(zip(&x, &x0, |x, x0| (x - now.alpha * x0) / now.sigma));
        past.truncate(most);
        let order = past.len().min(if few { steps - i } else { most });
        if order == 1 || next.sigma == 0.0 {
            let h = next.lambda - now.lambda;
            let noise = if next.sigma == 0.0 { -now.sigma / now.alpha * next.alpha } else { -next.sigma * h.exp_m1() };
            x = mix([(next.alpha / now.alpha, &x), (noise, &past[0])]);
            continue;
        }
        x = mix([(next.alpha / now.alpha, &x)]);
        for (back, eps) in past.iter().take(order).enumerate() {
            x = mix([(1.0, &x), (next.alpha * coefficient(sigmas, i, order, back) as f32, eps)]);
        }
    }
    x
}

/// The integral over sigma from `sigmas[i]` to `sigmas[i + 1]` of the Lagrange polynomial in the logarithm of sigma
/// that is 1 at `sigmas[i - back]` and 0 at the others.
fn coefficient(sigmas: &[f32], i: usize, order: usize, back: usize) -> f64 {
    let log = |back: usize| f64::from(sigmas[i - back]).ln();
    let others: Vec<f64> = (0..order).filter(|&k| k != back).map(log).collect();
    // The integral of (ln t - c)(ln t - d), and of (ln t - c).
    let antiderivative = |t: f64| match (others[0], others.get(1)) {
        (c, None) => t * (t.ln() - c - 1.0),
        (c, Some(d)) => t * (t.ln().powi(2) - (c + d + 2.0) * t.ln() + c * d + c + d + 2.0),
    };
    let divisor: f64 = others.iter().map(|other| log(back) - other).product();
    (antiderivative(f64::from(sigmas[i + 1])) - antiderivative(f64::from(sigmas[i]))) / divisor
}
