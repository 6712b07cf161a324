//! From words to a picture: the only file that sees the whole row.
//!
//! ```text
//! text ─ tokenizer ─► ids ─ clip ─► context ─┐
//! seed ─ noise ─► x ─────────────────────────┤
//! choice ─ schedule ─► timesteps, sigmas ────┤
//!                     sampler: x, step ─► [negative | prompt] through the unet, guidance ─► x', denoised (repeat, observed)
//!                                           x ─ vae ─► picture
//! ```

mod model;
mod plan;
mod residency;
mod run;
mod questions;

pub use model::Options;
pub use plan::memory::{Memory, Part, Prediction};
pub use plan::{Placement, Resident};
pub use questions::add_noise::Noised;
pub use questions::round_trip::RoundTrip;
pub use questions::token_neighbours::{Embeddings, Neighbour};
pub use run::event::{Event, Generated, Observer, Predicted, Unobserved};

use crate::autoencoder::Autoencoder;
use crate::component::Component;
use crate::config::ModelConfig;
use crate::error::Error;
use crate::files::Files;
use crate::inversion::Inversions;
use crate::latents::{Latents, Level};
use crate::layout::Opened;
use crate::picture::Picture;
use crate::preview::{FIT_SIZE, Projection};
use crate::request::{Decoder, Preview, Request, Settings};
use decant_graph::device::Timing;
use decant_graph::{Device, Executable, Input};
use decant_solver::{Generator, Schedule, sample, schedule};
use model::adapters::Loras;
use model::text_encoder::{Conditioning, TextEncoder};
use plan::{Plan, RunShape};
use residency::Network;
use run::denoise::{Constants, Denoise, PreviewDecoder};
use run::script::{Script, TextShape};
use run::start::{Canvas, Start};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

/// A model, ready for any prompt and size.
pub struct Pipeline {
    files: Rc<dyn Files>,
    device: Rc<dyn Device>,
    options: Options,
    /// What the files turned out to be; its tensors are with the networks.
    opened: Opened,
    config: ModelConfig,
    texts: Vec<TextEncoder>,
    unet: Component,
    vae: Component,
    /// Where the autoencoder's numbers are read, where it is not the model's own.
    vae_files: Option<Rc<dyn Files>>,
    /// The one that it was opened with, while another one stands in for it.
    own_vae: Option<model::vae::Waiting>,
    tiny: Option<TinyDecoder>,
    loras: Loras,
    /// What was asked for last, and how it is made.
    current: Option<(RunShape, Rc<Plan>)>,
    /// What else was looked at, and how it would be made: a grid's cells, the last of them last.
    plans: Vec<(RunShape, Rc<Plan>)>,
    /// Programs that stay ready for the next picture.
    ready: BTreeMap<Network, Box<dyn Executable>>,
    projection: Option<Projection>,
    /// The last request's words, and what the text encoders made of them.
    conditioning_cache: Option<(Request, Conditioning)>,
    /// Textual inversions that were added.
    inversions: Rc<RefCell<Inversions>>,
}

/// A tiny autoencoder that the model was opened with.
struct TinyDecoder {
    files: Rc<dyn Files>,
    component: Component,
    config: Autoencoder,
}

/// A run that is settled, before anything of it is computed: its schedule is built and its texts are read once, here.
pub(crate) struct Run {
    settings: Settings,
    schedule: Schedule,
    /// The model call that it begins with, where it does not begin with noise.
    begin: Option<usize>,
    script: Script,
    shape: RunShape,
}

/// What the steps left.
struct Sampled {
    latents: Vec<f32>,
    shown: ReadyDecoder,
    canvas: Option<Canvas>,
}

/// Plans that are kept: programs of Stable Diffusion XL are a few megabytes each.
const MOST_PLANS: usize = 8;

/// The decoder that shows each step, made ready.
type ReadyDecoder = Option<(Network, Box<dyn Executable>)>;

impl Pipeline {
    /// Makes a picture: one, whatever the request's `count` ([`Request::each`]).
    ///
    /// # Errors
    /// What cannot work is refused before anything is allocated; after any error the pipeline is as good as before.
    pub async fn generate<O: Observer>(&mut self, request: &Request, observer: &mut O) -> Result<Generated, Error> {
        self.load_gears(&request.loras).await?;
        match request.hires {
            None => self.once(request, observer).await,
            Some(_) => self.run_twice(request, observer).await,
        }
    }

    async fn once<O: Observer>(&mut self, request: &Request, observer: &mut O) -> Result<Generated, Error> {
        let run = self.run(request)?;
        self.made(&run, observer).await
    }

    /// The picture of a run.
    async fn made<O: Observer>(&mut self, run: &Run, observer: &mut O) -> Result<Generated, Error> {
        let plan = self.begun(run)?;
        let sampled = self.sampled(run, &plan, observer).await?;
        self.finished(run, &plan, sampled, observer).await
    }

    /// After an error nothing is ready any more.
    fn unready<T>(&mut self, made: Result<T, Error>) -> Result<T, Error> {
        if made.is_err() {
            self.ready.clear();
        }
        made
    }

    /// Refuses what [`Pipeline::generate`] would refuse before it begins, and says what it would be made with. A grid asks for all its cells
    /// before it makes the first. What is ready stays ready.
    pub fn check(&mut self, request: &Request) -> Result<Settings, Error> {
        let run = self.run(request)?;
        self.plan_that_fits(run.shape)?;
        self.second_run(&run)?;
        Ok(run.settings)
    }

    fn run(&self, request: &Request) -> Result<Run, Error> {
        let settings = request.settle(self.defaults(), self.factor())?;
        let schedule = schedule(settings.sampler, self.config.scheduler.followed_by(settings.sampler), settings.sampling())?;
        let begin = self.begin(&settings, &schedule)?;
        let script = self.script(&settings)?;
        let shape = self.run_shape(&settings, script.shape)?;
        Ok(Run { settings, schedule, begin, script, shape })
    }

    /// How a run is made; the device is made ready for it.
    fn begun(&mut self, run: &Run) -> Result<Rc<Plan>, Error> {
        let plan = self.current_plan(run.shape)?;
        self.set_lora_weights(&run.settings.asked.loras)?;
        Ok(plan)
    }

    /// All steps.
    async fn sampled<O: Observer>(&mut self, run: &Run, plan: &Plan, observer: &mut O) -> Result<Sampled, Error> {
        let made = self.sample(run, plan, observer).await;
        self.unready(made)
    }

    async fn sample<O: Observer>(&mut self, run: &Run, plan: &Plan, observer: &mut O) -> Result<Sampled, Error> {
        let Run { settings, schedule, begin, script, .. } = run;
        if plan.shape.preview != Preview::None {
            self.fit_projection(plan).await?;
        }
        let conditioning = self.conditioning(settings, script, plan).await?;
        let (negative, embeddings) = (conditioning.negative.as_ref(), conditioning.context.as_slice());
        observer.event(Event::Text { prompt: &conditioning.prompt, negative, embeddings, width: conditioning.width }).await?;

        let canvas = Canvas::of(settings);
        let start = self.start(run, plan, canvas.as_ref()).await?;
        let (noise, latents, shape) = (&start.noise, &start.latents, self.latent_shape(settings));
        observer.event(Event::Start { noise, latents, shape, schedule, begin: begin.unwrap_or(0) }).await?;

        let constants = self.constants(settings, conditioning);
        let (latents, shown) = self.denoised((run, plan), start, &constants, observer).await?;
        Ok(Sampled { latents, shown, canvas })
    }

    /// The picture of what was sampled.
    async fn finished<O: Observer>(&mut self, run: &Run, plan: &Plan, sampled: Sampled, observer: &mut O) -> Result<Generated, Error> {
        let made = self.finish((run, plan), sampled, observer).await;
        self.unready(made)
    }

    async fn finish<O: Observer>(&mut self, (run, plan): (&Run, &Plan), sampled: Sampled, observer: &mut O) -> Result<Generated, Error> {
        let (Run { settings, .. }, Sampled { latents, shown, canvas }) = (run, sampled);
        let shape = self.latent_shape(settings);
        observer.event(Event::Decoding).await?;
        let mut picture = self.decoded(run, plan, &latents, shown).await?;
        if let Some(canvas) = canvas.filter(|_| settings.asked.keep_unmasked) {
            canvas.put_back(&mut picture);
        }
        let memory = plan.memory.clone();
        Ok(Generated { latents: Latents { shape, values: latents, level: Level::Clean }, settings: settings.clone(), picture, memory })
    }

    /// Final latents, and the decoder that showed the steps, which is ready for the final picture.
    async fn denoised<O: Observer>(
        &mut self,
        (run, plan): (&Run, &Plan),
        start: Start,
        constants: &Constants,
        observer: &mut O,
    ) -> Result<(Vec<f32>, ReadyDecoder), Error> {
        let Run { settings, schedule, begin, .. } = run;
        let options = decant_solver::Options { begin: *begin, ..settings.sampling() };
        let mut unet = self.acquire(Network::Unet, plan).await?;
        let mut shown = match plan.shape.preview {
            Preview::Decoder => Some((Network::Decoder, self.acquire(Network::Decoder, plan).await?)),
            Preview::Tiny => Some((Network::Tiny, self.acquire(Network::Tiny, plan).await?)),
            _ => None,
        };
        let mut denoise = Denoise {
            unet: &mut *unet,
            constants,
            batch: plan.shape.batch,
            calls: if plan.placement.halves { plan.shape.batch } else { 1 },
            guidance: (plan.shape.batch > 1).then(|| settings.guide()),
            call: 0,
            of: schedule.calls(&options),
            kind: self.config.scheduler.config.prediction_type,
            shape: self.latent_shape(settings),
            extra_channels: &start.extra_channels,
            projection: self.projection.as_ref(),
            shown: match (&mut shown, plan.shape.preview) {
                (Some((network, shown)), _) => PreviewDecoder::Decoder(&mut **shown, self.autoencoder(*network)),
                (None, Preview::None) => PreviewDecoder::None,
                _ => PreviewDecoder::Projection,
            },
            outputs: vec![],
            attention: None,
            scale: None,
            renoise: None,
            random: start.random,
            kept: start.kept,
            observer,
        };
        let latents =
            sample(settings.sampler, &mut denoise, &start.latents, self.config.scheduler.followed_by(settings.sampler), options).await?;
        self.release(Network::Unet, unet, plan);
        Ok((latents, shown))
    }

    /// The final picture.
    async fn decoded(&mut self, run: &Run, plan: &Plan, latents: &[f32], shown: ReadyDecoder) -> Result<Picture, Error> {
        let by = if run.settings.asked.decoder == Decoder::Tiny { Network::Tiny } else { Network::Decoder };
        let mut decoder = match shown {
            Some((network, shown)) if network == by => shown,
            Some((network, shown)) => {
                self.release(network, shown, plan);
                self.acquire(by, plan).await?
            }
            None => self.acquire(by, plan).await?,
        };
        let picture = self.autoencoder(by).decode(&mut *decoder, latents, plan.shape.size).await?;
        self.release(by, decoder, plan);
        Ok(picture)
    }

    /// How what is asked for is made; decided anew only when something else is asked for.
    fn current_plan(&mut self, shape: RunShape) -> Result<Rc<Plan>, Error> {
        if let Some((_, plan)) = self.current.as_ref().filter(|(asked, _)| *asked == shape) {
            return Ok(plan.clone());
        }
        let plan = self.plan_that_fits(shape)?;
        self.evict(&plan);
        self.current = Some((shape, plan.clone()));
        Ok(plan)
    }

    /// A plan, made once for what is asked for again and again; nothing is allocated or let go.
    fn plan_that_fits(&mut self, shape: RunShape) -> Result<Rc<Plan>, Error> {
        if let Some((_, plan)) = self.plans.iter().find(|(asked, _)| *asked == shape) {
            return Ok(plan.clone());
        }
        let plan = Rc::new(self.plan(shape)?);
        if !plan.memory.fits() {
            return Err(self.does_not_fit(&plan, plan.memory.limit.clone()));
        }
        if self.plans.len() == MOST_PLANS {
            self.plans.remove(0);
        }
        self.plans.push((shape, plan.clone()));
        Ok(plan)
    }

    /// What a request asks of the networks.
    fn run_shape(&self, settings: &Settings, text: TextShape) -> Result<RunShape, Error> {
        if let Some(name) = settings.needs_two().filter(|_| !self.config.guides_by_two()) {
            return Err(Error::EmbeddedGuidance { name });
        }
        let twice = self.uses_cfg(settings);
        Ok(RunShape {
            size: [settings.height / self.factor(), settings.width / self.factor()],
            batch: 1 + twice as usize,
            switches: twice && settings.guide().rests(),
            text,
            encodes: self.encodes(settings),
            preview: settings.asked.preview,
            decoder: settings.asked.decoder,
            attention: settings.asked.attention,
            encoding: self.options.weights,
            loras: self.loras.chosen(&settings.asked.loras)?,
        })
    }

    /// Whether guidance takes two outputs of the denoiser, with the prompt and without.
    fn uses_cfg(&self, settings: &Settings) -> bool {
        settings.guided() && self.config.guides_by_two()
    }

    /// The straight line from latents to colours, fitted when it is first wanted.
    async fn fit_projection(&mut self, plan: &Plan) -> Result<(), Error> {
        if self.projection.is_some() {
            return Ok(());
        }
        let network = if self.tiny.is_some() { Network::Tiny } else { Network::Decoder };
        let size = [FIT_SIZE; 2];
        let program = match &self.tiny {
            Some(tiny) => tiny.decoder(size, 1)?,
            None => self.vae.program(|graph| self.config.vae.decoder(graph, size, 1))?,
        };
        let mut decoder = self.prepare(network, &program, plan).await?;
        self.projection = Some(Projection::fit(&mut *decoder, self.autoencoder(network)).await?);
        self.discard(network, decoder, plan);
        Ok(())
    }

    /// Seconds of each launch of one denoiser call at the size of the last picture.
    pub async fn profile_unet(&mut self) -> Result<Vec<Timing>, Error> {
        let (_, plan) = self.current.clone().ok_or(Error::NotReady)?;
        let mut unet = self.acquire(Network::Unet, &plan).await?;
        let program = &plan.programs.unet;
        let numbers = program.inputs.iter().map(|input| {
            let count = program.values[input.value].shape.iter().product();
            (input.name.as_str(), Generator::new(0).randn(count))
        });
        let numbers: Vec<(&str, Vec<f32>)> = numbers.collect();
        let inputs: Vec<(&str, Input)> = numbers.iter().map(|(name, values)| (*name, Input::F32(values))).collect();
        let timings = unet.profile(&inputs).await?;
        self.release(Network::Unet, unet, &plan);
        Ok(timings)
    }

    fn autoencoder(&self, network: Network) -> &Autoencoder {
        match (network, &self.tiny) {
            (Network::Tiny, Some(tiny)) => &tiny.config,
            _ => &self.config.vae,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::Folder;
    use pollster::block_on;

    #[test]
    fn each_text_of_a_run_is_read_once() {
        let place = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/models/sd1-tiny");
        let files = Rc::new(Folder::open(place).expect("the model is there"));
        let mut pipeline =
            block_on(Pipeline::load(files, Rc::new(decant_graph::Cpu), Options::default(), &mut |_| {})).expect("the model is sound");
        let mut read = |prompt: &str, hires| {
            let before = pipeline.reader().texts_read.get();
            let guidance = Some(5.0);
            let request =
                Request { prompt: prompt.into(), negative: "a dog".into(), steps: Some(2), guidance, hires, ..Request::default() };
            block_on(pipeline.generate(&request, &mut Unobserved)).expect("the run is sound");
            pipeline.reader().texts_read.get() - before
        };
        assert_eq!(read("a cat", None), 2, "the prompt and the negative prompt");
        assert_eq!(read("a bird", None), 2);
        assert_eq!(read("a bird", Some(2.0)), 4, "of each of two passes");
    }
}
