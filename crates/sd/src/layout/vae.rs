//! Another autoencoder for a model: the folder of an `AutoencoderKL`, one file of it in either naming, or that of a whole model.

use super::{derive, made::Made, original, parsed_vae, parts, refuse, single, tiny};
use crate::Error;
use crate::config::{VaeConfig, read_json};
use crate::error::Sentence;
use crate::files::Files;
use crate::sentence;
use crate::weights::Checkpoint;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::rc::Rc;

/// An autoencoder, whatever its layout was.
pub struct OpenedVae {
    /// Where its numbers are read.
    pub files: Rc<dyn Files>,
    /// Its tensors under diffusers' names.
    pub checkpoint: Checkpoint,
    /// Its configuration.
    pub config: VaeConfig,
}

/// stability.ai's note in a safetensors file about what it is of.
const SPEC: &str = "modelspec.architecture";

/// Opens an autoencoder for a model whose own has this scaling factor, which it takes on where it says none.
///
/// # Errors
/// A sentence for what is no autoencoder, and for one that says that it is another family's.
pub async fn open_vae(files: Rc<dyn Files>, scaling_factor: f32) -> Result<OpenedVae, Error> {
    let names = files.names().await?.unwrap_or_default();
    let folder = if files.size("vae/config.json").await?.is_some() { "vae" } else { "." };
    let own = if folder == "vae" { "vae/config.json" } else { "config.json" };
    let weights = single::weight_files(&names);
    let (checkpoint, config) = if files.size(own).await?.is_some() {
        let config: Value = serde_json::from_slice(&read_json(&*files, own).await?).unwrap_or_default();
        if config["_class_name"] == "AutoencoderTiny" {
            return Err(is_tiny(&*files));
        }
        (named(&*files, &Checkpoint::open(&*files, folder).await?)?, Some(config))
    } else {
        let [only] = weights[..] else {
            let problem = sentence!("there are {count} weight files here and no config.json", count = weights.len());
            return Err(refuse(&*files, problem, sentence!("give an autoencoder's file, or its folder in diffusers' layout")));
        };
        (named(&*files, &Checkpoint::open_file(&*files, only).await?)?, None)
    };
    let mut config = match config {
        Some(config) => config,
        None => derive::vae(&checkpoint).map_err(|problem| {
            let problem = sentence!("this is no autoencoder of Stable Diffusion's: {problem}", problem = Sentence::english(problem));
            refuse(&*files, problem, NEED)
        })?,
    };
    if config.get("scaling_factor").is_none() {
        config["scaling_factor"] = json!(scaling_factor);
    }
    let config = parsed_vae(&config)?;
    other_family(&*files, &checkpoint, config.scaling_factor, scaling_factor)?;
    Ok(OpenedVae { files: Rc::new(Made::with(files, BTreeMap::new()).await?), checkpoint, config })
}

const NEED: Sentence = sentence!("give an AutoencoderKL: its file, or its folder");

/// The autoencoder's tensors of a file under diffusers' names.
fn named(files: &dyn Files, checkpoint: &Checkpoint) -> Result<Checkpoint, Error> {
    if tiny::renamed(checkpoint).is_some() {
        return Err(is_tiny(files));
    }
    let parts = parts::parts(checkpoint);
    let Some(part) = parts.parts.get("vae") else {
        return Err(single::not_understood(files, checkpoint, sentence!("no autoencoder of Stable Diffusion's")));
    };
    let renamed = original::renamed("vae", part);
    if let Some(stranger) = renamed.strangers.first() {
        let problem = sentence!("it has tensors that belong to no autoencoder of Stable Diffusion's, for instance {stranger}", stranger);
        return Err(refuse(files, problem, NEED));
    }
    checkpoint.rearranged(renamed.tensors)
}

fn is_tiny(files: &dyn Files) -> Error {
    refuse(
        files,
        sentence!("this is a tiny autoencoder (TAESD), which stands beside a model's own"),
        sentence!("give it as the preview decoder"),
    )
}

/// The autoencoders of Stable Diffusion 1 and 2 and of XL have the same tensors: only what is said beside them tells them apart.
fn other_family(files: &dyn Files, checkpoint: &Checkpoint, got: f32, expected: f32) -> Result<(), Error> {
    let family = |factor: f32| if factor < 0.15 { "Stable Diffusion XL" } else { "Stable Diffusion 1 or 2" };
    let noted = checkpoint.note(SPEC).filter(|note| note.starts_with("stable-diffusion-")).map(|note| note.contains("-xl-"));
    let factor = match noted {
        Some(xl) if xl != (expected < 0.15) => {
            if xl {
                0.13025
            } else {
                0.18215
            }
        }
        _ => got,
    };
    if (factor - expected).abs() < 1e-3 {
        return Ok(());
    }
    let problem = sentence!(
        "this autoencoder is for {family} (its latents are scaled by {factor}), the model is {own} ({expected})",
        family = family(factor),
        factor,
        own = family(expected),
        expected
    );
    Err(refuse(files, problem, sentence!("give one of the model's own family")))
}
