//! A picture's record: its settings, and what else its pixels depend on. As JSON it is the `decant` text of a PNG, and a file beside a picture.

use crate::{Canvas, Error, parameters};
use decant_sd::picture::Picture;
use decant_sd::request::{Preview, Request};
use serde_json::{Map, Value, json};

/// The PNG text that holds the exact record.
pub(crate) const KEYWORD: &str = "decant";

/// Everything that determines a picture; with the same model on the same device it is made again bit for bit.
/// A text is empty where nobody knows.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Record {
    /// The settings: of a finished run `Settings::asked`, which leaves nothing open.
    pub settings: Request,
    /// What drew it.
    pub model: Model,
    /// Where it was computed: devices round differently.
    pub device: String,
    /// The version of Decant that wrote it.
    pub version: String,
    /// The axes, as typed, where the picture is a grid of several.
    pub grid: Vec<String>,
}

/// A model, as far as a record can name it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Model {
    /// As it was opened, without the folders above it.
    pub name: String,
    /// A fingerprint of its weights (`Pipeline::fingerprint`), or another tool's hash.
    pub hash: String,
    /// How its weights were kept, where that was chosen: `f16`, `q8_0`, `q4_0`.
    pub weights: String,
}

impl Record {
    /// One line of JSON: `{"decant": version, "settings": {…}, "model": {…}, "device": …}`, without what is unknown.
    pub fn to_json(&self) -> String {
        // What is shown on the way changes no picture.
        let settings = Request { preview: Preview::None, ..self.settings.clone() }.to_json();
        let settings: Value = serde_json::from_str(&settings).expect("a request's JSON is JSON");
        let model = texts([("name", &self.model.name), ("hash", &self.model.hash), ("weights", &self.model.weights)]);
        let mut fields = Map::from_iter([("decant".to_string(), json!(self.version)), ("settings".to_string(), settings)]);
        fields.extend((!model.is_empty()).then(|| ("model".to_string(), Value::Object(model))));
        fields.extend(texts([("device", &self.device)]));
        fields.extend((!self.grid.is_empty()).then(|| ("grid".to_string(), json!(self.grid))));
        Value::Object(fields).to_string()
    }

    /// The texts of a PNG: the most used desktop tool's, and the exact one.
    pub fn texts(&self) -> [(&'static str, String); 2] {
        [(parameters::KEYWORD, parameters::write(self)), (KEYWORD, self.to_json())]
    }

    /// A PNG that carries the record.
    pub fn png(&self, picture: &Picture) -> Result<Vec<u8>, Error> {
        self.png_of(&Canvas::from(picture))
    }

    /// A PNG of bytes that carries the record: a grid, for instance.
    pub fn png_of(&self, canvas: &Canvas) -> Result<Vec<u8>, Error> {
        let texts = self.texts();
        canvas.png(&texts.each_ref().map(|(keyword, text)| (*keyword, text.as_str())))
    }
}

fn texts<const N: usize>(pairs: [(&str, &String); N]) -> Map<String, Value> {
    pairs.into_iter().filter(|(_, text)| !text.is_empty()).map(|(name, text)| (name.to_string(), json!(text))).collect()
}
