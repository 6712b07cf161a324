//! How a picture is made with the memory that there is: what stays on the device, and in how many pieces the large networks run.
//!
//! Ways are tried from the fastest to the thriftiest; the first that fits is taken. Nothing here allocates: programs know their bytes.

pub(super) mod memory;
pub(super) mod programs;
pub(super) mod shape;

use crate::sentence;
pub(crate) use shape::{Pulled, RunShape};

use super::model::Model;
use super::model::networks::Network;
use crate::error::{Error, Sentence};
use crate::request::{Decoder, Preview};
use decant_graph::{Device, ENCODINGS, Program};
use memory::Memory;
use programs::{ProgramBuilder, Programs};
use std::fmt;
use std::rc::Rc;

/// What stays on the device while another network runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resident {
    /// All weights and all activations: nothing is made anew for the next picture. For small pictures.
    Everything,
    /// All weights; activations are those of one network at a time.
    Weights,
    /// The denoiser's weights; the others' are read again for each picture, and dropped.
    Denoiser,
    /// Nothing: each network's weights are dropped when it has run.
    Nothing,
}

/// One way to make a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Placement {
    /// What stays.
    pub resident: Resident,
    /// With guidance, the denoiser is called for one half after the other, not for both at once.
    pub halves: bool,
    /// Horizontal bands that the autoencoder works through one after another.
    pub bands: usize,
}

impl fmt::Display for Placement {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(match self.resident {
            Resident::Everything => "everything stays in memory",
            Resident::Weights => "weights stay in memory",
            Resident::Denoiser => "the denoiser stays in memory, the rest is read again for each picture",
            Resident::Nothing => "one network in memory at a time, each read again for each picture",
        })?;
        if self.halves {
            f.write_str(", guidance in two calls")?;
        }
        if self.bands > 1 {
            write!(f, ", the autoencoder in {} bands", self.bands)?;
        }
        Ok(())
    }
}

/// How a run is made: where its networks stay, their programs, and what that takes.
#[derive(Clone)]
pub(crate) struct Plan {
    /// What was asked, but for the preview: never [`Preview::Auto`].
    pub shape: RunShape,
    pub placement: Placement,
    pub programs: Programs,
    pub memory: Memory,
}

impl Resident {
    /// Whether a network's weights stay on the device when it does not run.
    pub(crate) fn holds(self, network: Network) -> bool {
        match self {
            Resident::Everything | Resident::Weights => true,
            Resident::Denoiser => matches!(network, Network::Unet | Network::UnetBack | Network::Tiny),
            Resident::Nothing => false,
        }
    }
}

impl Plan {
    /// A network's program, where the run has one.
    pub fn program(&self, network: Network) -> Option<&Rc<Program>> {
        match network {
            Network::Text(at) => self.programs.texts.get(at),
            Network::Unet => Some(&self.programs.unet),
            Network::Decoder => Some(&self.programs.decoder),
            Network::Encoder => self.programs.encoder.as_ref(),
            Network::Tiny => self.programs.tiny.as_ref(),
            Network::DecoderBack => self.programs.decoder_back.as_ref(),
            Network::UnetBack => self.programs.unet_back.as_ref(),
        }
    }

    /// Whether a network's weights stay on the device when it does not run: those of a network that the run has no program for never do.
    pub fn keeps(&self, network: Network) -> bool {
        self.placement.resident.holds(network) && self.program(network).is_some()
    }

    /// The networks that it has programs for, in the order in which they run.
    pub fn networks(&self) -> impl Iterator<Item = Network> {
        let texts = (0..self.programs.texts.len()).map(Network::Text);
        let rest = [Network::Encoder, Network::Unet, Network::UnetBack, Network::Decoder, Network::DecoderBack, Network::Tiny];
        texts.chain(rest).filter(|network| self.program(*network).is_some())
    }

    /// The refusal of a picture that does not fit, and what may help; `reason` is the device's own.
    pub fn does_not_fit(&self, model: &Model, device: &dyn Device, reason: Option<Sentence>) -> Error {
        let [height, width] = self.shape.size.map(|side| side * model.factor());
        let smallest =
            ENCODINGS.iter().min_by_key(|row| row.encoding.bytes(1 << 20)).filter(|row| self.shape.encoding != Some(row.encoding));
        let advice = match (smallest.map(|row| row.name), self.shape.decoder == Decoder::Model) {
            (None, false) => sentence!("ask for a smaller picture"),
            (None, true) => sentence!("ask for a smaller picture, or a TAESD as the decoder"),
            (Some(encoding), false) => sentence!("ask for a smaller picture, or weights kept as {encoding}", encoding),
            (Some(encoding), true) => {
                sentence!("ask for a smaller picture, weights kept as {encoding}, or a TAESD as the decoder", encoding)
            }
        };
        Error::Memory { width, height, need: self.memory.peak(), most: self.memory.most, device: device.name(), reason, advice }
    }
}

/// Plans that are kept: programs of Stable Diffusion XL are a few megabytes each.
const MOST_PLANS: usize = 8;

/// Plans that were made, by what they were made for, so that each is made once.
#[derive(Default)]
pub(crate) struct PlanCache {
    /// The one that is followed now.
    pub current: Option<(RunShape, Rc<Plan>)>,
    /// What else was looked at: a grid's cells, the last of them last.
    made: Vec<(RunShape, Rc<Plan>)>,
}

impl PlanCache {
    /// A plan that fits.
    ///
    /// # Errors
    /// The refusal of a picture that does not.
    pub fn fitting(&mut self, model: &Model, shape: RunShape, device: &dyn Device) -> Result<Rc<Plan>, Error> {
        if let Some((_, plan)) = self.made.iter().find(|(of, _)| *of == shape) {
            return Ok(plan.clone());
        }
        let plan = Rc::new(plan(model, shape, device)?);
        if !plan.memory.fits() {
            return Err(plan.does_not_fit(model, device, plan.memory.limit.clone().map(Sentence::english)));
        }
        if self.made.len() == MOST_PLANS {
            self.made.remove(0);
        }
        self.made.push((shape, plan.clone()));
        Ok(plan)
    }
}

/// Below this many bytes of activations in all, everything stays: making buffers anew for each picture would cost more than it saves.
pub(crate) const SMALL: u64 = 64 << 20;
/// Numbers of bands that are tried.
const BANDS: &[usize] = &[1, 2, 4, 8, 16, 32];

/// The fastest way that fits; where none does, the thriftiest, whose memory says what is wrong. Nothing is read, allocated or changed.
pub(crate) fn plan(model: &Model, shape: RunShape, device: &dyn Device) -> Result<Plan, Error> {
    let mut built = ProgramBuilder::new(model, shape)?;
    let mut thriftiest: Option<Plan> = None;
    for preview in previews(model, shape, &mut built)? {
        let shape = RunShape { preview, ..shape };
        for (placement, comfortable) in placements(shape) {
            let programs = built.programs(device, placement, preview)?;
            let memory = Memory::of((model, device), shape, placement, &programs);
            if comfortable && !programs.is_comfortable(placement, device)
                || placement.resident == Resident::Everything && memory.activations() > SMALL
            {
                continue;
            }
            let fits = memory.fits();
            if fits || thriftiest.as_ref().is_none_or(|best| memory.is_better_than(&best.memory)) {
                thriftiest = Some(Plan { shape, placement, programs, memory });
            }
            if fits {
                break;
            }
        }
        if thriftiest.as_ref().is_some_and(|plan| plan.memory.fits()) {
            break;
        }
    }
    thriftiest.ok_or(Error::NotReady)
}

/// What each step can be shown with, best first.
fn previews(model: &Model, shape: RunShape, built: &mut ProgramBuilder) -> Result<Vec<Preview>, Error> {
    if model.tiny.is_none() && (shape.preview == Preview::Tiny || shape.decoder == Decoder::Tiny) {
        return Err(Error::NoTiny);
    }
    Ok(match shape.preview {
        Preview::Auto if model.tiny.is_some() => vec![Preview::Tiny, Preview::Projection],
        Preview::Auto if built.decoding_is_cheap()? => vec![Preview::Decoder, Preview::Projection],
        Preview::Auto => vec![Preview::Projection],
        chosen => vec![chosen],
    })
}

/// Every way, the fastest first. The first few are only taken where they are comfortable: the autoencoder, which runs once, is not what
/// fills the memory.
fn placements(shape: RunShape) -> impl Iterator<Item = (Placement, bool)> {
    let bands = move || BANDS.iter().copied().filter(move |bands| *bands <= shape.size[0]);
    let halves = match shape {
        RunShape { batch: 1, .. } => &[false][..],
        RunShape { switches: true, .. } => &[true],
        _ => &[false, true],
    };
    let quick = [Resident::Everything, Resident::Weights];
    let comfortable =
        quick.into_iter().flat_map(move |resident| bands().map(move |bands| (Placement { resident, halves: halves[0], bands }, true)));
    let any = [Resident::Everything, Resident::Weights, Resident::Denoiser, Resident::Nothing].into_iter().flat_map(move |resident| {
        halves.iter().flat_map(move |halves| bands().map(move |bands| (Placement { resident, halves: *halves, bands }, false)))
    });
    comfortable.chain(any)
}
