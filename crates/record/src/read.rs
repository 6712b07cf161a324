//! From a file's bytes to a record: ours, or another tool's as far as it can be followed.

use crate::gathered::{Gathered, Taken, problem, short};
use crate::names::Tongue;
use crate::{Enlarged, Error, Model, Record, chunks, comfy, exif, invoke, parameters, record};
use decant_sd::lora::stem;
use decant_sd::request::Request;
use decant_solver::SAMPLERS;
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
    /// Textual inversions that its texts mean: where one is not loaded, its name is read as any word.
    pub inversions: Vec<String>,
    /// What the model was said to predict (`epsilon`, `v_prediction`, `sample`) when it was opened, where that was chosen there.
    pub prediction: Option<String>,
}

impl Found {
    fn new(record: Record, source: Source, notes: Vec<String>) -> Found {
        Found { record, source, notes, inversions: vec![], prediction: None }
    }
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
        Some(text) if parameters::looks(text) => one(parameters::KEYWORD, text),
        _ => Err(Error::Neither { start: bytes[..bytes.len().min(8)].to_vec() }),
    }
}

/// In the order in which they are believed: ours is exact, a graph says more than a line.
const WANTED: [&str; 5] = [record::KEYWORD, invoke::KEYWORD, invoke::OLDER, comfy::KEYWORD, parameters::KEYWORD];

fn png(bytes: &[u8]) -> Result<Found, Error> {
    let found = chunks::texts(bytes, &WANTED);
    let mut texts: Vec<(&'static str, String)> = vec![];
    let mut damage = found.problem;
    for keyword in WANTED {
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
        match one(keyword, &text) {
            Ok(mut found) => {
                let said = |problem: &Error| format!("{problem}; what is beside it is taken: the text {keyword}");
                found.notes.splice(0..0, problems.iter().map(said));
                return Ok(found);
            }
            // Any program may write a comment.
            Err(Error::Bare { .. }) => {}
            Err(problem) => problems.push(problem),
        }
    }
    let keywords = Some(others.join(", ")).filter(|words| !words.is_empty());
    Err(problems.into_iter().next().unwrap_or(Error::Bare { keywords }))
}

fn one(keyword: &'static str, text: &str) -> Result<Found, Error> {
    match keyword {
        record::KEYWORD => ours(text),
        comfy::KEYWORD => comfy::read(text),
        parameters::KEYWORD => parameters::read(text),
        exif::COMMENT => comment(text),
        keyword => invoke::read(keyword, text),
    }
}

/// A comment: a line of settings, or one of the tools' texts as JSON. Cameras and editors write comments, too.
fn comment(text: &str) -> Result<Found, Error> {
    let text = text.trim();
    let json = text.starts_with('{');
    let graph = ["\"class_type\"", "\"prompt\""].iter().any(|key| text.contains(key));
    match json {
        true if text.contains("\"decant\"") => ours(text),
        true if text.contains("\"class_type\"") && graph => comfy::read(text),
        true if text.contains("positive_prompt") => invoke::read(invoke::KEYWORD, text),
        false if text.contains("Steps: ") || text.contains("Negative prompt:") => parameters::read(text),
        _ => Err(Error::Bare { keywords: None }),
    }
}

/// A file: a record, or settings alone, in which everything must be right.
fn json(text: &str) -> Result<Found, Error> {
    let is_record = serde_json::from_str::<Map<String, Value>>(text).is_ok_and(|fields| fields.contains_key("settings"));
    if is_record {
        return ours(text);
    }
    let record = Record { settings: Request::from_json(text)?, ..Record::default() };
    Ok(Found::new(record, Source::Decant, vec![]))
}

/// Nobody enlarges a picture more often.
const MOST_ENLARGED: usize = 8;
/// More things that a picture came of are not named.
const MOST_ALSO: usize = 70;

fn ours(text: &str) -> Result<Found, Error> {
    let unreadable = |problem: String| Error::Unreadable { place: record::KEYWORD, problem };
    let fields: Map<String, Value> = serde_json::from_str(text).map_err(|error| unreadable(problem(&error)))?;
    let settings = fields.get("settings").and_then(Value::as_object);
    let settings = settings.ok_or_else(|| unreadable("expected an object called settings, found none".into()))?;
    let mut gathered = Gathered::default();
    settings.iter().filter(|(_, value)| !value.is_null()).for_each(|(field, value)| gathered.set(field, value.clone()));
    let Taken { request: settings, mut notes, .. } = gathered.finish();
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
    let enlarged = whole.get("enlarged").and_then(Value::as_array).into_iter().flatten();
    let times = |one: &Value| one.get("times").and_then(Value::as_u64).and_then(|times| usize::try_from(times).ok());
    let enlarged = enlarged.filter_map(|one| Some(Enlarged { by: text(Some(one), "by"), times: times(one)? }));
    let enlarged: Vec<Enlarged> = enlarged.take(MOST_ENLARGED).collect();
    notes.extend(enlarged.iter().map(|one| format!("the picture was made larger afterwards, {one}; the settings are those before that")));
    Ok(Found::new(Record { settings, model, device, version, grid, enlarged, also }, Source::Decant, notes))
}

/// Settings gathered from another tool.
pub(crate) fn foreign(gathered: Gathered, model: Model, source: Source) -> Found {
    let Taken { request: settings, notes, inversions } = gathered.finish();
    Found { inversions, ..Found::new(Record { settings, model, ..Record::default() }, source, notes) }
}

/// The model's schedule was rescaled when it was opened, which here is a setting of the picture, where its sampler reads that.
pub(crate) fn zero_snr(found: &mut Found) {
    let settings = &mut found.record.settings;
    settings.zero_snr = settings.sampler.is_some_and(|sampler| SAMPLERS.iter().any(|row| row.sampler == sampler && row.zero_snr()));
    if !settings.zero_snr {
        found.notes.push("not followed: the model's noise rescaled to zero terminal SNR, which this sampler does not read".into());
    }
}

/// What the model predicts was chosen when it was opened, which is no setting of a picture.
pub(crate) fn predicts(found: &mut Found, prediction: &str) {
    found.prediction = Some(prediction.into());
    found.notes.push(format!("the picture is of a model that was opened with {prediction}: open it so, unless its files say it"));
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
                enlarged: vec![Enlarged { by: "x4plus".into(), times: 4 }],
                also: vec!["latents".into()],
            };
            let png = record.png(&picture()).expect("it can be written");
            let notes = vec![
                "the picture also came of latents, which no record holds; give it too for the same picture".into(),
                "the picture was made larger afterwards, 4 times by x4plus; the settings are those before that".into(),
            ];
            assert_eq!(read(&png).expect("it was just written"), Found::new(record.clone(), Source::Decant, notes));
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
        assert_eq!((found.record.settings.prompt.as_str(), found.notes), ("x", vec!["not followed: wings 2".to_string()]));
    }

    #[test]
    fn a_web_uis_text_in_a_file_of_its_own_is_read() {
        let line = "Steps: 3, Sampler: Euler, CFG scale: 3, Seed: 5, Size: 32x32";
        let found = read(format!("\u{feff}a dog\r\nNegative prompt: bad\r\n{line}\r\n").as_bytes()).expect("it is sound");
        let settings = &found.record.settings;
        assert_eq!((settings.prompt.as_str(), settings.negative.as_str(), settings.seed, settings.steps), ("a dog", "bad", 5, Some(3)));
        let short = read(b"a dog\nNegative prompt: bad").expect("it has no settings' line");
        assert_eq!((short.record.settings.prompt.as_str(), short.record.settings.negative.as_str()), ("a dog", "bad"));
        assert!(sentence(b"a letter to a friend").contains("no file of settings"));
    }

    #[test]
    fn what_holds_no_settings_is_told_apart() {
        assert_eq!(
            sentence(b"GIF89a"),
            "this is no picture with settings (PNG, JPEG, WebP) and no file of settings (JSON, or a web UI's text): it starts with [47, 49, 46, 38, 39, 61]"
        );
        assert!(sentence(b"").starts_with("this is no picture with settings"));
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
