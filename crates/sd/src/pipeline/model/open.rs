//! Opening a model: headers and configurations, then weights; and what can be asked of it before and after.

use crate::autoencoder::Autoencoder;
use crate::clip::Hidden;
use crate::component::{Component, Progress};
use crate::config::ModelConfig;
use crate::config::{ClipConfig, TinyConfig};
use crate::error::Error;
use crate::files::{Files, Within};
use crate::inversion::Inversions;
use crate::layout::{self, Choice, Opened};
use crate::pipeline::model::adapters::Loras;
use crate::pipeline::model::text_encoder::TextEncoder;
use crate::pipeline::model::vae::fitting;
use crate::pipeline::plan::RunShape;
use crate::pipeline::plan::programs::ProgramBuilder;
use crate::pipeline::{Options, Pipeline, TinyDecoder};
use crate::preview::FIT_SIZE;
use crate::request::{Defaults, Preview};
use crate::tokenizer::Tokenizer;
use crate::upscale::Upscaler;
use decant_graph::{Device, Encoding, Program};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

impl Pipeline {
    /// Opens a model and brings its weights to the device: [`Pipeline::open`], then [`Pipeline::load_resident`].
    pub async fn load(
        files: Rc<dyn Files>,
        device: Rc<dyn Device>,
        options: Options,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Pipeline, Error> {
        let mut pipeline = Pipeline::open(files, device, options).await?;
        pipeline.load_resident(progress).await?;
        Ok(pipeline)
    }

    /// Reads configurations and headers, and checks that each weight is used and none is missing; no numbers yet.
    pub async fn open(files: Rc<dyn Files>, device: Rc<dyn Device>, options: Options) -> Result<Pipeline, Error> {
        let (family, other_vae) = (options.family.clone(), options.vae.is_some());
        let choice = Choice { prediction: options.prediction, family, other_vae };
        let mut opened = layout::open_as(files, &choice).await?;
        let files = opened.files.clone();
        let mut config = ModelConfig::read(&*files).await?;
        if let Some(prediction) = options.prediction {
            config.scheduler.predicting(prediction);
        }
        let other = match &options.vae {
            Some(other) => Some(fitting(other.clone(), &config.vae).await?),
            None => None,
        };
        let (vae_files, vae) = match other {
            Some(other) => {
                config.vae = Autoencoder::Kl(other.config);
                (Some(other.files), Some(other.checkpoint))
            }
            None => (None, None),
        };
        let mut component = |name| {
            let own = opened.take(name);
            let checkpoint = vae.clone().filter(|_| name == "vae").or(own);
            let missing =
                || Error::Missing { place: files.place(), name: format!("weights of {name}"), hint: "the model needs them".into() };
            Ok::<Component, Error>(Component::over(checkpoint.ok_or_else(missing)?, name, options.weights, &*device))
        };
        let two = config.text_2.is_some();
        let inversions = Rc::<RefCell<Inversions>>::default();
        let mut text = |config: &ClipConfig, name, tokenizer, hidden| {
            TextEncoder::new(component(name)?, config.clone(), tokenizer, hidden, &inversions)
        };
        let hidden = if two { Hidden::Penultimate } else { Hidden::Normed };
        let mut texts = vec![text(&config.text, "text_encoder", Tokenizer::load(&*files).await?, hidden)?];
        if let Some(second) = &config.text_2 {
            let tokenizer = Tokenizer::load_from(&*files, "tokenizer_2").await?;
            texts.push(text(second, "text_encoder_2", tokenizer, Hidden::Projected)?);
        }
        let (unet, vae) = (component("unet")?, component("vae")?);
        let own = config.preview_decoder.as_ref().map(|folder| Rc::new(Within::new(files.clone(), folder)) as Rc<dyn Files>);
        let tiny = match options.preview.clone().or(own) {
            Some(files) => Some(TinyDecoder::open(files, &*device, &config).await?),
            None => None,
        };
        let (current, ready) = (None, BTreeMap::new());
        let pipeline = Pipeline {
            files,
            device,
            options,
            config,
            texts,
            unet,
            vae,
            vae_files,
            own_vae: None,
            tiny,
            loras: Loras::default(),
            current,
            plans: vec![],
            ready,
            projection: None,
            conditioning_cache: None,
            inversions,
            opened,
        };
        pipeline.nothing_left_over()?;
        Ok(pipeline)
    }

    /// Every weight of every file is used by some program, and every weight that a program uses is there.
    fn nothing_left_over(&self) -> Result<(), Error> {
        self.texts.iter().try_for_each(TextEncoder::nothing_left_over)?;
        let size = [FIT_SIZE; 2];
        let [unet, _] = ProgramBuilder::smallest(self, size)?;
        let pixels = size.map(|side| side * self.factor());
        self.unet.nothing_left_over(&[&unet])?;
        self.nothing_left_over_of_vae()?;
        match &self.tiny {
            None => Ok(()),
            Some(tiny) => {
                let decoder = tiny.decoder(size, 1)?;
                if !tiny.component.checkpoint().tensors().keys().any(|name| name.starts_with("encoder.")) {
                    return tiny.component.nothing_left_over(&[&*decoder]);
                }
                let encoder = tiny.component.program(|graph| tiny.config.encoder(graph, pixels, 1))?;
                tiny.component.nothing_left_over(&[&*decoder, &encoder])
            }
        }
    }

    /// Changes how weights are kept. What is on the device already is dropped; [`Pipeline::load_resident`] brings it back.
    pub fn set_encoding(&mut self, shape: Option<Encoding>) {
        self.options.weights = shape;
        (self.current, self.projection, self.conditioning_cache) = (None, None, None);
        self.plans.clear();
        self.ready.clear();
        let device = self.device.clone();
        self.texts.iter_mut().for_each(|text| text.component.set_encoding(shape, &*device));
        self.unet.set_encoding(shape, &*device);
        self.vae.set_encoding(shape, &*device);
    }

    /// Brings the weights that stay between pictures to the device, one tensor at a time: all, or, where memory is short for a picture of
    /// the model's own size, those that are wanted at every step.
    pub async fn load_resident(&mut self, progress: &mut dyn FnMut(Progress)) -> Result<(), Error> {
        let Defaults { width, height, guidance, .. } = *self.defaults();
        let plan = self.plan(self.shape_for(width, height, guidance > 1.0)?)?;
        let largest = plan.memory.parts.iter().map(|part| part.weights).max().unwrap_or(0);
        let (need, most) = (plan.memory.resident().max(largest), self.most());
        if need > most {
            return Err(Error::ModelMemory { need, most, device: self.device.name() });
        }
        self.load_by(&plan, progress).await
    }

    /// What the model says of itself.
    pub fn config(&self) -> &ModelConfig {
        &self.config
    }

    /// The headers of the upscaler that the model's folder brings along, where it does (`upscaler` of `decant.json`); it is called as its folder.
    ///
    /// # Errors
    /// A sentence for a file that is missing or damaged, or none.
    pub async fn upscaler(&self) -> Result<Option<Upscaler>, Error> {
        let Some(folder) = &self.config.upscaler else { return Ok(None) };
        let files = Rc::new(Within::new(self.files.clone(), folder));
        Upscaler::open(folder, files, &*self.device, None).await.map(Some)
    }

    /// What its files turned out to be.
    pub fn opened(&self) -> &Opened {
        &self.opened
    }

    /// What it runs on.
    pub fn device(&self) -> &dyn Device {
        &*self.device
    }

    /// What it does when nothing else is asked for.
    pub fn defaults(&self) -> &Defaults {
        &self.config.defaults
    }

    /// Pixels per latent place.
    pub fn factor(&self) -> usize {
        self.config.vae.factor()
    }

    /// Turns prompts into the model's tokens; shared, so that a page can count tokens while a run goes on.
    pub fn tokenizer(&self) -> Rc<Tokenizer> {
        self.texts[0].reader.tokenizer().clone()
    }

    /// Text encoders, denoiser, autoencoder.
    pub fn components(&self) -> Vec<&Component> {
        self.texts.iter().map(|text| &text.component).chain([&self.unet, &self.vae]).collect()
    }

    /// The programs of a picture of this size, by their networks' names.
    pub fn described(&self, width: usize, height: usize, guided: bool) -> Result<Vec<(&'static str, Rc<Program>)>, Error> {
        let shape = RunShape { preview: Preview::None, ..self.shape_for(width, height, guided)? };
        let programs = self.plan(shape)?.programs;
        let texts = self.texts.iter().map(|text| text.component.name()).zip(programs.texts);
        let rest =
            [("unet", Some(programs.unet)), ("encoder", programs.encoder), ("decoder", Some(programs.decoder)), ("preview", programs.tiny)];
        Ok(texts.chain(rest.into_iter().filter_map(|(name, program)| Some((name, program?)))).collect())
    }
}

impl TinyDecoder {
    /// Reads the headers of a tiny autoencoder, and checks that its latents are the model's.
    async fn open(files: Rc<dyn Files>, device: &dyn Device, model: &ModelConfig) -> Result<TinyDecoder, Error> {
        let mut opened = layout::open_tiny(files).await?;
        let (files, vae) = (opened.files.clone(), opened.take("vae").unwrap_or_default());
        let config = Autoencoder::Tiny(TinyConfig::read(&*files, "vae").await?);
        let sizes = |autoencoder: &Autoencoder| (autoencoder.latent_channels(), autoencoder.factor());
        if sizes(&config) != sizes(&model.vae) {
            let (got, expected) = (sizes(&config), sizes(&model.vae));
            return Err(Error::TinyLatents { got, expected });
        }
        let component = Component::over(vae, "preview", None, device);
        Ok(TinyDecoder { files, component, config })
    }

    /// Its decoder for latents of this size.
    pub(crate) fn decoder(&self, size: [usize; 2], bands: usize) -> Result<Rc<Program>, Error> {
        self.component.program(|graph| self.config.decoder(graph, size, bands))
    }
}
