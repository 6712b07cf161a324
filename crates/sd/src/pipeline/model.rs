//! A model as it is opened: what its files say, its networks, and the adapters beside them. Nothing of it is on a device.

pub(super) mod adapters;
mod fingerprint;
pub(super) mod networks;
mod open;
mod options;
pub(super) mod text_encoder;
mod vae;

pub use options::Options;

use crate::component::Component;
use crate::config::ModelConfig;
use crate::files::Files;
use crate::inversion::Inversions;
use crate::layout::Opened;
use crate::request::{Defaults, Settings};
use adapters::Loras;
use networks::TinyDecoder;
use std::cell::RefCell;
use std::rc::Rc;
use text_encoder::TextEncoder;

/// An opened model: its files are looked at once, and all that was found is here.
pub(crate) struct Model {
    pub files: Rc<dyn Files>,
    pub options: Options,
    /// What the files turned out to be; its tensors are with the networks.
    pub opened: Opened,
    pub config: ModelConfig,
    pub texts: Vec<TextEncoder>,
    pub unet: Component,
    pub vae: Component,
    /// Where the autoencoder's numbers are read, where it is not the model's own.
    vae_files: Option<Rc<dyn Files>>,
    /// The one that it was opened with, while another one stands in for it.
    own_vae: Option<vae::Waiting>,
    pub tiny: Option<TinyDecoder>,
    pub loras: Loras,
    /// Textual inversions that were added.
    pub inversions: Rc<RefCell<Inversions>>,
}

impl Model {
    /// What it does when nothing else is asked for.
    pub fn defaults(&self) -> &Defaults {
        &self.config.defaults
    }

    /// Pixels per latent place.
    pub fn factor(&self) -> usize {
        self.config.vae.factor()
    }

    /// Latent channels, height, width.
    pub fn latent_shape(&self, settings: &Settings) -> [usize; 3] {
        [self.config.vae.latent_channels(), settings.height / self.factor(), settings.width / self.factor()]
    }

    /// Whether a run needs the autoencoder's first half.
    pub fn encodes(&self, settings: &Settings) -> bool {
        self.config.sees_a_picture() || settings.request.images.picture.is_some()
    }

    /// Whether guidance takes two outputs of the denoiser, with the prompt and without.
    pub fn uses_cfg(&self, settings: &Settings) -> bool {
        settings.guided() && self.config.guides_by_two()
    }
}
