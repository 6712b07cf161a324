//! InvokeAI's metadata, a JSON object: `invokeai_metadata` since its version 3, `sd-metadata` before 2.3.

use crate::gathered::{Gathered, problem, short};
use crate::names::{self, Tongue};
use crate::read::{Source, foreign};
use crate::{Error, Found, Model};
use serde_json::{Map, Value, json};

/// The PNG text's keyword.
pub(crate) const KEYWORD: &str = "invokeai_metadata";
/// The older one.
pub(crate) const OLDER: &str = "sd-metadata";

/// Their names of what is a number in both.
const NUMBERS: &[(&str, &str)] = &[
    ("steps", "steps"),
    ("cfg_scale", "guidance"),
    ("seed", "seed"),
    ("width", "width"),
    ("height", "height"),
    ("cfg_rescale_multiplier", "rescale"),
    ("clip_skip", "clipSkip"),
    ("strength", "strength"),
];

/// The settings under either keyword.
pub(crate) fn read(keyword: &'static str, text: &str) -> Result<Found, Error> {
    let unreadable = |problem: String| Error::Unreadable { place: keyword, problem };
    let fields: Map<String, Value> = serde_json::from_str(text).map_err(|error| unreadable(problem(&error)))?;
    let mut gathered = Gathered::default();
    let text = |name: &str| fields.get(name).and_then(Value::as_str);
    let name = fields.get("model").and_then(|model| model.get("model_name").or(model.get("name"))).and_then(Value::as_str);
    let name = name.or(text("model_weights")).map(short).unwrap_or_default();
    let model = Model { name, hash: text("model_hash").map(short).unwrap_or_default(), weights: String::new() };
    match fields.get("image").and_then(Value::as_object).filter(|_| keyword == OLDER) {
        Some(image) => take(&mut gathered, image, "sampler"),
        None => take(&mut gathered, &fields, "scheduler"),
    }
    take_loras(&mut gathered, &fields);
    Ok(foreign(gathered, model, Source::Invoke))
}

fn take(gathered: &mut Gathered, fields: &Map<String, Value>, sampler: &str) {
    for (theirs, field) in NUMBERS {
        let value = fields.get(*theirs).filter(|value| value.is_number());
        value.into_iter().for_each(|value| gathered.set(field, value.clone()));
    }
    let text = |name: &str| fields.get(name).and_then(Value::as_str);
    // The older had a list of weighted prompts.
    let listed = fields.get("prompt").and_then(|prompts| prompts.get(0)?.get("prompt")?.as_str());
    gathered.set("prompt", text("positive_prompt").or(listed).or(text("prompt")).unwrap_or_default());
    gathered.set("negative", text("negative_prompt").unwrap_or_default());
    if let Some(name) = text(sampler) {
        names::take(gathered, Tongue::Invoke, name.strip_prefix("k_").unwrap_or(name), None);
    }
    if text("rand_device") == Some("cuda") {
        gathered.set("rng", "cuda");
    }
}

fn take_loras(gathered: &mut Gathered, fields: &Map<String, Value>) {
    let loras = fields.get("loras").and_then(Value::as_array).into_iter().flatten();
    let one = |used: &Value| {
        let model = used.get("model").or(used.get("lora"))?;
        let name = model.get("name").or(model.get("model_name"))?.as_str()?;
        Some(json!({"name": name, "weight": used.get("weight").and_then(Value::as_f64).unwrap_or(1.0)}))
    };
    let loras: Vec<Value> = loras.filter_map(one).take(100).collect();
    if !loras.is_empty() {
        gathered.set("loras", loras);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use decant_solver::Sampler;

    #[test]
    fn both_kinds_are_followed() {
        let newer = json!({"positive_prompt": "a seven", "negative_prompt": "x", "seed": 3, "steps": 30, "cfg_scale": 7.5, "width": 512,
            "height": 256, "scheduler": "dpmpp_2m_k", "rand_device": "cpu", "model": {"name": "digits", "base": "sd-1"}});
        let older = json!({"model_weights": "digits", "model_hash": "12", "image": {"prompt": [{"prompt": "a seven", "weight": 1}], "seed": 3,
            "steps": 30, "cfg_scale": 7.5, "width": 512, "height": 256, "sampler": "k_euler_a"}});
        for (keyword, text, sampler) in [(KEYWORD, newer, Sampler::Dpmpp2m), (OLDER, older, Sampler::EulerA)] {
            let found = read(keyword, &text.to_string()).expect("it is theirs");
            let s = &found.record.settings;
            assert_eq!((s.prompt.as_str(), s.seed, s.steps, s.guidance, s.sampler), ("a seven", 3, Some(30), Some(7.5), Some(sampler)));
            assert_eq!((s.width, s.height, found.record.model.name.as_str()), (Some(512), Some(256), "digits"));
        }
    }

    #[test]
    fn strange_values_are_passed_over() {
        for text in [r#"{"steps": [], "seed": {}, "positive_prompt": 3, "loras": 7, "model": "x"}"#, "{}", r#"{"image": [], "loras": [1]}"#]
        {
            assert_eq!(read(OLDER, text).expect("it is an object").record.settings.prompt, "");
        }
        assert!(read(KEYWORD, "7").is_err());
    }
}
