//! The forward process, without the denoiser: which noise levels a run goes through, and what a picture's latents are at one of them.

use crate::error::{Error, ToValue};
use crate::latents::{Latents, Level};
use crate::picture::Picture;
use crate::pipeline::Pipeline;
use crate::request::Request;
use crate::sentence;
use decant_solver::{Generator, Scale, Schedule, schedule};

/// Latents with noise.
#[derive(Debug, Clone, PartialEq)]
pub struct Noised {
    /// `signal · picture + noise · ε`.
    pub latents: Latents,
    /// What they look like, by the straight line from latents to colours.
    pub preview: Picture,
    /// The root of ᾱ.
    pub signal: f32,
    /// The root of 1 − ᾱ.
    pub noise: f32,
}

impl Pipeline {
    /// The schedule along which a picture would be made, and the one that the model was trained with.
    ///
    /// # Errors
    /// A sentence where the sampler cannot follow what is asked for.
    pub fn schedule(&self, request: &Request) -> Result<Schedule, Error> {
        let settings = request.resolve(self.defaults(), self.factor())?;
        Ok(schedule(settings.sampler, self.model.config.scheduler.followed_by(settings.sampler), settings.sampling())?)
    }

    /// A picture's latents with the noise of a training timestep: diffusers' `add_noise`, with `torch.randn` of this seed for the noise.
    ///
    /// # Errors
    /// A sentence where there is no such timestep, or the latents are another model's.
    pub async fn add_noise(&mut self, latents: &Latents, timestep: usize, seed: u64) -> Result<Noised, Error> {
        let alphas = self.schedule(&Request::default())?.alphas_cumprod;
        let alpha = *alphas.get(timestep).ok_or_else(|| Error::Start {
            what: sentence!("timestep {timestep}", timestep).to_value(),
            problem: sentence!("the model was not trained with it"),
            advice: sentence!("give one from 0 to {last}", last = alphas.len().saturating_sub(1)),
        })?;
        let (signal, noise) = (alpha.sqrt(), (1.0 - alpha).sqrt());
        let drawn = Generator::new(seed).randn(latents.values.len());
        let values = latents.values.iter().zip(&drawn).map(|(x0, eps)| signal * x0 + noise * eps).collect();
        let level = Level::Noisy { sigma: noise / signal, scale: Scale::Preserving };
        let latents = Latents { values, level, ..*latents };
        Ok(Noised { preview: self.project(&latents).await?, latents, signal, noise })
    }
}
