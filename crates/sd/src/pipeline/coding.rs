//! The autoencoder alone: a picture's latents, and latents' picture.

use super::Pipeline;
use super::plan::Planned;
use super::stage::Network;
use crate::error::Error;
use crate::latents::{Latents, Level};
use crate::picture::Picture;
use crate::request::{Images, Request};
use decant_solver::{Generator, Noise, Scale};
use std::rc::Rc;

impl Pipeline {
    /// A picture's latents. Without a `seed` the middle of what the encoder says (diffusers' `latent_dist.mode()`), which decodes best; with
    /// one a sample of it (`latent_dist.sample(torch.Generator("cpu").manual_seed(seed))`), as runs start from.
    ///
    /// # Errors
    /// A sentence where a side is no multiple of [`Pipeline::factor`], or the memory is too small.
    pub async fn encode(&mut self, picture: &Picture, seed: Option<u64>) -> Result<Latents, Error> {
        let pixels = [picture.width, picture.height];
        let images = Images { picture: Some(Rc::new(picture.clone())), ..Images::default() };
        let planned = self.alone(pixels, images)?;
        let mut encoder = self.take(Network::Encoder, &planned).await?;
        let mut random = seed.map(|seed| Noise::Cpu(Generator::new(seed)));
        let values = self.config.vae.encode(&mut *encoder, picture, random.as_mut()).await?;
        self.give_back(Network::Encoder, encoder, &planned);
        let [height, width] = planned.wish.size;
        Ok(Latents { shape: [self.config.vae.latent_channels(), height, width], values, level: Level::Clean })
    }

    /// Latents' picture, by the model's own autoencoder. Noisy ones are brought to the autoencoder's scale first, and show their noise.
    ///
    /// # Errors
    /// A sentence where they have another number of channels, or the memory is too small.
    pub async fn decode(&mut self, latents: &Latents) -> Result<Picture, Error> {
        let [channels, height, width] = latents.shape;
        if channels != self.config.vae.latent_channels() {
            let problem = format!("they have {channels} channels, the autoencoder's have {}", self.config.vae.latent_channels());
            return Err(Error::Start { what: "latents".into(), problem, advice: "give latents of this model".into() });
        }
        let planned = self.alone([width, height].map(|side| side.saturating_mul(self.factor())), Images::default())?;
        let mut decoder = self.take(Network::Decoder, &planned).await?;
        let picture = self.config.vae.decode(&mut *decoder, &latents.scaled(Scale::Preserving), planned.wish.size).await?;
        self.give_back(Network::Decoder, decoder, &planned);
        Ok(picture)
    }

    /// The plan of a plain picture of this size.
    fn alone(&mut self, [width, height]: [usize; 2], images: Images) -> Result<Rc<Planned>, Error> {
        let request = Request { width: Some(width), height: Some(height), guidance: Some(1.0), images, ..Request::default() };
        let settings = request.settle(self.defaults(), self.factor())?;
        self.planned(self.wish(&settings)?)
    }
}
