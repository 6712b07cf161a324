//! From a file's bytes to a record: ours, or another tool's as far as it can be followed.

use crate::gathered::{Gathered, problem, short};
use crate::names::Tongue;
use crate::{Error, Model, Record, chunks, comfy, invoke, parameters, record};
use decant_sd::request::Request;
use serde_json::{Map, Value};

/// What a file says about its picture.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// The settings and the model.
    pub record: Record,
    /// Who wrote them.
    pub source: Source,
    /// What could not be taken over, a sentence each; empty means that nothing is missing.
    pub notes: Vec<String>,
}

/// Who wrote the settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// A record of Decant's, or a file of settings.
    Decant,
    /// The `parameters` text of AUTOMATIC1111's stable-diffusion-webui and the tools that follow it.
    Parameters,
    /// ComfyUI's graph.
    Comfy,
    /// InvokeAI's metadata.
    Invoke,
}

/// Reads a PNG's texts, a JSON file of settings, or a record as JSON. Never looks at pixels.
///
/// # Errors
/// One sentence about a file that holds no settings, or damaged ones. What is merely unknown is a note.
pub fn read(bytes: &[u8]) -> Result<Found, Error> {
    if bytes.starts_with(chunks::SIGNATURE) {
        return png(bytes);
    }
    let text = std::str::from_utf8(bytes).ok().map(|text| text.trim_start_matches('\u{feff}').trim());
    match text.filter(|text| text.starts_with('{')) {
        Some(text) => json(text),
        None => Err(Error::Neither { start: bytes[..bytes.len().min(8)].to_vec() }),
    }
}

/// In the order in which they are believed: ours is exact, a graph says more than a line.
const WANTED: [&str; 5] = [record::KEYWORD, invoke::KEYWORD, invoke::OLDER, comfy::KEYWORD, parameters::KEYWORD];

fn png(bytes: &[u8]) -> Result<Found, Error> {
    let found = chunks::texts(bytes, &WANTED)?;
    let text = WANTED.iter().find_map(|keyword| Some((*keyword, found.texts.get(keyword)?.as_str())));
    match text {
        None => Err(Error::Bare { keywords: Some(found.others.join(", ")).filter(|words| !words.is_empty()) }),
        Some((record::KEYWORD, text)) => ours(text),
        Some((comfy::KEYWORD, text)) => comfy::read(text),
        Some((parameters::KEYWORD, text)) => parameters::read(text),
        Some((keyword, text)) => invoke::read(keyword, text),
    }
}

/// A file: a record, or settings alone, in which everything must be right.
fn json(text: &str) -> Result<Found, Error> {
    let is_record = serde_json::from_str::<Map<String, Value>>(text).is_ok_and(|fields| fields.contains_key("settings"));
    if is_record {
        return ours(text);
    }
    let record = Record { settings: Request::from_json(text)?, ..Record::default() };
    Ok(Found { record, source: Source::Decant, notes: vec![] })
}

/// More things that a picture came of are not named.
const MOST_ALSO: usize = 70;

fn ours(text: &str) -> Result<Found, Error> {
    let unreadable = |problem: String| Error::Unreadable { place: record::KEYWORD, problem };
    let fields: Map<String, Value> = serde_json::from_str(text).map_err(|error| unreadable(problem(&error)))?;
    let settings = fields.get("settings").and_then(Value::as_object);
    let settings = settings.ok_or_else(|| unreadable("expected an object called settings, found none".into()))?;
    let mut gathered = Gathered::default();
    settings.iter().filter(|(_, value)| !value.is_null()).for_each(|(field, value)| gathered.set(field, value.clone()));
    let (settings, mut notes) = gathered.finish();
    let text = |of: Option<&Value>, name: &str| short(of.and_then(|of| of.get(name)).and_then(Value::as_str).unwrap_or_default());
    let model = fields.get("model");
    let model = Model { name: text(model, "name"), hash: text(model, "hash"), weights: text(model, "weights") };
    let whole = Value::Object(fields);
    let (device, version) = (text(Some(&whole), "device"), text(Some(&whole), "decant"));
    let axes = whole.get("grid").and_then(Value::as_array).into_iter().flatten();
    let grid = axes.filter_map(Value::as_str).take(3).map(String::from).collect();
    let also = whole.get("also").and_then(Value::as_array).into_iter().flatten();
    let also: Vec<String> = also.filter_map(Value::as_str).take(MOST_ALSO).map(short).collect();
    notes.extend(
        also.iter().map(|what| format!("the picture also came of {what}, which no record holds; give it too for the same picture")),
    );
    Ok(Found { record: Record { settings, model, device, version, grid, also }, source: Source::Decant, notes })
}

/// Settings gathered from another tool.
pub(crate) fn foreign(gathered: Gathered, model: Model, source: Source) -> Found {
    let (mut settings, mut notes) = gathered.finish();
    // It was meant for a sampler that is not known here.
    if settings.sampler.is_none()
        && let Some(eta) = settings.eta.take()
    {
        notes.push(format!("eta {eta} is not followed"));
    }
    Found { record: Record { settings, model, ..Record::default() }, source, notes }
}

/// What the tools that follow the most used desktop one do with every prompt.
pub(crate) fn desktop_prompts(gathered: &mut Gathered, tongue: Tongue) {
    gathered.set("emphasis", true);
    // The one ends a chunk at a comma near its end ("comma padding backtrack" of 20 tokens), the other does not.
    gathered.set("long", if tongue == Tongue::Desktop { "commas" } else { "chunks" });
}

#[cfg(test)]
mod tests {
    use super::*;
    use decant_sd::picture::Picture;

    fn picture() -> Picture {
        Picture { width: 2, height: 1, values: vec![0.0, 1.0, 0.5, 0.25, 1.0, 0.0] }
    }

    fn sentence(bytes: &[u8]) -> String {
        read(bytes).expect_err("it holds no settings").to_string()
    }

    #[test]
    fn what_is_written_is_read_whatever_the_prompt_holds() {
        let prompts =
            ["", "a \"seven\", (blue:1.2)", "line\nline\n\nNegative prompt: x\nSteps: 3, Sampler: y, Seed: 1", "né 猫 🐈", "\\ \\n"];
        for prompt in prompts {
            let settings = Request {
                prompt: prompt.into(),
                negative: prompt.into(),
                seed: (1 << 53) - 1,
                guidance: Some(7.3),
                steps: Some(9),
                ..Request::default()
            };
            let model = Model { name: "digits".into(), hash: "0123".into(), weights: String::new() };
            let record = Record {
                settings,
                model,
                device: "CPU".into(),
                version: "0.1.0".into(),
                grid: vec!["steps=1,2".into()],
                also: vec!["latents".into()],
            };
            let png = record.png(&picture()).expect("it can be written");
            let notes = vec!["the picture also came of latents, which no record holds; give it too for the same picture".into()];
            assert_eq!(read(&png).expect("it was just written"), Found { record: record.clone(), source: Source::Decant, notes });
            assert_eq!(read(record.to_json().as_bytes()).expect("it was just written").record, record);
        }
    }

    #[test]
    fn a_settings_file_may_be_bare_but_not_wrong() {
        let found = read(b"\xef\xbb\xbf\n{\"prompt\": \"x\", \"steps\": 3}").expect("it is settings");
        assert_eq!(found.record.settings.steps, Some(3));
        assert!(sentence(b"{\"steps\": -3}").starts_with("settings: steps is -3, "));
        assert!(sentence(b"{\"stepz\": 3}").ends_with("; did you mean steps?"));
    }

    #[test]
    fn a_record_of_a_later_version_is_read_as_far_as_it_goes() {
        let found = read(br#"{"decant": "9.0", "settings": {"prompt": "x", "wings": 2}, "colour": {}}"#).expect("it is a record");
        assert_eq!((found.record.settings.prompt.as_str(), found.notes), ("x", vec!["wings 2 is not followed".to_string()]));
    }

    #[test]
    fn what_holds_no_settings_is_told_apart() {
        assert_eq!(
            sentence(b"\xff\xd8\xff\xe0"),
            "this is neither a PNG nor a JSON file of settings: it starts with [ff, d8, ff, e0]; pictures keep their settings only as PNG"
        );
        assert!(sentence(b"").starts_with("this is neither"));
        let bare = Canvas::from(&picture()).png(&[]).expect("it can be written");
        assert_eq!(
            sentence(&bare),
            "the picture holds no settings; messengers and web sites often take them out: ask for the original file"
        );
        let other = Canvas::from(&picture()).png(&[("Software", "x")]).expect("it can be written");
        assert!(sentence(&other).starts_with("the picture holds no settings that are known here, only the texts Software; "));
        let wrong = |text| Canvas::from(&picture()).png(&[("decant", text)]).expect("it can be written");
        for (text, problem) in
            [("{", "EOF while parsing"), ("[]", "invalid type"), ("{}", "expected an object called settings, found none")]
        {
            let said = sentence(&wrong(text));
            assert!(said.starts_with(&format!("the settings (decant) cannot be read: {problem}")), "{said}");
        }
        let deep = "[".repeat(100_000);
        assert!(sentence(&wrong(&format!("{{\"settings\": {deep}"))).contains("recursion limit"));
    }
    use crate::Canvas;
}
