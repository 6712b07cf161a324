//! Decant's own whole models: one GGUF file with all networks under diffusers' names, and a model folder's texts in its metadata, as
//! `decant quantize` writes them (`weights/gguf.rs` says which notes mean that).

use super::made::Made;
use super::{COMPONENTS, Opened};
use crate::Error;
use crate::files::{Files, stays_inside};
use crate::sentence;
use crate::weights::{Checkpoint, Origin};
use std::collections::BTreeMap;
use std::rc::Rc;

/// The note that says so, and before what a note is a file.
const LAYOUT: (&str, &str) = ("decant.layout", "components");
const TEXT: &str = "decant.file.";

/// The model in a file, if it is such a one.
pub(super) async fn open(source: Rc<dyn Files>, file: &str, checkpoint: &Checkpoint) -> Result<Option<Opened>, Error> {
    if checkpoint.note(LAYOUT.0) != Some(LAYOUT.1) {
        return Ok(None);
    }
    let mut tensors: BTreeMap<&'static str, Vec<(String, Origin)>> = BTreeMap::new();
    for name in checkpoint.tensors().keys() {
        let found = name.split_once('.').and_then(|(start, rest)| Some((*COMPONENTS.iter().find(|one| **one == start)?, rest)));
        let Some((component, rest)) = found else {
            let problem = sentence!("belongs to none of {parts}; the file says that it holds these", parts = COMPONENTS);
            return Err(Error::Tensor { file: file.into(), name: name.clone(), problem });
        };
        tensors.entry(component).or_default().push((rest.into(), Origin::whole(name)));
    }
    let components = tensors.into_iter().map(|(component, tensors)| Ok((component, checkpoint.rearranged(tensors)?)));
    let components = components.collect::<Result<_, Error>>()?;
    let texts = checkpoint.notes().iter().filter_map(|(key, text)| Some((key.strip_prefix(TEXT)?.to_string(), text.clone().into_bytes())));
    let texts = texts.filter(|(name, _)| stays_inside(name)).collect();
    let files = Rc::new(Made::with(source, texts).await?);
    let why = format!("its metadata says {} {}", LAYOUT.0, LAYOUT.1);
    Ok(Some(Opened::plain(files, "whole model", why, components)))
}
