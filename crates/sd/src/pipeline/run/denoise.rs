//! The model as a sampler sees it: latents in, guided prediction out; and the observer behind it.

use crate::autoencoder::Autoencoder;
use crate::error::Error;
use crate::picture::{Picture, channels_first, channels_last};
use crate::pipeline::run::event::{Eps, Event, Observer};
use crate::pipeline::run::pulled::{ByPicture, Pull, Pulling};
use crate::preview::Projection;
use decant_graph::{Executable, Input};
use decant_solver::{Guidance, LossAt, Noise, PredictionType, Run, Schedule, Step, prediction};

/// What the denoiser is told at every step besides latents and timestep: values for the whole batch, by the input's name.
pub(crate) type Constants = Vec<(&'static str, Vec<f32>)>;

/// What a step's predicted picture is made with.
pub(crate) enum PreviewDecoder<'a> {
    /// Nothing.
    None,
    /// The straight line that stands for the noisy latents, too.
    Projection,
    /// A decoder made ready, and whose it is.
    Decoder(&'a mut dyn Executable, &'a Autoencoder),
}

/// What of a picture stays under a mask, where the denoiser is not shown it: after each step it is put back, noised as the next step
/// expects (diffusers' `StableDiffusionInpaintPipeline` with a denoiser of 4 channels).
pub(crate) struct InpaintMask {
    /// The picture's latents `[c, h, w]`.
    pub original: Vec<f32>,
    /// The run's unit noise.
    pub noise: Vec<f32>,
    /// 1 where it is painted, 0 where it stays, `[h, w]`.
    pub mask: Vec<f32>,
    pub schedule: Schedule,
}

impl InpaintMask {
    /// The latents after a model call, with what stays put back; after the last call without noise.
    fn put_back(&self, index: usize, latents: Vec<f32>) -> Vec<f32> {
        let noised = self.schedule.add_noise(index + 1, &self.original, &self.noise);
        let stays = noised.as_ref().unwrap_or(&self.original);
        latents.iter().zip(stays).zip(self.mask.iter().cycle()).map(|((new, old), mask)| (1.0 - mask) * old + mask * new).collect()
    }
}

/// One run's denoiser.
pub(crate) struct Denoise<'a, O> {
    pub unet: &'a mut dyn Executable,
    pub constants: &'a Constants,
    /// Pictures in the batch: two with guidance by two outputs.
    pub batch: usize,
    /// Calls that the batch is spread over.
    pub calls: usize,
    /// Where guidance is by two outputs.
    pub guidance: Option<Guidance>,
    /// Which call comes next, of how many: guidance need not last for all of them.
    pub call: usize,
    pub of: usize,
    /// What the model predicts.
    pub kind: PredictionType,
    /// Latent channels, height, width.
    pub shape: [usize; 3],
    /// What is appended to the latents' channels, `[more, h, w]`.
    pub extra_channels: &'a [f32],
    pub projection: Option<&'a Projection>,
    pub preview: PreviewDecoder<'a>,
    /// The model's last outputs, channels first: without the prompt (where there is guidance), with it.
    pub outputs: Vec<Vec<f32>>,
    /// Where the denoiser looked in its last call, with the prompt: `[tokens, h, w]`.
    pub attention: Option<Vec<f32>>,
    /// The scale that guidance had in the last call; `None` where the model was asked once.
    pub scale: Option<f32>,
    /// With CFG++, the answer whose noise the step adds back.
    pub renoise: Option<Vec<f32>>,
    /// What pulls the steps, and what pulled the last one.
    pub pull: Option<Pull>,
    pub pulling: Option<Pulling>,
    /// Whose latents they are.
    pub autoencoder: &'a Autoencoder,
    /// What drew the first noise, for samplers that draw more.
    pub random: Noise,
    /// What stays under a mask.
    pub inpaint: Option<InpaintMask>,
    pub observer: &'a mut O,
}

impl<O: Observer> Run for Denoise<'_, O> {
    type Error = Error;

    async fn predict(&mut self, x: &[f32], timestep: f32) -> Result<Vec<f32>, Error> {
        let places = self.shape[1] * self.shape[2];
        let one = channels_last(&[x, self.extra_channels].concat(), (x.len() + self.extra_channels.len()) / places);
        let pictures = self.batch / self.calls;
        let (sample, timesteps) = (one.repeat(pictures), vec![timestep; pictures]);
        let scale = self.guidance.as_ref().and_then(|guidance| guidance.scale(self.call, self.of));
        self.call += 1;
        self.outputs.clear();
        // The last call has the prompt; where guidance rests, it is all that is asked.
        for call in if scale.is_some() { 0 } else { self.calls - 1 }..self.calls {
            let mut inputs = vec![("sample", Input::F32(&sample)), ("timestep", Input::F32(&timesteps))];
            for (name, values) in self.constants {
                let share = values.len() / self.calls;
                inputs.push((name, Input::F32(&values[call * share..][..share])));
            }
            let mut outputs = self.unet.run(&inputs).await?;
            self.attention = outputs.get(1).map(|map| channels_first(map, map.len() / places));
            let output = outputs.swap_remove(0);
            self.outputs.extend(output.chunks(output.len() / pictures).map(|one| channels_first(one, self.shape[0])));
        }
        (self.renoise, self.scale) = (None, scale);
        Ok(match (&self.guidance, scale, &self.outputs[..]) {
            (Some(guidance), Some(scale), [uncond, cond]) => {
                self.renoise = guidance.cfgpp.then(|| uncond.clone());
                guidance.combine(uncond, cond, scale)
            }
            _ => self.outputs[0].clone(),
        })
    }

    async fn loss_gradient(&mut self, at: LossAt<'_>) -> Result<Option<Vec<f32>>, Error> {
        self.pulling = None;
        let size = [self.shape[1], self.shape[2]];
        let Some(pull) = self.pull.as_mut().filter(|pull| pull.pulls(at.step)) else { return Ok(None) };
        let ByPicture { loss, mut gradient } = pull.by_picture(self.autoencoder, &at, size).await?;
        if self.pull.as_ref().is_some_and(|pull| pull.unet_back.is_some()) {
            let by = Pull::by_output(self.kind, at.sigma);
            let cotangent: Vec<f32> = gradient.iter().map(|g| by * g).collect();
            let back = self.back_through_denoiser(&at, &cotangent).await?;
            gradient = Pull::through_denoiser(self.kind, at.sigma, &gradient, &back);
        }
        self.pulling = Some(Pulling { loss, gradient: gradient.clone() });
        Ok(Some(gradient))
    }

    fn renoise(&self) -> Option<Vec<f32>> {
        self.renoise.clone()
    }

    fn noise(&mut self, n: usize) -> Vec<f32> {
        self.random.randn(n)
    }

    fn after_step(&mut self, index: usize, latents: Vec<f32>) -> Vec<f32> {
        match &self.inpaint {
            Some(inpaint) => inpaint.put_back(index, latents),
            None => latents,
        }
    }

    async fn observe(&mut self, step: Step<'_>) -> Result<(), Error> {
        let preview_noisy = self.project(step.model_input);
        let size = [self.shape[1], self.shape[2]];
        let preview_denoised = match &mut self.preview {
            PreviewDecoder::Decoder(decoder, autoencoder) => Some(autoencoder.decode(&mut **decoder, step.denoised, size).await?),
            _ => self.project(step.denoised),
        };
        let (eps, guidance) = (&self.eps(&step), self.scale.unwrap_or(1.0));
        let (shape, attention) = (self.shape, self.attention.as_deref());
        let pulling = self.pulling.take();
        let pulling = pulling.as_ref();
        self.observer.event(Event::Step { step, shape, eps, guidance, attention, pulling, preview_noisy, preview_denoised }).await
    }
}

impl<O> Denoise<'_, O> {
    /// What the latents that the model was shown have to change for a change of its guided output: through each picture of the batch by its
    /// share in that.
    async fn back_through_denoiser(&mut self, at: &LossAt<'_>, by_output: &[f32]) -> Result<Vec<f32>, Error> {
        let places = self.shape[1] * self.shape[2];
        let one = channels_last(
            &[at.model_input, self.extra_channels].concat(),
            at.model_input.len() / places + self.extra_channels.len() / places,
        );
        let by_output = channels_last(by_output, self.shape[0]);
        // Without the prompt, with it.
        let shares = match (self.scale, self.outputs.len()) {
            (Some(scale), 2) => vec![1.0 - scale, scale],
            _ => vec![1.0],
        };
        let pictures = self.batch / self.calls;
        let mut sum = vec![0.0; at.model_input.len()];
        for call in if shares.len() > 1 { 0 } else { self.calls - 1 }..self.calls {
            let mine = if self.calls > 1 && shares.len() > 1 { &shares[call..=call] } else { &shares[..] };
            let share = |i: usize| mine.get(i).copied().unwrap_or(0.0);
            let cotangent: Vec<f32> = (0..pictures).flat_map(|i| by_output.iter().map(move |c| c * share(i))).collect();
            let (sample, timesteps) = (one.repeat(pictures), vec![at.timestep; pictures]);
            let mut inputs =
                vec![("sample", Input::F32(&sample)), ("timestep", Input::F32(&timesteps)), ("cotangent", Input::F32(&cotangent))];
            for (name, values) in self.constants {
                let part = values.len() / self.calls;
                inputs.push((name, Input::F32(&values[call * part..][..part])));
            }
            let Some(back) = self.pull.as_mut().and_then(|pull| pull.unet_back.as_mut()) else { break };
            let gradient = back.run(&inputs).await?.remove(0);
            for picture in gradient.chunks(gradient.len() / pictures) {
                // What the denoiser is shown beside the latents stays as it is.
                let latents = &channels_first(picture, picture.len() / places)[..sum.len()];
                sum.iter_mut().zip(latents).for_each(|(sum, g)| *sum += g);
            }
        }
        Ok(sum)
    }

    /// The last call's outputs as noise.
    fn eps(&self, step: &Step<'_>) -> Eps {
        let eps = |output: &[f32]| prediction::noise(self.kind, step.model_input, output, step.sigma);
        let (uncond, cond) = match &self.outputs[..] {
            [uncond, cond] => (Some(eps(uncond)), eps(cond)),
            outputs => (None, eps(&outputs[0])),
        };
        Eps { cond, uncond, guided: eps(step.prediction) }
    }

    /// Latents as colours by the fitted straight line, where pictures are wanted.
    fn project(&self, latents: &[f32]) -> Option<Picture> {
        let [_, height, width] = self.shape;
        let projection = self.projection.filter(|_| !matches!(self.preview, PreviewDecoder::None))?;
        Some(projection.apply(latents, width, height))
    }
}

/// The guidance scale as a latent consistency model is told it: sines, then cosines, of a thousand times what is above 1
/// (diffusers' `get_guidance_scale_embedding`; Meng et al. 2022).
pub(crate) fn guidance_embedding(guidance: f32, width: usize) -> Vec<f32> {
    let (half, scaled) = (width / 2, (guidance - 1.0) * 1000.0);
    let frequency = |i: usize| (i as f32 * -(10_000f32.ln() / (half as f32 - 1.0))).exp();
    let angles: Vec<f32> = (0..half).map(|i| scaled * frequency(i)).collect();
    let mut embedding: Vec<f32> = angles.iter().map(|a| a.sin()).chain(angles.iter().map(|a| a.cos())).collect();
    embedding.resize(width, 0.0);
    embedding
}
