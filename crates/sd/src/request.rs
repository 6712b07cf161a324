//! What a picture is asked for with, and what it becomes once the model has filled in and checked it.
//!
//! A [`Request`] is plain data: the same JSON is the page's settings, a picture's record and a file of settings (`request/json.rs`).

mod hires;
mod images;
mod json;
mod named;
mod guidance;
mod sampling;
mod table;
mod text;

pub use hires::{Enlarged, HIRES_STRENGTH, HIRES_WAYS, HiresBy, HiresRow};
pub use images::{Images, STRENGTH, mask_fits, sides};
pub use table::{Flag, GRID_CELLS, Group, Kind, SETTINGS, SettingRow, setting, settings_catalogue};
pub use text::{LONGS, Long, LongRow, Mix, Share, Swap};

use crate::error::Error;
use crate::lora::{self, LoraUse};
use crate::prompt;
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

/// A model's own wishes.
#[derive(Debug, Clone, PartialEq)]
pub struct Defaults {
    /// A prompt that shows the model well.
    pub prompt: String,
    /// Steps.
    pub steps: usize,
    /// Guidance scale.
    pub guidance: f32,
    /// Sampler.
    pub sampler: Sampler,
    /// Pixels.
    pub width: usize,
    /// Pixels.
    pub height: usize,
    /// Whether DPM++ 2M is DPM++ 2M SDE with this model: its scheduler's `algorithm_type` is `sde-dpmsolver++`.
    pub stochastic: bool,
    /// Whether a strength leaves a part of the distilled timesteps, over which all steps are spread (latent consistency models, as
    /// `LatentConsistencyModelImg2ImgPipeline`), and not a part of the steps.
    pub spreads: bool,
}

#[cfg(test)]
impl Defaults {
    /// Of a model of Stable Diffusion's size, in so many steps.
    pub(crate) fn of_tests(steps: usize) -> Defaults {
        let (prompt, sampler) = (String::new(), Sampler::Ddim);
        Defaults { prompt, steps, guidance: 7.5, sampler, width: 512, height: 512, stochastic: false, spreads: false }
    }
}

/// A request with nothing left open.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// The request, with what the model decided filled in: made again with the same model, it gives the same picture.
    pub asked: Request,
    /// Steps.
    pub steps: usize,
    /// Guidance scale.
    pub guidance: f32,
    /// Sampler.
    pub sampler: Sampler,
    /// Pixels.
    pub width: usize,
    /// Pixels.
    pub height: usize,
    /// The first step that is taken, where the run starts from a noised picture; `None` where it starts from noise, or from noisy latents.
    pub first_step: Option<usize>,
    /// The share of the distilled timesteps that the steps are spread over; 1 but for [`Defaults::spreads`].
    pub spread: f64,
}

/// The most pixels along a side: beyond, no machine's memory would do and 32-bit sizes would overflow before it could be said how much.
pub(crate) const MOST_PIXELS: usize = 16_384;

/// The most texts that are mixed in, tokens that are swapped, LoRAs that are used; each of the first costs a call of the text encoder.
pub(crate) const MOST_OF_A_LIST: usize = 500;

impl Request {
    /// Refuses words that are longer, or mixed with more others, than any can be. Needs no model.
    ///
    /// # Errors
    /// One sentence about the first of them.
    pub fn check_words(&self) -> Result<(), Error> {
        let texts = [&self.prompt, &self.negative].into_iter().chain(self.mixes.iter().map(|mix| &mix.prompt));
        texts.map(String::as_str).try_for_each(prompt::check_length)?;
        let lists = [("mixes", self.mixes.len()), ("swaps", self.swaps.len()), ("loras", self.loras.len())];
        lists.into_iter().try_for_each(|(name, count)| match count {
            0..=MOST_OF_A_LIST => Ok(()),
            _ => Err(Error::Settings { problem: format!("{name} has {count} entries, expected {MOST_OF_A_LIST} at most") }),
        })
    }

    /// Fills in the model's defaults and checks what can be checked without the model's weights.
    ///
    /// `factor` is the autoencoder's: pixels per latent place.
    pub fn settle(&self, defaults: &Defaults, factor: usize) -> Result<Settings, Error> {
        let side = |name: &'static str, asked: Option<usize>, default: usize| {
            let pixels = asked.unwrap_or(default);
            let fits = pixels > 0 && pixels.is_multiple_of(factor) && pixels <= MOST_PIXELS;
            if fits {
                return Ok(pixels);
            }
            let near = (pixels / factor * factor).min(MOST_PIXELS).max(factor);
            Err(Error::Size { name, pixels, factor, most: MOST_PIXELS, near })
        };
        self.check_words()?;
        let guidance = self.checked_guidance(defaults)?;
        let steps = self.steps.or(self.sigmas.steps()).unwrap_or(defaults.steps);
        let sampler = match self.sampler.unwrap_or(defaults.sampler) {
            Sampler::Dpmpp2m if defaults.stochastic => Sampler::Dpmpp2mSde,
            sampler => sampler,
        };
        self.check_choices(sampler)?;
        self.check_mask()?;
        self.check_hires()?;
        let [width, height] = self.size_of_start(factor);
        let (width, height) = (side("width", width, defaults.width)?, side("height", height, defaults.height)?);
        let spreads = defaults.spreads && matches!(sampler, Sampler::Lcm | Sampler::Tcd);
        self.check_painted([width, height], factor)?;
        let first_step = self.first_step(steps, spreads)?;
        let strength = self.settled_strength();
        let spread = strength.filter(|_| spreads).unwrap_or(1.0);
        let asked = Request {
            steps: Some(steps),
            guidance: Some(guidance),
            sampler: Some(sampler),
            width: Some(width),
            height: Some(height),
            strength,
            loras: if self.emphasis { lora::used(&self.prompt, &self.loras) } else { self.loras.clone() },
            hires_strength: self.hires.map(|_| self.hires_strength.unwrap_or(HIRES_STRENGTH)),
            count: 1,
            ..self.clone()
        };
        Ok(Settings { asked, steps, guidance, sampler, width, height, first_step, spread })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn defaults() -> Defaults {
        Defaults::of_tests(20)
    }

    fn sentence(request: Request) -> String {
        request.settle(&defaults(), 8).expect_err("it does not fit").to_string()
    }

    #[test]
    fn a_size_off_the_grid_is_refused_with_a_near_one_that_fits() {
        let request = Request { width: Some(500), ..Request::default() };
        assert_eq!(sentence(request), "width 500 does not fit the model: a multiple of 8 from 8 to 16384 is needed, for instance 496");
        let request = Request { height: Some(1 << 20), ..Request::default() };
        assert_eq!(
            sentence(request),
            "height 1048576 does not fit the model: a multiple of 8 from 8 to 16384 is needed, for instance 16384"
        );
        let request = Request { height: Some(0), ..Request::default() };
        assert_eq!(sentence(request), "height 0 does not fit the model: a multiple of 8 from 8 to 16384 is needed, for instance 8");
    }

    #[test]
    fn guidance_must_be_a_number() {
        let request = Request { guidance: Some(f32::NAN), ..Request::default() };
        assert_eq!(sentence(request), "guidance is NaN, expected -1000 to 1000; 1 turns guidance off, 7.5 is usual");
    }

    #[test]
    fn what_is_left_open_comes_from_the_model() {
        let settings = Request::default().settle(&defaults(), 8).expect("defaults fit");
        assert_eq!((settings.steps, settings.guidance, settings.width), (20, 7.5, 512));
    }
}
