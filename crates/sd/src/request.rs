//! What a picture is asked for with, and what it becomes once the model has filled in and checked it.
//!
//! A [`Request`] is plain data: the same JSON is the page's settings, a picture's record and a file of settings (`request/json.rs`).

mod hires;
mod images;
mod json;
mod losses;
mod named;
mod guidance;
mod sampling;
mod settings;
mod table;
mod text;

pub use crate::prompt::{LONGS, Long, LongRow};
pub use hires::{Enlarged, HIRES_STRENGTH, HIRES_WAYS, HiresBy, HiresRow};
pub(crate) use images::with;
pub use images::{Images, STRENGTH, mask_fits, sides};
pub use settings::{Defaults, Settings};
pub use table::{Flag, GRID_CELLS, Group, Kind, SETTINGS, SettingRow, setting, settings_catalogue};
pub use text::{Mix, Share, Swap};

use crate::error::{Error, Value};
use crate::lora::LoraUse;
use crate::loss::{Loss, MOST_LOSSES};
pub(crate) use crate::picture::MOST_PIXELS;
use crate::prompt::{self, How};
use crate::sentence;
use decant_solver::{Rng, Sampler, Sigmas, TimestepSpacing};
use serde::{Deserialize, Serialize};

/// What is asked for of a picture. What is `None`, the model decides.
///
/// ```
/// use decant_sd::request::Request;
///
/// let request = Request::from_json(r#"{"prompt": "a blue seven", "steps": 9, "sampler": "heun"}"#)?;
/// assert_eq!(request.steps, Some(9));
/// assert_eq!(request.to_json(), r#"{"prompt":"a blue seven","steps":9,"sampler":"heun"}"#); // what is usual is left out
/// # Ok::<(), decant_sd::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct Request {
    /// What the picture should show; may be empty.
    pub prompt: String,
    /// What it should not show.
    pub negative: String,
    /// Steps, of one model call or two; a list of sigmas says it, too.
    pub steps: Option<usize>,
    /// Scale of classifier-free guidance; 1 or less turns it off and halves the work (with `cfgpp` it is 0 to 1).
    pub guidance: Option<f32>,
    /// Of the noise, as `torch.Generator(…).manual_seed`.
    pub seed: u64,
    /// How the noise is taken away.
    #[serde(with = "named::maybe")]
    pub sampler: Option<Sampler>,
    /// Pixels.
    pub width: Option<usize>,
    /// Pixels.
    pub height: Option<usize>,
    /// What each step's pictures are made with.
    pub preview: Preview,
    /// What the final picture is made with.
    pub decoder: Decoder,

    // Sampling.
    /// The noise levels that are visited: an id of [`decant_solver::SIGMAS`], or falling numbers, "14.6,3,0".
    #[serde(with = "named::one")]
    pub sigmas: Sigmas,
    /// How the timesteps are spread, where not as the model's scheduler says.
    #[serde(with = "named::maybe")]
    pub spacing: Option<TimestepSpacing>,
    /// How much of the noise is new in each step, 0 to 1; the sampler's own where left out.
    pub eta: Option<f64>,
    /// The order of samplers that have several; the model's, or the sampler's own, where left out.
    pub order: Option<usize>,
    /// Which of PyTorch's generators draws the noise.
    #[serde(with = "named::one")]
    pub rng: Rng,
    /// Betas rescaled to zero terminal SNR (diffusers' `rescale_betas_zero_snr`), also where the model's scheduler does not say so.
    pub zero_snr: bool,

    // Guidance.
    /// How much of the guided prediction's spread is set back to that of the prompt's alone, 0 to 1 (diffusers' `guidance_rescale`).
    pub rescale: f32,
    /// The share of the run's model calls before guidance begins, 0 to 1; until then the model is asked once, with the prompt alone.
    pub guidance_from: f64,
    /// The share of the run's model calls after which guidance ends.
    pub guidance_until: f64,
    /// Scales from the first model call to the last instead of `guidance`: spread evenly, straight lines between.
    pub guidance_curve: Vec<f32>,
    /// CFG++: `guidance` is 0 to 1, and each step adds back the noise that is predicted without the prompt.
    pub cfgpp: bool,

    // Losses.
    /// What the steps are pulled by: gradients of losses on the predicted picture.
    pub losses: Vec<Loss>,
    /// Of the steps, counted from 0, those that it divides are pulled.
    pub loss_every: usize,
    /// The first step that may be pulled.
    pub loss_from: usize,
    /// The first step that is not any more; none where left out.
    pub loss_until: Option<usize>,
    /// Whether gradients go through the denoiser as well, and not through the autoencoder alone with the noise held fixed.
    pub loss_exact: bool,

    // Text.
    /// Layers that are left out at the end of the text encoders, for the prompt (not for the negative one), as diffusers' `clip_skip`.
    pub clip_skip: usize,
    /// What happens to prompts of more than 75 tokens.
    pub long: Long,
    /// Whether `(word:1.3)`, `(word)` and `[word]` stress words, in prompt, negative prompt and mixes, and `<lora:NAME:WEIGHT>` in the prompt
    /// sets a loaded LoRA's weight.
    pub emphasis: bool,
    /// Tokens that mean something else, wherever they stand.
    pub swaps: Vec<Swap>,
    /// Other prompts, mixed into the prompt.
    pub mixes: Vec<Mix>,

    // LoRA.
    /// Which of the loaded LoRAs are used, and how strongly; one that is named twice counts twice.
    pub loras: Vec<LoraUse>,

    // Images.
    /// Which part of the steps a picture goes through, from 0 to 1: 0.2 keeps most of it, 1 next to nothing. Absent: 0.8, with a mask 1.
    pub strength: Option<f64>,
    /// The first step that is taken, counted from 0; says the same as `strength`, which it replaces.
    pub start_step: Option<usize>,
    /// How many pictures: the seed of each is one more than the last one's ([`Request::each`]).
    pub count: usize,
    /// Pixels added to the picture: above, right, below, left. They are painted.
    pub pad: [usize; 4],
    /// Whether pixels that the mask leaves alone are put back exactly; else they have gone through the autoencoder.
    pub keep_unmasked: bool,
    // A second pass.
    /// The picture is made once more, so many times larger each way: what was made is enlarged and goes through a part of the steps again.
    pub hires: Option<f64>,
    /// How it is enlarged.
    pub hires_by: HiresBy,
    /// Which part of the steps the second pass goes through; 0.7 where left out.
    pub hires_strength: Option<f64>,
    /// The second pass's steps, of which it takes that part; as many as the first pass's where left out.
    pub hires_steps: Option<usize>,
    /// Whether each step says where the denoiser looked ([`crate::pipeline::Event::Step`]); changes no picture, and so is not JSON.
    #[serde(skip)]
    pub attention: bool,
    /// Pictures and latents, which are not JSON.
    #[serde(skip)]
    pub images: Images,
}

/// What is usual, and so is left out of JSON.
impl Default for Request {
    fn default() -> Request {
        Request {
            prompt: String::new(),
            negative: String::new(),
            steps: None,
            guidance: None,
            seed: 0,
            sampler: None,
            width: None,
            height: None,
            preview: Preview::default(),
            decoder: Decoder::default(),
            // Sampling.
            sigmas: Sigmas::Config,
            spacing: None,
            eta: None,
            order: None,
            rng: Rng::Cpu,
            zero_snr: false,
            // Guidance.
            rescale: 0.0,
            guidance_from: 0.0,
            guidance_until: 1.0,
            guidance_curve: vec![],
            cfgpp: false,
            // Losses.
            losses: vec![],
            loss_every: LOSS_EVERY,
            loss_from: 0,
            loss_until: None,
            loss_exact: false,
            // Text.
            clip_skip: 0,
            long: Long::default(),
            emphasis: false,
            swaps: vec![],
            mixes: vec![],
            // LoRA.
            loras: vec![],
            // Images.
            strength: None,
            start_step: None,
            count: 1,
            pad: [0; 4],
            keep_unmasked: false,
            // A second pass.
            hires: None,
            hires_by: HiresBy::default(),
            hires_strength: None,
            hires_steps: None,
            attention: false,
            images: Images::default(),
        }
    }
}

/// What the final picture is made with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decoder {
    /// The model's own autoencoder.
    #[default]
    Model,
    /// The tiny autoencoder that the model was opened with: less detail, in a hundredth of the time.
    Tiny,
}

/// What a step's pictures are made with. Noisy latents are always projected: one pixel per latent place, by the fitted straight line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Preview {
    /// Nothing is made.
    #[default]
    None,
    /// The predicted picture by the tiny autoencoder where there is one, else by the model's own where one decoding costs no more than a
    /// step, else by the projection.
    Auto,
    /// The predicted picture by the projection.
    Projection,
    /// The predicted picture by the model's own autoencoder.
    Decoder,
    /// The predicted picture by the tiny autoencoder that the model was opened with.
    Tiny,
}

/// Every fifth step, as in the notebook of fast.ai's lesson 9A.
pub(crate) const LOSS_EVERY: usize = 5;

/// The most texts that are mixed in, tokens that are swapped, LoRAs that are used; each of the first costs a call of the text encoder.
pub(crate) const MOST_OF_A_LIST: usize = 500;

impl From<&Request> for How {
    fn from(request: &Request) -> How {
        How { emphasis: request.emphasis, long: request.long }
    }
}

impl Request {
    /// Refuses words that are longer, or mixed with more others, than any can be. Needs no model.
    ///
    /// # Errors
    /// One sentence about the first of them.
    pub fn check_words(&self) -> Result<(), Error> {
        let texts = [&self.prompt, &self.negative].into_iter().chain(self.mixes.iter().map(|mix| &mix.prompt));
        texts.map(String::as_str).try_for_each(prompt::check_length)?;
        let lists = [
            ("mixes", self.mixes.len(), MOST_OF_A_LIST),
            ("swaps", self.swaps.len(), MOST_OF_A_LIST),
            ("loras", self.loras.len(), MOST_OF_A_LIST),
            ("losses", self.losses.len(), MOST_LOSSES),
        ];
        lists.into_iter().try_for_each(|(name, count, most)| match count <= most {
            true => Ok(()),
            false => {
                let name = Value::setting(name);
                Err(Error::Settings { problem: sentence!("{name} has {count} entries, expected {most} at most", name, count, most) })
            }
        })
    }
}
