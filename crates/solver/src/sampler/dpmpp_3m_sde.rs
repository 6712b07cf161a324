//! DPM++ 3M SDE: the stochastic equation with x0 extrapolated from the last three predictions.

use super::{Built, Letters, Sampler, SamplerRow, Steps};
use crate::Error;
use crate::class::Class;
use crate::prediction::{Bound, mix};
use crate::setup::Setup;
use crate::sigma_rule::SigmaRule;
use crate::sigmas::noise_levels;
use std::collections::VecDeque;

pub(super) const ROW: SamplerRow = SamplerRow {
    sampler: Sampler::Dpmpp3mSde,
    id: "dpmpp_3m_sde",
    name: "DPM++ 3M SDE",
    reference: "k-diffusion's sample_dpmpp_3m_sde",
    docs: "Extrapolate the picture from the last three predictions and solve the stochastic equation; eta says how much of its noise is new (k-diffusion's sample_dpmpp_3m_sde, after Lu et al. 2022, arXiv:2211.01095).",
    order: 2,
    stochastic: true,
    class: Class { eta: Some(1.0), ..Class::EULER },
    build,
    ..SamplerRow::PLAIN
};

fn build(setup: &Setup<'_>) -> Result<Built, Error> {
    let eta = setup.eta()? as f32;
    let schedule = noise_levels(setup, SigmaRule::EXPLODING)?.schedule;
    Built::new(schedule, setup.denoiser(Letters::Sigma, Bound::None), move |run, x| dpmpp_3m_sde(run, x, eta))
}

/// k-diffusion draws from a Brownian tree; the steps of one are independent, so here each is drawn from the run's generator.
async fn dpmpp_3m_sde(run: Steps, mut x: Vec<f32>, eta: f32) -> Vec<f32> {
    let mut past: VecDeque<Vec<f32>> = VecDeque::new();
    // How long the last steps were, in the logarithm.
    let mut lengths: VecDeque<f32> = VecDeque::new();
    for i in run.steps() {
        let (sigma, next) = run.sigmas(i);
        past.push_front(run.denoised(i, &mut x).await.x0);
        past.truncate(3);
        if next == 0.0 {
            x = past[0].clone();
            continue;
        }
        let h = sigma.ln() - next.ln();
        let long = h * (eta + 1.0);
        let gone = (-long).exp_m1();
        x = mix([((-long).exp(), &x), (-gone, &past[0])]);
        let phi2 = gone / long + 1.0;
        let slope = |newer: usize, r: f32| mix([(1.0 / r, &past[newer]), (-1.0 / r, &past[newer + 1])]);
        match (lengths.front(), lengths.get(1)) {
            (Some(h1), Some(h2)) => {
                let (r0, r1) = (h1 / h, h2 / h);
                let (d10, d11) = (slope(0, r0), slope(1, r1));
                let d1 = mix([(1.0 + r0 / (r0 + r1), &d10), (-r0 / (r0 + r1), &d11)]);
                let d2 = mix([(1.0 / (r0 + r1), &d10), (-1.0 / (r0 + r1), &d11)]);
                let phi3 = phi2 / long - 0.5;
                x = mix([(1.0, &x), (phi2, &d1), (-phi3, &d2)]);
            }
            (Some(h1), None) => x = mix([(1.0, &x), (phi2, &slope(0, h1 / h))]),
            _ => {}
        }
        if eta > 0.0 {
            let deviation = next * (-(-2.0 * h * eta).exp_m1()).sqrt() * run.options.s_noise;
            x = mix([(1.0, &x), (deviation, &run.noise().await)]);
        }
        lengths.push_front(h);
        lengths.truncate(2);
    }
    x
}
