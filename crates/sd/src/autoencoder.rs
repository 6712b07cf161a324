//! Between pictures and latents, by either of diffusers' two classes: `AutoencoderKL`, or `AutoencoderTiny`, which can also stand in for
//! it in previews. What differs between them is here and nowhere else.

use crate::config::{TinyConfig, VaeConfig};
use crate::error::{Error, Sentence};
use crate::files::Files;
use crate::picture::{Picture, channels_first, channels_last};
use crate::sentence;
use crate::{tiny, vae};
use decant_graph::{Executable, Graph, Input};
use decant_solver::Noise;

/// An autoencoder's configuration.
#[derive(Debug, Clone, PartialEq)]
pub enum Autoencoder {
    /// `AutoencoderKL`.
    Kl(VaeConfig),
    /// `AutoencoderTiny`.
    Tiny(TinyConfig),
}

impl Autoencoder {
    /// Reads `vae/config.json` of the class that the model's index names.
    pub async fn read(files: &dyn Files, tiny: bool) -> Result<Autoencoder, Error> {
        Ok(if tiny {
            Autoencoder::Tiny(TinyConfig::read(files, "vae").await?)
        } else {
            Autoencoder::Kl(VaeConfig::read(files, "vae").await?)
        })
    }

    /// Pixels per latent place.
    pub fn factor(&self) -> usize {
        match self {
            Autoencoder::Kl(config) => config.factor(),
            Autoencoder::Tiny(config) => config.factor(),
        }
    }

    /// Channels of the latents.
    pub fn latent_channels(&self) -> usize {
        match self {
            Autoencoder::Kl(config) => config.latent_channels,
            Autoencoder::Tiny(config) => config.latent_channels,
        }
    }

    /// What its latents are multiplied by for the sampler.
    pub fn scaling_factor(&self) -> f32 {
        match self {
            Autoencoder::Kl(config) => config.scaling_factor,
            Autoencoder::Tiny(config) => config.scaling_factor,
        }
    }

    /// Writes the decoder down: latents `[1, h, w, c]` to `image [1, f·h, f·w, 3]`.
    pub fn decoder(&self, graph: &Graph, size: [usize; 2], bands: usize) {
        match self {
            Autoencoder::Kl(config) => vae::decoder(graph, config, size, bands),
            Autoencoder::Tiny(config) => tiny::decoder(graph, config, size, bands),
        }
    }

    /// Writes the encoder down: `image [1, H, W, 3]` to moments or latents.
    pub fn encoder(&self, graph: &Graph, pixels: [usize; 2], bands: usize) {
        match self {
            Autoencoder::Kl(config) => vae::encoder(graph, config, pixels, bands),
            Autoencoder::Tiny(config) => tiny::encoder(graph, config, pixels, bands),
        }
    }

    /// The sampler's latents as the decoder's input wants them, in the same order.
    pub fn decoder_input(&self, latents: &[f32]) -> Vec<f32> {
        let latents: Vec<f32> = latents.iter().map(|v| v / self.scaling_factor()).collect();
        match self {
            Autoencoder::Kl(_) => latents,
            Autoencoder::Tiny(_) => tiny::soften(&latents),
        }
    }

    /// A gradient by the decoder's input as one by the sampler's latents, which are given in the same order.
    pub(crate) fn back_to_latents(&self, latents: &[f32], gradient: &[f32]) -> Vec<f32> {
        let scale = self.scaling_factor();
        let slope = |latent: &f32| match self {
            Autoencoder::Kl(_) => 1.0,
            Autoencoder::Tiny(_) => tiny::softening(latent / scale),
        };
        latents.iter().zip(gradient).map(|(latent, gradient)| gradient * slope(latent) / scale).collect()
    }

    /// The sampler's latents `[c, h, w]` through a decoder that was made ready for their size.
    pub async fn decode(&self, decoder: &mut dyn Executable, latents: &[f32], [height, width]: [usize; 2]) -> Result<Picture, Error> {
        let input = self.decoder_input(&channels_last(latents, self.latent_channels()));
        let output = decoder.run(&[("latents", Input::F32(&input))]).await?.remove(0);
        finite(sentence!("decoder made of sound latents"), &output)?;
        Ok(Picture::from_decoder(width * self.factor(), height * self.factor(), &output))
    }

    /// A picture's latents for the sampler, `[c, h, w]`: of `AutoencoderKL` a sample of its distribution where there is `noise` to draw it
    /// with, else the distribution's mean.
    pub async fn encode(&self, encoder: &mut dyn Executable, picture: &Picture, noise: Option<&mut Noise>) -> Result<Vec<f32>, Error> {
        let output = encoder.run(&[("image", Input::F32(&picture.to_encoder()))]).await?.remove(0);
        finite(sentence!("encoder made of the picture"), &output)?;
        let latents = match self {
            Autoencoder::Tiny(config) => channels_first(&output, config.latent_channels),
            Autoencoder::Kl(config) => {
                let moments = channels_first(&output, 2 * config.latent_channels);
                let (mean, log_variance) = moments.split_at(moments.len() / 2);
                match noise {
                    Some(noise) => sampled(mean, log_variance, &noise.randn(mean.len())),
                    None => mean.to_vec(),
                }
            }
        };
        Ok(latents.iter().map(|v| v * self.scaling_factor()).collect())
    }
}

/// Refuses what is no number: it would be a black picture.
fn finite(what: Sentence, output: &[f32]) -> Result<(), Error> {
    match output.iter().filter(|value| !value.is_finite()).count() {
        0 => Ok(()),
        bad => Err(Error::NotFinite { what, bad, of: output.len() }),
    }
}

/// diffusers' `DiagonalGaussianDistribution.sample`.
fn sampled(mean: &[f32], log_variance: &[f32], noise: &[f32]) -> Vec<f32> {
    let deviation = log_variance.iter().map(|v| (0.5 * v.clamp(-30.0, 20.0)).exp());
    mean.iter().zip(deviation).zip(noise).map(|((mean, deviation), noise)| mean + deviation * noise).collect()
}
