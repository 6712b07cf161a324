//! A model's networks by what they are for: whose weights each runs on, and where those are read.

use super::Model;
use crate::autoencoder::Autoencoder;
use crate::component::Component;
use crate::config::{ModelConfig, TinyConfig};
use crate::error::Error;
use crate::files::Files;
use crate::layout;
use decant_graph::Program;
use std::rc::Rc;

/// A network's program, for one purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Network {
    /// A text encoder, by its number.
    Text(usize),
    Unet,
    Decoder,
    Encoder,
    Tiny,
    /// The decoder's way back, from a picture's cotangent to the latents'.
    DecoderBack,
    /// The denoiser's.
    UnetBack,
}

/// A tiny autoencoder that the model was opened with.
pub(crate) struct TinyDecoder {
    files: Rc<dyn Files>,
    pub component: Component,
    pub config: Autoencoder,
}

impl Model {
    /// Whose weights a network runs on; both halves of the autoencoder have one's.
    pub fn component(&self, network: Network) -> Option<&Component> {
        match network {
            Network::Text(at) => self.texts.get(at).map(|text| &text.component),
            Network::Unet | Network::UnetBack => Some(&self.unet),
            Network::Decoder | Network::Encoder | Network::DecoderBack => Some(&self.vae),
            Network::Tiny => self.tiny.as_ref().map(|tiny| &tiny.component),
        }
    }

    /// Where a network's weights are read.
    pub fn files_of(&self, network: Network) -> &dyn Files {
        match (network, &self.tiny, &self.vae_files) {
            (Network::Tiny, Some(tiny), _) => &*tiny.files,
            (Network::Decoder | Network::Encoder | Network::DecoderBack, _, Some(files)) => &**files,
            _ => &*self.files,
        }
    }

    /// Whose latents a network reads or writes.
    pub fn autoencoder(&self, network: Network) -> &Autoencoder {
        match (network, &self.tiny) {
            (Network::Tiny, Some(tiny)) => &tiny.config,
            _ => &self.config.vae,
        }
    }

    /// Text encoders, denoiser, autoencoder.
    pub fn components(&self) -> Vec<&Component> {
        self.texts.iter().map(|text| &text.component).chain([&self.unet, &self.vae]).collect()
    }
}

impl TinyDecoder {
    /// Reads the headers of a tiny autoencoder, and checks that its latents are the model's.
    pub async fn open(files: Rc<dyn Files>, model: &ModelConfig) -> Result<TinyDecoder, Error> {
        let mut opened = layout::open_tiny(files).await?;
        let (files, vae) = (opened.files.clone(), opened.take("vae").unwrap_or_default());
        let config = Autoencoder::Tiny(TinyConfig::read(&*files, "vae").await?);
        let sizes = |autoencoder: &Autoencoder| (autoencoder.latent_channels(), autoencoder.factor());
        if sizes(&config) != sizes(&model.vae) {
            let (got, expected) = (sizes(&config), sizes(&model.vae));
            return Err(Error::TinyLatents { got, expected });
        }
        Ok(TinyDecoder { files, component: Component::over(vae, "preview", None), config })
    }

    /// Its decoder for latents of this size.
    pub fn decoder(&self, size: [usize; 2], bands: usize) -> Result<Rc<Program>, Error> {
        self.component.program(|graph| self.config.decoder(graph, size, bands))
    }
}
