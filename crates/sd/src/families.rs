//! Stable Diffusion's families: one row each, with the published configuration and where it was published. The only list of them.
//!
//! JSON texts hold the keys that differ from diffusers' and transformers' defaults. Which family a model in one file is of is decided in
//! `layout/family.rs`; what a folder's configurations are called, in `config/family.rs`; whose a LoRA or a textual inversion is, by the
//! widths of a [`Generation`]'s text.

mod table;

pub use table::FAMILIES;

use crate::Error;
use crate::error::{self, Sentence};
use crate::sentence;
use serde_json::Value;

/// A family.
#[derive(Debug)]
pub struct FamilyRow {
    /// What it is asked for by.
    pub id: &'static str,
    /// For people.
    pub title: &'static str,
    /// What it is of.
    pub generation: &'static Generation,
    /// How it was distilled for a few steps, if it was.
    pub distilled: Option<Distilled>,
    /// The repository on the Hugging Face hub whose files say this.
    pub source: &'static str,
    /// `_class_name` of `model_index.json`.
    pub pipeline: &'static str,
    /// `unet/config.json`.
    pub unet: &'static str,
    /// Its `sample_size`: latent places on a side of the pictures that it was trained for.
    pub sample_size: usize,
    /// `vae/config.json`'s `scaling_factor`; the autoencoders are all alike otherwise.
    pub scaling_factor: f32,
    /// `scheduler/scheduler_config.json`.
    pub scheduler: &'static str,
}

/// What families have in common that take each other's LoRAs and textual inversions.
#[derive(Debug, PartialEq)]
pub struct Generation {
    /// For people.
    pub title: &'static str,
    /// Numbers in the vectors of its text encoders, in order; the denoiser is shown their results side by side.
    pub text_widths: &'static [usize],
    /// Channels of the denoiser's levels, where none is left out.
    pub channels: &'static [usize],
}

/// How a model was made to take a few steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Distilled {
    /// Adversarial diffusion distillation (Sauer et al. 2023, arXiv:2311.17042).
    Turbo,
    /// A latent consistency model (Luo et al. 2023, arXiv:2310.04378).
    Lcm,
}

impl Distilled {
    /// As `Info.distilled` in `web/api/decant.d.ts`.
    pub fn id(self) -> &'static str {
        match self {
            Distilled::Turbo => "Turbo",
            Distilled::Lcm => "LCM",
        }
    }
}

/// Stable Diffusion 1.x.
pub(crate) const SD1: Generation = Generation { title: "Stable Diffusion 1.x", text_widths: &[768], channels: &[320, 640, 1280, 1280] };
const SD2: Generation = Generation { title: "Stable Diffusion 2.x", text_widths: &[1024], channels: &[320, 640, 1280, 1280] };
const SDXL: Generation = Generation { title: "Stable Diffusion XL", text_widths: &[768, 1280], channels: &[320, 640, 1280] };

impl FamilyRow {
    /// The row of that name; the error lists them all.
    pub fn named(id: &str) -> Result<&'static FamilyRow, Error> {
        FAMILIES.iter().find(|row| row.id == id).ok_or_else(|| Error::Layout {
            place: "the choice of a family".into(),
            problem: sentence!("there is no family {got}", got = error::Value::quoted(id)),
            hint: sentence!("the families are {known}", known = FAMILIES.iter().map(|row| row.id).collect::<Vec<_>>()),
        })
    }

    /// `scheduler_config.json` as an object.
    pub(crate) fn scheduler(&self) -> Value {
        serde_json::from_str(self.scheduler).expect("a test parses every row")
    }

    /// Whether its denoiser predicts v rather than the noise.
    pub(crate) fn predicts_v(&self) -> bool {
        self.scheduler().get("prediction_type").is_some_and(|kind| kind == "v_prediction")
    }
}

impl Generation {
    /// The one whose denoiser is shown a text so wide.
    pub(crate) fn of_text(width: usize) -> Option<&'static Generation> {
        generations().find(|generation| generation.text_widths.iter().sum::<usize>() == width)
    }

    /// The rows of this generation.
    pub(crate) fn families(&self) -> impl Iterator<Item = &'static FamilyRow> {
        FAMILIES.iter().filter(move |row| row.generation == self)
    }
}

fn generations() -> impl Iterator<Item = &'static Generation> {
    FAMILIES.iter().map(|row| row.generation)
}

/// Whose text encoders' vectors are so wide, or whose one of them is.
pub(crate) fn of_vectors(widths: &[usize]) -> Option<Sentence> {
    let whole = generations().find(|known| known.text_widths == widths).map(|known| sentence!("{title}", title = known.title));
    let part =
        || generations().find(|known| known.text_widths.ends_with(widths)).map(|known| sentence!("a part of {title}", title = known.title));
    whole.or_else(part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_generation_is_known_by_its_text() {
        let of_text = |width| Generation::of_text(width).map(|generation| generation.title);
        assert_eq!((of_text(768), of_text(2048), of_text(1280)), (Some("Stable Diffusion 1.x"), Some("Stable Diffusion XL"), None));
        for (widths, family) in [
            (&[768][..], Some("Stable Diffusion 1.x")),
            (&[768, 1280], Some("Stable Diffusion XL")),
            (&[1280], Some("a part of Stable Diffusion XL")),
            (&[32], None),
        ] {
            assert_eq!(of_vectors(widths).map(|named| named.to_string()).as_deref(), family, "{widths:?}");
        }
    }

    /// `cross_attention_dim` of a row's denoiser.
    #[test]
    fn a_row_is_of_the_generation_whose_text_its_denoiser_sees() {
        for row in FAMILIES {
            let unet: Value = serde_json::from_str(row.unet).expect(row.id);
            let width = unet["cross_attention_dim"].as_u64().expect(row.id) as usize;
            assert_eq!(Generation::of_text(width), Some(row.generation), "{}", row.id);
        }
    }
}
