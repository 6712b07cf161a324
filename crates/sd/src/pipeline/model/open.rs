//! Opening a model: headers and configurations, and the check that its files and its programs want the same weights.

use super::adapters::Loras;
use super::networks::TinyDecoder;
use super::text_encoder::TextEncoder;
use super::vae::fitting;
use super::{Model, Options};
use crate::autoencoder::Autoencoder;
use crate::clip::Hidden;
use crate::component::Component;
use crate::config::{ClipConfig, ModelConfig};
use crate::error::Error;
use crate::files::{Files, Within};
use crate::inversion::Inversions;
use crate::layout::{self, Choice};
use crate::pipeline::plan::programs::ProgramBuilder;
use crate::preview::FIT_SIZE;
use crate::sentence;
use crate::tokenizer::Tokenizer;
use decant_graph::Encoding;
use std::cell::RefCell;
use std::rc::Rc;

impl Model {
    /// Reads configurations and headers, and checks that each weight is used and none is missing; no numbers yet.
    pub async fn open(files: Rc<dyn Files>, options: Options) -> Result<Model, Error> {
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
                || Error::Missing { place: files.place(), name: format!("weights of {name}"), hint: sentence!("the model needs them") };
            Ok::<Component, Error>(Component::over(checkpoint.ok_or_else(missing)?, name, options.weights))
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
            Some(files) => Some(TinyDecoder::open(files, &config).await?),
            None => None,
        };
        let (own_vae, loras) = (None, Loras::default());
        let model = Model { files, options, opened, config, texts, unet, vae, vae_files, own_vae, tiny, loras, inversions };
        model.nothing_left_over()?;
        Ok(model)
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

    /// Changes how weights are kept.
    pub fn set_encoding(&mut self, encoding: Option<Encoding>) {
        self.options.weights = encoding;
        self.texts.iter_mut().for_each(|text| text.component.set_encoding(encoding));
        self.unet.set_encoding(encoding);
        self.vae.set_encoding(encoding);
    }
}
