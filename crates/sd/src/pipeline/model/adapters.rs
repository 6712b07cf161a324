//! Adapters that stay beside a model: LoRAs, which of them a picture uses with what weight; and the words of textual inversions.
//!
//! What a program looks like depends on which are used ([`Chosen`], part of what is planned); their weights change numbers on the device only.

use super::Model;
use crate::config::Gear;
use crate::error::Error;
use crate::files::Files;
use crate::inversion::{self, Inversion};
use crate::lora::{Lora, LoraInfo, LoraUse, Names, Stack, stem};
use crate::prompt::Reader;
use crate::sentence;
use std::rc::Rc;

/// Some of the loaded LoRAs: a bit for each, in the order in which they were loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Chosen(u64);

/// The most that are loaded at a time: as many as [`Chosen`] has bits.
const MOST: usize = u64::BITS as usize;

/// Weights beyond are slips of the pen: nothing but overflow is drawn with them.
const HEAVIEST: f32 = 1000.0;

/// A LoRA's weights: in the denoiser, in the text encoders.
type Weights = [f32; 2];

/// The loaded LoRAs.
#[derive(Default)]
pub(crate) struct Loras {
    loaded: Vec<Rc<Lora>>,
    /// Of each, for the picture that is being made; 0 where it is not used.
    weights: Vec<Weights>,
    /// How many there ever were.
    ever: u64,
}

impl Loras {
    /// The weights that a request asks for, of each loaded LoRA.
    fn weights_of(&self, uses: &[LoraUse]) -> Result<Vec<Weights>, Error> {
        let mut weights = vec![[0.0; 2]; self.loaded.len()];
        for used in uses {
            let at = self.place(&used.name).ok_or_else(|| self.unknown(&used.name))?;
            let add = [used.weight, used.text.unwrap_or(used.weight)];
            if let Some(got) = add.iter().find(|weight| !(-HEAVIEST..=HEAVIEST).contains(*weight)) {
                let (least, most) = (-HEAVIEST, HEAVIEST);
                let problem = sentence!("its weight is {got}, expected {least} to {most}", got, least, most);
                let hint = sentence!("1 is as it was trained, 0 is without it");
                return Err(Error::Lora { name: used.name.clone(), problem, hint });
            }
            weights[at] = [weights[at][0] + add[0], weights[at][1] + add[1]];
        }
        Ok(weights)
    }

    /// The LoRA of a name: to the letter, or else of the same file whatever folder and ending are written.
    fn place(&self, name: &str) -> Option<usize> {
        let called = |is: &dyn Fn(&str) -> bool| self.loaded.iter().position(|lora| is(&lora.info().name));
        called(&|other| other == name).or_else(|| called(&|other| stem(other) == stem(name)))
    }

    fn unknown(&self, name: &str) -> Error {
        let loaded: Vec<&str> = self.loaded.iter().map(|lora| lora.info().name.as_str()).collect();
        let hint = match loaded.is_empty() {
            true => sentence!("none is; load its file first"),
            false => sentence!("there are {loaded}; load its file first", loaded),
        };
        Error::Lora { name: name.into(), problem: sentence!("it is not loaded"), hint }
    }

    /// Those that a request uses.
    pub fn chosen(&self, uses: &[LoraUse]) -> Result<Chosen, Error> {
        let used = self.weights_of(uses)?.into_iter().enumerate().filter(|(_, weights)| *weights != [0.0; 2]);
        Ok(Chosen(used.fold(0, |bits, (at, _)| bits | 1 << at)))
    }

    /// The chosen ones, with the weights of the picture that is being made, for one network.
    pub fn stack(&self, network: &'static str, chosen: Chosen) -> Stack {
        let of = if network == "unet" { 0 } else { 1 };
        let used = self.loaded.iter().enumerate().filter(|(at, _)| chosen.0 >> at & 1 == 1);
        let weight = |at: usize| self.weights.get(at).map_or(0.0, |weights| weights[of]);
        Stack { network, used: used.map(|(at, lora)| (lora.clone(), weight(at))).collect() }
    }

    /// Sets the weights of the next picture; those that it uses where they change.
    pub fn set_weights(&mut self, uses: &[LoraUse]) -> Result<Option<Chosen>, Error> {
        let weights = self.weights_of(uses)?;
        if weights == self.weights {
            return Ok(None);
        }
        self.weights = weights;
        self.chosen(uses).map(Some)
    }

    /// What is loaded, in order.
    pub fn infos(&self) -> Vec<&LoraInfo> {
        self.loaded.iter().map(|lora| lora.info()).collect()
    }

    /// The place of the one that is loaded under this very name.
    ///
    /// # Errors
    /// None of that name is loaded.
    pub fn named(&self, name: &str) -> Result<usize, Error> {
        self.loaded.iter().position(|lora| lora.info().name == name).ok_or_else(|| self.unknown(name))
    }

    /// Takes the one at this place away.
    pub fn remove(&mut self, at: usize) {
        self.loaded.remove(at);
        self.weights.remove(at);
    }
}

impl Model {
    /// Loads a LoRA under a name, by which requests use it ([`crate::request::Request::loras`]). Headers are read; the rest when it is used.
    ///
    /// # Errors
    /// A file that is no LoRA, damaged, for another family, or does not fit the model's layers; a name that is taken.
    pub async fn add_lora(&mut self, name: &str, files: Rc<dyn Files>) -> Result<LoraInfo, Error> {
        let refused = |problem, hint| Error::Lora { name: name.into(), problem, hint };
        if self.loras.loaded.iter().any(|lora| lora.info().name == name) {
            return Err(refused(sentence!("one is loaded under this name"), sentence!("remove it first, or give another name")));
        }
        if self.loras.loaded.len() == MOST {
            return Err(refused(sentence!("{most} are loaded already", most = MOST), sentence!("remove one first")));
        }
        let networks = self.texts.iter().map(|text| &text.component).chain([&self.unet]);
        let names = Names::new(networks.map(|component| (component.name(), component.checkpoint())));
        let mut lora = Lora::open(self.loras.ever, name, files, &names).await?;
        let widths: Vec<usize> = self.texts.iter().map(|text| text.config.hidden_size).collect();
        let words = lora.take_words(&widths, self.reader().tokenizer().room()).await?;
        if !words.is_empty() {
            self.inversions.borrow_mut().replace(words)?;
        }
        let info = lora.info().clone();
        self.loras.ever += 1;
        self.loras.loaded.push(Rc::new(lora));
        self.loras.weights.push([0.0; 2]);
        Ok(info)
    }

    /// Those of the model's gears that are used and not loaded yet.
    pub fn missing_gears(&self, uses: &[LoraUse]) -> Vec<Gear> {
        let used = |gear: &&Gear| uses.iter().any(|used| stem(&used.name) == stem(&gear.lora));
        self.config.gears.iter().filter(used).filter(|gear| self.loras.place(&gear.lora).is_none()).cloned().collect()
    }

    /// Adds the words of a textual inversion's file; one of the same name is replaced.
    pub async fn add_textual_inversion(&mut self, name: &str, bytes: Vec<u8>) -> Result<Vec<Inversion>, Error> {
        let widths: Vec<usize> = self.texts.iter().map(|text| text.config.hidden_size).collect();
        let words = inversion::read(name, bytes, &widths, self.reader().tokenizer().room()).await?;
        self.inversions.borrow_mut().replace(words.clone())?;
        Ok(words)
    }

    /// Reads prompts as the (first) text encoder does.
    pub fn reader(&self) -> &Rc<Reader> {
        &self.texts[0].reader
    }
}
