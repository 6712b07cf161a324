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
    /// Whether there are two text encoders, whose embeddings lie side by side: Stable Diffusion XL.
    pub two_text_encoders: bool,
    /// Whether the autoencoder is an `AutoencoderTiny`.
    pub tiny_vae: bool,
    /// With two text encoders: an empty negative prompt is not encoded, its embeddings are zeros.
    pub force_zeros_for_empty_prompt: bool,
    /// diffusers' scheduler class, which says what sampler its author had in mind.
    pub scheduler: String,
}

const FILE: &str = "model_index.json";
const TOKENIZERS: &[&str] = &[r#"["transformers","CLIPTokenizer"]"#, r#"["transformers","CLIPTokenizerFast"]"#];
/// The same, or nothing: diffusers writes either of the two.
const SECOND_TOKENIZERS: &[&str] = &["null", "[null,null]", TOKENIZERS[0], TOKENIZERS[1]];
const SECOND_TEXT: &str = r#"["transformers","CLIPTextModelWithProjection"]"#;
const TINY: &str = r#"["diffusers","AutoencoderTiny"]"#;

/// What a model that was saved by any of these makes from text alone; masks and first pictures are the request's affair, not the model's.
const CLASSES: &[&str] = &[
    "\"StableDiffusionPipeline\"",
    "\"StableDiffusionImg2ImgPipeline\"",
    "\"StableDiffusionInpaintPipeline\"",
    "\"LatentConsistencyModelPipeline\"",
    "\"LatentConsistencyModelImg2ImgPipeline\"",
    "\"StableDiffusionXLPipeline\"",
    "\"StableDiffusionXLImg2ImgPipeline\"",
    "\"StableDiffusionXLInpaintPipeline\"",
];

pub(super) const TABLE: Table = Table {
    class: "StableDiffusionPipeline",
    keys: [
        &[
            only("_class_name", CLASSES, "another family"),
            only("unet", &[r#"["diffusers","UNet2DConditionModel"]"#], "the only denoiser"),
            only("vae", &[r#"["diffusers","AutoencoderKL"]"#, TINY], "the only autoencoders"),
            only("text_encoder", &[r#"["transformers","CLIPTextModel"]"#], "the only text encoder"),
            only("text_encoder_2", &["null", "[null,null]", SECOND_TEXT], "the only second text encoder"),
            only("tokenizer", TOKENIZERS, "the only tokenizer"),
            only("tokenizer_2", SECOND_TOKENIZERS, "the only tokenizer"),
            honour("scheduler", r#"["diffusers","PNDMScheduler"]"#),
            honour("force_zeros_for_empty_prompt", "true"),
            only("requires_aesthetics_score", &["false", "null"], "the XL refiner's, which is told how beautiful its picture is"),
            ignore("add_watermarker", "a mark in finished pictures; none is made here"),
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
        let there = |key: &str| object.value(key).get(1).is_some_and(|class| class.is_string());
        let (class, two_text_encoders) = (object.text("_class_name")?, there("text_encoder_2"));
        let xl = class.starts_with("StableDiffusionXL");
        for key in ["text_encoder_2", "tokenizer_2"] {
            if there(key) != xl {
                let hint = format!("expected {} for {class}", if xl { "one" } else { "none" });
                return Err(object.refuse(key, &hint));
            }
        }
        Ok(ModelIndex {
            class,
            two_text_encoders,
            tiny_vae: object.value("vae").get(1).and_then(|class| class.as_str()) == Some("AutoencoderTiny"),
            force_zeros_for_empty_prompt: object.flag("force_zeros_for_empty_prompt")?,
            scheduler: scheduler.into(),
        })
    }
}
