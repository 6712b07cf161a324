//! From words to a picture: the only file that sees the whole row.
//!
//! ```text
//! text ─ tokenizer ─► ids ─ clip ─► context ─┐
//! seed ─ noise ─► x ─────────────────────────┤
//! choice ─ schedule ─► timesteps, sigmas ────┤
//!                     sampler: x, step ─► [negative | prompt] through the unet, guidance ─► x', denoised (repeat, observed)
//!                                           x ─ vae ─► picture
//! ```

use crate::component::{Component, Progress};
use crate::config::{ClipConfig, UNetConfig};
use crate::error::Error;
use crate::files::Files;
use crate::model::ModelConfig;
use crate::picture::{Picture, channels_first, channels_last};
use crate::preview::{FIT_SIZE, Projection, decode};
use crate::request::{Defaults, Preview, Request, Settings};
use crate::tokenizer::{Tokenizer, Tokens};
use crate::{clip, unet, vae};
use decant_graph::device::Timing;
use decant_graph::{Device, Encoding, Executable, Graph, Input, Program};
use decant_solver::{Generator, Run, Schedule, Step, classifier_free, sample, schedule};
use std::rc::Rc;

mod memory;
mod options;

pub use memory::{Memory, Part, Prediction};
pub use options::Options;

/// A model, loaded and ready for any prompt and size.
pub struct Pipeline {
    files: Rc<dyn Files>,
    device: Rc<dyn Device>,
    options: Options,
    config: ModelConfig,
    tokenizer: Rc<Tokenizer>,
    text: Component,
    unet: Component,
    vae: Component,
    /// Programs that are ready, with what they were built for.
    ready: Ready,
    projection: Option<Projection>,
}

#[derive(Default)]
struct Ready {
    text: Option<Box<dyn Executable>>,
    unet: Option<(Shape, Box<dyn Executable>)>,
    decoder: Option<([usize; 2], Box<dyn Executable>)>,
}

/// What a denoising program is built for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Shape {
    batch: usize,
    /// Height and width of the latents.
    size: [usize; 2],
}

/// A shape that any model can be checked with.
const SMALLEST: Shape = Shape { batch: 1, size: [FIT_SIZE; 2] };

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
        /// Latent channels, height, width.
        shape: [usize; 3],
        /// What the steps will be.
        schedule: &'a Schedule,
    },
    /// A step was taken.
    Step {
        /// Its numbers.
        step: Step<'a>,
        /// Latent channels, height, width.
        shape: [usize; 3],
        /// The model's answer without the prompt, where there is guidance; with the prompt it is in the other.
        unconditional: Option<&'a [f32]>,
        /// The model's answer with the prompt.
        conditional: &'a [f32],
        /// What the model was shown (the latents before the step, scaled for it), one pixel per place.
        noisy: Option<Picture>,
        /// The predicted picture without noise.
        denoised: Option<Picture>,
    },
    /// The latents go through the autoencoder.
    Decoding,
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
    /// The final latents `[channels, h, w]`, as the sampler left them.
    pub latents: Vec<f32>,
    /// The picture.
    pub picture: Picture,
}

impl Pipeline {
    /// Opens a model and brings its weights to the device: [`Pipeline::open`], then [`Pipeline::fill`].
    pub async fn load(
        files: Rc<dyn Files>,
        device: Rc<dyn Device>,
        options: Options,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Pipeline, Error> {
        let mut pipeline = Pipeline::open(files, device, options).await?;
        pipeline.fill(progress).await?;
        Ok(pipeline)
    }

    /// Reads configurations and headers, and checks that each weight is used and none is missing; no numbers yet.
    pub async fn open(files: Rc<dyn Files>, device: Rc<dyn Device>, options: Options) -> Result<Pipeline, Error> {
        let mut config = ModelConfig::read(&*files).await?;
        if let Some(prediction) = options.prediction {
            config.scheduler.prediction_type = prediction;
        }
        let tokenizer = Rc::new(Tokenizer::load(&*files).await?);
        if tokenizer.room() + 2 != config.text.max_position_embeddings {
            let (tokenizer, text_encoder) = (tokenizer.room() + 2, config.text.max_position_embeddings);
            return Err(Error::Positions { tokenizer, text_encoder });
        }
        if tokenizer.vocabulary() > config.text.vocab_size {
            return Err(Error::Vocabulary { tokenizer: tokenizer.vocabulary(), text_encoder: config.text.vocab_size });
        }
        let wish = options.weights;
        let text = Component::open(&*files, "text_encoder", wish, &*device).await?;
        let unet = Component::open(&*files, "unet", wish, &*device).await?;
        let vae = Component::open(&*files, "vae", wish, &*device).await?;
        let pipeline = Pipeline { files, device, options, config, tokenizer, text, unet, vae, ready: Ready::default(), projection: None };
        let [text, unet, decoder] = pipeline.programs(SMALLEST)?;
        let encoder = pipeline.encoder(SMALLEST.size.map(|side| side * pipeline.factor()))?;
        pipeline.text.nothing_left_over(&[&text])?;
        pipeline.unet.nothing_left_over(&[&unet])?;
        pipeline.vae.nothing_left_over(&[&decoder, &encoder])?;
        Ok(pipeline)
    }

    /// Changes how weights are kept. What is on the device already is dropped; [`Pipeline::fill`] brings it back.
    pub fn choose(&mut self, wish: Option<Encoding>) {
        self.options.weights = wish;
        self.ready = Ready::default();
        self.projection = None;
        for component in [&mut self.text, &mut self.unet, &mut self.vae] {
            component.choose(wish, &*self.device);
        }
    }

    /// Brings the weights to the device, one tensor at a time.
    pub async fn fill(&mut self, progress: &mut dyn FnMut(Progress)) -> Result<(), Error> {
        let [text, unet, decoder] = self.programs(SMALLEST)?;
        let most = self.most();
        let Pipeline { files, device, text: text_weights, unet: unet_weights, vae: vae_weights, .. } = self;
        let jobs = [(text_weights, &text), (unet_weights, &unet), (vae_weights, &decoder)];
        let need = jobs.iter().map(|(_, program)| device.weight_bytes(program)).sum();
        if need > most {
            return Err(Error::ModelMemory { need, most, device: device.name() });
        }
        let total = jobs.iter().map(|(component, program)| component.file_bytes(program)).sum();
        let mut bytes = 0;
        for (component, program) in jobs {
            let name = component.name();
            let mut tick = |read| {
                bytes += read;
                progress(Progress { component: name, bytes, total });
            };
            component.upload(&**files, program, &mut tick).await?;
        }
        Ok(())
    }

    /// What the model says of itself.
    pub fn config(&self) -> &ModelConfig {
        &self.config
    }

    /// What it runs on.
    pub fn device(&self) -> &dyn Device {
        &*self.device
    }

    /// What it does when nothing else is asked for.
    pub fn defaults(&self) -> &Defaults {
        &self.config.defaults
    }

    /// Pixels per latent place.
    pub fn factor(&self) -> usize {
        self.config.vae.factor()
    }

    /// Turns prompts into the model's tokens; shared, so that a page can count tokens while a run goes on.
    pub fn tokenizer(&self) -> Rc<Tokenizer> {
        self.tokenizer.clone()
    }

    /// The three networks.
    pub fn components(&self) -> [&Component; 3] {
        [&self.text, &self.unet, &self.vae]
    }

    /// The programs of a picture of this size by name.
    pub fn described(&self, width: usize, height: usize, guided: bool) -> Result<[(&'static str, Rc<Program>); 3], Error> {
        let request = Request { width: Some(width), height: Some(height), ..Request::default() };
        request.settle(&self.config.defaults, self.factor())?;
        let size = [height / self.factor(), width / self.factor()];
        let [text, unet, decoder] = self.programs(Shape { batch: 1 + guided as usize, size })?;
        Ok([("text encoder", text), ("denoiser", unet), ("decoder", decoder)])
    }

    /// Seconds of each launch of one denoiser call at the size of the last picture.
    pub async fn profile_unet(&mut self) -> Result<Vec<Timing>, Error> {
        let Some((Shape { batch, size }, unet)) = &mut self.ready.unet else { return Err(Error::NotReady) };
        let numbers = |n: usize| Generator::new(0).randn(n);
        let sample = numbers(*batch * size[0] * size[1] * self.config.unet.in_channels);
        let context = numbers(*batch * self.config.text.max_position_embeddings * self.config.unet.cross_attention_dim);
        let timestep = vec![500.0; *batch];
        let inputs = [("sample", Input::F32(&sample)), ("timestep", Input::F32(&timestep)), ("context", Input::F32(&context))];
        Ok(unet.profile(&inputs).await?)
    }

    /// The three programs of a picture: text encoder, denoiser, decoder.
    fn programs(&self, shape: Shape) -> Result<[Rc<Program>; 3], Error> {
        Ok([
            self.text.program(|g| clip::text_encoder(g, &self.config.text, 1, 0))?,
            self.unet.program(|g| build_unet(g, &self.config.unet, &self.config.text, shape))?,
            self.vae.program(|g| vae::decoder(g, &self.config.vae, shape.size))?,
        ])
    }

    fn encoder(&self, pixels: [usize; 2]) -> Result<Rc<Program>, Error> {
        self.vae.program(|g| vae::encoder(g, &self.config.vae, pixels))
    }

    /// Refuses what the device cannot hold, before anything is allocated, and makes ready what is not.
    async fn make_ready(&mut self, settings: &Settings) -> Result<Preview, Error> {
        let shape =
            Shape { batch: 1 + settings.guided() as usize, size: [settings.height / self.factor(), settings.width / self.factor()] };
        let [text, unet, decoder] = self.programs(shape)?;
        let need = self.memory_of(&[text.clone(), unet.clone(), decoder.clone()]).peak();
        let most = self.most();
        let (width, height) = (settings.width, settings.height);
        if need > most {
            return Err(Error::Memory { width, height, need, most, device: self.device.name(), reason: None });
        }
        if let Some(reason) = [&text, &unet, &decoder].iter().find_map(|p| self.device.does_not_fit(p)) {
            return Err(Error::Memory { width, height, need, most, device: self.device.name(), reason: Some(reason) });
        }
        let cheap = decoder.flops() <= unet.flops();
        let preview = match settings.preview {
            Preview::Auto if cheap => Preview::Decoder,
            Preview::Auto => Preview::Projection,
            chosen => chosen,
        };
        if preview != Preview::None && self.projection.is_none() {
            self.fit_projection().await?;
        }
        if self.ready.text.is_none() {
            self.ready.text = Some(self.text.ready(&text).await?);
        }
        if self.ready.unet.as_ref().is_none_or(|(at, _)| *at != shape) {
            self.ready.unet = None; // its memory goes before the next one's comes
            self.ready.unet = Some((shape, self.unet.ready(&unet).await?));
        }
        if self.ready.decoder.as_ref().is_none_or(|(at, _)| *at != shape.size) {
            self.ready.decoder = None;
            self.ready.decoder = Some((shape.size, self.vae.ready(&decoder).await?));
        }
        Ok(preview)
    }

    async fn fit_projection(&mut self) -> Result<(), Error> {
        let program = self.vae.program(|g| vae::decoder(g, &self.config.vae, [FIT_SIZE; 2]))?;
        let mut decoder = self.vae.ready(&program).await?;
        self.projection = Some(Projection::fit(&mut *decoder, self.config.vae.latent_channels, self.config.vae.scaling_factor).await?);
        Ok(())
    }

    /// Text embeddings of one prompt, `[tokens, width]`.
    async fn embed(&mut self, tokens: &Tokens) -> Result<Vec<f32>, Error> {
        let positions: Vec<u32> = (0..tokens.ids.len() as u32).collect();
        let text = self.ready.text.as_mut().ok_or(Error::NotReady)?;
        Ok(text.run(&[("ids", Input::U32(&tokens.ids)), ("positions", Input::U32(&positions))]).await?.remove(0))
    }

    /// Makes a picture.
    pub async fn generate<O: Observer>(&mut self, request: &Request, observer: &mut O) -> Result<Generated, Error> {
        let settings = request.settle(&self.config.defaults, self.factor())?;
        let plan = schedule(settings.sampler, &self.config.scheduler, settings.steps)?;
        let preview = self.make_ready(&settings).await?;

        let prompt = self.tokenizer.encode(&settings.prompt)?;
        let negative = if settings.guided() { Some(self.tokenizer.encode(&settings.negative)?) } else { None };
        let mut context = match &negative {
            Some(negative) => self.embed(negative).await?,
            None => vec![],
        };
        context.extend(self.embed(&prompt).await?);
        let width = self.config.text.hidden_size;
        observer.event(Event::Text { prompt: &prompt, negative: negative.as_ref(), embeddings: &context, width }).await?;

        let shape = [self.config.vae.latent_channels, settings.height / self.factor(), settings.width / self.factor()];
        let noise = Generator::new(settings.seed).randn(shape.iter().product());
        observer.event(Event::Start { noise: &noise, shape, schedule: &plan }).await?;

        let (Some((_, unet)), Some((_, decoder))) = (&mut self.ready.unet, &mut self.ready.decoder) else { return Err(Error::NotReady) };
        let mut denoise = Denoise {
            unet: &mut **unet,
            decoder: &mut **decoder,
            projection: self.projection.as_ref(),
            config: &self.config,
            context: &context,
            guidance: settings.guided().then_some(settings.guidance),
            shape,
            preview,
            answers: vec![],
            observer,
        };
        let latents = sample(settings.sampler, &mut denoise, &noise, &self.config.scheduler, settings.steps).await?;
        observer.event(Event::Decoding).await?;
        let unscaled = self.config.vae.unscale(&latents);
        let picture = decode(&mut **decoder, &unscaled, shape[0], [shape[1], shape[2]]).await?;
        Ok(Generated { settings, latents, picture })
    }

    /// A picture's latents: mean and logarithm of the variance, `[2 · channels, h, w]`, without the scaling factor.
    pub async fn encode(&mut self, picture: &Picture) -> Result<Vec<f32>, Error> {
        let program = self.encoder([picture.height, picture.width])?;
        self.vae.upload(&*self.files, &program, &mut |_| {}).await?;
        let mut encoder = self.vae.ready(&program).await?;
        let moments = encoder.run(&[("image", Input::F32(&picture.to_encoder()))]).await?.remove(0);
        Ok(channels_first(&moments, 2 * self.config.vae.latent_channels))
    }
}

fn build_unet(graph: &Graph, config: &UNetConfig, text: &ClipConfig, shape: Shape) {
    unet::unet(graph, config, shape.batch, shape.size, text.max_position_embeddings);
}

/// The model as a sampler sees it: latents in, guided prediction out; and the observer behind it.
struct Denoise<'a, O> {
    unet: &'a mut dyn Executable,
    decoder: &'a mut dyn Executable,
    projection: Option<&'a Projection>,
    config: &'a ModelConfig,
    context: &'a [f32],
    /// The scale, where there is guidance.
    guidance: Option<f32>,
    shape: [usize; 3],
    preview: Preview,
    /// The model's last answers, channels first: without the prompt (where there is guidance), with it.
    answers: Vec<Vec<f32>>,
    observer: &'a mut O,
}

impl<O: Observer> Run for Denoise<'_, O> {
    type Error = Error;

    async fn predict(&mut self, x: &[f32], timestep: f32) -> Result<Vec<f32>, Error> {
        let batch = 1 + self.guidance.is_some() as usize;
        let one = channels_last(x, self.shape[0]);
        let inputs = [
            ("sample", Input::F32(&one.repeat(batch))),
            ("timestep", Input::F32(&vec![timestep; batch])),
            ("context", Input::F32(self.context)),
        ];
        let output = self.unet.run(&inputs).await?.remove(0);
        self.answers = output.chunks(output.len() / batch).map(|one| channels_first(one, self.shape[0])).collect();
        Ok(match (self.guidance, &self.answers[..]) {
            (Some(scale), [without, with]) => classifier_free(without, with, scale),
            _ => self.answers[0].clone(),
        })
    }

    async fn observe(&mut self, step: Step<'_>) -> Result<(), Error> {
        let noisy = self.project(step.input);
        let denoised = match self.preview {
            Preview::Decoder => Some(self.decode(step.denoised).await?),
            _ => self.project(step.denoised),
        };
        let (unconditional, conditional) = match &self.answers[..] {
            [without, with] => (Some(without.as_slice()), with.as_slice()),
            _ => (None, self.answers[0].as_slice()),
        };
        self.observer.event(Event::Step { step, shape: self.shape, unconditional, conditional, noisy, denoised }).await
    }
}

impl<O> Denoise<'_, O> {
    /// Latents as colours by the fitted straight line, where pictures are wanted.
    fn project(&self, latents: &[f32]) -> Option<Picture> {
        let [_, height, width] = self.shape;
        let projection = self.projection.filter(|_| self.preview != Preview::None)?;
        Some(projection.apply(&self.config.vae.unscale(latents), width, height))
    }

    async fn decode(&mut self, latents: &[f32]) -> Result<Picture, Error> {
        let [channels, height, width] = self.shape;
        Ok(decode(self.decoder, &self.config.vae.unscale(latents), channels, [height, width]).await?)
    }
}
