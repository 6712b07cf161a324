//! PNDM: pseudo numerical methods, which extrapolate the predicted noise along the curve of DDIM.

use super::{Built, Call, Sampler, SamplerRow, Stepped};
use crate::class::{Class, Setup, ZeroSnr};
use crate::prediction::{Bound, from_alpha, mix};
use crate::schedule::{visiting, whole};
use crate::{Error, PredictionType};
use std::collections::VecDeque;

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

/// What outlives a step.
struct History {
    kind: PredictionType,
    /// ᾱ of every training timestep, and of the end.
    alphas: Vec<f32>,
    end: f32,
    /// The last four predictions, the newest last.
    predictions: VecDeque<Vec<f32>>,
    /// The latents where a step of several calls started, and its weighted sum of predictions.
    start: Vec<f32>,
    sum: Vec<f32>,
}

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
    let (alphas, end) = (schedule.alphas_cumprod.clone(), schedule.final_alpha_cumprod);
    let mut history = History { kind: setup.kind(), alphas, end, predictions: VecDeque::new(), start: Vec::new(), sum: Vec::new() };
    let mut counter = 0;
    Built::new(schedule, move |call| {
        let t = timesteps[call.index] as isize;
        let denoised = from_alpha(history.kind, call.x, call.prediction, history.alphas[t as usize]).x0;
        let latents = if counter < prk.len() {
            history.runge_kutta(&call, counter, prk[counter / 4 * 4] as isize, t, (stride / 2) as isize)
        } else {
            history.multistep(&call, counter, t, stride as isize)
        };
        counter += 1;
        Stepped { latents, denoised }
    })
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

impl History {
    /// Equation 13's four slopes and their weighted sum; `from` is where the step started.
    fn runge_kutta(&mut self, call: &Call<'_>, counter: usize, from: isize, t: isize, half: isize) -> Vec<f32> {
        let to = if counter % 2 == 1 { t } else { t - half };
        let weight = if matches!(counter % 4, 0 | 3) { 1.0 / 6.0 } else { 1.0 / 3.0 };
        if counter.is_multiple_of(4) {
            self.predictions.push_back(call.prediction.to_vec());
            self.start = call.x.to_vec();
            self.sum = vec![0.0; call.x.len()];
        }
        self.sum = mix([(1.0, &self.sum), (weight, call.prediction)]);
        let output = if counter % 4 == 3 { &self.sum } else { call.prediction };
        self.transfer(&self.start, output, from, to)
    }

    /// Equation 12, Adams–Bashforth's weights; the first two calls are a step of Heun's method.
    fn multistep(&mut self, call: &Call<'_>, counter: usize, t: isize, stride: isize) -> Vec<f32> {
        if counter == 1 {
            let first = self.predictions.back().map_or(call.prediction, |first| first);
            let output = mix([(0.5, call.prediction), (0.5, first)]);
            return self.transfer(&self.start, &output, t + stride, t);
        }
        if counter == 0 {
            self.start = call.x.to_vec();
        }
        self.predictions.push_back(call.prediction.to_vec());
        while self.predictions.len() > 4 {
            self.predictions.pop_front();
        }
        let e = |back: usize| self.predictions[self.predictions.len() - 1 - back].as_slice();
        let output = match self.predictions.len() {
            1 => e(0).to_vec(),
            2 => mix([(3.0 / 2.0, e(0)), (-1.0 / 2.0, e(1))]),
            3 => mix([(23.0 / 12.0, e(0)), (-16.0 / 12.0, e(1)), (5.0 / 12.0, e(2))]),
            _ => mix([(55.0 / 24.0, e(0)), (-59.0 / 24.0, e(1)), (37.0 / 24.0, e(2)), (-9.0 / 24.0, e(3))]),
        };
        self.transfer(call.x, &output, t, t - stride)
    }

    /// Equation 11: DDIM's step in the form that stays exact where both levels meet.
    fn transfer(&self, x: &[f32], output: &[f32], from: isize, to: isize) -> Vec<f32> {
        let level = |t: isize| if t < 0 { self.end } else { self.alphas[(t as usize).min(self.alphas.len() - 1)] };
        let (alpha, next) = (level(from), level(to));
        let eps = from_alpha(self.kind, x, output, alpha).eps;
        let divisor = alpha * (1.0 - next).sqrt() + (alpha * (1.0 - alpha) * next).sqrt();
        mix([((next / alpha).sqrt(), x), (-(next - alpha) / divisor, &eps)])
    }
}
