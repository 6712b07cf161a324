//! From words to a picture: the only file that sees the whole row.
//!
//! ```text
//! text ─ tokenizer ─► ids ─ clip ─► context ─┐
//! seed ─ noise ─► x ─────────────────────────┤
//! choice ─ schedule ─► timesteps, sigmas ────┤
//!                     sampler: x, step ─► [negative | prompt] through the unet, guidance ─► x', denoised (repeat, observed)
//!                                           x ─ vae ─► picture
//! ```

mod denoise;
mod event;
mod inputs;
mod loras;
mod memory;
mod open;
mod options;
mod plan;
mod programs;
mod script;
mod stage;
mod surgery;
mod text;

pub use event::{Event, Generated, Observer, Unobserved};
pub use memory::{Memory, Part, Prediction};
pub use options::Options;
pub use plan::{Keep, Plan};

use crate::autoencoder::Autoencoder;
use crate::component::Component;
use crate::error::Error;
use crate::files::Files;
use crate::inversion::Inversions;
use crate::model::ModelConfig;
use crate::preview::{FIT_SIZE, Projection};
use crate::request::{Decoder, Preview, Request, Settings};
use decant_graph::device::Timing;
use decant_graph::{Device, Executable, Input};
use decant_solver::{Generator, Schedule, sample, schedule};
use denoise::{Denoise, Shown};
use loras::Loras;
use plan::{Planned, Wish};
use stage::Network;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use text::{Conditioning, TextEncoder};

/// A model, ready for any prompt and size.
pub struct Pipeline {
    files: Rc<dyn Files>,
    device: Rc<dyn Device>,
    options: Options,
    /// What the files turned out to be, in words.
    recognised: String,
    config: ModelConfig,
    texts: Vec<TextEncoder>,
    unet: Component,
    vae: Component,
    tiny: Option<TinyDecoder>,
    loras: Loras,
    /// What was asked for last, and how it is made.
    planned: Option<(Wish, Rc<Planned>)>,
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

impl Pipeline {
    /// Makes a picture.
    ///
    /// # Errors
    /// What cannot work is refused before anything is allocated; after any error the pipeline is as good as before.
    pub async fn generate<O: Observer>(&mut self, request: &Request, observer: &mut O) -> Result<Generated, Error> {
        let settings = request.settle(self.defaults(), self.factor())?;
        let schedule = schedule(settings.sampler, &self.config.scheduler, settings.sampling())?;
        let planned = self.planned(self.wish(&settings)?)?;
        self.weigh_loras(&settings.asked.loras)?;
        let made = self.make(settings, &schedule, &planned, observer).await;
        if made.is_err() {
            self.ready.clear();
        }
        made
    }

    async fn make<O: Observer>(
        &mut self,
        settings: Settings,
        schedule: &Schedule,
        planned: &Planned,
        observer: &mut O,
    ) -> Result<Generated, Error> {
        self.fit_projection(planned).await?;
        let said = self.conditioning(&settings, planned).await?;
        let (negative, embeddings) = (said.negative.as_ref(), said.context.as_slice());
        observer.event(Event::Text { prompt: &said.prompt, negative, embeddings, width: said.width }).await?;

        let shape = [self.config.vae.latent_channels(), planned.wish.size[0], planned.wish.size[1]];
        let mut random = settings.noise();
        let noise = random.randn(shape.iter().product());
        observer.event(Event::Start { noise: &noise, shape, schedule }).await?;

        let more = self.more_channels(planned, &mut random).await?;
        let constants = self.constants(&settings, said);
        let mut unet = self.take(Network::Unet, planned).await?;
        let shown_by = match planned.wish.preview {
            Preview::Decoder => Some(Network::Decoder),
            Preview::Tiny => Some(Network::Tiny),
            _ => None,
        };
        let mut shown = match shown_by {
            Some(network) => Some(self.take(network, planned).await?),
            None => None,
        };
        let mut denoise = Denoise {
            unet: &mut *unet,
            constants: &constants,
            batch: planned.wish.batch,
            calls: if planned.plan.halves { planned.wish.batch } else { 1 },
            guidance: (planned.wish.batch > 1).then_some(settings.guidance),
            shape,
            more: &more,
            projection: self.projection.as_ref(),
            shown: match (&mut shown, shown_by, planned.wish.preview) {
                (Some(shown), Some(network), _) => Shown::Decoder(&mut **shown, self.autoencoder(network)),
                (.., Preview::None) => Shown::None,
                _ => Shown::Projection,
            },
            answers: vec![],
            random,
            observer,
        };
        let latents = sample(settings.sampler, &mut denoise, &noise, &self.config.scheduler, settings.sampling()).await?;
        self.give_back(Network::Unet, unet, planned);

        observer.event(Event::Decoding).await?;
        let by = if settings.asked.decoder == Decoder::Tiny { Network::Tiny } else { Network::Decoder };
        let mut decoder = match (shown, shown_by) {
            (Some(shown), Some(network)) if network == by => shown,
            (Some(shown), Some(network)) => {
                self.give_back(network, shown, planned);
                self.take(by, planned).await?
            }
            _ => self.take(by, planned).await?,
        };
        let picture = self.autoencoder(by).decode(&mut *decoder, &latents, planned.wish.size).await?;
        self.give_back(by, decoder, planned);
        Ok(Generated { settings, latents, picture, memory: planned.memory.clone() })
    }

    /// How what is asked for is made; decided anew only when something else is asked for.
    fn planned(&mut self, wish: Wish) -> Result<Rc<Planned>, Error> {
        if let Some((_, planned)) = self.planned.as_ref().filter(|(asked, _)| *asked == wish) {
            return Ok(planned.clone());
        }
        let planned = Rc::new(self.plan(wish)?);
        if !planned.memory.fits() {
            return Err(self.does_not_fit(&planned, planned.memory.limit.clone()));
        }
        self.let_go(&planned);
        self.planned = Some((wish, planned.clone()));
        Ok(planned)
    }

    /// What a request asks of the networks.
    fn wish(&self, settings: &Settings) -> Result<Wish, Error> {
        Ok(Wish {
            size: [settings.height / self.factor(), settings.width / self.factor()],
            batch: 1 + self.asked_twice(settings) as usize,
            text: self.script(settings)?.wish,
            preview: settings.asked.preview,
            decoder: settings.asked.decoder,
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
        if self.projection.is_some() || planned.wish.preview == Preview::None {
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
