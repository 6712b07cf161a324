//! Steps that are pulled by losses on the predicted picture: the picture, the losses, and the way back to the latents.
//!
//! As fast.ai's lesson 9A does it: of the predicted picture without noise, x0 = latents − σ · ε with the noise held fixed, decoded; and as it says
//! one should, through the denoiser as well ([`crate::request::Request::loss_exact`]).

use crate::autoencoder::Autoencoder;
use crate::error::{Error, Value};
use crate::loss::{Pixels, Reading};
use crate::picture::{channels_first, channels_last};
use crate::request::Settings;
use crate::sentence;
use decant_graph::{Executable, Input};
use decant_solver::{LossAt, PredictionType};

/// A run's losses, and what their gradients go through.
pub(crate) struct Pull {
    /// Each with its scale.
    readings: Vec<(f64, Reading)>,
    every: usize,
    from: usize,
    until: usize,
    pub decoder: Box<dyn Executable>,
    pub decoder_back: Box<dyn Executable>,
    /// Where it goes through the denoiser.
    pub unet_back: Option<Box<dyn Executable>>,
}

/// What a step was pulled by.
#[derive(Debug, Clone, PartialEq)]
pub struct Pulling {
    /// All losses, each times its scale.
    pub loss: f64,
    /// Its gradient by the latents in k-diffusion's scale, `[channels, h, w]`, before it is multiplied by σ².
    pub gradient: Vec<f32>,
}

/// A gradient by x0, and what it is of.
pub(crate) struct ByPicture {
    pub loss: f64,
    /// `[channels, h, w]`.
    pub gradient: Vec<f32>,
}

impl Pull {
    /// Reads a run's losses.
    ///
    /// # Errors
    /// As [`crate::loss::Loss::check`]; and where there is no picture to resemble.
    pub fn read(settings: &Settings) -> Result<Vec<(f64, Reading)>, Error> {
        let size = [settings.width, settings.height];
        let reading = |loss: &crate::loss::Loss| {
            let picture = settings.request.images.loss.as_deref();
            Ok((f64::from(loss.scale), loss.reading(picture, size)?))
        };
        settings.request.losses.iter().map(reading).collect()
    }

    pub fn new(
        settings: &Settings,
        readings: Vec<(f64, Reading)>,
        programs: [Box<dyn Executable>; 2],
        unet_back: Option<Box<dyn Executable>>,
    ) -> Pull {
        let request = &settings.request;
        let [decoder, decoder_back] = programs;
        let until = request.loss_until.unwrap_or(usize::MAX);
        Pull { readings, every: request.loss_every.max(1), from: request.loss_from, until, decoder, decoder_back, unet_back }
    }

    /// Whether a step is pulled: those that `every` divides, `from` included, `until` not.
    pub fn pulls(&self, step: usize) -> bool {
        step.is_multiple_of(self.every) && (self.from..self.until).contains(&step)
    }

    /// The losses of a predicted picture, and their gradient by its latents.
    ///
    /// # Errors
    /// One sentence where a loss, or its gradient, is no number.
    pub async fn by_picture(&mut self, autoencoder: &Autoencoder, at: &LossAt<'_>, size: [usize; 2]) -> Result<ByPicture, Error> {
        let channels = autoencoder.latent_channels();
        let latents = channels_last(at.x0, channels);
        let input = autoencoder.decoder_input(&latents);
        let decoded = self.decoder.run(&[("latents", Input::F32(&input))]).await?.remove(0);
        let [height, width] = size.map(|side| side * autoencoder.factor());
        let rgb: Vec<f32> = decoded.iter().map(|value| value / 2.0 + 0.5).collect();
        let (mut loss, mut cotangent) = (0.0, vec![0.0f32; rgb.len()]);
        for (scale, reading) in &self.readings {
            let (one, gradient) = reading.with_gradient(&Pixels { width, height, rgb: &rgb });
            loss += scale * one;
            cotangent.iter_mut().zip(gradient).for_each(|(sum, g)| *sum += (scale * f64::from(g) * 0.5) as f32);
        }
        if !loss.is_finite() || cotangent.iter().any(|value| !value.is_finite()) {
            let (name, step) = (Value::setting("losses"), at.step + 1);
            let problem =
                sentence!("{name}: in step {step} the loss or its gradient is no finite number; the steps before are kept", name, step);
            return Err(Error::Settings { problem });
        }
        let back = self.decoder_back.run(&[("latents", Input::F32(&input)), ("cotangent", Input::F32(&cotangent))]).await?.remove(0);
        let gradient = autoencoder.back_to_latents(&latents, &back);
        Ok(ByPicture { loss, gradient: channels_first(&gradient, channels) })
    }

    /// The gradient by the latents in k-diffusion's scale, where that by x0 goes through the denoiser, too: `back` gives what the model's input
    /// changes for a cotangent of its output.
    pub fn through_denoiser(kind: PredictionType, sigma: f32, by_x0: &[f32], back: &[f32]) -> Vec<f32> {
        let root = (sigma * sigma + 1.0).sqrt();
        let direct = direct(kind, root);
        by_x0.iter().zip(back).map(|(g, back)| (direct * g + back) / root).collect()
    }

    /// What the model's output has to change for a change of x0.
    pub fn by_output(kind: PredictionType, sigma: f32) -> f32 {
        match kind {
            PredictionType::Epsilon => -sigma,
            PredictionType::VPrediction => -sigma / (sigma * sigma + 1.0).sqrt(),
            PredictionType::Sample => 1.0,
        }
    }
}

/// How x0 changes with what the model is shown, beside what it predicts of it.
fn direct(kind: PredictionType, root: f32) -> f32 {
    match kind {
        PredictionType::Epsilon => root,
        PredictionType::VPrediction => 1.0 / root,
        PredictionType::Sample => 0.0,
    }
}
