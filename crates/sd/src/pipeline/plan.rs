//! How a picture is made with the memory that there is: what stays on the device, and in how many pieces the large networks run.
//!
//! Ways are tried from the fastest to the thriftiest; the first that fits is taken. Nothing here allocates: programs know their bytes.

pub(super) mod memory;
pub(super) mod programs;

use crate::error::Error;
use crate::pipeline::Pipeline;
use crate::pipeline::model::adapters::Chosen;
use crate::pipeline::plan::memory::Memory;
use crate::pipeline::plan::programs::{ProgramBuilder, Programs};
use crate::pipeline::run::script::TextShape;
use crate::request::{Decoder, Preview};
use decant_graph::Encoding;
use std::fmt;

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

/// What a picture asks of the networks, before it is known how they run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct RunShape {
    /// Height and width of the latents.
    pub size: [usize; 2],
    /// Pictures in the denoiser's batch: two with guidance.
    pub batch: usize,
    /// Of the words.
    pub text: TextShape,
    /// Guidance does not last for the whole run: its two pictures are always two calls, so that one can be left out.
    pub switches: bool,
    /// Whether a picture goes through the autoencoder first.
    pub encodes: bool,
    pub preview: Preview,
    pub decoder: Decoder,
    /// Whether the denoiser says where it looks.
    pub attention: bool,
    /// How weights are kept; `None` keeps what the files have.
    pub encoding: Option<Encoding>,
    /// Which of the loaded LoRAs are used.
    pub loras: Chosen,
}

/// A placement with its programs.
#[derive(Clone)]
pub(crate) struct Plan {
    /// What was asked, but for the preview: never [`Preview::Auto`].
    pub shape: RunShape,
    pub placement: Placement,
    pub programs: Programs,
    pub memory: Memory,
}

/// Below this many bytes of activations in all, everything stays: making buffers anew for each picture would cost more than it saves.
pub(crate) const SMALL: u64 = 64 << 20;
/// Numbers of bands that are tried.
const BANDS: &[usize] = &[1, 2, 4, 8, 16, 32];

impl Pipeline {
    /// The fastest way that fits; where none does, the thriftiest, whose memory says what is wrong.
    pub(crate) fn plan(&self, shape: RunShape) -> Result<Plan, Error> {
        let mut built = ProgramBuilder::new(self, shape)?;
        let mut thriftiest: Option<Plan> = None;
        for preview in self.shown(shape, &mut built)? {
            let shape = RunShape { preview, ..shape };
            for (placement, comfortable) in plans(shape) {
                let programs = built.programs(placement)?;
                let memory = self.memory_of(shape, placement, &programs);
                if comfortable && !programs.is_comfortable(placement, &*self.device)
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
    fn shown(&self, shape: RunShape, built: &mut ProgramBuilder) -> Result<Vec<Preview>, Error> {
        if self.tiny.is_none() && (shape.preview == Preview::Tiny || shape.decoder == Decoder::Tiny) {
            return Err(Error::NoTiny);
        }
        Ok(match shape.preview {
            Preview::Auto if self.tiny.is_some() => vec![Preview::Tiny, Preview::Projection],
            Preview::Auto if built.decoding_is_cheap()? => vec![Preview::Decoder, Preview::Projection],
            Preview::Auto => vec![Preview::Projection],
            chosen => vec![chosen],
        })
    }
}

/// Every way, the fastest first. The first few are only taken where they are comfortable: the autoencoder, which runs once, is not what
/// fills the memory.
fn plans(shape: RunShape) -> impl Iterator<Item = (Placement, bool)> {
    let bands = move || BANDS.iter().copied().filter(move |bands| *bands <= shape.size[0]);
    let halves = match shape {
        RunShape { batch: 1, .. } => &[false][..],
        RunShape { switches: true, .. } => &[true],
        _ => &[false, true],
    };
    let quick = [Resident::Everything, Resident::Weights];
    let comfortable =
        quick.into_iter().flat_map(move |keep| bands().map(move |bands| (Placement { resident: keep, halves: halves[0], bands }, true)));
    let any = [Resident::Everything, Resident::Weights, Resident::Denoiser, Resident::Nothing].into_iter().flat_map(move |keep| {
        halves.iter().flat_map(move |halves| bands().map(move |bands| (Placement { resident: keep, halves: *halves, bands }, false)))
    });
    comfortable.chain(any)
}
