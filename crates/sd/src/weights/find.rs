//! Which of a folder's files hold a component's weights: the names that diffusers and transformers save under, shards included.

use super::Checkpoint;
use crate::Error;
use crate::error::{DOWNLOAD_AGAIN, Value};
use crate::files::{Files, find, stays_inside};
use crate::sentence;
use std::collections::BTreeMap;

/// diffusers' stem and transformers' stem; text encoders are transformers'.
const STEMS: [&str; 2] = ["diffusion_pytorch_model", "model"];

/// The names under which a component's weights are looked for: `STEM` in this order, for each stem of the component.
const CANDIDATES: &[&str] = &[
    "STEM.safetensors",
    "STEM.fp16.safetensors",
    "STEM.safetensors.index.json",
    "STEM.safetensors.index.fp16.json",
    "STEM.fp16.safetensors.index.json",
    "STEM.safetensors.fp16.index.json",
    "STEM.gguf",
];

/// The same for pickles, which are looked for last.
const PICKLE_STEMS: [&str; 2] = ["diffusion_pytorch_model", "pytorch_model"];
const PICKLES: &[&str] = &["STEM.bin", "STEM.fp16.bin", "STEM.bin.index.json", "STEM.bin.index.fp16.json", "STEM.bin.fp16.index.json"];

/// Longest index of shards, in bytes; Stable Diffusion XL's has 150 KB.
const LONGEST_INDEX: u64 = 10_000_000;

impl Checkpoint {
    /// Finds and indexes the weights of `component` (`unet`, `vae`, `text_encoder`, or `.` for the folder itself).
    ///
    /// The first of these that exists, for the stem `diffusion_pytorch_model` (text encoders: `model`), then for the other one:
    /// `.safetensors`, `.fp16.safetensors`, an index of shards, `.gguf`. Then the same for PyTorch's pickles: `diffusion_pytorch_model.bin`
    /// (text encoders: `pytorch_model.bin`), `.fp16.bin`, an index.
    pub async fn open(files: &dyn Files, component: &str) -> Result<Checkpoint, Error> {
        for name in candidates(component) {
            if name.ends_with(".json") {
                if let Some(json) = find(files, &name, LONGEST_INDEX).await? {
                    return Checkpoint::open_shards(files, &name, &json).await;
                }
            } else if files.size(&name).await?.is_some() {
                return Checkpoint::open_file(files, &name).await;
            }
        }
        let names: Vec<String> = candidates(component).collect();
        let (first, last, pickle) = (&names[0], &names[CANDIDATES.len() - 1], &names[2 * CANDIDATES.len()]);
        let other = STEMS[usize::from(is_diffusers(component))];
        let hint =
            sentence!("looked for {first}, {last}, {pickle}, fp16 and sharded names, and the same for {other}", first, last, pickle, other);
        Err(Error::Missing { place: files.place(), name: format!("weight file for {component}"), hint })
    }

    async fn open_shards(files: &dyn Files, index: &str, json: &[u8]) -> Result<Checkpoint, Error> {
        let shard_of = shards(index, json)?;
        let mut checkpoint = Checkpoint::default();
        let mut names: Vec<&String> = shard_of.values().collect();
        names.sort();
        names.dedup();
        for shard in names {
            checkpoint.add_file(files, shard).await.map_err(|error| match error {
                Error::Missing { place, name, .. } => {
                    Error::Missing { place, name, hint: sentence!("{index} lists it; {hint}", index, hint = DOWNLOAD_AGAIN) }
                }
                other => other,
            })?;
        }
        for (name, shard) in &shard_of {
            if checkpoint.tensors.get(name).is_none_or(|info| info.file != *shard) {
                let problem = sentence!("is not there, although {index} says so", index);
                return Err(Error::Tensor { file: shard.clone(), name: name.clone(), problem });
            }
        }
        Ok(checkpoint)
    }
}

fn is_diffusers(component: &str) -> bool {
    !component.starts_with("text_encoder")
}

fn candidates(component: &str) -> impl Iterator<Item = String> {
    let folder = if component == "." { String::new() } else { format!("{component}/") };
    let reversed = !is_diffusers(component);
    [(STEMS, CANDIDATES), (PICKLE_STEMS, PICKLES)].into_iter().flat_map(move |(mut stems, names)| {
        if reversed {
            stems.reverse();
        }
        let folder = folder.clone();
        stems.into_iter().flat_map(move |stem| {
            let folder = folder.clone();
            names.iter().map(move |name| format!("{folder}{}", name.replace("STEM", stem)))
        })
    })
}

/// Tensor name to shard, as a path inside the model's folder.
fn shards(index: &str, json: &[u8]) -> Result<BTreeMap<String, String>, Error> {
    #[derive(serde::Deserialize)]
    struct ShardIndex {
        weight_map: BTreeMap<String, String>,
    }
    let damaged = |problem| Error::Damaged { file: index.into(), problem, hint: DOWNLOAD_AGAIN };
    let read = crate::json::unique(json).and_then(|_| serde_json::from_slice::<ShardIndex>(json));
    let map = read.map_err(|error| damaged(sentence!("is not an index of shards ({error})", error = error.to_string())))?.weight_map;
    let folder = index.rsplit_once('/').map(|(folder, _)| format!("{folder}/")).unwrap_or_default();
    let outside = map.values().find(|shard| shard.contains('/') || !stays_inside(shard));
    match outside {
        Some(shard) => {
            Err(damaged(sentence!("names the shard {shard}, expected the name of a file beside it", shard = Value::quoted(shard))))
        }
        None => Ok(map.into_iter().map(|(tensor, shard)| (tensor, format!("{folder}{shard}"))).collect()),
    }
}
