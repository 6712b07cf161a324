//! Flags about the model, what computes it, and how it is opened.

use clap::{Args, ValueEnum, builder::PossibleValuesParser};
use decant_graph::ENCODINGS;
use decant_graph::cpu::SETS;
use decant_graph::op::gpu_candidates;
use decant_sd::layout::FAMILIES;

#[derive(Args)]
pub(crate) struct Model {
    /// A model's file or folder, the address of either (http…), or builtin:NAME (emoji, digits); builtin:emoji where left out, or
    /// the built-in model that the settings name
    #[arg(long)]
    pub model: Option<String>,
    #[command(flatten)]
    pub processing: Processing,
    /// Store weights this way, whatever the files hold
    #[arg(long, value_parser = PossibleValuesParser::new(ENCODINGS.iter().map(|row| row.name)))]
    pub weights: Option<String>,
    #[command(flatten)]
    pub opening: Opening,
}

impl Model {
    /// What is opened: what was given, or the usual one.
    pub fn place(&self) -> &str {
        self.model.as_deref().unwrap_or(USUAL)
    }
}

/// The model that draws where none was given; the page's, too.
const USUAL: &str = "builtin:emoji";

/// What computes.
#[derive(Args)]
pub(crate) struct Processing {
    /// Where to compute
    #[arg(long, value_enum, default_value_t = Where::Auto)]
    pub device: Where,
    #[command(flatten)]
    pub cores: Cores,
    #[command(flatten)]
    pub kernel: GpuKernels,
}

/// How a GPU computes.
#[derive(Args)]
pub(crate) struct GpuKernels {
    /// Try first which kernels are the fastest on this GPU (two seconds, about), and keep that for the next time
    #[arg(long)]
    pub tune: bool,
    /// Take this kernel on the GPU wherever an operation has it
    #[arg(long, value_name = "NAME", value_parser = PossibleValuesParser::new(gpu_candidates()), conflicts_with = "tune")]
    pub kernel: Option<String>,
}

/// The best kernels that there are.
pub(crate) const AUTO: &str = "auto";

/// How the CPU computes.
#[derive(Args)]
pub(crate) struct Cores {
    /// The CPU's kernels: the best that it has, or those for some instruction set
    #[arg(long, default_value = AUTO, value_parser = PossibleValuesParser::new([AUTO].into_iter().chain(SETS.iter().map(|set| set.name()))))]
    pub kernels: String,
    /// Threads that the CPU computes with (all cores where left out); they do not change a bit of a picture
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub threads: Option<u16>,
}

/// What is chosen about a model whose files leave it open, or whose device is small.
#[derive(Args)]
pub(crate) struct Opening {
    /// A tiny autoencoder (TAESD, TAESDXL): its file, folder or address
    #[arg(long, value_name = "FILE")]
    pub preview_decoder: Option<String>,
    /// Another autoencoder than the model's own: an AutoencoderKL's file, folder or address
    #[arg(long, value_name = "FILE")]
    pub vae: Option<String>,
    /// Memory that the model may take on the device, such as 1.3GB; less makes it slower, not worse
    #[arg(long, value_name = "BYTES", value_parser = bytes)]
    pub budget: Option<u64>,
    /// What the denoiser predicts, where the files do not say it or say it wrongly
    #[arg(long, value_parser = PossibleValuesParser::new(["epsilon", "v_prediction", "sample"]))]
    pub prediction: Option<String>,
    /// The family whose schedule a single file has, where its tensors leave that open
    #[arg(long, value_parser = PossibleValuesParser::new(FAMILIES.iter().map(|row| row.id)))]
    pub family: Option<String>,
}

/// `1.3GB`, `800MB`, `2GiB` or a number of bytes.
pub(super) fn bytes(text: &str) -> Result<u64, String> {
    let units = [("GiB", 1u64 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1000), ("", 1)];
    let parse = |(unit, size): (&str, u64)| Some(text.strip_suffix(unit)?.trim().parse::<f64>().ok()? * size as f64);
    let count = units.into_iter().find_map(parse).filter(|count| (1.0..1e15).contains(count));
    count.map(|count| count as u64).ok_or_else(|| "expected a number of bytes such as 1.3GB, 800MB or 2GiB".into())
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Where {
    /// A GPU if there is one, else the CPU
    Auto,
    /// WebGPU on Vulkan, Metal or Direct3D 12, software adapters included
    Gpu,
    /// This machine's processor, all cores of it
    Cpu,
}
