//! The `parameters` text of AUTOMATIC1111's stable-diffusion-webui, which the other desktop tools and most readers understand:
//!
//! ```text
//! a blue seven
//! Negative prompt: blurry
//! Steps: 20, Sampler: DPM++ 2M, Schedule type: Karras, CFG scale: 7, Seed: 1, Size: 512x512, Model: digits, Version: decant 0.1.0
//! ```
//!
//! Names and order are those of its `create_infotext` (1.10). It is for people and other tools; what it has no words for is in our own text.

mod line;
mod read;

pub use read::read;

use crate::{Record, names};
use decant_sd::request::Request;
use line::quote;
use serde_json::{Map, Value};

/// The PNG text's keyword.
pub(crate) const KEYWORD: &str = "parameters";
/// How `Version` begins in what we write.
const OURS: &str = "decant";

/// The text of a record. What the settings leave open is left out.
pub fn write(record: &Record) -> String {
    let request = &record.settings;
    let fields: Map<String, Value> = serde_json::from_str(&request.to_json()).expect("a request's JSON is JSON");
    let negative = if request.negative.is_empty() { String::new() } else { format!("\nNegative prompt: {}", request.negative) };
    let pairs = pairs(record, request, &fields);
    let line: Vec<String> = pairs.into_iter().filter_map(|(name, value)| Some(format!("{name}: {}", quote(&value?)))).collect();
    format!("{}{}{negative}\n{}", request.prompt, loras(&fields), line.join(", ")).trim().into()
}

type Pair = (&'static str, Option<String>);

fn pairs(record: &Record, request: &Request, fields: &Map<String, Value>) -> Vec<Pair> {
    let text = |name: &str| fields.get(name).and_then(Value::as_str);
    let number = |name: &str| fields.get(name).filter(|value| value.is_number()).map(Value::to_string);
    let some = |text: &str| (!text.is_empty()).then(|| text.to_string());
    let brackets = request.prompt.contains(['(', '[']) || request.negative.contains(['(', '[']);
    // Brackets stress words there unless this says otherwise.
    let emphasis = if request.emphasis { "Original" } else { "None" };
    vec![
        ("Steps", request.steps.map(|steps| steps.to_string())),
        ("Sampler", request.sampler.map(|sampler| names::desktop_name(sampler).into())),
        ("Schedule type", text("sigmas").and_then(names::schedule_name).map(String::from)),
        ("CFG scale", request.guidance.map(|scale| scale.to_string())),
        ("Seed", Some(request.seed.to_string())),
        ("Size", request.width.zip(request.height).map(|(width, height)| format!("{width}x{height}"))),
        // Model hash is left out: there it begins the SHA-256 of a whole file, and ours is another fingerprint.
        ("Model", some(&record.model.name)),
        ("Denoising strength", number("strength")),
        ("Clip skip", fields.get("clipSkip").and_then(Value::as_u64).map(|skip| skip.saturating_add(1).to_string())),
        ("Eta", number("eta")),
        ("Emphasis", brackets.then(|| emphasis.into())),
        ("RNG", Some(if text("rng") == Some("cuda") { "NV" } else { "CPU" }.into())),
        ("Version", Some(format!("{OURS} {}", record.version).trim().into())),
    ]
}

/// Its prompts name LoRAs so.
fn loras(fields: &Map<String, Value>) -> String {
    let uses = fields.get("loras").and_then(Value::as_array).into_iter().flatten();
    let tag = |used: &Value| {
        let (name, weight) = (used.get("name")?.as_str()?, used.get("weight").and_then(Value::as_f64).unwrap_or(1.0));
        (!name.contains([':', '>', '<'])).then(|| format!(" <lora:{name}:{weight}>"))
    };
    uses.filter_map(tag).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Model;
    use decant_solver::Sampler;

    #[test]
    fn a_record_is_written_as_the_desktop_tool_writes_it() {
        let settings = Request {
            prompt: "a blue seven,\n\"quoted\"".into(),
            negative: "blurry".into(),
            steps: Some(20),
            guidance: Some(7.0),
            seed: 1,
            sampler: Some(Sampler::Dpmpp2m),
            width: Some(512),
            height: Some(768),
            ..Request::default()
        };
        let model = Model { name: "a, b: \"c\"".into(), ..Model::default() };
        let record = Record { settings, model, version: "0.1.0".into(), ..Record::default() };
        assert_eq!(
            write(&record),
            "a blue seven,\n\"quoted\"\nNegative prompt: blurry\nSteps: 20, Sampler: DPM++ 2M, CFG scale: 7, Seed: 1, Size: 512x768, \
             Model: \"a, b: \\\"c\\\"\", RNG: CPU, Version: decant 0.1.0"
        );
        assert_eq!(write(&Record::default()), "Seed: 0, RNG: CPU, Version: decant");
    }
}
