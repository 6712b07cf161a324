//! `model_index.json`: which class each part of the model is.

use super::keys::{DIFFUSERS, Table, honour, ignore, only};
use super::object::{Object, read_json};
use crate::Error;
use crate::files::Files;

/// A model's parts, all of classes that Decant has.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelIndex {
    /// diffusers' pipeline class.
    pub class: String,
    /// diffusers' scheduler class, which says what sampler its author had in mind.
    pub scheduler: String,
}

const FILE: &str = "model_index.json";

pub(super) const TABLE: Table = Table {
    class: "StableDiffusionPipeline",
    keys: [
        &[
            only("_class_name", &["\"StableDiffusionPipeline\"", "\"StableDiffusionImg2ImgPipeline\""], "another family"),
            only("unet", &[r#"["diffusers","UNet2DConditionModel"]"#], "the only denoiser"),
            only("vae", &[r#"["diffusers","AutoencoderKL"]"#], "the only autoencoder"),
            only("text_encoder", &[r#"["transformers","CLIPTextModel"]"#], "the only text encoder"),
            only("tokenizer", &[r#"["transformers","CLIPTokenizer"]"#, r#"["transformers","CLIPTokenizerFast"]"#], "the only tokenizer"),
            honour("scheduler", r#"["diffusers","PNDMScheduler"]"#),
            ignore("safety_checker", "it looks at finished pictures; there is none here"),
            ignore("requires_safety_checker", "it looks at finished pictures; there is none here"),
            ignore("feature_extractor", "the safety checker's"),
            ignore("image_encoder", "only an image prompt uses it"),
        ],
        DIFFUSERS,
    ],
};

impl ModelIndex {
    /// Reads `model_index.json`.
    pub async fn read(files: &dyn Files) -> Result<ModelIndex, Error> {
        ModelIndex::parse(FILE, &read_json(files, FILE).await?)
    }

    /// Parses and checks; `file` is for messages.
    pub fn parse(file: &str, json: &[u8]) -> Result<ModelIndex, Error> {
        let object = Object::parse(file, json, &TABLE)?;
        let scheduler = object.value("scheduler");
        let scheduler = scheduler.get(1).and_then(|class| class.as_str());
        let scheduler = scheduler.ok_or_else(|| object.refuse("scheduler", "expected a library and a class"))?;
        Ok(ModelIndex { class: object.text("_class_name")?, scheduler: scheduler.into() })
    }
}
