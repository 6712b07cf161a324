//! Reading a `parameters` text, as the tool's own `parse_generation_parameters` does; what Decant has no setting for is named (`keys.rs`).

use super::text::{Pairs, parted};
use super::{CURVE, KEYWORD, OURS, hires, keys, prompts};
use crate::builder::{RequestBuilder, short};
use crate::found::{Source, foreign, zero_snr};
use crate::names::{self, Tool};
use crate::{Error, Found, Model};
use decant_sd::sentence;
use serde_json::json;

/// The settings of a text; RNG and prompts are taken as that tool uses them where the text does not say.
///
/// # Errors
/// [`Error::Unreadable`] for a text that is neither: no prompt, no settings.
pub fn read(text: &str) -> Result<Found, Error> {
    let text = text.trim();
    if text.is_empty() || text.starts_with('{') {
        let problem = sentence!("expected a prompt and a line of settings such as Steps: 20, Sampler: Euler, Seed: 1");
        return Err(Error::Unreadable { place: KEYWORD, problem });
    }
    let mut builder = RequestBuilder::default();
    let (words, pairs) = parted(&mut builder, text);
    let ours = pairs.get("Version").is_some_and(|version| version.starts_with(OURS));
    if !ours {
        names::prompts(&mut builder, Tool::Desktop);
    }
    prompts::take(&mut builder, words, ours);
    sampler(&mut builder, &pairs, ours);
    size_and_strength(&mut builder, &pairs);
    let rng = pairs.get("RNG");
    if rng.map_or(!ours, |rng| if ours { rng == "NV" } else { rng != "CPU" }) {
        builder.set("rng", "cuda");
    }
    emphasis(&mut builder, &pairs);
    let model = Model {
        name: pairs.get("Model").map(short).unwrap_or_default(),
        hash: pairs.get("Model hash").map(short).unwrap_or_default(),
        weights: String::new(),
    };
    for (name, value) in &pairs.0 {
        match *name {
            CURVE if ours => {
                let scales: Vec<Option<f32>> = value.split_whitespace().map(|scale| scale.parse().ok()).collect();
                builder.set("guidanceCurve", json!(scales));
            }
            CFGPP if ours => {
                builder.set_number("guidance", value);
                builder.set("cfgpp", true);
            }
            name => keys::take(&mut builder, name, value),
        }
    }
    let mut found = foreign(builder, model, Source::Parameters);
    if pairs.get("Noise Schedule").is_some_and(|schedule| schedule == "Zero Terminal SNR") {
        zero_snr(&mut found);
    }
    Ok(found)
}

/// What one scale of CFG++ is called in our texts.
const CFGPP: &str = "CFGpp scale";

fn sampler(builder: &mut RequestBuilder, pairs: &Pairs, ours: bool) {
    // Fooocus writes its scheduler under another name; ours say no schedule where the model's own was taken.
    let schedule = pairs.get("Schedule type").or(pairs.get("Scheduler")).or(ours.then_some(""));
    match pairs.get("Sampler") {
        Some(sampler) => names::take(builder, Tool::Desktop, sampler, schedule),
        None => schedule
            .filter(|schedule| !schedule.is_empty())
            .into_iter()
            .for_each(|schedule| builder.lose(format!("the schedule {}", short(schedule)))),
    }
}

/// The size of what was drawn first, and how much of a picture it began with was drawn anew.
///
/// In a high-resolution fix the strength is the second pass's, and in its first form (before 2023) so is the size.
fn size_and_strength(builder: &mut RequestBuilder, pairs: &Pairs) {
    let size = pairs.get("Size").and_then(sides);
    let first = pairs.get("First pass size").and_then(sides);
    if let (None, Some(size)) = (size, pairs.get("Size")) {
        builder.lose(format!("Size {}", short(size)));
    }
    let drawn = match (first, size) {
        (Some([0, _] | [_, 0]), Some(size)) => Some(old_first_pass(size)),
        (Some(first), _) => Some(first),
        (None, size) => size,
    };
    for (side, pixels) in ["width", "height"].into_iter().zip(drawn.into_iter().flatten()) {
        builder.set(side, pixels);
    }
    if let (Some(drawn), Some(size)) = (drawn.filter(|_| first.is_some()), size) {
        builder.lose(format!("the second pass from {}x{} to {}x{}", drawn[0], drawn[1], size[0], size[1]));
    }
    let second = hires::take(builder, pairs);
    let hires = second || pairs.0.keys().any(|name| name.starts_with("Hires")) || first.is_some();
    let operations = pairs.get("Operations").unwrap_or_default();
    let from_text = operations.contains("txt2img") && !operations.contains("img2img");
    // A tool that was asked for a picture from text through its interface for programs wrote 0 there.
    let strength = pairs.get("Denoising strength").filter(|strength| !hires && !from_text && strength.parse() != Ok(0.0));
    strength.into_iter().for_each(|strength| builder.set_number("strength", strength));
}

fn sides(size: &str) -> Option<[u64; 2]> {
    let (width, height) = size.split_once(['x', 'X', '×'])?;
    Some([width.trim().parse().ok()?, height.trim().parse().ok()?])
}

/// The first pass's size where none was chosen: about 512×512 pixels in the same shape (`old_hires_fix_first_pass_dimensions`).
fn old_first_pass([width, height]: [u64; 2]) -> [u64; 2] {
    let scale = (512.0 * 512.0 / (width.max(1) as f64 * height.max(1) as f64)).sqrt();
    [width, height].map(|side| (scale * side as f64 / 64.0).ceil() as u64 * 64)
}

/// Brackets stress words unless the tool was told otherwise; its other two ways are not Decant's.
fn emphasis(builder: &mut RequestBuilder, pairs: &Pairs) {
    match pairs.get("Emphasis") {
        None => {}
        Some("None") => builder.set("emphasis", false),
        Some("Original") => builder.set("emphasis", true),
        Some(other) => builder.lose(format!("Emphasis {} (words are stressed as by Original)", short(other))),
    }
}

#[cfg(test)]
mod tests;
