//! What can be wrong with a model's files, one sentence each: what, where, expected, got, and what to do.
//!
//! It is the only error of this crate; the page and the command line show its text as it is.
//!
//! ```
//! let error = decant_sd::Error::Missing { place: "models/mine".into(), name: "vae/config.json".into(), hint: "a model is a folder in diffusers' layout".into() };
//! assert_eq!(error.to_string(), "models/mine: there is no vae/config.json; a model is a folder in diffusers' layout");
//! ```

mod text;

pub use text::{bytes, printable, shown};

/// Everything that can go wrong between a folder of model files and a picture.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// A file that the model needs is not there.
    #[error("{place}: there is no {name}; {hint}")]
    Missing {
        /// The folder, address or whatever holds the files.
        place: String,
        /// The file, or the part of the model, that was looked for.
        name: String,
        /// What to do about it.
        hint: String,
    },
    /// A file is there but its bytes did not come.
    #[error("{place}: {name} could not be read: {reason}")]
    Read {
        /// The folder, address or whatever holds the files.
        place: String,
        /// The file, as a path inside the model's folder.
        name: String,
        /// What the system, the server or the browser said.
        reason: String,
    },
    /// Settings, as JSON or from a record, cannot be followed.
    #[error("settings: {problem}")]
    Settings {
        /// Which setting, expected and got.
        problem: String,
    },
    /// A file that is being made could not take more bytes.
    #[error("writing failed: {reason}; is there room on the disk?")]
    Write {
        /// What the system said.
        reason: String,
    },
    /// A file's bytes contradict each other or the file's format.
    #[error("{file}: {problem}; {hint}")]
    Damaged {
        /// The file, as a path inside the model's folder.
        file: String,
        /// What is wrong: expected and got.
        problem: String,
        /// What to do about it.
        hint: &'static str,
    },
    /// One tensor of a weight file is not what it should be.
    #[error("{file}: tensor {name} {problem}")]
    Tensor {
        /// The file, as a path inside the model's folder.
        file: String,
        /// The tensor's name in that file.
        name: String,
        /// What is wrong: expected and got.
        problem: String,
    },
    /// One key of a configuration file has a value that Decant does not follow.
    #[error("{file}: {key} {problem}")]
    Config {
        /// The file, as a path inside the model's folder.
        file: String,
        /// The key, as diffusers or transformers spell it.
        key: String,
        /// What is wrong: expected and got.
        problem: String,
    },
    /// A network's weights do not fit its configuration.
    #[error("{component}: {problem}")]
    Model {
        /// `text_encoder`, `unet` or `vae`.
        component: &'static str,
        /// What the graph's builder found.
        problem: decant_graph::Error,
    },
    /// A weight file has tensors that the configuration has no use for.
    #[error("{component}: {} tensors of the file belong to no layer of the configuration; is config.json another model's? They are: {}", .names.len(), .names.join(", "))]
    LeftOver {
        /// `text_encoder`, `unet` or `vae`.
        component: &'static str,
        /// The tensors' names.
        names: Vec<String>,
    },
    /// A model that the device has no memory for; found before any weight was read.
    #[error("the model's weights would take {} of memory on {device}, which has {} for them; a smaller or quantized model may fit", bytes(*.need), bytes(*.most))]
    ModelMemory {
        /// Bytes predicted.
        need: u64,
        /// Bytes that the device may use.
        most: u64,
        /// The device's name.
        device: String,
    },
    /// What was given is no model in any layout that is known, or not a whole one.
    #[error("{place}: {problem}; {hint}")]
    Layout {
        /// The file, folder or address.
        place: String,
        /// What it is, or what it lacks.
        problem: String,
        /// What to do about it.
        hint: String,
    },
    /// The tokenizer makes prompts of another length than the text encoder reads.
    #[error(
        "the tokenizer's model_max_length is {tokenizer}, the text encoder's max_position_embeddings is {text_encoder}; are these files of one model?"
    )]
    Positions {
        /// Tokens.
        tokenizer: usize,
        /// Rows of the position table.
        text_encoder: usize,
    },
    /// The tokenizer knows pieces that the text encoder has no row for.
    #[error("the tokenizer has {tokenizer} pieces, the text encoder's vocab_size is {text_encoder}; are these files of one model?")]
    Vocabulary {
        /// Pieces.
        tokenizer: usize,
        /// Rows.
        text_encoder: usize,
    },
    /// A picture's side that the model cannot make.
    #[error("{name} {pixels} does not fit the model: a multiple of {factor} from {factor} to {most} is needed, for instance {near}")]
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
    #[error("{what}: {problem}; {advice}")]
    Start {
        /// Which of the settings or files.
        what: String,
        /// Expected and got.
        problem: String,
        /// What to do about it.
        advice: String,
    },
    /// A number that is out of its range.
    #[error("{name} is {got}, expected {expected}; {hint}")]
    Range {
        /// The setting.
        name: &'static str,
        /// What was asked for.
        got: String,
        /// The range.
        expected: &'static str,
        /// What to do about it.
        hint: &'static str,
    },
    /// Guidance that takes two answers, of a model that is told the scale and asked once.
    #[error("{name} changes how two answers become one, but this model is told the guidance scale and asked once; leave {name} out")]
    EmbeddedGuidance {
        /// The setting.
        name: &'static str,
    },
    /// A guidance scale that is no number, or an absurd one.
    #[error("guidance is {got}, expected -1000 to 1000; 1 turns guidance off, 7.5 is usual")]
    Guidance {
        /// What was asked for.
        got: f32,
    },
    /// A prompt that cannot be followed, or a setting about its words.
    #[error("the prompt {problem}; {hint}")]
    Prompt {
        /// What is wrong: expected and got.
        problem: String,
        /// What to do about it.
        hint: String,
    },
    /// A textual inversion that cannot be used with this model, or is none.
    #[error("the textual inversion {name} {problem}; {hint}")]
    Inversion {
        /// As it was added.
        name: String,
        /// What is wrong: expected and got.
        problem: String,
        /// What to do about it.
        hint: String,
    },
    /// A picture that the device has no memory for; found before anything was allocated.
    #[error(
        "{width}×{height} would take {} of memory on {device}{}; {advice}",
        bytes(*.need),
        .reason.as_ref().map_or_else(|| format!(", which has {} for it", bytes(*.most)), |reason| format!(": {reason}"))
    )]
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
        reason: Option<String>,
        /// What may help.
        advice: String,
    },
    /// A tiny autoencoder of another family.
    #[error(
        "the tiny autoencoder has {} latent channels of {}×{} pixels, the model {} of {}×{}; TAESD belongs to Stable Diffusion 1 and 2, TAESDXL to XL",
        .got.0, .got.1, .got.1, .expected.0, .expected.1, .expected.1
    )]
    TinyLatents {
        /// Channels of its latents and pixels along the side of a place.
        got: (usize, usize),
        /// The model's.
        expected: (usize, usize),
    },
    /// A tiny autoencoder is asked for that nobody gave.
    #[error(
        "a tiny autoencoder was asked for, but the model was opened without one; give the folder or file of a TAESD as its preview decoder"
    )]
    NoTiny,
    /// An autoencoder whose numbers overflow.
    #[error(
        "{bad} of {of} values that the autoencoder's {what} are NaN or infinite, so there is no picture; keep the weights as f32, or give the model another autoencoder"
    )]
    NotFinite {
        /// Which half, and what of.
        what: &'static str,
        /// How many values.
        bad: usize,
        /// Of how many.
        of: usize,
    },
    /// A LoRA that cannot be loaded or used.
    #[error("LoRA {name}: {problem}; {hint}")]
    Lora {
        /// The name that it was to be loaded under, or was asked for by.
        name: String,
        /// What is wrong: expected and got.
        problem: String,
        /// What to do about it.
        hint: String,
    },
    /// An upscaler that cannot be loaded or used.
    #[error("upscaler {name}: {problem}; {advice}")]
    Upscaler {
        /// The name that it was loaded under, or was asked for by.
        name: String,
        /// What is wrong: expected and got.
        problem: String,
        /// What to do about it.
        advice: String,
    },
    /// Whoever watched the run ended it.
    #[error("the run was cancelled")]
    Cancelled,
    /// A program is run before it was made ready: our own bug.
    #[error("a network was asked to run before it was made ready; this is a bug in Decant")]
    NotReady,
    /// The graph of a model, or its run.
    #[error(transparent)]
    Graph(#[from] decant_graph::Error),
    /// The schedule or the sampler.
    #[error(transparent)]
    Solver(#[from] decant_solver::Error),
}

/// The hint for bytes that do not add up: nearly always an interrupted download.
pub(crate) const DOWNLOAD_AGAIN: &str = "download the file again";

#[cfg(test)]
mod tests {
    /// It deletes what it keeps of a file where the sentence says so.
    #[test]
    fn the_page_knows_what_is_advised_about_a_damaged_file() {
        assert!(include_str!("../../../web/worker/worker.js").contains(&format!("const DAMAGED = {:?};", super::DOWNLOAD_AGAIN)));
    }
}
