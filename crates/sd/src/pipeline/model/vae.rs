//! Another autoencoder in the place of the model's own, while the rest of the model stays as it is.

use super::Model;
use crate::autoencoder::Autoencoder;
use crate::component::Component;
use crate::error::Error;
use crate::files::Files;
use crate::layout::{self, OpenedVae};
use crate::pipeline::plan::programs::ProgramBuilder;
use crate::preview::FIT_SIZE;
use crate::sentence;
use std::rc::Rc;

/// An autoencoder that waits while another one stands in for it: its configuration, its weights' headers, where they are read.
pub(crate) struct Waiting {
    config: Autoencoder,
    component: Component,
    files: Option<Rc<dyn Files>>,
}

impl Model {
    /// Puts an autoencoder in the place of the one that the model was opened with; headers are read, the rest when it is used.
    ///
    /// # Errors
    /// What is no autoencoder, is damaged, or is of another family; the one that was there stays.
    pub async fn use_vae(&mut self, files: Rc<dyn Files>) -> Result<(), Error> {
        let own = self.own_vae.as_ref().map_or(&self.config.vae, |own| &own.config);
        let OpenedVae { files, checkpoint, config } = fitting(files, own).await?;
        let component = Component::over(checkpoint, "vae", self.options.weights);
        let before = self.exchange(Waiting { config: Autoencoder::Kl(config), component, files: Some(files) });
        if let Err(error) = self.nothing_left_over_of_vae() {
            self.exchange(before);
            return Err(error);
        }
        self.own_vae.get_or_insert(before);
        Ok(())
    }

    /// Puts the autoencoder back that the model was opened with; whether another one stood in for it.
    pub fn use_own_vae(&mut self) -> bool {
        match self.own_vae.take() {
            Some(own) => {
                self.exchange(own);
                true
            }
            None => false,
        }
    }

    /// Every weight of the autoencoder is used, and none is missing.
    pub(crate) fn nothing_left_over_of_vae(&self) -> Result<(), Error> {
        let [_, decoder] = ProgramBuilder::smallest(self, [FIT_SIZE; 2])?;
        let pixels = [FIT_SIZE * self.factor(); 2];
        let encoder = self.vae.program(|graph| self.config.vae.encoder(graph, pixels, 1))?;
        self.vae.nothing_left_over(&[&decoder, &encoder])
    }

    /// The one that was there.
    fn exchange(&mut self, other: Waiting) -> Waiting {
        let component = std::mem::replace(&mut self.vae, other.component);
        let config = std::mem::replace(&mut self.config.vae, other.config);
        Waiting { config, component, files: std::mem::replace(&mut self.vae_files, other.files) }
    }
}

/// An autoencoder whose latents are those of the model's own.
pub(crate) async fn fitting(files: Rc<dyn Files>, own: &Autoencoder) -> Result<OpenedVae, Error> {
    let place = files.place();
    let other = layout::open_vae(files, own.scaling_factor()).await?;
    let (got, expected) = (Autoencoder::Kl(other.config.clone()), own);
    let sizes = |autoencoder: &Autoencoder| (autoencoder.latent_channels(), autoencoder.factor());
    if sizes(&got) == sizes(expected) {
        return Ok(other);
    }
    let ((channels, factor), (own, places)) = (sizes(&got), sizes(expected));
    let problem = sentence!(
        "this autoencoder has {channels} latent channels of {factor}×{factor} pixels, the model {own} of {places}×{places}",
        channels,
        factor,
        own,
        places
    );
    Err(Error::Layout { place, problem, hint: sentence!("give one of the model's own family") })
}
