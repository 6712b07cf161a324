//! Reading a `parameters` text, as the tool's own `parse_generation_parameters` does; what Decant has no setting for becomes a note.

use super::{CURVE, KEYWORD, OURS, line};
use crate::gathered::{Gathered, short};
use crate::names::{self, Tongue};
use crate::read::{Source, desktop_prompts, foreign};
use crate::{Error, Found, Model};
use serde_json::json;
use std::collections::BTreeMap;

/// Names that say nothing about how the picture was made, or that are told by another.
const SILENT: &[&str] = &["Version", "Model hash", "Lora hashes", "TI hashes", "Hashes", "Schedule type", "User", "Emphasis"];

/// The settings of a text; RNG and prompts are taken as that tool uses them where the text does not say.
///
/// # Errors
/// [`Error::Unreadable`] for a text that is neither: no prompt, no settings.
pub fn read(text: &str) -> Result<Found, Error> {
    let text = text.trim();
    if text.is_empty() || text.starts_with('{') {
        let problem = "expected a prompt and a line of settings such as Steps: 20, Sampler: Euler, Seed: 1".into();
        return Err(Error::Unreadable { place: KEYWORD, problem });
    }
    let (words, line) = text.rsplit_once('\n').unwrap_or(("", text));
    let pairs = line::pairs(line);
    // The tool's rule: a last line with fewer than three pairs is part of the prompt.
    let (words, pairs) = if pairs.len() < 3 { (text, vec![]) } else { (words, pairs) };
    let mut gathered = Gathered::default();
    let ours = pairs.iter().any(|(name, value)| *name == "Version" && value.starts_with(OURS));
    if !ours {
        desktop_prompts(&mut gathered, Tongue::Desktop);
    }
    prompts(&mut gathered, words);
    let mut pairs: BTreeMap<&str, String> = pairs.into_iter().collect();
    if let Some(sampler) = pairs.remove("Sampler") {
        // Ours say no schedule where the model's own was taken.
        let schedule = pairs.get("Schedule type").map(String::as_str).or(ours.then_some(""));
        names::take(&mut gathered, Tongue::Desktop, &sampler, schedule);
    }
    // In its high-resolution fix the strength is the second pass's.
    if pairs.keys().any(|name| name.starts_with("Hires")) {
        pairs.remove("Denoising strength");
    }
    let model = Model {
        name: pairs.remove("Model").map(|name| short(&name)).unwrap_or_default(),
        hash: pairs.get("Model hash").map(|hash| short(hash)).unwrap_or_default(),
        weights: String::new(),
    };
    let cuda = !ours && pairs.get("RNG").is_none_or(|rng| rng != "CPU") || pairs.get("RNG").is_some_and(|rng| rng == "NV");
    if cuda {
        gathered.set("rng", "cuda");
    }
    if let Some(emphasis) = pairs.get("Emphasis") {
        gathered.set("emphasis", emphasis != "None");
    }
    pairs.iter().for_each(|(name, value)| take(&mut gathered, name, value));
    Ok(foreign(gathered, model, Source::Parameters))
}

fn take(gathered: &mut Gathered, name: &str, value: &str) {
    match name {
        "Steps" => gathered.set_number("steps", value),
        "CFG scale" => gathered.set_number("guidance", value),
        CURVE => {
            let scales: Vec<Option<f32>> = value.split_whitespace().map(|scale| scale.parse().ok()).collect();
            gathered.set("guidanceCurve", json!(scales));
        }
        "CFGpp scale" => {
            gathered.set_number("guidance", value);
            gathered.set("cfgpp", true);
        }
        "Seed" => gathered.set_number("seed", value),
        "Denoising strength" => gathered.set_number("strength", value),
        "Eta" | "Eta DDIM" => gathered.set_number("eta", value),
        "Size" => match value.split_once('x') {
            Some((width, height)) => {
                gathered.set_number("width", width);
                gathered.set_number("height", height);
            }
            None => gathered.note(format!("Size {} is not followed", short(value))),
        },
        "Clip skip" => match value.parse::<u64>() {
            Ok(layers @ 1..) => gathered.set("clipSkip", layers - 1),
            _ => gathered.note(format!("Clip skip {} is not followed", short(value))),
        },
        "RNG" if matches!(value, "CPU" | "NV" | "GPU") => {}
        name if SILENT.contains(&name) => {}
        _ => gathered.note(format!("{} {} is not followed", short(name), short(value))),
    }
}

/// The lines before and after the one that begins the negative prompt.
fn prompts(gathered: &mut Gathered, words: &str) {
    let begins = |line: &str| line.trim_start().starts_with("Negative prompt:");
    let lines: Vec<&str> = words.lines().map(str::trim_end).collect();
    let at = lines.iter().position(|line| begins(line)).unwrap_or(lines.len());
    let prompt = lora_tags(gathered, lines[..at].join("\n").trim());
    let negative = lines[at..].join("\n");
    let negative = negative.trim_start().strip_prefix("Negative prompt:").unwrap_or_default().trim();
    gathered.set("prompt", prompt);
    if !negative.is_empty() {
        gathered.set("negative", negative);
    }
}

/// Takes `<lora:name:weight>` out of a prompt.
fn lora_tags(gathered: &mut Gathered, prompt: &str) -> String {
    const MOST: usize = 100;
    let (mut kept, mut rest, mut loras) = (String::new(), prompt, vec![]);
    while let Some((before, after)) = rest.split_once("<lora:") {
        let Some((tag, after)) = after.split_once('>').filter(|_| loras.len() < MOST) else { break };
        let (name, weight) = tag.split_once(':').unwrap_or((tag, "1"));
        let weight = weight.parse::<f64>().ok().filter(|weight| weight.is_finite()).unwrap_or(1.0);
        loras.push(json!({"name": name, "weight": weight}));
        kept.push_str(before.strip_suffix(' ').unwrap_or(before));
        rest = after;
    }
    kept.push_str(rest);
    if !loras.is_empty() {
        gathered.set("loras", loras);
    }
    kept.trim().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Record;
    use decant_sd::request::{Long, Request};
    use decant_solver::{Rng, Sampler, Sigmas};

    fn settings(text: &str) -> Request {
        read(text).expect(text).record.settings
    }

    #[test]
    fn a_picture_of_the_desktop_tool_is_followed() {
        let text = "a (blue:1.2) seven,\nsecond line\nNegative prompt: blurry,\nlow contrast\nSteps: 25, Sampler: DPM++ 2M Karras, CFG scale: 7.5, \
                    Seed: 3141592653, Size: 512x768, Model hash: 6ce0161689, Model: v1-5-pruned-emaonly, ENSD: 31337, Hires upscale: 2, Denoising strength: 0.7, Version: v1.5.1";
        let found = read(text).expect("it is the tool's");
        let s = &found.record.settings;
        assert_eq!((s.prompt.as_str(), s.negative.as_str()), ("a (blue:1.2) seven,\nsecond line", "blurry,\nlow contrast"));
        assert_eq!((s.steps, s.guidance, s.seed, s.sampler), (Some(25), Some(7.5), 3141592653, Some(Sampler::Dpmpp2m)));
        assert_eq!((s.width, s.height, &s.sigmas, s.rng), (Some(512), Some(768), &Sigmas::Karras, Rng::Cuda));
        assert_eq!((found.record.model.name.as_str(), found.record.model.hash.as_str()), ("v1-5-pruned-emaonly", "6ce0161689"));
        assert_eq!((s.strength, s.emphasis, s.long), (None, true, Long::Commas));
        assert_eq!(found.notes, ["ENSD 31337 is not followed", "Hires upscale 2 is not followed"]);
        assert_eq!(found.source, Source::Parameters);
    }

    #[test]
    fn our_own_line_comes_back() {
        let settings = Request {
            prompt: "a (seven)".into(),
            negative: "x".into(),
            emphasis: true,
            steps: Some(9),
            guidance: Some(7.3),
            seed: 5,
            sampler: Some(Sampler::Heun),
            width: Some(64),
            height: Some(32),
            sigmas: Sigmas::Karras,
            rng: Rng::Cuda,
            strength: Some(0.25),
            ..Request::default()
        };
        let curve = Request { guidance: None, guidance_curve: vec![1.0, 7.5, 3.0], ..settings.clone() };
        let cfgpp = Request { guidance: Some(0.6), cfgpp: true, ..settings.clone() };
        for settings in [settings, curve, cfgpp] {
            let record = Record { settings, version: "0.1.0".into(), ..Record::default() };
            let found = read(&super::super::write(&record)).expect("it was just written");
            assert_eq!((found.record.settings, found.notes), (record.settings, vec![]));
        }
    }

    #[test]
    fn a_text_without_settings_is_a_prompt() {
        assert_eq!(settings("a cat, Steps: 3").prompt, "a cat, Steps: 3");
        assert_eq!(settings("a cat\nNegative prompt: a dog").negative, "a dog");
        assert_eq!(settings("Steps: 3, Sampler: Euler, Seed: 1").prompt, "");
        for text in ["", " \n", "{\"sui_image_params\": {}}"] {
            assert!(read(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn loras_are_taken_out_of_the_prompt() {
        let mut gathered = Gathered::default();
        assert_eq!(lora_tags(&mut gathered, "a cat <lora:ink:0.8>, wet <lora:x>"), "a cat, wet");
        assert_eq!(lora_tags(&mut Gathered::default(), "a <lora:broken"), "a <lora:broken");
    }

    #[test]
    fn hostile_texts_are_read_or_refused() {
        let long = "x: 1, ".repeat(100_000);
        let strange = [
            long.as_str(),
            "Steps: 99999999999999999999, Sampler: , Seed: -1",
            "Clip skip: 0, Size: x, Seed: \u{0}",
            "Steps: 1e400, Seed: 1, Size: 9",
        ];
        for text in strange {
            let found = read(text).expect("there is always a prompt");
            assert!(found.notes.len() <= 30);
        }
    }
}
