//! The `parameters` text of AUTOMATIC1111's stable-diffusion-webui, which the other desktop tools and most readers understand:
//!
//! ```text
//! a blue seven
//! Negative prompt: blurry
//! Steps: 20, Sampler: DPM++ 2M, Schedule type: Karras, CFG scale: 7, Seed: 1, Size: 512x512, Model: digits, Version: decant 0.1.0
//! ```
//!
//! Names and order are those of its `create_infotext` (1.10). It is for people and other tools; what it has no words for is in our own text.

mod hires;
mod keys;
mod line;
mod prompts;
mod read;
mod text;

pub use read::read;

use crate::{Record, names};
use decant_sd::request::Request;
use decant_solver::Rng;
use line::quote;

/// The PNG text's keyword.
pub(crate) const KEYWORD: &str = "parameters";
/// How `Version` begins in what we write.
const OURS: &str = "decant";

/// The text of a record. What the settings leave open is left out.
pub fn write(record: &Record) -> String {
    let request = &record.settings;
    let negative = if request.negative.is_empty() { String::new() } else { format!("\nNegative prompt: {}", request.negative) };
    let line: Vec<String> =
        pairs(record, request).into_iter().filter_map(|(name, value)| Some(format!("{name}: {}", quote(&value?)))).collect();
    format!("{}{}{negative}\n{}", request.prompt, loras(request), line.join(", ")).trim().into()
}

/// Whether a text is such a one: it has the line of a negative prompt or that of the settings.
pub(crate) fn looks(text: &str) -> bool {
    text.lines().any(|line| line.starts_with("Negative prompt:") || line.starts_with("Steps: "))
}

type Pair = (&'static str, Option<String>);

fn pairs(record: &Record, request: &Request) -> Vec<Pair> {
    let some = |text: &str| (!text.is_empty()).then(|| text.to_string());
    let brackets = request.prompt.contains(['(', '[']) || request.negative.contains(['(', '[']);
    // Brackets stress words there unless this says otherwise.
    let emphasis = if request.emphasis { "Original" } else { "None" };
    vec![
        ("Steps", request.steps.map(|steps| steps.to_string())),
        ("Sampler", request.sampler.map(|sampler| names::desktop_name(sampler).into())),
        ("Schedule type", names::schedule_name(&request.sigmas).map(String::from)),
        scale(request),
        ("Seed", Some(request.seed.to_string())),
        ("Size", request.width.zip(request.height).map(|(width, height)| format!("{width}x{height}"))),
        // Model hash is left out: there it begins the SHA-256 of a whole file, and ours is another fingerprint.
        ("Model", some(&record.model.name)),
        ("Denoising strength", request.resolved_hires_strength().or(request.strength).map(|strength| strength.to_string())),
        ("Clip skip", (request.clip_skip > 0).then(|| request.clip_skip.saturating_add(1).to_string())),
        ("Eta", request.eta.map(|eta| eta.to_string())),
        ("Noise Schedule", request.zero_snr.then(|| "Zero Terminal SNR".into())),
        ("Emphasis", brackets.then(|| emphasis.into())),
        ("Hires upscale", request.hires.map(|scale| scale.to_string())),
        ("Hires steps", hires::taken(request).map(|steps| steps.to_string())),
        ("Hires upscaler", request.hires.map(|_| request.hires_by.row().name.into())),
        // What its tab of extras writes.
        ("Postprocess upscale by", record.enlarged.last().map(|last| last.times.to_string())),
        ("Postprocess upscaler", record.enlarged.last().map(|last| last.by.clone())),
        ("RNG", Some(if request.rng == Rng::Cuda { "NV" } else { "CPU" }.into())),
        ("Version", Some(format!("{OURS} {}", record.version).trim().into())),
    ]
}

/// The scale of guidance, under a name that says what kind it is: other tools take a number under their own name for one scale of a whole run.
fn scale(request: &Request) -> Pair {
    let one = || request.guidance.map(|scale| scale.to_string());
    match &request.guidance_curve[..] {
        [] if request.cfgpp => ("CFGpp scale", one()),
        [] => ("CFG scale", one()),
        curve => (CURVE, Some(curve.iter().map(f32::to_string).collect::<Vec<_>>().join(" "))),
    }
}

/// What scales that change over a run are called in our texts.
const CURVE: &str = "CFG curve";

/// Its prompts name LoRAs so.
fn loras(request: &Request) -> String {
    let plain = request.loras.iter().filter(|used| !used.name.contains([':', '>', '<']));
    plain.map(|used| format!(" <lora:{}:{}>", used.name, used.weight)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Model;
    use decant_sd::lora::LoraUse;
    use decant_solver::{Sampler, Sigmas};

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
        let more = Request {
            prompt: "a (cat)".into(),
            sigmas: Sigmas::Karras,
            strength: Some(0.75),
            clip_skip: 1,
            eta: Some(0.5),
            rng: Rng::Cuda,
            loras: vec![LoraUse { name: "ink".into(), weight: 0.8, text: None }],
            zero_snr: true,
            ..Request::default()
        };
        assert_eq!(
            write(&Record { settings: more, ..Record::default() }),
            "a (cat) <lora:ink:0.8>\nSchedule type: Karras, Seed: 0, Denoising strength: 0.75, Clip skip: 2, Eta: 0.5, \
             Noise Schedule: Zero Terminal SNR, Emphasis: None, RNG: NV, Version: decant"
        );
        let curve = Request { guidance: Some(3.0), guidance_curve: vec![1.0, 7.5, 3.0], ..Request::default() };
        assert_eq!(write(&Record { settings: curve, ..Record::default() }), "CFG curve: 1 7.5 3, Seed: 0, RNG: CPU, Version: decant");
        let cfgpp = Request { guidance: Some(0.6), cfgpp: true, ..Request::default() };
        assert_eq!(write(&Record { settings: cfgpp, ..Record::default() }), "CFGpp scale: 0.6, Seed: 0, RNG: CPU, Version: decant");
        assert_eq!(write(&Record::default()), "Seed: 0, RNG: CPU, Version: decant");
    }
}
