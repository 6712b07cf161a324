//! PNDM: pseudo numerical methods, which extrapolate the predicted noise along the curve of DDIM.

use super::{Built, Letters, Sampler, SamplerRow, Steps};
use crate::Error;
use crate::class::{Class, ZeroSnr};
use crate::prediction::{Bound, from_alpha, mix};
use crate::setup::Setup;
use crate::timesteps::{visiting, whole};
use std::collections::VecDeque;
use std::ops::Range;

pub(super) const ROW: SamplerRow = SamplerRow {
    sampler: Sampler::Pndm,
    id: "pndm",
    name: "PNDM (PLMS)",
    reference: "PNDMScheduler",
    docs: "Extrapolate the noise from the last four predictions, then step as DDIM does; skip_prk_steps begins with lower orders instead of Runge–Kutta steps (Liu et al. 2022, arXiv:2202.09778, equations 11 to 13).",
    order: 2,
    class: Class { set_alpha_to_one: false, zero_snr: ZeroSnr::Unread, ..Class::DISCRETE },
    build,
    ..SamplerRow::PLAIN
};

fn build(setup: &Setup<'_>) -> Result<Built, Error> {
    let spaced: Vec<usize> = whole(setup)?.into_iter().rev().collect();
    let stride = setup.config.num_train_timesteps / spaced.len();
    let prk = if setup.config.skip_prk_steps { Vec::new() } else { runge_kutta(setup, &spaced, stride)? };
    let timesteps: Vec<usize> = match (prk.is_empty(), spaced.len()) {
        (true, 1) => spaced,
        // The second timestep is visited twice: as Heun's corrector, then as itself.
        (true, n) => [&spaced[n - 1..], &spaced[n - 2..n - 1]].concat().into_iter().chain(spaced[..n - 1].iter().rev().copied()).collect(),
        (false, n) => prk.iter().copied().chain(spaced[..n - 3].iter().rev().copied()).collect(),
    };
    let schedule = visiting(setup, &timesteps, setup.final_alpha(), Bound::None)?;
    Built::new(schedule, setup.denoiser(Letters::Alpha, Bound::None), move |run, x| pndm(run, x, prk, stride as isize))
}

/// The timesteps of the first three steps, four calls each.
fn runge_kutta(setup: &Setup<'_>, spaced: &[usize], stride: usize) -> Result<Vec<usize>, Error> {
    let [.., a, b, c, d] = *spaced else {
        let reason = "its first three steps are Runge–Kutta's, which take 4 timesteps";
        return Err(setup.unsupported("skip_prk_steps", "false".into(), reason, "take 4 steps or more"));
    };
    let half = stride / 2;
    Ok(vec![d, c + half, c + half, c, c, b + half, b + half, b, b, a + half, a + half, a])
}

/// `prk` are the timesteps of Runge–Kutta's calls, if it begins with such.
async fn pndm(run: Steps, mut x: Vec<f32>, prk: Vec<usize>, stride: isize) -> Vec<f32> {
    let mut calls = run.steps();
    let mut past: VecDeque<Vec<f32>> = VecDeque::new();
    for from in prk.iter().step_by(4) {
        past.push_back(runge_kutta_step(&run, &mut calls, &mut x, *from as isize, stride / 2).await);
    }
    if prk.is_empty() {
        past.push_back(heun_step(&run, &mut calls, &mut x, stride).await);
    }
    for i in calls {
        let t = run.schedule.timesteps[i] as isize;
        past.push_back(run.denoised(i, &mut x).await.output);
        while past.len() > 4 {
            past.pop_front();
        }
        x = transfer(&run, &x, &extrapolated(&past), t, t - stride);
    }
    x
}

/// Equation 13: four slopes, and their weighted sum. Yields the first prediction.
async fn runge_kutta_step(run: &Steps, calls: &mut Range<usize>, x: &mut Vec<f32>, from: isize, half: isize) -> Vec<f32> {
    let (mut start, mut first, mut sum) = (Vec::new(), Vec::new(), vec![0.0; x.len()]);
    for (stage, weight) in [1.0 / 6.0, 1.0 / 3.0, 1.0 / 3.0, 1.0 / 6.0].into_iter().enumerate() {
        let Some(i) = calls.next() else { break }; // sampling that began later than the schedule
        let t = run.schedule.timesteps[i] as isize;
        let output = run.denoised(i, x).await.output;
        if stage == 0 {
            (start, first) = (x.clone(), output.clone());
        }
        sum = mix([(1.0, &sum), (weight, &output)]);
        let (slope, to) = (if stage == 3 { &sum } else { &output }, if stage % 2 == 1 { t } else { t - half });
        *x = transfer(run, &start, slope, from, to);
    }
    first
}

/// One step of Heun's method in two calls. Yields the first prediction.
async fn heun_step(run: &Steps, calls: &mut Range<usize>, x: &mut Vec<f32>, stride: isize) -> Vec<f32> {
    let (mut start, mut first) = (Vec::new(), Vec::new());
    if let Some(i) = calls.next() {
        let t = run.schedule.timesteps[i] as isize;
        first = run.denoised(i, x).await.output;
        start.clone_from(x);
        *x = transfer(run, &start, &first, t, t - stride);
    }
    if let Some(i) = calls.next() {
        let t = run.schedule.timesteps[i] as isize;
        let second = run.denoised(i, x).await.output;
        *x = transfer(run, &start, &mix([(0.5, &second), (0.5, &first)]), t + stride, t);
    }
    first
}

/// Equation 12: Adams–Bashforth's weights for the last predictions, the newest last.
fn extrapolated(past: &VecDeque<Vec<f32>>) -> Vec<f32> {
    let e = |back: usize| past[past.len() - 1 - back].as_slice();
    match past.len() {
        1 => e(0).to_vec(),
        2 => mix([(3.0 / 2.0, e(0)), (-1.0 / 2.0, e(1))]),
        3 => mix([(23.0 / 12.0, e(0)), (-16.0 / 12.0, e(1)), (5.0 / 12.0, e(2))]),
        _ => mix([(55.0 / 24.0, e(0)), (-59.0 / 24.0, e(1)), (37.0 / 24.0, e(2)), (-9.0 / 24.0, e(3))]),
    }
}

/// Equation 11: DDIM's step in the form that stays exact where both levels meet.
fn transfer(run: &Steps, x: &[f32], output: &[f32], from: isize, to: isize) -> Vec<f32> {
    let alphas = &run.schedule.alphas_cumprod;
    let level = |t: isize| if t < 0 { run.schedule.final_alpha_cumprod } else { alphas[(t as usize).min(alphas.len() - 1)] };
    let (alpha, next) = (level(from), level(to));
    let eps = from_alpha(run.denoiser.kind, x, output, alpha).eps;
    let divisor = alpha * (1.0 - next).sqrt() + (alpha * (1.0 - alpha) * next).sqrt();
    mix([((next / alpha).sqrt(), x), (-(next - alpha) / divisor, &eps)])
}
