//! The autoencoder alone: a picture's latents, and latents' picture.

use crate::error::{Error, ToValue};
use crate::latents::{Latents, Level};
use crate::picture::Picture;
use crate::pipeline::Pipeline;
use crate::pipeline::model::networks::Network;
use crate::pipeline::on_device::OnDevice;
use crate::pipeline::plan::{Plan, RunShape};
use crate::request::{Decoder, Images, Request};
use crate::sentence;
use decant_solver::{Generator, Noise, Scale};
use std::rc::Rc;

/// A picture that went through the autoencoder and back.
#[derive(Debug, Clone, PartialEq)]
pub struct RoundTrip {
    /// As it went in.
    pub before: Picture,
    /// What it was in between.
    pub latents: Latents,
    /// As it came out.
    pub after: Picture,
}

impl RoundTrip {
    /// How near the picture comes to what it was, in decibels ([`Picture::psnr`]).
    pub fn psnr(&self) -> f64 {
        self.before.psnr(&self.after)
    }

    /// How many times more numbers the picture has than its latents.
    pub fn ratio(&self) -> f64 {
        self.before.values.len() as f64 / self.latents.values.len() as f64
    }
}

impl Pipeline {
    /// A picture through the autoencoder and back, in the next smaller size that it takes; `seed` as for [`Pipeline::encode`].
    ///
    /// # Errors
    /// A sentence where the memory is too small.
    pub async fn round_trip(&mut self, picture: &Picture, seed: Option<u64>) -> Result<RoundTrip, Error> {
        let before = picture.on_grid(self.factor());
        let latents = self.encode(&before, seed).await?;
        let after = self.decode(&latents).await?;
        Ok(RoundTrip { before, latents, after })
    }

    /// A picture's latents. Without a `seed` the middle of what the encoder says (diffusers' `latent_dist.mode()`), which decodes best; with
    /// one a sample of it (`latent_dist.sample(torch.Generator("cpu").manual_seed(seed))`), as runs start from.
    ///
    /// # Errors
    /// A sentence where a side is no multiple of [`Pipeline::factor`], or the memory is too small.
    pub async fn encode(&mut self, picture: &Picture, seed: Option<u64>) -> Result<Latents, Error> {
        let pixels = [picture.width, picture.height];
        let images = Images { picture: Some(Rc::new(picture.clone())), ..Images::default() };
        let plan = self.alone(pixels, images, Decoder::Model)?;
        let values = self.on_device(&plan).encode(picture, seed).await;
        let values = self.evict_if_failed(&plan, values)?;
        let [height, width] = plan.shape.size;
        Ok(Latents { shape: [self.model.config.vae.latent_channels(), height, width], values, level: Level::Clean })
    }

    /// Latents' picture, by the model's own autoencoder. Noisy ones are brought to the autoencoder's scale first, and show their noise.
    ///
    /// # Errors
    /// A sentence where they have another number of channels, or the memory is too small.
    pub async fn decode(&mut self, latents: &Latents) -> Result<Picture, Error> {
        self.decode_by(Decoder::Model, latents).await
    }

    /// The same by the tiny autoencoder that the model was opened with.
    ///
    /// # Errors
    /// As for [`Pipeline::decode`], and where there is none.
    pub async fn decode_by(&mut self, by: Decoder, latents: &Latents) -> Result<Picture, Error> {
        let plan = self.plan_for(latents, by)?;
        let network = if by == Decoder::Tiny { Network::Tiny } else { Network::Decoder };
        let picture = self.on_device(&plan).decode_alone(network, &latents.scaled(Scale::Preserving)).await;
        self.evict_if_failed(&plan, picture)
    }

    /// Latents' picture by the straight line from latents to colours, one pixel a place.
    ///
    /// # Errors
    /// As for [`Pipeline::decode`].
    pub async fn project(&mut self, latents: &Latents) -> Result<Picture, Error> {
        if self.computed.projection.is_none() {
            let plan = self.plan_for(latents, Decoder::Model)?;
            let fitted = self.on_device(&plan).fit_projection().await;
            self.evict_if_failed(&plan, fitted)?;
        }
        self.check_channels(latents)?;
        let [_, height, width] = latents.shape;
        let projection = self.computed.projection.as_ref().ok_or(Error::NotReady)?;
        Ok(projection.apply(&latents.scaled(Scale::Preserving), width, height))
    }

    fn check_channels(&self, Latents { shape: [channels, ..], .. }: &Latents) -> Result<(), Error> {
        let expected = self.model.config.vae.latent_channels();
        if *channels == expected {
            return Ok(());
        }
        let problem = sentence!("they have {channels} channels, the autoencoder's have {expected}", channels, expected);
        Err(Error::Start { what: sentence!("latents").to_value(), problem, advice: sentence!("give latents of this model") })
    }

    fn plan_for(&mut self, latents: &Latents, by: Decoder) -> Result<Rc<Plan>, Error> {
        self.check_channels(latents)?;
        let [_, height, width] = latents.shape;
        self.alone([width, height].map(|side| side.saturating_mul(self.factor())), Images::default(), by)
    }

    /// The plan of a plain picture of this size.
    fn alone(&mut self, [width, height]: [usize; 2], images: Images, decoder: Decoder) -> Result<Rc<Plan>, Error> {
        // A model of one step has no part of it to take.
        let strength = images.picture.is_some().then_some(1.0);
        let request =
            Request { width: Some(width), height: Some(height), guidance: Some(1.0), strength, images, decoder, ..Request::default() };
        let (_, shape) = RunShape::of_request(&self.model, &request)?;
        self.follow_shape(shape)
    }
}

impl OnDevice<'_> {
    /// A picture's latents `[c, h, w]`: the middle of what the encoder says, or a sample of it.
    async fn encode(&mut self, picture: &Picture, seed: Option<u64>) -> Result<Vec<f32>, Error> {
        let mut encoder = self.acquire(Network::Encoder).await?;
        let mut random = seed.map(|seed| Noise::Cpu(Generator::new(seed)));
        let values = self.model.config.vae.encode(&mut *encoder, picture, random.as_mut()).await?;
        self.release(Network::Encoder, encoder);
        Ok(values)
    }

    /// Latents' picture by one of the decoders.
    async fn decode_alone(&mut self, network: Network, latents: &[f32]) -> Result<Picture, Error> {
        let mut decoder = self.acquire(network).await?;
        let picture = self.model.autoencoder(network).decode(&mut *decoder, latents, self.plan.shape.size).await?;
        self.release(network, decoder);
        Ok(picture)
    }
}
