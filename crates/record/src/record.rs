//! A picture's record: its settings, and what else its pixels depend on. As JSON it is the `decant` text of a PNG,
//! and a file beside a picture.

use decant_sd::inversion::Inversion;
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
    /// What made the finished picture larger, in order: the settings are those of the picture before.
    pub enlarged: Vec<Enlarged>,
    /// What else the picture came of that settings cannot hold, each in words: see [`also`].
    pub also: Vec<String>,
}

/// What a picture of these settings came of besides them: pictures, masks, latents, and of the textual inversions that stand beside the model
/// those whose word is in a text.
pub fn also(settings: &Request, inversions: &[Inversion]) -> Vec<String> {
    let images = &settings.images;
    let given = [("a picture", images.picture.is_some()), ("a mask", images.mask.is_some()), ("latents", images.latents.is_some())];
    let swapped = settings.swaps.iter().flat_map(|swap| std::iter::once(&swap.token).chain(swap.with.iter().map(|share| &share.token)));
    let texts = [&settings.prompt, &settings.negative].into_iter().chain(settings.mixes.iter().map(|mix| &mix.prompt)).chain(swapped);
    let lowercase: Vec<String> = texts.map(|text| text.to_lowercase()).collect();
    let used =
        |inversion: &&Inversion| inversion.tokens.iter().any(|token| lowercase.iter().any(|text| text.contains(&token.to_lowercase())));
    let words = inversions.iter().filter(used).map(|inversion| format!("the textual inversion {}", inversion.name));
    given.into_iter().filter(|(_, is)| *is).map(|(what, _)| what.to_string()).chain(words).collect()
}

/// An upscaler that a finished picture went through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enlarged {
    /// The upscaler's name, as it was opened.
    pub by: String,
    /// How many times as large the picture became each way.
    pub times: usize,
}

/// `4 times by x4plus`.
impl std::fmt::Display for Enlarged {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        write!(f, "{} times by {}", self.times, self.by)
    }
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
        let enlarged: Vec<Value> = self.enlarged.iter().map(|one| json!({"by": one.by, "times": one.times})).collect();
        fields.extend((!enlarged.is_empty()).then(|| ("enlarged".to_string(), json!(enlarged))));
        fields.extend((!self.also.is_empty()).then(|| ("also".to_string(), json!(self.also))));
        Value::Object(fields).to_string()
    }
}

fn texts<const N: usize>(pairs: [(&str, &String); N]) -> Map<String, Value> {
    pairs.into_iter().filter(|(_, text)| !text.is_empty()).map(|(name, text)| (name.to_string(), json!(text))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use decant_sd::request::{Mix, Share, Swap};

    #[test]
    fn inversions_that_no_text_names_are_not_recorded() {
        let word = |name: &str, token: &str| {
            let mut inversion = Inversion::default();
            (inversion.name, inversion.tokens) = (name.into(), vec![token.into(), name.into()]);
            inversion
        };
        let inversions = [word("birb-style", "<birb>"), word("ink", "<inkwell>"), word("oil", "<oil>"), word("none", "<none>")];
        let settings = Request {
            prompt: "a cat in <BIRB> style".into(),
            swaps: vec![Swap { token: "cat".into(), with: vec![Share { token: "<inkwell>".into(), weight: 1.0 }] }],
            mixes: vec![Mix { prompt: "oil".into(), factor: 0.5 }],
            ..Request::default()
        };
        let expected = ["the textual inversion birb-style", "the textual inversion ink", "the textual inversion oil"];
        assert_eq!(also(&settings, &inversions), expected);
        assert!(also(&Request::default(), &inversions).is_empty());
    }
}
