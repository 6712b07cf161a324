//! Everything that a model's folder says before its weights are read: its networks' configurations, and what it is by default used with.

use super::family::named;
use crate::autoencoder::Autoencoder;
use crate::config::hints::{Gear, Grammar, Hints};
use crate::config::{ClipConfig, ModelIndex, Scheduler, UNetConfig};
use crate::error::Error;
use crate::families::Distilled;
use crate::files::Files;
use crate::request::Defaults;
use crate::sentence;
use decant_solver::{Sampler, TimestepSpacing};

/// A model before its weights.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelConfig {
    /// For people: from `decant.json`, else the folder's name.
    pub title: String,
    /// `Stable Diffusion 1.x` and so on, by what the networks look like.
    pub family: String,
    /// How it was distilled for a few steps, if it was.
    pub distilled: Option<Distilled>,
    /// The text encoder's.
    pub text: ClipConfig,
    /// The second text encoder's, of Stable Diffusion XL.
    pub text_2: Option<ClipConfig>,
    /// With two text encoders: an empty negative prompt is zeros.
    pub force_zeros_for_empty_prompt: bool,
    /// The denoiser's.
    pub unet: UNetConfig,
    /// The autoencoder's.
    pub vae: Autoencoder,
    /// The noise schedule's.
    pub scheduler: Scheduler,
    /// What it does when nothing else is asked for.
    pub defaults: Defaults,
    /// The things that it can paint, by name, where its folder lists them: of a model that knows few.
    pub words: Vec<String>,
    /// Prompts that show what else it understands, where its folder lists some.
    pub examples: Vec<String>,
    /// The words besides those things that its prompts were made of, where its folder lists them.
    pub grammar: Option<Grammar>,
    /// The folder inside of the model's that holds an `AutoencoderTiny` of its latents, for each step's picture.
    pub preview_decoder: Option<String>,
    /// The folder inside of the model's that holds an upscaler for its pictures, which is called so.
    pub upscaler: Option<String>,
    /// Other ways to use it, each with a LoRA that its folder brings along.
    pub gears: Vec<Gear>,
}

impl ModelConfig {
    /// Reads a folder's configurations and checks that the networks fit each other.
    pub async fn read(files: &dyn Files) -> Result<ModelConfig, Error> {
        let index = ModelIndex::read(files).await?; // refuses pipelines of another kind by name
        let text = ClipConfig::read(files, "text_encoder").await?;
        let unet = UNetConfig::read(files, "unet").await?;
        let text_2 = if index.two_text_encoders { Some(ClipConfig::read(files, "text_encoder_2").await?) } else { None };
        let vae = Autoencoder::read(files, index.tiny_vae).await?;
        let scheduler = Scheduler::read(files).await?.corrected(&index.class);
        let hints = Hints::read(files).await?;
        networks_agree(&text, text_2.as_ref(), &unet, &vae)?;
        let place = files.place();
        let folder = place.trim_end_matches('/').rsplit(['/', '\\']).next().unwrap_or_default().to_string();
        let defaults = defaults(&hints, &unet, &vae, &scheduler)?;
        let (family, distilled) = named(&unet, &scheduler.config);
        Ok(ModelConfig {
            title: hints.title.unwrap_or(folder),
            words: hints.words,
            examples: hints.examples,
            grammar: hints.grammar,
            preview_decoder: hints.preview_decoder,
            upscaler: hints.upscaler,
            gears: hints.gears,
            family,
            distilled,
            force_zeros_for_empty_prompt: index.force_zeros_for_empty_prompt,
            text_2,
            text,
            unet,
            vae,
            scheduler,
            defaults,
        })
    }

    /// Whether the denoiser is shown a mask and what of a picture is left under it (an inpainting model).
    pub fn sees_a_picture(&self) -> bool {
        self.unet.in_channels != self.vae.latent_channels()
    }

    /// Whether guidance takes two answers of the denoiser, and is not one of its inputs.
    pub fn guides_by_two(&self) -> bool {
        self.unet.time_cond_proj_dim.is_none()
    }
}

impl ModelConfig {
    /// A sentence where a model of few things is asked for none of them, as far as its folder lists them.
    pub fn knows_nothing_of(&self, prompt: &str) -> Option<String> {
        let words = format!(" {} ", plain(prompt));
        let names = |word: &String| ["", "s", "es"].iter().any(|end| words.contains(&format!(" {}{end} ", plain(word))));
        if self.words.is_empty() || words.trim().is_empty() || self.words.iter().any(names) {
            return None;
        }
        Some(format!(
            "{} can paint {} things, and the prompt names none of them, so the picture will be a guess",
            self.title,
            self.words.len()
        ))
    }
}

/// Words in small letters with one space between them, and nothing else.
fn plain(text: &str) -> String {
    let letters: String = text.to_lowercase().chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
    letters.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Sizes that two networks share are the same in both.
fn networks_agree(text: &ClipConfig, second: Option<&ClipConfig>, unet: &UNetConfig, vae: &Autoencoder) -> Result<(), Error> {
    let latents = vae.latent_channels();
    let width = text.hidden_size + second.map_or(0, |second| second.hidden_size);
    let whose = if second.is_some() { "text_encoders' hidden_size in all" } else { "text_encoder's hidden_size" };
    agree("cross_attention_dim", unet.cross_attention_dim, whose, width)?;
    agree("out_channels", unet.out_channels, "vae's latent_channels", latents)?;
    if unet.in_channels != 2 * latents + 1 {
        agree("in_channels", unet.in_channels, "vae's latent_channels", latents)?; // or latents, mask and masked latents
    }
    match (unet.addition, second) {
        (Some(addition), second) => {
            let projected = second.and_then(|second| second.projection_dim).unwrap_or(0);
            let room = addition.input_dim() - addition.text_dim + projected;
            agree("projection_class_embeddings_input_dim", addition.input_dim(), "text_encoder_2's projection_dim and six sizes make", room)
        }
        (None, _) => Ok(()),
    }
}

fn agree(key: &str, got: usize, with: &str, expected: usize) -> Result<(), Error> {
    if got == expected {
        return Ok(());
    }
    let problem = sentence!("is {got}, but the {with} is {expected}; are these files of one model?", got, with, expected);
    Err(Error::Config { file: "unet/config.json".into(), key: key.into(), problem })
}

/// Steps and guidance that a kind of model is used with.
fn usual(unet: &UNetConfig, scheduler: &Scheduler) -> (usize, f32) {
    // A trailing schedule of Euler's is how the step-distilled models (SD-Turbo, SDXL-Turbo) are saved: one step, no guidance.
    let trailing = scheduler.config.timestep_spacing == Some(TimestepSpacing::Trailing) && scheduler.class.starts_with("Euler");
    match (unet.time_cond_proj_dim, unet.addition) {
        (Some(_), _) => (4, 8.5), // diffusers' LatentConsistencyModelPipeline
        _ if trailing => (1, 1.0),
        (None, Some(_)) => (20, 5.0), // guidance: diffusers' StableDiffusionXLPipeline
        (None, None) => (20, 7.5),
    }
}

fn defaults(hints: &Hints, unet: &UNetConfig, vae: &Autoencoder, scheduler: &Scheduler) -> Result<Defaults, Error> {
    let (steps, guidance) = usual(unet, scheduler);
    let sampler = hints.sampler.as_deref().map(Sampler::from_id).transpose()?.unwrap_or_else(|| scheduler.sampler());
    let [height, width] = unet.sample_size.map(|side| side * vae.factor());
    Ok(Defaults {
        prompt: hints.prompt.clone().unwrap_or_else(|| "a photograph of an astronaut riding a horse".into()),
        steps: hints.steps.unwrap_or(steps),
        guidance: hints.guidance.unwrap_or(guidance),
        sampler,
        stochastic: scheduler.meant(Sampler::Dpmpp2m) == Sampler::Dpmpp2mSde,
        width,
        height,
        spreads: unet.time_cond_proj_dim.is_some(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schedulers_class_is_its_sampler_and_distilled_models_take_few_steps() {
        let unet = |json: &str| UNetConfig::parse("unet/config.json", json.as_bytes()).expect("sound");
        let scheduler = |json: &str| Scheduler::parse("scheduler_config.json", json.as_bytes()).expect("sound");
        for (class, more, id) in [
            ("LCMScheduler", "", "lcm"),
            ("EulerAncestralDiscreteScheduler", "", "euler_a"),
            ("PNDMScheduler", "", "pndm"),
            ("DPMSolverMultistepScheduler", "", "dpmpp_2m"),
            ("DPMSolverMultistepScheduler", r#", "algorithm_type": "dpmsolver""#, "dpmpp_2m"),
            ("DPMSolverMultistepScheduler", r#", "algorithm_type": "sde-dpmsolver++""#, "dpmpp_2m_sde"),
        ] {
            let file = format!(r#"{{"_class_name": "{class}"{more}}}"#);
            assert_eq!(scheduler(&file).sampler().row().id, id, "{file}");
        }
        let euler = scheduler(r#"{"_class_name": "EulerDiscreteScheduler", "timestep_spacing": "trailing"}"#);
        assert_eq!(usual(&unet("{}"), &euler), (1, 1.0), "SD-Turbo");
        assert_eq!(usual(&unet(r#"{"time_cond_proj_dim": 256}"#), &scheduler("{}")), (4, 8.5), "latent consistency");
        assert_eq!(usual(&unet("{}"), &scheduler("{}")), (20, 7.5), "Stable Diffusion");
    }
}
