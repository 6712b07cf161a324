//! Any layout of a model as one: whatever lies at the source, what comes out is looked at as a diffusers folder.
//!
//! It knows how layouts name their tensors and which families there are; it does not know what a network computes.
//! A layout is recognised by what the files hold, never by what they are called.
//!
//! ```no_run
//! use decant_sd::{files::Folder, layout};
//!
//! let file = Folder::open("v1-5-pruned-emaonly.safetensors")?;
//! let opened = pollster::block_on(layout::open(std::rc::Rc::new(file)))?;
//! assert_eq!((opened.layout, opened.family), ("original names", Some("sd1")));
//! assert!(opened.checkpoint("unet").is_some_and(|unet| unet.tensors().contains_key("conv_in.weight")));
//! # Ok::<(), decant_sd::Error>(())
//! ```

use crate::Error;
use crate::config::{UNetConfig, VaeConfig, read_json};
use crate::error::Sentence;
use crate::files::Files;
use crate::sentence;
use crate::weights::Checkpoint;
use std::collections::BTreeMap;
use std::rc::Rc;

mod whole;
mod single;
mod parts;
mod original;
pub(crate) mod names;
mod tiny;
mod vae;
mod derive;
mod family;
mod evidence;
mod foreign;
mod kind;
mod made;

pub use crate::families::{Distilled, FAMILIES, FamilyRow, Generation};
pub use family::Choice;
pub use kind::{Kind, kind};
pub use vae::{OpenedVae, open_vae};

/// A model, whatever its layout was.
pub struct Opened {
    /// A folder in diffusers' layout: the source's own files, and made ones where the source has none.
    pub files: Rc<dyn Files>,
    /// What the source turned out to be: `diffusers folder`, `original names`, `diffusers names` (in one file), `whole model`
    /// (Decant's own, in one file), `tiny autoencoder`.
    pub layout: &'static str,
    /// The [`FamilyRow::id`], where the tensors had to tell it; a folder says itself what it is.
    pub family: Option<&'static str>,
    /// The family whose schedule and habits it is given; `None` where a folder says itself what they are.
    pub taken_for: Option<&'static FamilyRow>,
    /// The families that the tensors may be of, `taken_for` among them: more than one where they leave it open, for [`Choice::family`].
    pub families: Vec<&'static FamilyRow>,
    /// Why this family and not another: what was found, and which rule decided.
    pub why: String,
    components: BTreeMap<&'static str, Checkpoint>,
}

impl Opened {
    /// A model that says itself what it is, in its configurations.
    fn plain(files: Rc<dyn Files>, layout: &'static str, why: String, components: BTreeMap<&'static str, Checkpoint>) -> Opened {
        Opened { files, layout, family: None, taken_for: None, families: vec![], why, components }
    }

    /// The tensors of `text_encoder`, `text_encoder_2`, `unet` or `vae` under diffusers' names, if the model has that component.
    pub fn checkpoint(&self, component: &str) -> Option<&Checkpoint> {
        self.components.get(component)
    }

    /// A component's tensors, for whoever keeps them.
    pub fn take(&mut self, component: &str) -> Option<Checkpoint> {
        self.components.remove(component)
    }

    /// The components that there are.
    pub fn components(&self) -> impl Iterator<Item = &'static str> {
        self.components.keys().copied()
    }
}

/// For people: `original names, of Stable Diffusion XL, by its tensors; it may also be SDXL-Turbo (sdxl-turbo)`.
impl std::fmt::Display for Opened {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let row = self.family.and_then(|id| FAMILIES.iter().find(|row| row.id == id));
        match (row, self.layout) {
            (Some(row), layout) => write!(f, "{layout}, of {}, by {}", row.title, self.why),
            (None, "diffusers folder") => f.write_str(self.layout),
            (None, layout) => write!(f, "{layout}; {}", self.why),
        }?;
        let others = self.families.iter().filter(|row| Some(row.id) != self.taken_for.map(|taken| taken.id));
        let others: Vec<String> = others.map(|row| format!("{} ({})", row.title, row.id)).collect();
        if others.is_empty() { Ok(()) } else { write!(f, "; it may also be {}", others.join(" or ")) }
    }
}

/// The networks of a model; the second text encoder only XL has.
const COMPONENTS: [&str; 4] = ["text_encoder", "text_encoder_2", "unet", "vae"];

const INDEX: &str = "model_index.json";

/// Recognises the layout and reads headers; no numbers yet.
pub async fn open(files: Rc<dyn Files>) -> Result<Opened, Error> {
    open_as(files, &Choice::default()).await
}

/// The same, where somebody knows better than the tensors what the model is. A diffusers folder says it itself.
pub async fn open_as(files: Rc<dyn Files>, choice: &Choice) -> Result<Opened, Error> {
    if files.size(INDEX).await?.is_some() {
        return folder(files).await;
    }
    match files.names().await? {
        Some(names) => {
            let weights = single::weight_files(&names);
            if weights.is_empty() { Err(no_weights(&*files, &names)) } else { single::open(files, &weights, choice).await }
        }
        None => Err(Error::Missing {
            place: files.place(),
            name: INDEX.into(),
            hint: sentence!("give the address of a folder in diffusers' layout, or of a model's one weight file"),
        }),
    }
}

/// A tiny autoencoder, for previews: its folder, its one file, or the two files of its halves. The component is `vae`, and
/// `vae/config.json` says its configuration.
pub async fn open_tiny(files: Rc<dyn Files>) -> Result<Opened, Error> {
    let names = files.names().await?;
    let weights = match &names {
        Some(names) => single::weight_files(names),
        None => vec![],
    };
    let mut vae = Checkpoint::default();
    for name in &weights {
        vae = vae.with(tiny_file(&*files, Checkpoint::open_file(&*files, name).await?)?)?;
    }
    if weights.is_empty() {
        vae = tiny_file(&*files, Checkpoint::open(&*files, ".").await?)?;
    }
    let own = if files.size("config.json").await?.is_some() { read_json(&*files, "config.json").await? } else { vec![] };
    let config = serde_json::from_slice(&own).unwrap_or_else(|_| tiny::config(&vae));
    let files = Rc::new(made::Made::over(files, BTreeMap::from([("vae/config.json".to_string(), config)])).await?);
    Ok(Opened::plain(files, "tiny autoencoder", "its tensors".into(), BTreeMap::from([("vae", vae)])))
}

/// A made `vae/config.json`.
fn parsed_vae(config: &serde_json::Value) -> Result<VaeConfig, Error> {
    VaeConfig::parse("vae/config.json", config.to_string().as_bytes())
}

/// What is wrong with a source, what to do.
fn refuse(files: &dyn Files, problem: Sentence, hint: Sentence) -> Error {
    Error::Layout { place: files.place(), problem, hint }
}

/// The tensors of a source's one weight file, for whoever knows what they are.
pub(crate) async fn open_upscaler(files: &dyn Files) -> Result<Checkpoint, Error> {
    let names = files.names().await?.unwrap_or_default();
    match single::weight_files(&names)[..] {
        [only] => Checkpoint::open_file(files, only).await,
        ref weights => {
            let problem = sentence!("there are {count} weight files here", count = weights.len());
            Err(refuse(files, problem, sentence!("give an upscaler's one file")))
        }
    }
}

/// What a weight file is instead of an upscaler.
pub(crate) fn no_upscaler(files: &dyn Files, checkpoint: &Checkpoint) -> Error {
    let hint = sentence!("give an ESRGAN, Real-ESRGAN or SRVGGNetCompact file");
    single::not_understood_as(files, checkpoint, sentence!("no upscaler that Decant knows"), hint)
}

/// One half of a tiny autoencoder, or both, under diffusers' names.
fn tiny_file(files: &dyn Files, checkpoint: Checkpoint) -> Result<Checkpoint, Error> {
    match tiny::renamed(&checkpoint) {
        Some(tensors) => checkpoint.rearranged(tensors),
        None => Err(single::not_understood(files, &checkpoint, sentence!("no tiny autoencoder (TAESD)"))),
    }
}

/// A diffusers folder, as it is; one without a tokenizer has CLIP's, which pads as its family does.
async fn folder(files: Rc<dyn Files>) -> Result<Opened, Error> {
    let index: serde_json::Value = serde_json::from_slice(&read_json(&*files, INDEX).await?).unwrap_or_default();
    let has = |component: &str| index.get(component).is_some_and(|class| class.get(1).is_some_and(|name| name.is_string()));
    let mut components = BTreeMap::new();
    for component in COMPONENTS {
        if component != "text_encoder_2" || has(component) {
            components.insert(component, Checkpoint::open(&*files, component).await?);
        }
    }
    let bare = files.names().await?.is_some_and(|names| names.iter().all(|name| !name.starts_with("tokenizer")));
    let files = if bare { Rc::new(made::Made::over(files, padding(&components)).await?) } else { files };
    Ok(Opened::plain(files, "diffusers folder", format!("it has a {INDEX}"), components))
}

/// Configurations of tokenizers: Stable Diffusion 2's, whose text is 1024 wide, and XL's second pad with `!`.
fn padding(components: &BTreeMap<&'static str, Checkpoint>) -> BTreeMap<String, serde_json::Value> {
    let wide = |text: &Checkpoint| {
        text.tensors().iter().any(|(name, info)| name.ends_with("token_embedding.weight") && info.shape.last() == Some(&1024))
    };
    let first = if components.get("text_encoder").is_some_and(wide) { "!" } else { "<|endoftext|>" };
    let made = |(folder, padding): (&str, &str)| (format!("{folder}/tokenizer_config.json"), made::tokenizer(padding));
    BTreeMap::from([("tokenizer", first), ("tokenizer_2", "!")].map(made))
}

fn no_weights(files: &dyn Files, names: &[String]) -> Error {
    let inside: Vec<&str> = COMPONENTS.into_iter().filter(|part| names.iter().any(|name| name.starts_with(&format!("{part}/")))).collect();
    let (problem, hint) = match (&inside[..], names) {
        ([], []) => (sentence!("this folder is empty"), sentence!("give a model's weight file, or its folder")),
        ([], _) => (
            sentence!("there is no weight file here"),
            sentence!("give a model's weight file, or the folder that holds {index}", index = INDEX),
        ),
        (parts, _) => {
            let absent: Vec<&str> = ["text_encoder", "unet", "vae"].into_iter().filter(|part| !parts.contains(part)).collect();
            let absent = [INDEX].into_iter().chain(absent).collect::<Vec<_>>();
            let problem = match &absent[..] {
                [index] => sentence!("this folder has {parts}, but no {index}", parts, index),
                [index, part] => sentence!("this folder has {parts}, but no {index} and no {part}", parts, index, part),
                [index, part, other, ..] => {
                    sentence!("this folder has {parts}, but no {index} and no {part}, no {other}", parts, index, part, other)
                }
                [] => unreachable!("the index is always among them"),
            };
            (problem, sentence!("download the whole folder"))
        }
    };
    Error::Layout { place: files.place(), problem, hint }
}

/// The denoiser's configuration, parsed, as families are compared by it.
fn parsed(json: &serde_json::Value) -> Result<UNetConfig, Error> {
    UNetConfig::parse("unet/config.json", json.to_string().as_bytes())
}
