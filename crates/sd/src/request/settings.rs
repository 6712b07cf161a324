//! A request with nothing left open: what the model decides is filled in, and what can be checked without its weights is checked.

use super::{MOST_PIXELS, Request};
use crate::error::Error;
use crate::lora;
use decant_solver::Sampler;

/// What a model decides where a request leaves it open.
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
    pub request: Request,
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

impl Request {
    /// Fills in the model's defaults and checks what can be checked without the model's weights.
    ///
    /// `factor` is the autoencoder's: pixels per latent place.
    pub fn resolve(&self, defaults: &Defaults, factor: usize) -> Result<Settings, Error> {
        let side = |name: &'static str, given: Option<usize>, default: usize| {
            let pixels = given.unwrap_or(default);
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
        self.check_losses()?;
        let [width, height] = self.size_of_start(factor);
        let (width, height) = (side("width", width, defaults.width)?, side("height", height, defaults.height)?);
        let spreads = defaults.spreads && matches!(sampler, Sampler::Lcm | Sampler::Tcd);
        self.check_painted([width, height], factor)?;
        let first_step = self.first_step(steps, spreads)?;
        let strength = self.resolved_strength();
        let spread = strength.filter(|_| spreads).unwrap_or(1.0);
        let request = Request {
            steps: Some(steps),
            guidance: Some(guidance),
            sampler: Some(sampler),
            width: Some(width),
            height: Some(height),
            strength,
            spacing: self.read_spacing(sampler),
            loras: if self.emphasis { lora::used(&self.prompt, &self.loras) } else { self.loras.clone() },
            hires_strength: self.resolved_hires_strength(),
            count: 1,
            ..self.clone()
        };
        Ok(Settings { request, steps, guidance, sampler, width, height, first_step, spread })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn defaults() -> Defaults {
        Defaults::of_tests(20)
    }

    fn sentence(request: Request) -> String {
        request.resolve(&defaults(), 8).expect_err("it does not fit").to_string()
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
        let settings = Request::default().resolve(&defaults(), 8).expect("defaults fit");
        assert_eq!((settings.steps, settings.guidance, settings.width), (20, 7.5, 512));
    }
}
