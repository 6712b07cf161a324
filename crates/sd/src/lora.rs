//! LoRAs: small files that change what a model draws (Hu et al. 2021, *LoRA: Low-Rank Adaptation of Large Language Models*).
//!
//! Of each layer that it changes, a file has two small matrices; the layer then gives `W x + weight · scale · up(down(x))`. Whatever the
//! layout ([`keys`], [`names`], `numbered.rs`), a LoRA becomes the same thing here: a [`Layer`] for each of the model's layers, which says
//! rows of its two matrices. Those of all LoRAs in use lie in one pair a layer ([`Stack`]), beside the base's weights, which stay as they
//! are in whatever encoding. Numbers are read from the file whenever they go to the device, and are never kept.

mod called;
mod family;
mod keys;
mod layer;
mod names;
mod numbered;
mod open;
mod peft;
mod prompt;
mod stack;

pub use called::stem;
pub(crate) use prompt::used;
pub use prompt::{Tag, from_prompt, tags};

pub(crate) use names::Names;
pub(crate) use stack::{MadeOf, Stack};

use crate::error::{Error, Sentence};
use crate::files::Files;
use crate::inversion::{self, Inversion};
use crate::weights::Checkpoint;
use layer::Layer;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::ops::Range;
use std::rc::Rc;

/// One of the loaded LoRAs in a request for a picture.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct LoraUse {
    /// The name that it was loaded under; a file's ending and folders before it do not matter ([`stem`]).
    pub name: String,
    /// How strong it is: 1 as it was trained, 0 not at all, below 0 the opposite.
    pub weight: f32,
    /// How strong it is in the text encoders, where not as in the denoiser.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<f32>,
}

impl Default for LoraUse {
    fn default() -> LoraUse {
        LoraUse { name: String::new(), weight: 1.0, text: None }
    }
}

/// What a loaded LoRA is.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LoraInfo {
    /// The name that it was loaded under.
    pub name: String,
    /// Layers of the denoiser that it changes.
    pub unet: usize,
    /// Layers of the text encoders that it changes.
    pub text: usize,
    /// The most rows of a layer's smaller matrix; a LoHa's is the product of its two.
    pub rank: usize,
    /// Words that the file brings along, as prompts call them: they are added as textual inversions.
    pub words: Vec<String>,
    /// What the file has beside, which is not applied: parts for layers that this model does not have, or of another kind.
    pub unmatched: Vec<String>,
    /// What the file says of itself.
    pub metadata: BTreeMap<String, String>,
}

/// A LoRA that fits the model: where the matrices for each layer are. Their numbers stay in the file.
pub(crate) struct Lora {
    /// Never another one's, not even of a file that is loaded again under the same name.
    id: u64,
    info: LoraInfo,
    source: Source,
    /// By network, then by layer (`mid_block.attentions.0.proj_in`).
    layers: BTreeMap<&'static str, BTreeMap<String, Layer>>,
}

impl Lora {
    /// The words that its file brings along, for text encoders of these widths; its information then names them.
    pub(crate) async fn take_words(&mut self, widths: &[usize], room: usize) -> Result<Vec<Inversion>, Error> {
        let Source { files, checkpoint } = &self.source;
        let words = inversion::bundled(&words_of(&self.info.name), checkpoint, &**files, widths, room).await?;
        self.info.words = words.iter().flat_map(|word| word.tokens.clone()).collect();
        let ours: Vec<String> = self.info.words.iter().map(|word| format!("bundle_emb.{word}.")).collect();
        self.info.unmatched.retain(|tensor| !ours.iter().any(|start| tensor.starts_with(start)));
        Ok(words)
    }

    /// What it is.
    pub fn info(&self) -> &LoraInfo {
        &self.info
    }
}

/// What the words of a LoRA's file are added as, among the textual inversions.
pub(crate) fn words_of(lora: &str) -> String {
    format!("{lora} (LoRA)")
}

/// The file that numbers are read from.
struct Source {
    files: Rc<dyn Files>,
    checkpoint: Checkpoint,
}

impl Source {
    async fn all(&self, tensor: &str) -> Result<Vec<f32>, Error> {
        self.checkpoint.read(&*self.files, tensor).await
    }

    async fn rows(&self, tensor: &str, rows: Range<usize>) -> Result<Vec<f32>, Error> {
        self.checkpoint.read_rows(&*self.files, tensor, rows).await
    }
}

/// What is wrong with a LoRA, as an error.
fn refused(name: &str, problem: Sentence, hint: Sentence) -> Error {
    Error::Lora { name: name.into(), problem, hint }
}
