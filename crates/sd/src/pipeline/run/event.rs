//! What a run tells while it goes on, who hears it, and what comes out at the end.

use crate::error::Error;
use crate::latents::Latents;
use crate::picture::Picture;
use crate::pipeline::Memory;
use crate::pipeline::run::pulled::Pulling;
use crate::request::Settings;
use crate::tokenizer::Tokens;
use decant_solver::{Schedule, Step};

/// What a run shows while it goes on.
#[derive(Debug)]
pub enum Event<'a> {
    /// The text as the model sees it.
    Text {
        /// The prompt's tokens.
        prompt: &'a Tokens,
        /// The negative prompt's, where there is guidance.
        negative: Option<&'a Tokens>,
        /// `[1 or 2, tokens, width]`: negative first.
        embeddings: &'a [f32],
        /// Numbers in one token's embedding.
        width: usize,
    },
    /// Where sampling begins.
    Start {
        /// `[channels, h, w]`, of unit variance.
        noise: &'a [f32],
        /// `[channels, h, w]`: what the first step takes. The noise itself, or a noised picture, or latents that were given.
        latents: &'a [f32],
        /// Latent channels, height, width.
        shape: [usize; 3],
        /// What the steps will be.
        schedule: &'a Schedule,
        /// The first model call that is made; more than 0 where a part of a picture is to stay.
        begin: usize,
    },
    /// A step was taken.
    Step {
        /// Its numbers.
        step: Step<'a>,
        /// Latent channels, height, width.
        shape: [usize; 3],
        /// What the model predicted in it, as noise.
        eps: &'a Eps,
        /// The scale of guidance, between `eps.uncond` and `eps.cond`; 1 where the model was asked once.
        guidance: f32,
        /// Where the denoiser looked, with the prompt, if that was asked for ([`crate::unet::unet_with_attention`]): `[tokens, h, w]`.
        attention: Option<&'a [f32]>,
        /// What the step was pulled by, where it was.
        pulling: Option<&'a Pulling>,
        /// What the model was shown (the latents before the step, scaled for it), one pixel per place.
        preview_noisy: Option<Picture>,
        /// The predicted picture without noise.
        preview_denoised: Option<Picture>,
    },
    /// The latents go through the autoencoder.
    Decoding,
    /// The run begins once more, larger ([`crate::request::Request::hires`]): all that was told so far is the first pass.
    Again {
        /// The first pass's picture, where it was decoded to be enlarged.
        picture: Option<&'a Picture>,
        /// Width and height of the picture that will come out, in pixels.
        size: [usize; 2],
    },
}

/// The unit noise that the model predicted in a step, as eps whatever the model itself predicts: each `[channels, h, w]`.
#[derive(Debug, Clone, PartialEq)]
pub struct Eps {
    /// With the prompt.
    pub cond: Vec<f32>,
    /// Without it, where the model was asked for that, too.
    pub uncond: Option<Vec<f32>>,
    /// What the step was taken with.
    pub guided: Vec<f32>,
}

/// Somebody who is shown a run. Awaited: `Ok` goes on, `Err` ends the run with that error, and not yet ready is a pause.
#[expect(async_fn_in_trait, reason = "one thread, in the browser: nobody needs the futures to be Send")]
pub trait Observer {
    /// Hears an event.
    async fn event(&mut self, event: Event<'_>) -> Result<(), Error>;
}

/// Nobody watches.
pub struct Unobserved;

impl Observer for Unobserved {
    async fn event(&mut self, _: Event<'_>) -> Result<(), Error> {
        Ok(())
    }
}

/// A finished run.
#[derive(Debug, Clone, PartialEq)]
pub struct Generated {
    /// What it was made with.
    pub settings: Settings,
    /// The final latents, as the sampler left them.
    pub latents: Latents,
    /// The picture.
    pub picture: Picture,
    /// What it was predicted to take.
    pub memory: Memory,
}
