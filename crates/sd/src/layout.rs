//! Any layout of a model as one: whatever lies at the source, what comes out is looked at as a diffusers folder.
//!
//! It knows how layouts name their tensors and which families there are; it does not know what a network computes.
//! A layout is recognised by what the files hold, never by what they are called.

use crate::Error;
use crate::files::{Files, find};
use crate::weights::Checkpoint;
use std::collections::BTreeMap;
use std::rc::Rc;

/// A model, whatever its layout was.
pub struct Opened {
    /// A folder in diffusers' layout: the source's own files, and made ones where the source has none.
    pub files: Rc<dyn Files>,
    /// What the source turned out to be.
    pub layout: &'static str,
    /// The family, where the tensors had to tell it; a folder says it itself.
    pub family: Option<&'static str>,
    /// Why this family and not another: what was found, and which rule decided.
    pub why: String,
    components: BTreeMap<&'static str, Checkpoint>,
}

impl Opened {
    /// The tensors of `text_encoder`, `text_encoder_2`, `unet` or `vae` under diffusers' names, if the model has that component.
    pub fn checkpoint(&self, component: &str) -> Option<&Checkpoint> {
        self.components.get(component)
    }

    /// The components that there are.
    pub fn components(&self) -> impl Iterator<Item = &'static str> {
        self.components.keys().copied()
    }
}

/// Recognises the layout and reads headers; no numbers yet.
pub async fn open(files: Rc<dyn Files>) -> Result<Opened, Error> {
    folder(files).await
}

/// The longest `model_index.json`, in bytes.
const LONGEST_INDEX: u64 = 1_000_000;

/// A diffusers folder, as it is. Of two text encoders, a pipeline that has only the second says `null` for the first.
async fn folder(files: Rc<dyn Files>) -> Result<Opened, Error> {
    let index = find(&*files, "model_index.json", LONGEST_INDEX).await?;
    let index: serde_json::Value = index.and_then(|json| serde_json::from_slice(&json).ok()).unwrap_or_default();
    let second = index.get("text_encoder_2").is_some_and(|class| class.get(1).is_some_and(|name| name.is_string()));
    let mut components = BTreeMap::new();
    for component in ["text_encoder", "text_encoder_2", "unet", "vae"] {
        if component != "text_encoder_2" || second {
            components.insert(component, Checkpoint::open(&*files, component).await?);
        }
    }
    Ok(Opened { files, layout: "diffusers folder", family: None, why: "it has a model_index.json".into(), components })
}
