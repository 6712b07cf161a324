//! What a picture will take, known before any of it is allocated.

use super::{Pipeline, Shape};
use crate::error::Error;
use crate::{clip, vae};
use decant_graph::{ENCODINGS, Encoding, Program};
use std::rc::Rc;

/// Bytes of one network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// `text_encoder`, `unet`, `vae`.
    pub name: &'static str,
    /// Its weights on the device.
    pub weights: u64,
    /// Its activations while it runs.
    pub activations: u64,
}

/// Memory that a picture takes on this device.
#[derive(Debug, Clone, PartialEq)]
pub struct Memory {
    /// Each network's.
    pub parts: Vec<Part>,
    /// Bytes that the device, or the budget, has.
    pub most: u64,
    /// Why it cannot be held, in one sentence.
    pub problem: Option<String>,
    peak: u64,
}

impl Memory {
    /// Bytes at the fullest moment of the run.
    pub fn peak(&self) -> u64 {
        self.peak
    }

    /// Bytes of all networks' weights.
    pub fn weights(&self) -> u64 {
        self.parts.iter().map(|part| part.weights).sum()
    }

    /// Whether the device can hold it.
    pub fn fits(&self) -> bool {
        self.problem.is_none()
    }
}

/// What a choice of encoding comes to.
#[derive(Debug, Clone, PartialEq)]
pub struct Prediction {
    /// The choice; `None` keeps weights as the files have them.
    pub encoding: Option<Encoding>,
    /// Bytes of the model's files to read or download.
    pub file_bytes: u64,
    /// What a picture then takes.
    pub memory: Memory,
}

impl Pipeline {
    /// Memory that a picture of this size takes as weights are kept now.
    pub fn memory(&self, width: usize, height: usize, guided: bool) -> Result<Memory, Error> {
        let programs = self.described(width, height, guided)?.map(|(_, program)| program);
        Ok(self.memory_of(&programs))
    }

    /// What each way to keep weights comes to at this size: as the files have them, then each encoding.
    pub fn predictions(&self, width: usize, height: usize, guided: bool) -> Result<Vec<Prediction>, Error> {
        self.described(width, height, guided)?; // refuses the size
        let size = [height / self.factor(), width / self.factor()];
        let shape = Shape { batch: 1 + guided as usize, size };
        let encodings = std::iter::once(None).chain(ENCODINGS.iter().map(|row| Some(row.encoding)));
        encodings.map(|encoding| self.prediction(encoding, shape)).collect()
    }

    fn prediction(&self, encoding: Option<Encoding>, shape: Shape) -> Result<Prediction, Error> {
        let programs = [
            self.text.program_as(encoding, |g| clip::text_encoder(g, &self.config.text, 1, 0))?,
            self.unet.program_as(encoding, |g| super::build_unet(g, &self.config.unet, &self.config.text, shape))?,
            self.vae.program_as(encoding, |g| vae::decoder(g, &self.config.vae, shape.size))?,
        ];
        let components = self.components();
        let file_bytes = components.iter().zip(&programs).map(|(component, program)| component.file_bytes(program)).sum();
        Ok(Prediction { encoding, file_bytes, memory: self.memory_of(&programs) })
    }

    /// The budget, or what the device has.
    pub(super) fn most(&self) -> u64 {
        self.options.budget.unwrap_or(u64::MAX).min(self.device.memory())
    }

    pub(super) fn memory_of(&self, programs: &[Rc<Program>; 3]) -> Memory {
        let part = |(component, program): (&&crate::component::Component, &Rc<Program>)| Part {
            name: component.name(),
            weights: self.device.weight_bytes(program),
            activations: self.device.run_bytes(program),
        };
        let parts: Vec<Part> = self.components().iter().zip(programs).map(part).collect();
        let peak = parts.iter().map(|part| part.weights + part.activations).sum();
        let most = self.most();
        let problem = programs.iter().find_map(|program| self.device.does_not_fit(program));
        let short = || format!("{} are there", crate::error::bytes(most));
        Memory { parts, most, problem: problem.or_else(|| (peak > most).then(short)), peak }
    }
}
