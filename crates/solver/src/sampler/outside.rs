//! The other side of a run: a sampler's questions are put to the model, and each call is shown to the observer.
//!
//! Here every number from outside is looked at before a sampler reckons with it. What a step comes to is `steps.rs`' and the sampler's affair.

use super::steps::{Exchange, ModelOutput};
use super::{Run, Step};
use crate::{Error, Options, Schedule};
use std::cell::RefCell;
use std::mem::take;

/// What a sampler's questions are answered with.
pub(super) struct Outside<'a, R> {
    run: &'a mut R,
    schedule: Schedule,
    cfgpp: bool,
    last: Option<Call>,
}

impl<'a, R: Run> Outside<'a, R> {
    pub fn new(run: &'a mut R, schedule: Schedule, options: &Options) -> Self {
        Self { run, schedule, cfgpp: options.cfgpp, last: None }
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
        self.last = Some(Call { index, latents: x.clone(), model_input, prediction: prediction.clone() });
        Ok(ModelOutput { x, output: prediction, renoise })
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
