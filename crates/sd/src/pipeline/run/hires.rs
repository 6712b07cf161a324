//! Two passes: a picture of the model's own size, and from that a larger one.

use super::Run;
use crate::error::{Error, Value};
use crate::latents::{Latents, Level};
use crate::picture::Picture;
use crate::pipeline::{Event, Generated, Memory, Observer, Pipeline};
use crate::request::{Enlarged, HIRES_STRENGTH, Request, Settings, with};
use crate::sentence;

impl Pipeline {
    /// Both passes. The settings are the request's, the rest is the second pass's; the memory is that of the pass that takes more.
    pub(crate) async fn make_twice<O: Observer>(&mut self, request: &Request, observer: &mut O) -> Result<Generated, Error> {
        let first = Run::new(&self.model, request)?;
        self.fitting(first.shape)?;
        let second = self.second_run(&first)?.ok_or(Error::NotReady)?;
        let size = [second.settings.width, second.settings.height];
        let (enlarged, memory) = self.enlarged(&first, size, observer).await?;
        let request = first.settings.request.second_pass(size, enlarged);
        let second = Run { settings: request.resolve(self.defaults(), self.factor())?, ..second };
        let again = self.make(&second, observer).await?;
        let memory = if memory.peak() > again.memory.peak() { memory } else { again.memory.clone() };
        Ok(Generated { settings: first.settings, memory, ..again })
    }

    /// The first pass, and its result at the second one's size.
    async fn enlarged<O: Observer>(
        &mut self,
        first: &Run,
        [width, height]: [usize; 2],
        observer: &mut O,
    ) -> Result<(Enlarged, Memory), Error> {
        let (plan, size) = (self.follow(first)?, [width, height]);
        let made = self.on_device(&plan).sample(first, observer).await;
        let sampled = self.evict_if_failed(&plan, made)?;
        let Some(between) = first.settings.request.hires_by.row().latents else {
            let made = self.on_device(&plan).finish(first, sampled, observer).await;
            let made = self.evict_if_failed(&plan, made)?;
            observer.event(Event::Again { picture: Some(&made.picture), size }).await?;
            return Ok((Enlarged::Picture(made.picture.resized(width, height)), made.memory));
        };
        if let Some((network, decoder)) = sampled.preview_decoder {
            self.on_device(&plan).release(network, decoder);
        }
        observer.event(Event::Again { picture: None, size }).await?;
        let latents = Latents { shape: self.model.latent_shape(&first.settings), values: sampled.latents, level: Level::Clean };
        let places = [height, width].map(|side| side / self.factor());
        Ok((Enlarged::Latents(latents.resized(places, between)), plan.memory.clone()))
    }

    /// The second pass as far as it is known before the first one: all but what it starts from; `None` where there is none.
    ///
    /// # Errors
    /// What [`Pipeline::generate`] would refuse of it.
    pub(crate) fn second_run(&mut self, first: &Run) -> Result<Option<Run>, Error> {
        let Some(second) = self.expected_second(&first.settings) else { return Ok(None) };
        let second = Run::new(&self.model, &second).map_err(|error| of_second(error, &first.settings))?;
        self.fitting(second.shape)?;
        Ok(Some(second))
    }

    /// The second pass as it will be asked for, with nothing yet in what it starts from; `None` where there is none.
    pub(crate) fn expected_second(&self, settings: &Settings) -> Option<Request> {
        let [width, height] = self.second_size(settings)?;
        let enlarged = match settings.request.hires_by.row().latents {
            Some(_) => {
                let shape = [self.model.config.vae.latent_channels(), height / self.factor(), width / self.factor()];
                Enlarged::Latents(Latents { shape, values: vec![], level: Level::Clean })
            }
            None => Enlarged::Picture(Picture { width, height, values: vec![] }),
        };
        Some(settings.request.second_pass([width, height], enlarged))
    }

    /// Width and height of the picture that comes out: the second pass's, where there is one.
    pub fn final_size(&self, settings: &Settings) -> [usize; 2] {
        self.second_size(settings).unwrap_or([settings.width, settings.height])
    }

    fn second_size(&self, settings: &Settings) -> Option<[usize; 2]> {
        settings.request.hires_size([settings.width, settings.height], self.factor())
    }
}

/// A refusal of the second pass, in the words in which that was asked for.
pub(crate) fn of_second(error: Error, asked: &Settings) -> Error {
    match error {
        Error::Start { what, problem, advice } => {
            let strength = asked.request.hires_strength.unwrap_or(HIRES_STRENGTH);
            let what = if what == with("strength", strength) { with("hiresStrength", strength) } else { what };
            Error::Start { what, problem, advice }
        }
        Error::Solver(decant_solver::Error::Steps { got, most, .. }) if asked.request.hires_steps == Some(got) => {
            let name = Value::setting("hiresSteps");
            Error::Settings { problem: sentence!("{name} is {got}, expected 1 to {most}", name, got, most) }
        }
        other => other,
    }
}
