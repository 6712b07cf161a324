//! What a picture will take, known before any of it is allocated.

use crate::error::{Error, Sentence, Value};
use crate::pipeline::model::Model;
use crate::pipeline::plan::programs::Programs;
use crate::pipeline::plan::{Placement, Resident, RunShape, plan};
use crate::request::{Decoder, Preview};
use crate::sentence;
use decant_graph::{Device, ENCODINGS, Encoding, Program};
use std::rc::Rc;

/// Bytes of one network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// `text_encoder`, `text_encoder_2`, `unet`, `vae`, `preview`.
    pub name: &'static str,
    /// Its weights on the device.
    pub weights: u64,
    /// Its activations while it runs.
    pub activations: u64,
    /// Whether its weights stay on the device while others run, and for the next picture.
    pub stays: bool,
}

/// Memory that a picture takes on this device, made as the plan says.
#[derive(Debug, Clone, PartialEq)]
pub struct Memory {
    /// Each network's.
    pub parts: Vec<Part>,
    /// How the picture is made.
    pub placement: Placement,
    /// Bytes that the device, or the budget, has.
    pub most: u64,
    /// The limit of the device, other than its memory, that stands in the way.
    pub limit: Option<String>,
    peak: u64,
}

impl Memory {
    /// Bytes at the fullest moment of the run.
    pub fn peak(&self) -> u64 {
        self.peak
    }

    /// Bytes of all networks' weights, whether they are all there at once or not.
    pub fn weights(&self) -> u64 {
        self.parts.iter().map(|part| part.weights).sum()
    }

    /// Bytes of all networks' activations, whether they are all there at once or not.
    pub fn activations(&self) -> u64 {
        self.parts.iter().map(|part| part.activations).sum()
    }

    /// Bytes of the weights that stay between pictures.
    pub fn resident(&self) -> u64 {
        self.parts.iter().filter(|part| part.stays).map(|part| part.weights).sum()
    }

    /// Bytes that stay on the device when the picture is finished.
    pub fn standing(&self) -> u64 {
        if self.placement.resident == Resident::Everything { self.peak } else { self.resident() }
    }

    /// Whether the device can hold it.
    pub fn fits(&self) -> bool {
        self.limit.is_none() && self.peak <= self.most
    }

    /// Why the device cannot hold it, in one clause.
    pub fn problem(&self) -> Option<Sentence> {
        let short = || {
            let more = Value::Bytes(self.peak - self.most);
            sentence!("{need} are needed, {more} more than there are", need = Value::Bytes(self.peak), more)
        };
        self.limit.clone().map(Sentence::english).or_else(|| (self.peak > self.most).then(short))
    }

    /// What a run takes that is made so.
    pub(crate) fn of((model, device): (&Model, &dyn Device), shape: RunShape, placement: Placement, programs: &Programs) -> Memory {
        let parts = parts((model, device), placement.resident, programs);
        let (unet, vae, tiny) = (programs.texts.len(), programs.texts.len() + 1, programs.texts.len() + 2);
        let run = |program: &Rc<Program>| device.run_bytes(program);
        let decoded = |by_tiny: bool| if by_tiny { (tiny, programs.tiny.as_ref().map_or(0, run)) } else { (vae, run(&programs.decoder)) };
        let preview = match shape.preview {
            Preview::Decoder => Some(decoded(false)),
            Preview::Tiny => Some(decoded(true)),
            _ => None,
        };
        // A step that is pulled decodes, and goes back through the decoder, and through the denoiser where that is wanted.
        let pulled = programs.decoder_back.iter().map(|back| (vae, run(back) + run(&programs.decoder)));
        let pulled = pulled.chain(programs.unet_back.iter().map(|back| (unet, run(back))));
        let steps: Vec<(usize, u64)> = std::iter::once((unet, run(&programs.unet))).chain(preview).chain(pulled).collect();
        let texts = programs.texts.iter().enumerate().map(|(at, program)| vec![(at, run(program))]);
        let encoded = programs.encoder.iter().map(|program| vec![(vae, run(program))]);
        let stages = texts.chain(encoded).chain([steps, vec![decoded(shape.decoder == Decoder::Tiny)]]);
        let fullest = stages.map(|stage| {
            let there = parts.iter().enumerate().filter(|(at, part)| part.stays || stage.iter().any(|(used, _)| used == at));
            there.map(|(_, part)| part.weights).sum::<u64>() + stage.iter().map(|(_, bytes)| bytes).sum::<u64>()
        });
        let peak = match placement.resident {
            Resident::Everything => {
                let activations: u64 = programs.all().map(run).sum();
                parts.iter().map(|part| part.weights).sum::<u64>() + activations
            }
            _ => fullest.max().unwrap_or(0),
        };
        let limit = programs.all().find_map(|program| device.does_not_fit(program));
        Memory { parts, placement, most: most(model, device), limit, peak }
    }

    /// Of two that do not fit: within the device's limits first, then the smaller one.
    pub(crate) fn is_better_than(&self, other: &Memory) -> bool {
        (self.limit.is_some(), self.peak) < (other.limit.is_some(), other.peak)
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

/// What each way to keep weights comes to for a run of this shape: as the files have them, then each encoding.
pub(crate) fn predictions(model: &Model, shape: RunShape, device: &dyn Device) -> Result<Vec<Prediction>, Error> {
    let encodings = std::iter::once(None).chain(ENCODINGS.iter().map(|row| Some(row.encoding)));
    let predict = |encoding| {
        let plan = plan(model, RunShape { encoding, ..shape }, device)?;
        Ok(Prediction { encoding, file_bytes: file_bytes(model, &plan.programs), memory: plan.memory })
    };
    encodings.map(predict).collect()
}

/// The budget, or what the device has.
pub(crate) fn most(model: &Model, device: &dyn Device) -> u64 {
    model.options.budget.unwrap_or(u64::MAX).min(device.memory())
}

/// Bytes of the files that these programs' weights take.
fn file_bytes(model: &Model, programs: &Programs) -> u64 {
    let texts: u64 = model.texts.iter().zip(&programs.texts).map(|(text, program)| text.component.file_bytes(program)).sum();
    let tiny = model.tiny.as_ref().zip(programs.tiny.as_ref()).map_or(0, |(tiny, program)| tiny.component.file_bytes(program));
    let encoder = programs.encoder.as_ref().map_or(0, |program| model.vae.file_bytes(program));
    texts + model.unet.file_bytes(&programs.unet) + model.vae.file_bytes(&programs.decoder) + encoder + tiny
}

/// Text encoders, denoiser, autoencoder, and the tiny one where there is one.
fn parts((model, device): (&Model, &dyn Device), resident: Resident, programs: &Programs) -> Vec<Part> {
    let all = matches!(resident, Resident::Everything | Resident::Weights);
    let part = |name, programs: &[&Rc<Program>], stays| Part {
        name,
        weights: programs.iter().map(|program| device.weight_bytes(program)).sum(),
        activations: programs.iter().map(|program| device.run_bytes(program)).max().unwrap_or(0),
        stays,
    };
    let texts = model.texts.iter().zip(&programs.texts).map(|(text, program)| part(text.component.name(), &[program], all));
    let mut parts: Vec<Part> = texts.collect();
    parts.push(part(model.unet.name(), &[&programs.unet], resident != Resident::Nothing));
    let coders: Vec<&Rc<Program>> = std::iter::once(&programs.decoder).chain(&programs.encoder).collect();
    parts.push(part(model.vae.name(), &coders, all));
    // Ways back run on the same weights.
    let backs = [(parts.len() - 2, &programs.unet_back), (parts.len() - 1, &programs.decoder_back)];
    for (at, back) in backs.into_iter().filter_map(|(at, back)| Some((at, back.as_ref()?))) {
        parts[at].activations = parts[at].activations.max(device.run_bytes(back));
    }
    parts.extend(programs.tiny.iter().map(|program| part("preview", &[program], resident != Resident::Nothing)));
    parts
}
