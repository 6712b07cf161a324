//! Where a run begins: noise, a noised picture, or latents that were given; and what of the picture stays under a mask.
//!
//! As diffusers' `StableDiffusionImg2ImgPipeline` and `StableDiffusionInpaintPipeline` prepare it, in the order in which they draw noise:
//! that of the encoder's sample, that of the run, that of the encoder's sample of what the mask leaves. A stochastic sampler goes on from
//! there, so the order is part of the picture.

use super::Run;
use super::denoise::InpaintMask;
use crate::autoencoder::Autoencoder;
use crate::error::{Error, Sentence, ToValue};
use crate::latents::Level;
use crate::picture::{Mask, Picture};
use crate::pipeline::model::Model;
use crate::pipeline::model::networks::Network;
use crate::pipeline::on_device::OnDevice;
use crate::request::Settings;
use crate::sentence;
use decant_graph::Executable;
use decant_solver::{Noise, Schedule};

/// Everything that the first step needs.
pub(crate) struct Start {
    /// The run's noise `[c, h, w]`, of unit variance.
    pub noise: Vec<f32>,
    /// What the first step takes: the noise itself, or what [`Run::begin`]'s call expects.
    pub latents: Vec<f32>,
    /// What an inpainting denoiser sees besides the latents `[1 + c, h, w]`: the mask, and the latents of what it leaves. Else nothing.
    pub extra_channels: Vec<f32>,
    /// What stays under a mask, where the denoiser does not see it.
    pub inpaint: Option<InpaintMask>,
    /// The generator, with the run's first noise drawn.
    pub random: Noise,
}

/// The picture that a run starts from, padded and in the run's size, and the mask over it.
pub(crate) struct Canvas {
    pub picture: Picture,
    pub mask: Mask,
}

impl Canvas {
    /// `None` where a run starts from no picture.
    pub fn of(settings: &Settings) -> Option<Canvas> {
        let (request, width, height) = (&settings.request, settings.width, settings.height);
        let picture = request.images.picture.as_ref()?;
        let mask = match &request.images.mask {
            Some(mask) => mask.padded(request.pad),
            None if request.masks() => Mask::none(picture.width, picture.height).padded(request.pad),
            None => Mask::whole(width, height),
        };
        Some(Canvas { picture: picture.padded(request.pad).resized(width, height), mask: mask.resized(width, height) })
    }

    /// A picture of which nothing is known, to be painted as a whole.
    fn blank(width: usize, height: usize) -> Canvas {
        Canvas { picture: Picture { width, height, values: vec![0.5; 3 * width * height] }, mask: Mask::whole(width, height) }
    }

    /// The picture with grey, which is 0 to an autoencoder, where it will be painted.
    fn left(&self) -> Picture {
        let grey = |(value, painted): (&f32, bool)| if painted { 0.5 } else { *value };
        let plane = |values| std::iter::zip(values, self.mask.painted()).map(grey);
        Picture { values: self.picture.values.chunks(self.mask.grey.len()).flat_map(plane).collect(), ..self.picture }
    }

    /// Another picture of the same size, with this one's pixels where the mask leaves them.
    pub fn put_back(&self, painted: &mut Picture) {
        for (own, new) in self.picture.values.chunks(self.mask.grey.len()).zip(painted.values.chunks_mut(self.mask.grey.len())) {
            for ((own, new), _) in own.iter().zip(new).zip(self.mask.painted()).filter(|(_, painted)| !painted) {
                *new = *own;
            }
        }
    }
}

impl Model {
    /// The model call that a run begins with; `None` where it begins with noise.
    ///
    /// # Errors
    /// A sentence for latents of another size, or of a noise level that the run does not pass.
    pub(crate) fn begin(&self, settings: &Settings, schedule: &Schedule) -> Result<Option<usize>, Error> {
        let calls = settings.sampler.row().calls;
        let Some(latents) = &settings.request.images.latents else { return Ok(settings.first_step.map(|step| step * calls)) };
        let shape = self.latent_shape(settings);
        if latents.shape != shape {
            let [c, h, w] = latents.shape;
            let [own, high, wide] = shape;
            let problem =
                sentence!("they have {c} channels of {h}×{w} places, the run has {own} of {high}×{wide}", c, h, w, own, high, wide);
            return Err(refused(problem, sentence!("give latents of this model and size")));
        }
        match latents.level {
            Level::Noisy { sigma, .. } => call_at(schedule, sigma, calls).map(Some),
            _ => Ok(settings.first_step.map(|step| step * calls)),
        }
    }
}

impl OnDevice<'_> {
    /// Draws, encodes and noises what the run starts from.
    pub(crate) async fn start(&mut self, run: &Run, canvas: Option<&Canvas>) -> Result<Start, Error> {
        let model = self.model;
        let encoder = match model.encodes(&run.settings) {
            true => Some(self.acquire(Network::Encoder).await?),
            false => None,
        };
        let mut source = Source { autoencoder: &model.config.vae, encoder, random: run.settings.noise() };
        let sees = model.config.sees_a_picture();
        let masked = canvas.filter(|_| run.settings.request.masks() && !sees);
        let original = source.original(run, canvas, masked.is_some()).await?;
        let noise = source.noise(run, model.latent_shape(&run.settings));
        let extra_channels = if sees { source.seen(run, canvas).await? } else { vec![] };
        if masked.is_some() && matches!(model.config.vae, Autoencoder::Kl(_)) {
            source.random.randn(noise.len()); // of the sample that diffusers draws, and does not show to such a denoiser
        }
        let Source { encoder, random, .. } = source;
        if let Some(encoder) = encoder {
            self.release(Network::Encoder, encoder);
        }
        let latents = run.first(original.as_deref(), &noise)?;
        let inpaint = masked.zip(original).map(|(canvas, original)| {
            let (mask, schedule) = (canvas.mask.over_latents(model.factor()), run.schedule.clone());
            InpaintMask { original, noise: noise.clone(), mask, schedule }
        });
        Ok(Start { noise, latents, extra_channels, inpaint, random })
    }
}

/// What is used up in order: the encoder's samples and the run's noise come from one generator.
struct Source<'a> {
    autoencoder: &'a Autoencoder,
    encoder: Option<Box<dyn Executable>>,
    random: Noise,
}

impl Source<'_> {
    async fn encoded(&mut self, picture: &Picture) -> Result<Vec<f32>, Error> {
        let encoder = self.encoder.as_mut().ok_or(Error::NotReady)?;
        self.autoencoder.encode(&mut **encoder, picture, Some(&mut self.random)).await
    }

    /// The latents of what the run starts from, where something of them is seen again.
    async fn original(&mut self, run: &Run, canvas: Option<&Canvas>, masked: bool) -> Result<Option<Vec<f32>>, Error> {
        match (canvas, &run.settings.request.images.latents) {
            (Some(canvas), _) if run.begin.is_some() || masked => self.encoded(&canvas.picture).await.map(Some),
            (None, Some(latents)) if run.begin.is_some() => Ok(Some(latents.values.clone())),
            _ => Ok(None),
        }
    }

    /// The run's unit noise: given, or drawn.
    fn noise(&mut self, run: &Run, shape: [usize; 3]) -> Vec<f32> {
        match (&run.settings.request.images.latents, run.begin) {
            (Some(latents), None) => latents.values.clone(),
            _ => self.random.randn(shape.iter().product()),
        }
    }

    /// The mask, and the latents of what it leaves of the picture; without a picture, a mask over everything.
    async fn seen(&mut self, run: &Run, canvas: Option<&Canvas>) -> Result<Vec<f32>, Error> {
        let blank = Canvas::blank(run.settings.width, run.settings.height);
        let canvas = canvas.unwrap_or(&blank);
        let latents = self.encoded(&canvas.left()).await?;
        Ok([canvas.mask.over_latents(self.autoencoder.factor()), latents].concat())
    }
}

impl Run {
    /// What the sampler is given.
    fn first(&self, original: Option<&[f32]>, noise: &[f32]) -> Result<Vec<f32>, Error> {
        match (&self.settings.request.images.latents, self.begin, original) {
            (_, None, _) => Ok(noise.to_vec()),
            (Some(latents), ..) if matches!(latents.level, Level::Noisy { .. }) => Ok(latents.scaled(self.schedule.scale)),
            (_, Some(call), original) => {
                let noised = original.and_then(|original| self.schedule.add_noise(call, original, noise));
                noised.ok_or(Error::NotReady)
            }
        }
    }
}

/// The last of the steps' first calls that is made at this noise level.
fn call_at(schedule: &Schedule, sigma: f32, calls: usize) -> Result<usize, Error> {
    let levels = schedule.sigmas[..schedule.timesteps.len()].iter();
    let starts: Vec<(usize, f32)> = levels.copied().enumerate().step_by(calls).collect();
    let found = starts.iter().rev().find(|(_, level)| (level - sigma).abs() <= NEAR * sigma);
    found.map(|(call, _)| *call).ok_or_else(|| {
        let levels: Vec<String> = starts.iter().map(|(_, level)| format!("{level:.3}")).collect();
        let sigma = format!("{sigma:.3}");
        let problem = sentence!("their noise level is {sigma}, the run's steps start at {levels}", sigma, levels);
        refused(problem, sentence!("ask for the sampler, steps and sigmas that they were made with"))
    })
}

/// How much two noise levels may differ and be the same: schedules are computed in float32, and files hold decimals.
const NEAR: f32 = 1e-3;

fn refused(problem: Sentence, advice: Sentence) -> Error {
    Error::Start { what: sentence!("latents").to_value(), problem, advice }
}
