//! InvokeAI's metadata, a JSON object: `invokeai_metadata` since its version 3, `sd-metadata` before 2.3.
//!
//! Its names are a table with source and date ([`keys`]); what no row follows is named.

mod keys;

use crate::builder::{RequestBuilder, no_json, short};
use crate::found::{Source, foreign};
use crate::names::{self, Tool};
use crate::{Error, Found, Model, loras};
use decant_sd::sentence;
use keys::Does::{Named, Nothing, Number, Together};
use keys::NAMES;
use serde_json::{Map, Value};

/// The PNG text's keyword.
pub(crate) const KEYWORD: &str = "invokeai_metadata";
/// The older one.
pub(crate) const OLDER: &str = "sd-metadata";

/// The settings under its keyword.
pub(crate) fn read(text: &str) -> Result<Found, Error> {
    metadata(KEYWORD, text)
}

/// The settings under the older keyword.
pub(crate) fn read_older(text: &str) -> Result<Found, Error> {
    metadata(OLDER, text)
}

fn metadata(keyword: &'static str, text: &str) -> Result<Found, Error> {
    let unreadable = |problem| Error::Unreadable { place: keyword, problem };
    let fields: Map<String, Value> = serde_json::from_str(text).map_err(|error| unreadable(no_json(&error)))?;
    let mut builder = RequestBuilder::default();
    let text = |name: &str| fields.get(name).and_then(Value::as_str);
    let name = fields.get("model").and_then(|model| model.get("model_name").or(model.get("name"))).and_then(Value::as_str);
    let name = name.or(text("model_weights")).map(short).unwrap_or_default();
    let model = Model { name, hash: text("model_hash").map(short).unwrap_or_default(), weights: String::new() };
    let older = fields.get("image").and_then(Value::as_object).filter(|_| keyword == OLDER);
    take(&mut builder, older.unwrap_or(&fields), if older.is_some() { "sampler" } else { "scheduler" });
    take_loras(&mut builder, &fields);
    for (name, value) in fields.iter().chain(older.into_iter().flatten()) {
        account(&mut builder, name, value);
    }
    Ok(foreign(builder, model, Source::Invoke))
}

fn account(to: &mut RequestBuilder, name: &str, value: &Value) {
    let off = |usual: &str| match value {
        Value::Null | Value::Bool(false) => true,
        Value::Array(list) => list.is_empty(),
        Value::Object(map) => map.is_empty(),
        Value::String(text) => text.is_empty(),
        Value::Number(number) => usual.parse::<f64>().is_ok_and(|usual| number.as_f64() == Some(usual)),
        Value::Bool(true) => false,
    };
    // Lists and objects of models and pictures are long.
    let repeated = if value.is_array() || value.is_object() || value == &Value::Bool(true) {
        String::new()
    } else {
        format!(" {}", short(&value.to_string()))
    };
    match NAMES.iter().find(|row| row.0 == name).map(|row| row.1) {
        Some(Number(_) | Together | Nothing) => {}
        Some(Named(usual)) if off(usual) => {}
        Some(Named(_)) => to.lose(format!("{}{repeated}", short(name))),
        None => to.unknown(format!("{}{repeated}", short(name))),
    }
}

fn take(builder: &mut RequestBuilder, fields: &Map<String, Value>, sampler: &str) {
    for (theirs, does) in NAMES {
        let Number(field) = does else { continue };
        match fields.get(*theirs) {
            Some(value) if value.is_number() => builder.set(field, value.clone()),
            // A scale for each step is a list there.
            Some(value) if !value.is_null() => builder.lose(format!("{theirs} {}", short(&value.to_string()))),
            _ => {}
        }
    }
    let text = |name: &str| fields.get(name).and_then(Value::as_str);
    begins(builder, fields);
    // The older had a list of weighted prompts, and what to stay away from in square brackets.
    let listed = fields.get("prompt").and_then(|prompts| prompts.get(0)?.get("prompt")?.as_str());
    let several = fields.get("prompt").and_then(Value::as_array).is_some_and(|prompts| prompts.len() > 1);
    if several {
        builder.lose(sentence!("the other prompts of its list"));
    }
    let prompt = text("positive_prompt").or(listed).or(text("prompt")).unwrap_or_default();
    let (prompt, negative) = match text("negative_prompt") {
        Some(negative) => (prompt.to_string(), negative.to_string()),
        None => parted(prompt),
    };
    for (style, own) in [("positive_style_prompt", &prompt), ("negative_style_prompt", &negative)] {
        let other = text(style).filter(|style| !style.is_empty() && style != own);
        other.into_iter().for_each(|other| builder.lose(format!("{style} “{}”", short(other))));
    }
    dialect(builder, &prompt);
    dialect(builder, &negative);
    builder.set("prompt", prompt);
    builder.set("negative", negative);
    if let Some(name) = text(sampler) {
        names::take(builder, Tool::Invoke, name.strip_prefix("k_").unwrap_or(name), None);
    }
    if text("rand_device") == Some("cuda") {
        builder.set("rng", "cuda");
    }
}

/// A strength is of a picture that there was; it is written down without one, too.
fn begins(builder: &mut RequestBuilder, fields: &Map<String, Value>) {
    let from_text =
        ["generation_mode", "type"].iter().find_map(|name| fields.get(*name)?.as_str()).is_some_and(|mode| mode.contains("txt2img"));
    let strength = fields.get("strength").filter(|strength| strength.is_number() && !from_text);
    strength.into_iter().for_each(|strength| builder.set("strength", strength.clone()));
}

/// "a cat [ugly, dark] on a roof": prompt and negative prompt of the older format.
fn parted(text: &str) -> (String, String) {
    let (mut prompt, mut negative, mut rest) = (String::new(), vec![], text);
    while let Some((before, inside, after)) =
        rest.split_once('[').and_then(|(before, rest)| rest.split_once(']').map(|(inside, after)| (before, inside, after)))
    {
        prompt.push_str(before);
        negative.push(inside.trim());
        rest = after;
    }
    prompt.push_str(rest);
    (prompt.split_whitespace().collect::<Vec<_>>().join(" "), negative.join(" "))
}

/// Its own way to stress and mix words (compel's): `word++`, `(two words)1.3`, `("a", "b").blend(1, 1)`. And `<name>`, a textual inversion.
fn dialect(builder: &mut RequestBuilder, text: &str) {
    let joined = [".and(", ".blend(", ".swap("].iter().any(|call| text.contains(call));
    let ends = |word: &str| {
        let word = word.trim_end_matches([',', '.', ';']);
        let bare = word.trim_end_matches(['+', '-']);
        let number = word.rsplit_once(')').is_some_and(|(_, number)| number.parse::<f32>().is_ok());
        word.len() > bare.len() && bare.ends_with(|c: char| c.is_alphanumeric() || c == ')') || number
    };
    if joined || text.split_whitespace().any(ends) {
        builder.lose(sentence!("InvokeAI's stressed and mixed words (word++, .blend()), which are read as text"));
    }
    let mut rest = text;
    while let Some((name, after)) = rest.split_once('<').and_then(|(_, rest)| rest.split_once('>')) {
        if !name.is_empty() && name.len() < 100 && !name.contains(['<', ' ', ':']) {
            builder.inversion(&format!("<{name}>"));
        }
        rest = after;
    }
}

fn take_loras(builder: &mut RequestBuilder, fields: &Map<String, Value>) {
    let listed = fields.get("loras").and_then(Value::as_array).into_iter().flatten();
    let one = |used: &Value| {
        let model = used.get("model").or(used.get("lora"))?;
        let name = model.get("name").or(model.get("model_name"))?.as_str()?;
        Some(loras::lora(name, used.get("weight").and_then(Value::as_f64).unwrap_or(1.0), None))
    };
    loras::set(builder, listed.filter_map(one).take(100).collect());
}

#[cfg(test)]
mod tests;
