//! What a picture takes of the device, known before any of it is allocated; and the weights that are loaded before the first one.

use super::plan::{Plan, RunShape, memory, plan};
use super::run::hires::of_second;
use super::{Memory, Pipeline, Prediction};
use crate::component::Progress;
use crate::error::Error;
use crate::request::{Defaults, Preview, Request};
use decant_graph::Program;
use std::rc::Rc;

impl Pipeline {
    fn plan(&self, shape: RunShape) -> Result<Plan, Error> {
        plan(&self.model, shape, self.device())
    }

    /// Memory that a picture of this size takes as weights are kept now, shown as [`Preview::Auto`] shows it.
    pub fn memory(&self, width: usize, height: usize, guided: bool) -> Result<Memory, Error> {
        Ok(self.plan(RunShape::of_size(&self.model, [width, height], guided)?)?.memory)
    }

    /// Memory that this very request takes; of two passes, what the greedier one takes.
    pub fn memory_for(&self, request: &Request) -> Result<Memory, Error> {
        let (settings, shape) = RunShape::of_request(&self.model, request)?;
        let first = self.plan(shape)?.memory;
        let Some(second) = self.expected_second(&settings) else { return Ok(first) };
        let shape = RunShape::of_request(&self.model, &second).map_err(|error| of_second(error, &settings))?.1;
        let second = self.plan(shape)?.memory;
        Ok(if first.peak() > second.peak() { first } else { second })
    }

    /// What each way to keep weights comes to at this size: as the files have them, then each encoding.
    pub fn predictions(&self, width: usize, height: usize, guided: bool) -> Result<Vec<Prediction>, Error> {
        memory::predictions(&self.model, RunShape::of_size(&self.model, [width, height], guided)?, self.device())
    }

    /// The programs of a picture of this size, by their networks' names.
    pub fn described(&self, width: usize, height: usize, guided: bool) -> Result<Vec<(&'static str, Rc<Program>)>, Error> {
        let preview = if self.model.tiny.is_some() { Preview::Tiny } else { Preview::None };
        let shape = RunShape { preview, ..RunShape::of_size(&self.model, [width, height], guided)? };
        let programs = self.plan(shape)?.programs;
        let texts = self.model.texts.iter().map(|text| text.component.name()).zip(programs.texts);
        let rest =
            [("unet", Some(programs.unet)), ("encoder", programs.encoder), ("decoder", Some(programs.decoder)), ("preview", programs.tiny)];
        Ok(texts.chain(rest.into_iter().filter_map(|(name, program)| Some((name, program?)))).collect())
    }

    /// Brings the weights that stay between pictures to the device, one tensor at a time: all, or, where memory is short for a picture of
    /// the model's own size, those that are wanted at every step.
    pub async fn load_resident(&mut self, progress: &mut dyn FnMut(Progress)) -> Result<(), Error> {
        let Defaults { width, height, guidance, .. } = *self.defaults();
        let plan = self.plan(RunShape::of_size(&self.model, [width, height], guidance > 1.0)?)?;
        let largest = plan.memory.parts.iter().map(|part| part.weights).max().unwrap_or(0);
        let (need, most) = (plan.memory.resident().max(largest), memory::most(&self.model, self.device()));
        if need > most {
            return Err(Error::ModelMemory { need, most, device: self.device().name() });
        }
        self.residency.load(&self.model, &plan, progress).await
    }
}
