//! From words to a picture: the only file that sees the whole row.
//!
//! ```text
//! text ─ tokenizer ─► ids ─ clip ─► context ─┐
//! seed ─ noise ─► x ─────────────────────────┤
//! choice ─ schedule ─► timesteps, sigmas ────┤
//!                     sampler: x, step ─► [negative | prompt] through the unet, guidance ─► x', denoised (repeat, observed)
//!                                           x ─ vae ─► picture
//! ```

mod coding;
mod denoise;
mod event;
mod fingerprint;
mod forward;
mod hires;
mod inputs;
mod loras;
mod memory;
mod open;
mod options;
mod plan;
mod programs;
mod script;
mod stage;
mod start;
mod surgery;
mod text;
mod vae;
mod words;

pub use coding::RoundTrip;
pub use event::{Event, Generated, Observer, Predicted, Unobserved};
pub use forward::Noised;
pub use memory::{Memory, Part, Prediction};
pub use options::Options;
pub use plan::{Keep, Plan};
pub use words::{Embeddings, Neighbour};

use crate::autoencoder::Autoencoder;
use crate::component::Component;
use crate::error::Error;
use crate::files::Files;
use crate::inversion::Inversions;
use crate::latents::{Latents, Level};
use crate::layout::Opened;
use crate::model::ModelConfig;
use crate::picture::Picture;
use crate::preview::{FIT_SIZE, Projection};
use crate::request::{Decoder, Preview, Request, Settings};
use decant_graph::device::Timing;
use decant_graph::{Device, Executable, Input};
use decant_solver::{Generator, Schedule, sample, schedule};
use denoise::{Constants, Denoise, Shown};
use loras::Loras;
use plan::{Planned, Wish};
use script::{Script, TextWish};
use stage::Network;
use start::{Canvas, Start};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use text::{Conditioning, TextEncoder};

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
    own_vae: Option<vae::Waiting>,
    tiny: Option<TinyDecoder>,
    loras: Loras,
    /// What was asked for last, and how it is made.
    planned: Option<(Wish, Rc<Planned>)>,
    /// What else was looked at, and how it would be made: a grid's cells, the last of them last.
    plans: Vec<(Wish, Rc<Planned>)>,
    /// Programs that stay ready for the next picture.
    ready: BTreeMap<Network, Box<dyn Executable>>,
    projection: Option<Projection>,
    /// The last request's words, and what the text encoders said of them.
    said: Option<(Request, Conditioning)>,
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
struct Course {
    settings: Settings,
    schedule: Schedule,
    /// The model call that it begins with, where it does not begin with noise.
    begin: Option<usize>,
    script: Script,
    wish: Wish,
}

/// What the steps left.
struct Sampled {
    latents: Vec<f32>,
    shown: Shower,
    canvas: Option<Canvas>,
}

/// Plans that are kept: programs of Stable Diffusion XL are a few megabytes each.
const MOST_PLANS: usize = 8;

/// The decoder that shows each step, made ready.
type Shower = Option<(Network, Box<dyn Executable>)>;

impl Pipeline {
    /// Makes a picture: one, whatever the request's `count` ([`Request::each`]).
    ///
    /// # Errors
    /// What cannot work is refused before anything is allocated; after any error the pipeline is as good as before.
    pub async fn generate<O: Observer>(&mut self, request: &Request, observer: &mut O) -> Result<Generated, Error> {
        self.bring_gears(&request.loras).await?;
        match request.hires {
            None => self.once(request, observer).await,
            Some(_) => self.twice(request, observer).await,
        }
    }

    async fn once<O: Observer>(&mut self, request: &Request, observer: &mut O) -> Result<Generated, Error> {
        let course = self.course(request)?;
        self.made(&course, observer).await
    }

    /// The picture of a run.
    async fn made<O: Observer>(&mut self, course: &Course, observer: &mut O) -> Result<Generated, Error> {
        let planned = self.begun(course)?;
        let sampled = self.sampled(course, &planned, observer).await?;
        self.finished(course, &planned, sampled, observer).await
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
        let course = self.course(request)?;
        self.plan_that_fits(course.wish)?;
        self.second_course(&course)?;
        Ok(course.settings)
    }

    fn course(&self, request: &Request) -> Result<Course, Error> {
        let settings = request.settle(self.defaults(), self.factor())?;
        let schedule = schedule(settings.sampler, self.config.scheduler.followed_by(settings.sampler), settings.sampling())?;
        let begin = self.begin(&settings, &schedule)?;
        let script = self.script(&settings)?;
        let wish = self.wish(&settings, script.wish)?;
        Ok(Course { settings, schedule, begin, script, wish })
    }

    /// How a run is made; the device is made ready for it.
    fn begun(&mut self, course: &Course) -> Result<Rc<Planned>, Error> {
        let planned = self.planned(course.wish)?;
        self.weigh_loras(&course.settings.asked.loras)?;
        Ok(planned)
    }

    /// All steps.
    async fn sampled<O: Observer>(&mut self, course: &Course, planned: &Planned, observer: &mut O) -> Result<Sampled, Error> {
        let made = self.sample(course, planned, observer).await;
        self.unready(made)
    }

    async fn sample<O: Observer>(&mut self, course: &Course, planned: &Planned, observer: &mut O) -> Result<Sampled, Error> {
        let Course { settings, schedule, begin, script, .. } = course;
        if planned.wish.preview != Preview::None {
            self.fit_projection(planned).await?;
        }
        let said = self.conditioning(settings, script, planned).await?;
        let (negative, embeddings) = (said.negative.as_ref(), said.context.as_slice());
        observer.event(Event::Text { prompt: &said.prompt, negative, embeddings, width: said.width }).await?;

        let canvas = Canvas::of(settings);
        let start = self.start(course, planned, canvas.as_ref()).await?;
        let (noise, latents, shape) = (&start.noise, &start.latents, self.shape(settings));
        observer.event(Event::Start { noise, latents, shape, schedule, begin: begin.unwrap_or(0) }).await?;

        let constants = self.constants(settings, said);
        let (latents, shown) = self.denoised((course, planned), start, &constants, observer).await?;
        Ok(Sampled { latents, shown, canvas })
    }

    /// The picture of what was sampled.
    async fn finished<O: Observer>(
        &mut self,
        course: &Course,
        planned: &Planned,
        sampled: Sampled,
        observer: &mut O,
    ) -> Result<Generated, Error> {
        let made = self.finish((course, planned), sampled, observer).await;
        self.unready(made)
    }

    async fn finish<O: Observer>(
        &mut self,
        (course, planned): (&Course, &Planned),
        sampled: Sampled,
        observer: &mut O,
    ) -> Result<Generated, Error> {
        let (Course { settings, .. }, Sampled { latents, shown, canvas }) = (course, sampled);
        let shape = self.shape(settings);
        observer.event(Event::Decoding).await?;
        let mut picture = self.decoded(course, planned, &latents, shown).await?;
        if let Some(canvas) = canvas.filter(|_| settings.asked.keep_unmasked) {
            canvas.put_back(&mut picture);
        }
        let memory = planned.memory.clone();
        Ok(Generated { latents: Latents { shape, values: latents, level: Level::Clean }, settings: settings.clone(), picture, memory })
    }

    /// Final latents, and the decoder that showed the steps, which is ready for the final picture.
    async fn denoised<O: Observer>(
        &mut self,
        (course, planned): (&Course, &Planned),
        start: Start,
        constants: &Constants,
        observer: &mut O,
    ) -> Result<(Vec<f32>, Shower), Error> {
        let Course { settings, schedule, begin, .. } = course;
        let options = decant_solver::Options { begin: *begin, ..settings.sampling() };
        let mut unet = self.take(Network::Unet, planned).await?;
        let mut shown = match planned.wish.preview {
            Preview::Decoder => Some((Network::Decoder, self.take(Network::Decoder, planned).await?)),
            Preview::Tiny => Some((Network::Tiny, self.take(Network::Tiny, planned).await?)),
            _ => None,
        };
        let mut denoise = Denoise {
            unet: &mut *unet,
            constants,
            batch: planned.wish.batch,
            calls: if planned.plan.halves { planned.wish.batch } else { 1 },
            guidance: (planned.wish.batch > 1).then(|| settings.guide()),
            call: 0,
            of: schedule.calls(&options),
            kind: self.config.scheduler.config.prediction_type,
            shape: self.shape(settings),
            more: &start.more,
            projection: self.projection.as_ref(),
            shown: match (&mut shown, planned.wish.preview) {
                (Some((network, shown)), _) => Shown::Decoder(&mut **shown, self.autoencoder(*network)),
                (None, Preview::None) => Shown::None,
                _ => Shown::Projection,
            },
            answers: vec![],
            attention: None,
            scale: None,
            renoise: None,
            random: start.random,
            kept: start.kept,
            observer,
        };
        let latents =
            sample(settings.sampler, &mut denoise, &start.latents, self.config.scheduler.followed_by(settings.sampler), options).await?;
        self.give_back(Network::Unet, unet, planned);
        Ok((latents, shown))
    }

    /// The final picture.
    async fn decoded(&mut self, course: &Course, planned: &Planned, latents: &[f32], shown: Shower) -> Result<Picture, Error> {
        let by = if course.settings.asked.decoder == Decoder::Tiny { Network::Tiny } else { Network::Decoder };
        let mut decoder = match shown {
            Some((network, shown)) if network == by => shown,
            Some((network, shown)) => {
                self.give_back(network, shown, planned);
                self.take(by, planned).await?
            }
            None => self.take(by, planned).await?,
        };
        let picture = self.autoencoder(by).decode(&mut *decoder, latents, planned.wish.size).await?;
        self.give_back(by, decoder, planned);
        Ok(picture)
    }

    /// How what is asked for is made; decided anew only when something else is asked for.
    fn planned(&mut self, wish: Wish) -> Result<Rc<Planned>, Error> {
        if let Some((_, planned)) = self.planned.as_ref().filter(|(asked, _)| *asked == wish) {
            return Ok(planned.clone());
        }
        let planned = self.plan_that_fits(wish)?;
        self.let_go(&planned);
        self.planned = Some((wish, planned.clone()));
        Ok(planned)
    }

    /// A plan, made once for what is asked for again and again; nothing is allocated or let go.
    fn plan_that_fits(&mut self, wish: Wish) -> Result<Rc<Planned>, Error> {
        if let Some((_, planned)) = self.plans.iter().find(|(asked, _)| *asked == wish) {
            return Ok(planned.clone());
        }
        let planned = Rc::new(self.plan(wish)?);
        if !planned.memory.fits() {
            return Err(self.does_not_fit(&planned, planned.memory.limit.clone()));
        }
        if self.plans.len() == MOST_PLANS {
            self.plans.remove(0);
        }
        self.plans.push((wish, planned.clone()));
        Ok(planned)
    }

    /// What a request asks of the networks.
    fn wish(&self, settings: &Settings, text: TextWish) -> Result<Wish, Error> {
        if let Some(name) = settings.needs_two().filter(|_| !self.config.guides_by_two()) {
            return Err(Error::EmbeddedGuidance { name });
        }
        let twice = self.asked_twice(settings);
        Ok(Wish {
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

    /// Whether guidance takes two answers of the denoiser, with the prompt and without.
    fn asked_twice(&self, settings: &Settings) -> bool {
        settings.guided() && self.config.guides_by_two()
    }

    /// The straight line from latents to colours, fitted when it is first wanted.
    async fn fit_projection(&mut self, planned: &Planned) -> Result<(), Error> {
        if self.projection.is_some() {
            return Ok(());
        }
        let network = if self.tiny.is_some() { Network::Tiny } else { Network::Decoder };
        let size = [FIT_SIZE; 2];
        let program = match &self.tiny {
            Some(tiny) => tiny.decoder(size, 1)?,
            None => self.vae.program(|graph| self.config.vae.decoder(graph, size, 1))?,
        };
        let mut decoder = self.prepare(network, &program, planned).await?;
        self.projection = Some(Projection::fit(&mut *decoder, self.autoencoder(network)).await?);
        self.put_away(network, decoder, planned);
        Ok(())
    }

    /// Seconds of each launch of one denoiser call at the size of the last picture.
    pub async fn profile_unet(&mut self) -> Result<Vec<Timing>, Error> {
        let (_, planned) = self.planned.clone().ok_or(Error::NotReady)?;
        let mut unet = self.take(Network::Unet, &planned).await?;
        let program = &planned.programs.unet;
        let numbers = program.inputs.iter().map(|input| {
            let count = program.values[input.value].shape.iter().product();
            (input.name.as_str(), Generator::new(0).randn(count))
        });
        let numbers: Vec<(&str, Vec<f32>)> = numbers.collect();
        let inputs: Vec<(&str, Input)> = numbers.iter().map(|(name, values)| (*name, Input::F32(values))).collect();
        let timings = unet.profile(&inputs).await?;
        self.give_back(Network::Unet, unet, &planned);
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
