//! From words to a picture: an opened `Model`, a `plan` of how a run is made, the `Residency` of what is on the device, and the `run` itself.
//! [`Pipeline`] holds the first three and is their public face.
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
mod on_device;
mod run;
mod questions;
mod changes;
mod predictions;

pub use model::Options;
pub use plan::memory::{Memory, Part, Prediction};
pub use plan::{Placement, Resident};
pub use questions::add_noise::Noised;
pub use questions::embed::Embeddings;
pub use questions::round_trip::RoundTrip;
pub use questions::token_neighbours::Neighbour;
pub use run::event::{Eps, Event, Generated, Observer, Unobserved};

use crate::component::{Component, Progress};
use crate::config::ModelConfig;
use crate::error::Error;
use crate::files::{Files, Within};
use crate::layout::Opened;
use crate::prompt::Reader;
use crate::request::{Defaults, Request, Settings};
use crate::tokenizer::Tokenizer;
use crate::upscale::Upscaler;
use decant_graph::device::Timing;
use decant_graph::{Device, Input};
use decant_solver::Generator;
use model::Model;
use model::networks::Network;
use on_device::{Computed, OnDevice};
use plan::{Plan, PlanCache, RunShape};
use residency::Residency;
use run::Run;
use std::rc::Rc;

/// A model, ready for any prompt and size.
pub struct Pipeline {
    model: Model,
    plans: PlanCache,
    residency: Residency,
    computed: Computed,
}

/// Opening, and what is said of the model.
impl Pipeline {
    /// Opens a model and brings its weights to the device: [`Pipeline::open`], then [`Pipeline::load_resident`].
    pub async fn load(
        files: Rc<dyn Files>,
        device: Rc<dyn Device>,
        options: Options,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Pipeline, Error> {
        let mut pipeline = Pipeline::open(files, device, options).await?;
        pipeline.load_resident(progress).await?;
        Ok(pipeline)
    }

    /// Reads configurations and headers, and checks that each weight is used and none is missing; no numbers yet.
    pub async fn open(files: Rc<dyn Files>, device: Rc<dyn Device>, options: Options) -> Result<Pipeline, Error> {
        let model = Model::open(files, options).await?;
        Ok(Pipeline { model, plans: PlanCache::default(), residency: Residency::new(device), computed: Computed::default() })
    }

    /// What the model says of itself.
    pub fn config(&self) -> &ModelConfig {
        &self.model.config
    }

    /// What its files turned out to be.
    pub fn opened(&self) -> &Opened {
        &self.model.opened
    }

    /// What it runs on.
    pub fn device(&self) -> &dyn Device {
        self.residency.device()
    }

    /// What it does when nothing else is asked for.
    pub fn defaults(&self) -> &Defaults {
        self.model.defaults()
    }

    /// Pixels per latent place.
    pub fn factor(&self) -> usize {
        self.model.factor()
    }

    /// Which model it is, in sixteen letters: the same for the same weights in another layout or format.
    pub async fn fingerprint(&self) -> Result<String, Error> {
        self.model.fingerprint().await
    }

    /// Turns prompts into the model's tokens; shared, so that a page can count tokens while a run goes on.
    pub fn tokenizer(&self) -> Rc<Tokenizer> {
        self.model.reader().tokenizer().clone()
    }

    /// Reads prompts as the (first) text encoder does; shared, so that a page can count tokens while a run goes on.
    pub fn reader(&self) -> Rc<Reader> {
        self.model.reader().clone()
    }

    /// Text encoders, denoiser, autoencoder.
    pub fn components(&self) -> Vec<&Component> {
        self.model.components()
    }

    /// The headers of the upscaler that the model's folder brings along, where it does (`upscaler` of `decant.json`); it is called as its folder.
    ///
    /// # Errors
    /// A sentence for a file that is missing or damaged, or none.
    pub async fn upscaler(&self) -> Result<Option<Upscaler>, Error> {
        let Some(folder) = &self.model.config.upscaler else { return Ok(None) };
        let files = Rc::new(Within::new(self.model.files.clone(), folder));
        Upscaler::open(folder, files, self.device(), None).await.map(Some)
    }
}

/// Runs.
impl Pipeline {
    /// Makes a picture: one, whatever the request's `count` ([`Request::each`]).
    ///
    /// # Errors
    /// What cannot work is refused before anything is allocated; after any error the pipeline is as good as before.
    pub async fn generate<O: Observer>(&mut self, request: &Request, observer: &mut O) -> Result<Generated, Error> {
        self.load_gears(&request.loras).await?;
        match request.hires {
            None => self.make(&Run::new(&self.model, request)?, observer).await,
            Some(_) => self.make_twice(request, observer).await,
        }
    }

    /// The picture of a run.
    async fn make<O: Observer>(&mut self, run: &Run, observer: &mut O) -> Result<Generated, Error> {
        let plan = self.follow(run)?;
        let mut on = self.on_device(&plan);
        let made = match on.sample(run, observer).await {
            Ok(sampled) => on.finish(run, sampled, observer).await,
            Err(error) => Err(error),
        };
        self.evict_if_failed(&plan, made)
    }

    /// After an error nothing is ready any more, and no weights are on the device but those that stay under the plan.
    fn evict_if_failed<T>(&mut self, plan: &Plan, made: Result<T, Error>) -> Result<T, Error> {
        if made.is_err() {
            self.residency.evict(&self.model, plan);
        }
        made
    }

    /// Refuses what [`Pipeline::generate`] would refuse before it begins, and says what it would be made with. A grid asks for all its cells
    /// before it makes the first. What is ready stays ready.
    pub fn check(&mut self, request: &Request) -> Result<Settings, Error> {
        let run = Run::new(&self.model, request)?;
        self.fitting(run.shape)?;
        self.second_run(&run)?;
        Ok(run.settings)
    }

    /// How a run is made; the device is made ready for it.
    fn follow(&mut self, run: &Run) -> Result<Rc<Plan>, Error> {
        let plan = self.follow_shape(run.shape)?;
        self.set_lora_weights(&run.settings.request.loras)?;
        Ok(plan)
    }

    /// How what is asked for is made; decided anew, and the device cleared for it, only when something else is asked for.
    fn follow_shape(&mut self, shape: RunShape) -> Result<Rc<Plan>, Error> {
        if let Some((_, plan)) = self.plans.current.as_ref().filter(|(of, _)| *of == shape) {
            return Ok(plan.clone());
        }
        let plan = self.fitting(shape)?;
        self.residency.evict(&self.model, &plan);
        self.plans.current = Some((shape, plan.clone()));
        Ok(plan)
    }

    /// A plan that fits; nothing is allocated or given back.
    fn fitting(&mut self, shape: RunShape) -> Result<Rc<Plan>, Error> {
        self.plans.fitting(&self.model, shape, self.residency.device())
    }

    fn on_device<'p>(&'p mut self, plan: &'p Plan) -> OnDevice<'p> {
        OnDevice { model: &self.model, plan, residency: &mut self.residency, computed: &mut self.computed }
    }

    /// Seconds of each launch of one denoiser call at the size of the last picture.
    pub async fn profile_unet(&mut self) -> Result<Vec<Timing>, Error> {
        let (_, plan) = self.plans.current.clone().ok_or(Error::NotReady)?;
        let timings = self.on_device(&plan).profile_unet().await;
        self.evict_if_failed(&plan, timings)
    }
}

impl OnDevice<'_> {
    async fn profile_unet(&mut self) -> Result<Vec<Timing>, Error> {
        let mut unet = self.acquire(Network::Unet).await?;
        let program = &self.plan.programs.unet;
        let numbers = program.inputs.iter().map(|input| {
            let count = program.values[input.value].shape.iter().product();
            (input.name.as_str(), Generator::new(0).randn(count))
        });
        let numbers: Vec<(&str, Vec<f32>)> = numbers.collect();
        let inputs: Vec<(&str, Input)> = numbers.iter().map(|(name, values)| (*name, Input::F32(values))).collect();
        let timings = unet.profile(&inputs).await?;
        self.release(Network::Unet, unet);
        Ok(timings)
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
