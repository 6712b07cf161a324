//! What can be typed. Menus of samplers and encodings come from their own tables.

pub(crate) mod images;
mod lora;
mod losses;
mod model;
mod plain;
pub(crate) mod sampling;
mod records;
mod text;

pub(crate) use model::{AUTO, Cores, GpuKernels, Model, Opening, Processing, Where};

use clap::{Args, Parser, Subcommand, builder::PossibleValuesParser};
use decant_graph::ENCODINGS;
use decant_sd::layout::FAMILIES;
use decant_sd::request::setting;
use model::bytes;
use sampling::Sampling;
use std::path::PathBuf;

/// Stable Diffusion on your own machine, with every step open to look at.
#[derive(Parser)]
#[command(name = "decant", version)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Make a picture from a prompt
    #[command(allow_negative_numbers = true)]
    Generate(Box<Generate>),
    /// Make a picture's latents, and say what that saves and costs
    Encode(Encode),
    /// Make latents' picture
    Decode(Decode),
    /// Make a picture larger with an upscaler: ESRGAN, Real-ESRGAN
    Upscale(Upscale),
    /// Show what a model is: family, configuration, tensors, bytes, memory that a picture will take
    Inspect(Inspect),
    /// Write a model smaller: q8_0, q4_0 or f16, as GGUF
    Quantize(Quantize),
    /// Measure: operations at Stable Diffusion's shapes, a model's networks, a whole picture
    Bench(Bench),
}

/// A setting's help: its row says it.
fn help(name: &str) -> &'static str {
    setting(name).help
}

#[derive(Args)]
pub(crate) struct Generate {
    #[command(flatten)]
    pub model: Model,
    #[arg(long, required_unless_present = "settings", allow_hyphen_values = true, help = help("prompt"))]
    pub prompt: Option<String>,
    #[arg(long, allow_hyphen_values = true, help = help("negative"))]
    pub negative: Option<String>,
    #[arg(long, help = help("steps"))]
    pub steps: Option<usize>,
    #[arg(long, help = help("guidance"))]
    pub guidance: Option<f32>,
    #[arg(long, help = help("seed"))]
    pub seed: Option<u64>,
    #[command(flatten)]
    pub sampling: Sampling,
    #[arg(long, help = help("width"))]
    pub width: Option<usize>,
    #[arg(long, help = help("height"))]
    pub height: Option<usize>,
    #[arg(long, help = help("decoder"))]
    pub tiny: bool,
    #[command(flatten)]
    pub text: text::Text,
    #[command(flatten)]
    pub images: images::Images,
    #[command(flatten)]
    pub losses: losses::Losses,
    #[command(flatten)]
    pub plain: plain::Plain,
    #[command(flatten)]
    pub lora: lora::Lora,
    #[command(flatten)]
    pub records: records::Records,
    /// Make the finished picture larger with this upscaler (ESRGAN, Real-ESRGAN): its file or address, or the name of one that comes
    /// with the model (emoji-x2)
    #[arg(long, value_name = "FILE")]
    pub upscale: Option<String>,
    /// Write the run (noise, embeddings, latents, predicted x0 and noise of each step, its pictures) as safetensors, which the page opens, too
    #[arg(long)]
    pub trace: Option<PathBuf>,
    /// Into the trace also where the denoiser looked for each token, at each step
    #[arg(long, requires = "trace")]
    pub attention: bool,
    /// The picture
    #[arg(long)]
    pub out: PathBuf,
    /// No progress bars
    #[arg(long)]
    pub quiet: bool,
}

#[derive(Args)]
pub(crate) struct Encode {
    /// PNG, JPEG or WebP; sides that are no multiple of the autoencoder's factor are made a little smaller
    pub picture: PathBuf,
    #[command(flatten)]
    pub model: Model,
    /// The latents: FILE.safetensors, or FILE.npy
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// A sample of what the encoder says, drawn with this seed, as runs start from; without, its mean
    #[arg(long)]
    pub seed: Option<u64>,
    /// The channels as grey pictures side by side, on one scale
    #[arg(long, value_name = "FILE.png")]
    pub channels: Option<PathBuf>,
    /// What the latents decode to
    #[arg(long, value_name = "FILE.png")]
    pub decoded: Option<PathBuf>,
}

#[derive(Args)]
pub(crate) struct Decode {
    /// FILE.safetensors or FILE.npy, of [channels, h, w] numbers
    pub latents: PathBuf,
    #[command(flatten)]
    pub model: Model,
    /// The picture
    #[arg(long, value_name = "FILE.png")]
    pub out: PathBuf,
    /// The channels as grey pictures side by side, on one scale
    #[arg(long, value_name = "FILE.png")]
    pub channels: Option<PathBuf>,
}

#[derive(Args)]
pub(crate) struct Upscale {
    /// PNG, JPEG or WebP; what is transparent becomes white
    pub picture: PathBuf,
    /// The upscaler's file or address: RRDBNet (ESRGAN, Real-ESRGAN) or SRVGGNetCompact, .pth or .safetensors
    #[arg(long, value_name = "FILE")]
    pub with: String,
    /// The larger picture; what a picture of Decant's says about itself goes along
    #[arg(long, value_name = "FILE.png")]
    pub out: PathBuf,
    #[command(flatten)]
    pub processing: Processing,
    /// Store weights this way, whatever the file holds
    #[arg(long, value_parser = PossibleValuesParser::new(ENCODINGS.iter().map(|row| row.name)))]
    pub weights: Option<String>,
    /// Memory that it may take on the device, such as 1.3GB; less makes it slower, not worse
    #[arg(long, value_name = "BYTES", value_parser = bytes)]
    pub budget: Option<u64>,
    /// No progress bar
    #[arg(long)]
    pub quiet: bool,
}

#[derive(Args)]
pub(crate) struct Inspect {
    /// A model's file or folder, the address of either (http…), or builtin:NAME
    pub model: String,
    #[command(flatten)]
    pub opening: Opening,
    #[command(flatten)]
    pub cores: Cores,
    /// Pixels to predict memory for (the model's own size where left out)
    #[arg(long)]
    pub width: Option<usize>,
    /// Pixels to predict memory for
    #[arg(long)]
    pub height: Option<usize>,
    /// List every tensor
    #[arg(long)]
    pub tensors: bool,
    /// Print the programs that a picture of this size runs
    #[arg(long)]
    pub programs: bool,
}

#[derive(Args)]
pub(crate) struct Quantize {
    /// Any model that opens: folder, file, address or builtin:NAME
    pub model: String,
    /// What to write: a folder in diffusers' layout, or one file that is a whole model where this ends in .gguf
    #[arg(long)]
    pub out: PathBuf,
    /// How numbers are stored; layers that little is saved on and much is lost by are kept more exactly
    #[arg(long, default_value = "q8_0", value_parser = PossibleValuesParser::new(ENCODINGS.iter().map(|row| row.name)))]
    pub r#type: String,
    /// Store tensors whose COMPONENT.NAME contains PATTERN (* stands for anything) another way, for instance vae=f16; the first that fits counts
    #[arg(long, value_name = "PATTERN=TYPE")]
    pub keep: Vec<String>,
    /// What a single file is a checkpoint of, where its tensors are several families'
    #[arg(long, value_parser = PossibleValuesParser::new(FAMILIES.iter().map(|row| row.id)))]
    pub family: Option<String>,
    /// Write a row for each tensor: name, type, shape, bytes, signal to noise
    #[arg(long, value_name = "FILE.csv")]
    pub table: Option<PathBuf>,
    /// Print a row for each tensor
    #[arg(long)]
    pub verbose: bool,
    /// No progress bar
    #[arg(long)]
    pub quiet: bool,
}

#[derive(Args)]
pub(crate) struct Bench {
    #[command(flatten)]
    pub model: Model,
    /// Only operations whose name and size contain this; given several times, any of them
    #[arg(long, value_name = "WORDS")]
    pub only: Vec<String>,
    /// Each kernel that this device could take for an operation, not only the one that it takes (marked *): first what it computes, against
    /// candle in 64 bits, then how fast it is
    #[arg(long)]
    pub candidates: bool,
    /// Compare each operation at small sizes with candle in 64 bits, instead of measuring
    #[arg(long)]
    pub check: bool,
    /// Leave out the operations: the model only
    #[arg(long)]
    pub no_ops: bool,
    /// Leave out the model: operations only
    #[arg(long)]
    pub no_model: bool,
    /// Pictures of these many pixels a side, one after the other
    #[arg(long, value_name = "PIXELS", value_delimiter = ',')]
    pub sizes: Vec<usize>,
    /// Pictures with guidance so strong; 1 is without, and one picture in a call of the denoiser instead of two
    #[arg(long = "guidance", value_name = "SCALE", value_delimiter = ',')]
    pub guidances: Vec<f32>,
    /// Pictures of so many steps
    #[arg(long, value_delimiter = ',')]
    pub steps: Vec<usize>,
    /// Write what is found as JSON as well, anew after each row
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
}
