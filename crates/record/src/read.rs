//! From a file's bytes to a record: ours, or another tool's as far as it can be followed.

use crate::formats::{self, FORMATS};
use crate::{Error, Found, Record, Source, chunks, decant, exif, parameters};
use decant_sd::lora::stem;
use decant_sd::request::Request;
use decant_sd::sentence;
use serde_json::{Map, Value};

/// Reads what a PNG, a JPEG or a WebP says beside its pixels, a JSON file of settings, a record as JSON, or the desktop tool's text in a file
/// of its own. Never looks at pixels.
///
/// # Errors
/// One sentence about a file that holds no settings, or damaged ones. What is merely unknown is a note.
pub fn read(bytes: &[u8]) -> Result<Found, Error> {
    let mut found = any(bytes)?;
    // Whoever loads a LoRA calls it by its file's own name.
    for used in &mut found.record.settings.loras {
        used.name = stem(&used.name).into();
    }
    Ok(found)
}

fn any(bytes: &[u8]) -> Result<Found, Error> {
    if bytes.starts_with(chunks::SIGNATURE) {
        return png(bytes);
    }
    if exif::is_picture(bytes) {
        return other_picture(bytes);
    }
    let text = std::str::from_utf8(bytes).ok().map(|text| text.trim_start_matches('\u{feff}').trim());
    match text {
        Some(text) if text.starts_with('{') => json(text),
        Some(text) if parameters::looks(text) => parameters::read(text),
        _ => Err(Error::Neither { start: bytes[..bytes.len().min(8)].to_vec() }),
    }
}

fn png(bytes: &[u8]) -> Result<Found, Error> {
    let keywords = FORMATS.map(|format| format.keyword);
    let found = chunks::texts(bytes, &keywords);
    let mut texts: Vec<(&'static str, String)> = vec![];
    let mut damage = found.problem;
    for keyword in keywords {
        texts.extend(found.texts.get(keyword).map(|text| (keyword, text.clone())));
    }
    // What other programs put there is what they put into a JPEG.
    if let Some(block) = found.exif {
        match exif::texts(block) {
            Ok(more) => texts.extend(more),
            Err(problem) => damage = damage.or(Some(problem)),
        }
    }
    let others = found.others;
    first_readable(texts, damage, &others)
}

/// A JPEG or a WebP.
fn other_picture(bytes: &[u8]) -> Result<Found, Error> {
    let others = |texts: &[(&str, String)]| texts.iter().map(|(place, _)| place.to_string()).collect::<Vec<_>>();
    let texts = exif::in_picture(bytes)?;
    let named = others(&texts);
    first_readable(texts, None, &named)
}

/// The first of a file's texts that can be read; those before it that could not are said.
fn first_readable(texts: Vec<(&'static str, String)>, damage: Option<Error>, others: &[String]) -> Result<Found, Error> {
    let mut problems: Vec<Error> = damage.into_iter().collect();
    for (keyword, text) in texts {
        match formats::read(keyword, &text) {
            Ok(mut found) => {
                let note = |problem: &Error| {
                    sentence!("{problem}; what is beside it is taken: the text {keyword}", problem = problem.sentence(), keyword)
                };
                found.notes.splice(0..0, problems.iter().map(note));
                return Ok(found);
            }
            // Any program may write a comment.
            Err(Error::Bare { .. }) => {}
            Err(problem) => problems.push(problem),
        }
    }
    let keywords = others.to_vec();
    Err(problems.into_iter().next().unwrap_or(Error::Bare { keywords }))
}

/// A file: a record, or settings alone, in which everything must be right.
fn json(text: &str) -> Result<Found, Error> {
    let is_record = serde_json::from_str::<Map<String, Value>>(text).is_ok_and(|fields| fields.contains_key("settings"));
    if is_record {
        return decant::read(text);
    }
    let record = Record { settings: Request::from_json(text)?, ..Record::default() };
    Ok(Found::new(record, Source::Decant, vec![]))
}

#[cfg(test)]
mod tests;
