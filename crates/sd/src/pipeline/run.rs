//! One run, from words to a picture: text, start, steps, decoding.

pub(super) mod conditioning;
mod denoise;
mod encode_prompt;
pub(super) mod pulled;
pub(super) mod event;
pub(super) mod hires;
pub(super) mod script;
mod start;
mod token_overrides;

use super::model::Model;
use super::model::networks::Network;
use super::on_device::OnDevice;
use super::plan::{Pulled, RunShape};
use crate::error::Error;
use crate::latents::{Latents, Level};
use crate::picture::Picture;
use crate::preview::{FIT_SIZE, Projection};
use crate::request::{Decoder, Preview, Request, Settings};
use decant_graph::Executable;
use decant_solver::{Schedule, sample, schedule};
use denoise::{Constants, Denoise, PreviewDecoder};
use event::{Event, Generated, Observer};
use pulled::Pull;
use script::Script;
use start::{Canvas, Start};

/// A run that is settled, before anything of it is computed: its schedule is built and its texts are read once, here.
pub(crate) struct Run {
    pub settings: Settings,
    pub schedule: Schedule,
    /// The model call that it begins with, where it does not begin with noise.
    pub begin: Option<usize>,
    pub script: Script,
    pub shape: RunShape,
}

/// What the steps left.
pub(crate) struct Sampled {
    latents: Vec<f32>,
    preview_decoder: Option<ReadyDecoder>,
    canvas: Option<Canvas>,
}

/// The decoder that shows each step, made ready.
type ReadyDecoder = (Network, Box<dyn Executable>);

impl Run {
    /// Settles a request.
    ///
    /// # Errors
    /// A sentence for what the model cannot do.
    pub fn new(model: &Model, request: &Request) -> Result<Run, Error> {
        let settings = request.resolve(model.defaults(), model.factor())?;
        let schedule = schedule(settings.sampler, model.config.scheduler.followed_by(settings.sampler), settings.sampling())?;
        let begin = model.begin(&settings, &schedule)?;
        if model.uses_cfg(&settings) {
            settings.guides_any(schedule.calls(&decant_solver::Options { begin, ..settings.sampling() }))?;
        }
        let script = Script::read(model, &settings)?;
        let shape = RunShape::new(model, &settings, script.shape)?;
        Ok(Run { settings, schedule, begin, script, shape })
    }
}

impl OnDevice<'_> {
    /// Text, start, all steps.
    pub async fn sample<O: Observer>(&mut self, run: &Run, observer: &mut O) -> Result<Sampled, Error> {
        if self.plan.shape.preview != Preview::None {
            self.fit_projection().await?;
        }
        let text = self.conditioning(run).await?;
        let (negative, embeddings) = (text.negative.as_ref(), text.context.as_slice());
        observer.event(Event::Text { prompt: &text.prompt, negative, embeddings, width: text.width }).await?;

        let canvas = Canvas::of(&run.settings);
        let start = self.start(run, canvas.as_ref()).await?;
        let (noise, latents, shape) = (&start.noise, &start.latents, self.model.latent_shape(&run.settings));
        let (schedule, begin) = (&run.schedule, run.begin.unwrap_or(0));
        observer.event(Event::Start { noise, latents, shape, schedule, begin }).await?;

        let constants = text.constants(self.model, &run.settings);
        let (latents, preview_decoder) = self.denoise(run, start, &constants, observer).await?;
        Ok(Sampled { latents, preview_decoder, canvas })
    }

    /// The picture of what was sampled.
    pub async fn finish<O: Observer>(&mut self, run: &Run, sampled: Sampled, observer: &mut O) -> Result<Generated, Error> {
        let Sampled { latents, preview_decoder, canvas } = sampled;
        observer.event(Event::Decoding).await?;
        let mut picture = self.decode(run, &latents, preview_decoder).await?;
        if let Some(canvas) = canvas.filter(|_| run.settings.request.keep_unmasked) {
            canvas.put_back(&mut picture);
        }
        let latents = Latents { shape: self.model.latent_shape(&run.settings), values: latents, level: Level::Clean };
        Ok(Generated { settings: run.settings.clone(), latents, picture, memory: self.plan.memory.clone() })
    }

    /// Final latents, and the decoder that showed the steps, which is ready for the final picture.
    async fn denoise<O: Observer>(
        &mut self,
        run: &Run,
        start: Start,
        constants: &Constants,
        observer: &mut O,
    ) -> Result<(Vec<f32>, Option<ReadyDecoder>), Error> {
        let (model, plan, Run { settings, schedule, begin, .. }) = (self.model, self.plan, run);
        let options = decant_solver::Options { begin: *begin, ..settings.sampling() };
        let mut unet = self.acquire(Network::Unet).await?;
        let mut preview_decoder = match plan.shape.preview {
            Preview::Decoder => Some((Network::Decoder, self.acquire(Network::Decoder).await?)),
            Preview::Tiny => Some((Network::Tiny, self.acquire(Network::Tiny).await?)),
            _ => None,
        };
        let pull = self.pull(settings).await?;
        let mut denoise = Denoise {
            unet: &mut *unet,
            constants,
            batch: plan.shape.batch,
            calls: if plan.placement.halves { plan.shape.batch } else { 1 },
            guidance: (plan.shape.batch > 1).then(|| settings.guide()),
            call: 0,
            of: schedule.calls(&options),
            kind: model.config.scheduler.config.prediction_type,
            shape: model.latent_shape(settings),
            extra_channels: &start.extra_channels,
            projection: self.computed.projection.as_ref(),
            preview: match (&mut preview_decoder, plan.shape.preview) {
                (Some((network, decoder)), _) => PreviewDecoder::Decoder(&mut **decoder, model.autoencoder(*network)),
                (None, Preview::None) => PreviewDecoder::None,
                _ => PreviewDecoder::Projection,
            },
            outputs: vec![],
            attention: None,
            scale: None,
            renoise: None,
            pull,
            pulling: None,
            autoencoder: &model.config.vae,
            random: start.random,
            inpaint: start.inpaint,
            observer,
        };
        let config = model.config.scheduler.followed_by(settings.sampler);
        let latents = sample(settings.sampler, &mut denoise, &start.latents, config, options).await?;
        if let Some(Pull { decoder, decoder_back, unet_back, .. }) = denoise.pull.take() {
            self.release(Network::Decoder, decoder);
            self.release(Network::DecoderBack, decoder_back);
            unet_back.into_iter().for_each(|back| self.release(Network::UnetBack, back));
        }
        self.release(Network::Unet, unet);
        Ok((latents, preview_decoder))
    }

    /// What pulls the steps, made ready.
    async fn pull(&mut self, settings: &Settings) -> Result<Option<Pull>, Error> {
        let readings = Pull::read(settings)?;
        if readings.is_empty() {
            return Ok(None);
        }
        let programs = [self.acquire(Network::Decoder).await?, self.acquire(Network::DecoderBack).await?];
        let unet_back = match self.plan.shape.pulled {
            Pulled::Exactly => Some(self.acquire(Network::UnetBack).await?),
            _ => None,
        };
        Ok(Some(Pull::new(settings, readings, programs, unet_back)))
    }

    /// The final picture.
    async fn decode(&mut self, run: &Run, latents: &[f32], preview_decoder: Option<ReadyDecoder>) -> Result<Picture, Error> {
        let by = if run.settings.request.decoder == Decoder::Tiny { Network::Tiny } else { Network::Decoder };
        let mut decoder = match preview_decoder {
            Some((network, decoder)) if network == by => decoder,
            Some((network, decoder)) => {
                self.release(network, decoder);
                self.acquire(by).await?
            }
            None => self.acquire(by).await?,
        };
        let picture = self.model.autoencoder(by).decode(&mut *decoder, latents, self.plan.shape.size).await?;
        self.release(by, decoder);
        Ok(picture)
    }

    /// Fits the straight line from latents to colours when it is first wanted.
    pub async fn fit_projection(&mut self) -> Result<(), Error> {
        if self.computed.projection.is_some() {
            return Ok(());
        }
        let model = self.model;
        let network = if model.tiny.is_some() { Network::Tiny } else { Network::Decoder };
        let size = [FIT_SIZE; 2];
        let program = match &model.tiny {
            Some(tiny) => tiny.decoder(size, 1)?,
            None => model.vae.program(|graph| model.config.vae.decoder(graph, size, 1))?,
        };
        let mut decoder = self.prepare(network, &program).await?;
        self.computed.projection = Some(Projection::fit(&mut *decoder, model.autoencoder(network)).await?);
        self.discard(network, decoder);
        Ok(())
    }
}
