//! The other side of a run: a sampler's questions are put to the model, and each call is shown to the observer.
//!
//! Here every number from outside is looked at before a sampler reckons with it. What a step comes to is `steps.rs`' and the sampler's affair.

use super::steps::{Exchange, ModelOutput};
use super::{LossAt, Run, Step};
use crate::prediction::{from_alpha, mix};
use crate::{Error, Options, PredictionType, Schedule};
use std::cell::RefCell;
use std::mem::take;

/// What a sampler's questions are answered with.
pub(super) struct Outside<'a, R> {
    run: &'a mut R,
    /// Model calls a step.
    calls: usize,
    /// What the model predicts.
    kind: PredictionType,
    schedule: Schedule,
    cfgpp: bool,
    last: Option<Call>,
}

impl<'a, R: Run> Outside<'a, R> {
    pub fn new(run: &'a mut R, calls: usize, kind: PredictionType, schedule: Schedule, options: &Options) -> Self {
        Self { run, calls, kind, schedule, cfgpp: options.cfgpp, last: None }
    }

    /// Asks the model about latents.
    pub async fn called(&mut self, index: usize, x: Vec<f32>) -> Result<ModelOutput, R::Error> {
        let model_input = self.schedule.model_input(index, &x);
        let prediction = self.run.predict(&model_input, self.schedule.timesteps[index]).await?;
        self.fits(index, x.len(), &prediction)?;
        let renoise = self.cfgpp.then(|| self.run.renoise().unwrap_or_else(|| prediction.clone()));
        if let Some(renoise) = &renoise {
            self.fits(index, x.len(), renoise)?;
        }
        let gradient = self.gradient(index, &model_input, &prediction).await?;
        self.last = Some(Call { index, latents: x.clone(), model_input, prediction: prediction.clone() });
        let (x, output) = match gradient {
            None => (x, prediction),
            Some(gradient) => self.pulled(index, &x, &prediction, &gradient),
        };
        Ok(ModelOutput { x, output, renoise })
    }

    /// A loss's gradient at a call, if there is one.
    async fn gradient(&mut self, index: usize, model_input: &[f32], prediction: &[f32]) -> Result<Option<Vec<f32>>, R::Error> {
        let (timestep, sigma) = (self.schedule.timesteps[index], self.schedule.sigmas[index]);
        if !index.is_multiple_of(self.calls) || !sigma.is_finite() {
            return Ok(None);
        }
        let x0 = &from_alpha(self.kind, model_input, prediction, 1.0 / (sigma * sigma + 1.0)).x0;
        let gradient = self.run.loss_gradient(LossAt { step: index / self.calls, timestep, sigma, x0, model_input }).await?;
        if let Some(gradient) = &gradient {
            if gradient.len() != x0.len() {
                return Err(Error::Length { timestep, expected: x0.len(), got: gradient.len() }.into());
            }
            self.finite("the loss's gradient", index, gradient)?;
        }
        Ok(gradient)
    }

    /// Latents moved against a gradient, and the output that says the same noise of them.
    fn pulled(&self, index: usize, x: &[f32], output: &[f32], gradient: &[f32]) -> (Vec<f32>, Vec<f32>) {
        let (sigma, scale) = (self.schedule.sigmas[index], self.schedule.model_scale(index));
        let square = sigma * sigma + 1.0;
        let by = sigma * sigma * scale / square.sqrt();
        let moved = mix([(1.0, x), (-by, gradient)]);
        if self.kind == PredictionType::Epsilon {
            return (moved, output.to_vec());
        }
        let [before, after] = [x, &moved].map(|x| x.iter().map(|x| x / scale).collect::<Vec<f32>>());
        let eps = from_alpha(self.kind, &before, output, 1.0 / square).eps;
        let x0 = from_alpha(PredictionType::Epsilon, &after, &eps, 1.0 / square).x0;
        let output = match self.kind {
            PredictionType::VPrediction => mix([(1.0 / square.sqrt(), &eps), (-sigma / square.sqrt(), &x0)]),
            _ => x0,
        };
        (moved, output)
    }

    /// Refuses a prediction of another length, or with what is no number in it.
    fn fits(&self, index: usize, expected: usize, output: &[f32]) -> Result<(), Error> {
        match output.len() {
            got if got != expected => Err(Error::Length { timestep: self.schedule.timesteps[index], expected, got }),
            _ => self.finite("the model's prediction", index, output),
        }
    }

    /// Refuses what is no number: every later step, and the picture, would be none either.
    fn finite(&self, what: &'static str, index: usize, values: &[f32]) -> Result<(), Error> {
        let (total, timestep) = (self.schedule.timesteps.len(), self.schedule.timesteps[index]);
        match values.iter().filter(|value| !value.is_finite()).count() {
            0 => Ok(()),
            bad => Err(Error::NotFinite { what, call: index + 1, total, timestep, bad: (bad, values.len()) }),
        }
    }

    /// New noise, if it fits the latents.
    pub fn noise(&mut self, expected: usize) -> Result<Vec<f32>, Error> {
        let noise = self.run.noise(expected);
        if noise.len() == expected { Ok(noise) } else { Err(Error::Noise { expected, got: noise.len() }) }
    }

    /// Shows the last call, if there was one, and the latents that its step came to, which are given back with what is kept in them.
    pub async fn observed(&mut self, x: Vec<f32>, exchange: &RefCell<Exchange>) -> Result<Vec<f32>, R::Error> {
        let after = self.last.as_ref().map_or(0, |call| call.index);
        self.kept(after, x, exchange).await
    }

    /// The same for a run's last latents: nothing comes after them, so what is kept has no noise, also where the run ends before its time.
    pub async fn finished(&mut self, x: Vec<f32>, exchange: &RefCell<Exchange>) -> Result<Vec<f32>, R::Error> {
        self.kept(self.schedule.timesteps.len() - 1, x, exchange).await
    }

    /// Shows the last call, with what is kept as after the call `after`.
    async fn kept(&mut self, after: usize, x: Vec<f32>, exchange: &RefCell<Exchange>) -> Result<Vec<f32>, R::Error> {
        let Some(Call { index, latents, model_input, prediction }) = self.last.take() else { return Ok(x) };
        self.finite("the latents", index, &x)?;
        let next = self.run.after_step(after, x);
        let schedule = &self.schedule;
        let (total, timestep, sigma) = (schedule.timesteps.len(), schedule.timesteps[index], schedule.sigmas[index]);
        let (scale, denoised) = (schedule.model_scale(index), take(&mut exchange.borrow_mut().denoised));
        let (latents, model_input, prediction, denoised) = (&latents[..], &model_input[..], &prediction[..], &denoised[..]);
        self.run.observe(Step { index, total, timestep, sigma, scale, latents, model_input, prediction, denoised, next: &next }).await?;
        Ok(next)
    }
}

/// A model call whose step is still being taken.
struct Call {
    index: usize,
    /// The latents; scaled for the model; and what it said.
    latents: Vec<f32>,
    model_input: Vec<f32>,
    prediction: Vec<f32>,
}
