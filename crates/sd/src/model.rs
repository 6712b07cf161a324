//! Everything that a model's folder says before its weights are read: four configurations, and what it is by default used with.
//!
//! `decant.json`, where a folder has one, is Decant's own: `title`, and defaults for `prompt`, `steps`, `guidance` and `sampler`.

use crate::config::{ClipConfig, ModelIndex, Scheduler, UNetConfig, VaeConfig};
use crate::error::Error;
use crate::files::{Files, find};
use crate::request::Defaults;
use decant_solver::{PredictionType, Sampler, SchedulerConfig, TimestepSpacing};
use serde::Deserialize;

/// The most bytes that `decant.json` may have.
const MOST_BYTES: u64 = 64 << 10;

/// A model before its weights.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelConfig {
    /// For people: from `decant.json`, else the folder's name.
    pub title: String,
    /// `Stable Diffusion 1.x` and so on, by what the networks look like.
    pub family: String,
    /// The text encoder's.
    pub text: ClipConfig,
    /// The denoiser's.
    pub unet: UNetConfig,
    /// The autoencoder's.
    pub vae: VaeConfig,
    /// The noise schedule's.
    pub scheduler: SchedulerConfig,
    /// The diffusers class that the schedule was saved from.
    pub scheduler_class: String,
    /// What it does when nothing else is asked for.
    pub defaults: Defaults,
}

/// What `decant.json` may say.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Hints {
    title: Option<String>,
    prompt: Option<String>,
    steps: Option<usize>,
    guidance: Option<f32>,
    sampler: Option<String>,
    /// Every file's name, so that a reader on the web need not ask for those that are not there; `build.sh` writes it, `crates/app` reads it.
    #[serde(rename = "files")]
    _files: serde::de::IgnoredAny,
}

impl ModelConfig {
    /// Reads a folder's configurations and checks that the networks fit each other.
    pub async fn read(files: &dyn Files) -> Result<ModelConfig, Error> {
        let index = ModelIndex::read(files).await?; // refuses pipelines of another kind by name
        let text = ClipConfig::read(files, "text_encoder").await?;
        let unet = UNetConfig::read(files, "unet").await?;
        let vae = VaeConfig::read(files, "vae").await?;
        let scheduler = Scheduler::read(files).await?.corrected(&index.class);
        let hints = hints(files).await?;
        agree("cross_attention_dim", unet.cross_attention_dim, "text_encoder's hidden_size", text.hidden_size)?;
        agree("in_channels", unet.in_channels, "vae's latent_channels", vae.latent_channels)?;
        agree("out_channels", unet.out_channels, "vae's latent_channels", vae.latent_channels)?;
        let place = files.place();
        let folder = place.trim_end_matches('/').rsplit(['/', '\\']).next().unwrap_or_default().to_string();
        let defaults = defaults(&hints, &unet, &vae, &scheduler)?;
        Ok(ModelConfig {
            title: hints.title.unwrap_or(folder),
            family: family(&unet, &scheduler.config),
            text,
            unet,
            vae,
            scheduler: scheduler.config,
            scheduler_class: scheduler.class,
            defaults,
        })
    }
}

async fn hints(files: &dyn Files) -> Result<Hints, Error> {
    let Some(bytes) = find(files, "decant.json", MOST_BYTES).await? else { return Ok(Hints::default()) };
    let problem =
        |e: serde_json::Error| Error::Damaged { file: "decant.json".into(), problem: e.to_string(), hint: "correct or remove it" };
    serde_json::from_slice(&bytes).map_err(problem)
}

fn agree(key: &str, got: usize, with: &str, expected: usize) -> Result<(), Error> {
    if got == expected {
        return Ok(());
    }
    let problem = format!("is {got}, but the {with} is {expected}; are these files of one model?");
    Err(Error::Config { file: "unet/config.json".into(), key: key.into(), problem })
}

fn defaults(hints: &Hints, unet: &UNetConfig, vae: &VaeConfig, scheduler: &Scheduler) -> Result<Defaults, Error> {
    // A trailing schedule is how the step-distilled models (SD-Turbo) are saved: one step, no guidance.
    let distilled = scheduler.config.timestep_spacing == Some(TimestepSpacing::Trailing);
    let by_class = if scheduler.class.starts_with("Euler") { Sampler::Euler } else { Sampler::Ddim };
    let sampler = hints.sampler.as_deref().map(Sampler::from_id).transpose()?.unwrap_or(by_class);
    let [height, width] = unet.sample_size.map(|side| side * vae.factor());
    Ok(Defaults {
        prompt: hints.prompt.clone().unwrap_or_else(|| "a photograph of an astronaut riding a horse".into()),
        steps: hints.steps.unwrap_or(if distilled { 1 } else { 20 }),
        guidance: hints.guidance.unwrap_or(if distilled { 1.0 } else { 7.5 }),
        sampler,
        width,
        height,
    })
}

fn family(unet: &UNetConfig, scheduler: &SchedulerConfig) -> String {
    let full = unet.block_out_channels == [320, 640, 1280, 1280];
    match (unet.cross_attention_dim, full) {
        (768, true) => "Stable Diffusion 1.x".into(),
        (1024, true) if scheduler.prediction_type == PredictionType::VPrediction => "Stable Diffusion 2.x, v prediction".into(),
        (1024, true) if scheduler.timestep_spacing == Some(TimestepSpacing::Trailing) => "SD-Turbo".into(),
        (1024, true) => "Stable Diffusion 2.x".into(),
        (width, _) => format!(
            "a latent diffusion model of Stable Diffusion's architecture (channels {:?}, text width {width})",
            unet.block_out_channels
        ),
    }
}
