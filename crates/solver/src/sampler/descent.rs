//! Sampling as optimisation: the predicted noise is a gradient, and each step goes down it.
//!
//! Experimental: no paper and no library has these, only a lecture's question whether optimisers could sample. What a step leaves of the
//! noise is what the model is told next, so the learning rates are the distances between noise levels: evenly in the logarithm where
//! nothing else is asked for, so that each step takes away the same share. A run ends early when little of the noise is left.

use super::lms::RULE;
use super::{Built, Letters, Prediction, Sampler, SamplerRow, Steps};
use crate::class::{Class, ZeroSnr};
use crate::prediction::{Bound, mix};
use crate::setup::Setup;
use crate::sigmas::noise_levels;
use crate::{Error, Options, Sigmas};

pub(super) const SGD_ROW: SamplerRow = SamplerRow {
    sampler: Sampler::Sgd,
    id: "sgd",
    name: "Gradient descent",
    reference: "torch.optim.SGD",
    docs: "Experimental: subtract the predicted noise times a learning rate, until little of it is left (the learning rate is the distance to the next noise level, which makes it Euler's method with an end of its own).",
    class: Class { zero_snr: ZeroSnr::Unread, ..Class::EULER },
    build: |setup| build(setup, Rule::Sgd),
    ..SamplerRow::PLAIN
};

pub(super) const MOMENTUM_ROW: SamplerRow = SamplerRow {
    sampler: Sampler::Momentum,
    id: "momentum",
    name: "Momentum",
    reference: "torch.optim.SGD with momentum and dampening",
    docs: "Experimental: gradient descent along a running mean of the predicted noise (torch.optim.SGD with momentum 0.5 and dampening 0.5).",
    build: |setup| build(setup, Rule::Momentum),
    ..SGD_ROW
};

pub(super) const ADAM_ROW: SamplerRow = SamplerRow {
    sampler: Sampler::Adam,
    id: "adam",
    name: "Adam",
    reference: "Adam's formulas",
    docs: "Experimental: gradient descent along a running mean of the predicted noise, shorter where the noise has grown since the first step (Kingma & Ba 2014, arXiv:1412.6980, algorithm 1, with one second moment for all latents).",
    build: |setup| build(setup, Rule::Adam),
    ..SGD_ROW
};

#[derive(Clone, Copy, PartialEq)]
enum Rule {
    Sgd,
    Momentum,
    Adam,
}

/// How much of the running mean of the predicted noise stays. 0.9, as usual in training, still shows early guesses after 9 steps and
/// makes pale pictures of the digits' model; 0.5 makes the same ones as no momentum.
const BETA1: f32 = 0.5;
/// How much of the running mean of its square stays: the paper's.
const BETA2: f64 = 0.999;

fn build(setup: &Setup<'_>, rule: Rule) -> Result<Built, Error> {
    let even = Options { sigmas: Sigmas::Exponential, ..setup.options.clone() };
    let options = if setup.options.sigmas == Sigmas::Config { &even } else { setup.options };
    let schedule = noise_levels(&Setup { options, ..*setup }, RULE)?.schedule;
    Built::new(schedule, setup.denoiser(Letters::Sigma, Bound::None), move |run, x| descent(run, x, rule))
}

async fn descent(run: Steps, mut x: Vec<f32>, rule: Rule) -> Vec<f32> {
    let mut moments = Moments::default();
    for i in run.steps() {
        let (sigma, next) = run.sigmas(i);
        let Prediction { x0, eps, .. } = run.denoised(i, &mut x).await;
        if f64::from(sigma) * mean_square(&eps).sqrt() < f64::from(run.options.enough) {
            return x0;
        }
        let (direction, rate) = moments.follow(rule, eps);
        x = mix([(1.0, &x), ((next - sigma) * rate, &direction)]);
    }
    x
}

/// What an optimiser remembers.
#[derive(Default)]
struct Moments {
    steps: i32,
    /// Running mean of the gradients.
    first: Vec<f32>,
    /// Running mean of their mean squares, and the first of these.
    second: f64,
    unit: f64,
}

impl Moments {
    /// Where to go with this gradient, and how far, as a share of the learning rate.
    fn follow(&mut self, rule: Rule, gradient: Vec<f32>) -> (Vec<f32>, f32) {
        self.steps += 1;
        let new = match rule {
            Rule::Sgd => return (gradient, 1.0),
            Rule::Momentum if self.steps == 1 => 1.0, // torch's begins with the first gradient, Adam's with 0, for which it corrects
            Rule::Momentum | Rule::Adam => 1.0 - BETA1,
        };
        let square = mean_square(&gradient);
        if self.steps == 1 {
            (self.first, self.unit) = (vec![0.0; gradient.len()], square);
        }
        self.first = mix([(1.0 - new, &self.first), (new, &gradient)]);
        self.second = BETA2 * self.second + (1.0 - BETA2) * square;
        if rule == Rule::Momentum {
            return (self.first.clone(), 1.0);
        }
        // The learning rate is for noise as large as at first: dividing by 1.05 where it is 1.05 would leave a twentieth of it.
        let size = self.second / (1.0 - BETA2.powi(self.steps));
        let rate = (self.unit / size).sqrt() / f64::from(1.0 - BETA1.powi(self.steps));
        (self.first.clone(), if rate.is_finite() { rate as f32 } else { 0.0 })
    }
}

fn mean_square(values: &[f32]) -> f64 {
    values.iter().map(|&x| f64::from(x).powi(2)).sum::<f64>() / values.len().max(1) as f64
}
