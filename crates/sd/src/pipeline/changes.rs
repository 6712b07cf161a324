//! What is changed of a model while it is open: how its weights are kept, its autoencoder, its adapters. What was planned, computed or loaded
//! with the old ones goes.

use super::Pipeline;
use super::plan::PlanCache;
use crate::error::Error;
use crate::files::{Files, Within};
use crate::inversion::Inversion;
use crate::lora::{LoraInfo, LoraUse};
use crate::sentence;
use decant_graph::Encoding;
use std::rc::Rc;

impl Pipeline {
    /// Changes how weights are kept. What is on the device already is dropped; [`Pipeline::load_resident`] brings it back.
    pub fn set_encoding(&mut self, encoding: Option<Encoding>) {
        self.model.set_encoding(encoding);
        (self.plans, self.computed) = Default::default();
        for component in self.model.components() {
            self.residency.forget(component.name());
        }
    }

    /// Puts an autoencoder in the place of the one that the model was opened with; headers are read, the rest when it is used.
    ///
    /// # Errors
    /// What is no autoencoder, is damaged, or is of another family; the one that was there stays.
    pub async fn use_vae(&mut self, files: Rc<dyn Files>) -> Result<(), Error> {
        self.model.use_vae(files).await?;
        self.vae_changed();
        Ok(())
    }

    /// Puts the autoencoder back that the model was opened with.
    pub fn use_own_vae(&mut self) {
        if self.model.use_own_vae() {
            self.vae_changed();
        }
    }

    fn vae_changed(&mut self) {
        (self.plans, self.computed.projection) = Default::default();
        self.residency.forget(self.model.vae.name());
    }

    /// Loads a LoRA under a name, by which requests use it ([`crate::request::Request::loras`]). Headers are read; the rest when it is used.
    ///
    /// # Errors
    /// A file that is no LoRA, damaged, for another family, or does not fit the model's layers; a name that is taken.
    pub async fn add_lora(&mut self, name: &str, files: Rc<dyn Files>) -> Result<LoraInfo, Error> {
        let info = self.model.add_lora(name, files).await?;
        self.computed.conditioning = None; // it may bring words along
        Ok(info)
    }

    /// Loads those of the model's gears that are used and not there yet: whoever never changes gear does not read their files. What makes a
    /// picture does so itself; whoever predicts its memory before that asks for it.
    ///
    /// # Errors
    /// A file that is missing or damaged, or another model's.
    pub async fn load_gears(&mut self, uses: &[LoraUse]) -> Result<(), Error> {
        for gear in self.model.missing_gears(uses) {
            let info = self.add_lora(&gear.lora, Rc::new(Within::new(self.model.files.clone(), &gear.lora))).await?;
            if let Some(part) = info.unmatched.first() {
                let problem = sentence!("it changes {part}, which the model does not have", part);
                self.remove_lora(&gear.lora)?;
                return Err(Error::Lora { name: gear.lora, problem, hint: sentence!("this gear is another model's") });
            }
        }
        Ok(())
    }

    /// Removes a loaded LoRA.
    ///
    /// # Errors
    /// None of that name is loaded.
    pub fn remove_lora(&mut self, name: &str) -> Result<(), Error> {
        let at = self.model.loras.named(name)?;
        self.set_lora_weights(&[])?;
        self.remove_textual_inversion(&crate::lora::words_of(name));
        self.model.loras.remove(at);
        self.plans = PlanCache::default(); // they say by their places which are used
        Ok(())
    }

    /// The LoRAs that are loaded, in order.
    pub fn loras(&self) -> Vec<&LoraInfo> {
        self.model.loras.infos()
    }

    /// Sets the LoRAs' weights of the next picture. Where they change, what was ready with the old ones goes, and so do matrices that are
    /// not used any more.
    pub(super) fn set_lora_weights(&mut self, uses: &[LoraUse]) -> Result<(), Error> {
        let Some(chosen) = self.model.loras.set_weights(uses)? else { return Ok(()) };
        self.computed.conditioning = None;
        self.residency.evict_ready();
        for component in self.model.components() {
            self.residency.retain_loras(&self.model.loras.stack(component.name(), chosen));
        }
        Ok(())
    }

    /// Adds the words of a textual inversion's file: a `.bin`, `.pt` or `.safetensors`, by its name. A file of the same name is replaced.
    ///
    /// Gives what was added; each word's `tokens` are what it is called in prompts.
    ///
    /// # Errors
    /// One sentence for a file that is damaged, is something else, or was made for another family; what was there before stays.
    pub async fn add_textual_inversion(&mut self, name: &str, bytes: Vec<u8>) -> Result<Vec<Inversion>, Error> {
        let words = self.model.add_textual_inversion(name, bytes).await?;
        self.computed.conditioning = None;
        Ok(words)
    }

    /// Takes a textual inversion's words away; whether there were any of that name.
    pub fn remove_textual_inversion(&mut self, name: &str) -> bool {
        self.computed.conditioning = None;
        self.model.inversions.borrow_mut().remove(name)
    }

    /// The words that were added, in order.
    pub fn textual_inversions(&self) -> Vec<Inversion> {
        self.model.inversions.borrow().all().to_vec()
    }
}
