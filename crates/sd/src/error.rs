//! What can be wrong with a model's files, one sentence each: what, where, expected, got, and what to do.
//!
//! It is the only error of this crate. The command line shows its text as it is; the page gets it as a [`Sentence`], and says it in its own
//! language where it can.
//!
//! ```
//! use decant_sd::sentence;
//!
//! let hint = sentence!("a model is a folder in diffusers' layout");
//! let error = decant_sd::Error::Missing { place: "models/mine".into(), name: "vae/config.json".into(), hint };
//! assert_eq!(error.to_string(), "models/mine: there is no vae/config.json; a model is a folder in diffusers' layout");
//! ```

mod sentence;
mod text;
mod words;

pub use sentence::{Sentence, ToValue, Value};
pub use text::{bytes, printable, shown};
pub(crate) use words::{did_you_mean, out_of_memory};

use crate::sentence;
use std::fmt;

/// Everything that can go wrong between a folder of model files and a picture.
#[derive(Debug, Clone)]
pub enum Error {
    /// A file that the model needs is not there.
    Missing {
        /// The folder, address or whatever holds the files.
        place: String,
        /// The file, or the part of the model, that was looked for.
        name: String,
        /// What to do about it.
        hint: Sentence,
    },
    /// A file is there but its bytes did not come.
    Read {
        /// The folder, address or whatever holds the files.
        place: String,
        /// The file, as a path inside the model's folder.
        name: String,
        /// What the system, the server or the browser said.
        reason: Sentence,
    },
    /// Settings, as JSON or from a record, cannot be followed.
    Settings {
        /// Which setting, expected and got.
        problem: Sentence,
    },
    /// A file that is being made could not take more bytes.
    Write {
        /// What the system said.
        reason: String,
    },
    /// A file's bytes contradict each other or the file's format.
    Damaged {
        /// The file, as a path inside the model's folder.
        file: String,
        /// What is wrong: expected and got.
        problem: Sentence,
        /// What to do about it.
        hint: Sentence,
    },
    /// One tensor of a weight file is not what it should be.
    Tensor {
        /// The file, as a path inside the model's folder.
        file: String,
        /// The tensor's name in that file.
        name: String,
        /// What is wrong: expected and got.
        problem: Sentence,
    },
    /// One key of a configuration file has a value that Decant does not follow.
    Config {
        /// The file, as a path inside the model's folder.
        file: String,
        /// The key, as diffusers or transformers spell it.
        key: String,
        /// What is wrong: expected and got.
        problem: Sentence,
    },
    /// A network's weights do not fit its configuration.
    Model {
        /// `text_encoder`, `unet` or `vae`.
        component: &'static str,
        /// What the graph's builder found.
        problem: decant_graph::Error,
    },
    /// A weight file has tensors that the configuration has no use for.
    LeftOver {
        /// `text_encoder`, `unet` or `vae`.
        component: &'static str,
        /// The tensors' names.
        names: Vec<String>,
    },
    /// A model that the device has no memory for; found before any weight was read.
    ModelMemory {
        /// Bytes predicted.
        need: u64,
        /// Bytes that the device may use.
        most: u64,
        /// The device's name.
        device: String,
    },
    /// What was given is no model in any layout that is known, or not a whole one.
    Layout {
        /// The file, folder or address.
        place: String,
        /// What it is, or what it lacks.
        problem: Sentence,
        /// What to do about it.
        hint: Sentence,
    },
    /// The tokenizer makes prompts of another length than the text encoder reads.
    Positions {
        /// Tokens.
        tokenizer: usize,
        /// Rows of the position table.
        text_encoder: usize,
    },
    /// The tokenizer knows pieces that the text encoder has no row for.
    Vocabulary {
        /// Pieces.
        tokenizer: usize,
        /// Rows.
        text_encoder: usize,
    },
    /// A picture's side that the model cannot make.
    Size {
        /// `width` or `height`.
        name: &'static str,
        /// What was asked for.
        pixels: usize,
        /// Pixels per latent place.
        factor: usize,
        /// The most that is tried at all.
        most: usize,
        /// One that fits.
        near: usize,
    },
    /// A picture, mask or latents that a run cannot start from, or not as asked.
    Start {
        /// Which of the settings or files.
        what: Value,
        /// Expected and got.
        problem: Sentence,
        /// What to do about it.
        advice: Sentence,
    },
    /// A number that the sampler does not read.
    Unread {
        /// The sampler's id.
        sampler: &'static str,
        /// The setting.
        name: &'static str,
        /// What was asked for.
        got: String,
        /// Samplers that read it.
        able: Vec<&'static str>,
    },
    /// A number that is out of its range.
    Range {
        /// The setting.
        name: &'static str,
        /// What was asked for.
        got: Value,
        /// The range.
        expected: Sentence,
        /// What to do about it.
        hint: Sentence,
    },
    /// Guidance that takes two answers, of a model that is told the scale and asked once.
    EmbeddedGuidance {
        /// The setting.
        name: &'static str,
    },
    /// A guidance scale that is no number, or an absurd one.
    Guidance {
        /// What was asked for.
        got: f32,
    },
    /// A prompt that cannot be followed, or a setting about its words.
    Prompt {
        /// What is wrong: expected and got.
        problem: Sentence,
        /// What to do about it.
        hint: Sentence,
    },
    /// A textual inversion that cannot be used with this model, or is none.
    Inversion {
        /// As it was added.
        name: String,
        /// What is wrong: expected and got.
        problem: Sentence,
        /// What to do about it.
        hint: Sentence,
    },
    /// A picture that the device has no memory for; found before anything was allocated.
    Memory {
        /// Pixels.
        width: usize,
        /// Pixels.
        height: usize,
        /// Bytes predicted.
        need: u64,
        /// Bytes that the device may use.
        most: u64,
        /// The device's name.
        device: String,
        /// A limit other than the amount, or what the driver said.
        reason: Option<Sentence>,
        /// What may help.
        advice: Sentence,
    },
    /// A tiny autoencoder of another family.
    TinyLatents {
        /// Channels of its latents and pixels along the side of a place.
        got: (usize, usize),
        /// The model's.
        expected: (usize, usize),
    },
    /// A tiny autoencoder is asked for that nobody gave.
    NoTiny,
    /// An autoencoder whose numbers overflow.
    NotFinite {
        /// Which half, and what of.
        what: Sentence,
        /// How many values.
        bad: usize,
        /// Of how many.
        of: usize,
    },
    /// A LoRA that cannot be loaded or used.
    Lora {
        /// The name that it was to be loaded under, or was asked for by.
        name: String,
        /// What is wrong: expected and got.
        problem: Sentence,
        /// What to do about it.
        hint: Sentence,
    },
    /// An upscaler that cannot be loaded or used.
    Upscaler {
        /// The name that it was loaded under, or was asked for by.
        name: String,
        /// What is wrong: expected and got.
        problem: Sentence,
        /// What to do about it.
        advice: Sentence,
    },
    /// Whoever watched the run ended it.
    Cancelled,
    /// A program is run before it was made ready: our own bug.
    NotReady,
    /// The graph of a model, or its run.
    Graph(decant_graph::Error),
    /// The schedule or the sampler.
    Solver(decant_solver::Error),
}

/// In English.
impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.sentence().fmt(f)
    }
}

impl std::error::Error for Error {}

impl From<decant_graph::Error> for Error {
    fn from(error: decant_graph::Error) -> Error {
        Error::Graph(error)
    }
}

impl From<decant_solver::Error> for Error {
    fn from(error: decant_solver::Error) -> Error {
        Error::Solver(error)
    }
}

/// The hint for bytes that do not add up: nearly always an interrupted download.
pub(crate) const DOWNLOAD_AGAIN: Sentence = sentence!("download the file again");

#[cfg(test)]
mod tests {
    /// It deletes what it keeps of a file where the sentence says so.
    #[test]
    fn the_page_knows_what_is_advised_about_a_damaged_file() {
        let advice = super::DOWNLOAD_AGAIN.to_string();
        assert!(include_str!("../../../web/worker/worker.js").contains(&format!("const DAMAGED = {advice:?};")));
    }
}
