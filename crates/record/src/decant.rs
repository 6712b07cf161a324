//! Our own record, from its text back to what it says (`Record::to_json` writes it).

use crate::Error;
use crate::builder::{Finished, RequestBuilder, no_json, short};
use crate::found::{Found, Source};
use crate::record::{Enlarged, KEYWORD, Model, Record};
use decant_sd::sentence;
use serde_json::{Map, Value};

/// Nobody enlarges a picture more often.
const MOST_ENLARGED: usize = 8;
/// More things that a picture came of are not named.
const MOST_ALSO: usize = 70;

/// The text of a record, read as far as it goes: what a later version has more is named.
pub(crate) fn read(text: &str) -> Result<Found, Error> {
    let unreadable = |problem| Error::Unreadable { place: KEYWORD, problem };
    let fields: Map<String, Value> = serde_json::from_str(text).map_err(|error| unreadable(no_json(&error)))?;
    let settings = fields.get("settings").and_then(Value::as_object);
    let settings = settings.ok_or_else(|| unreadable(sentence!("expected an object called settings, found none")))?;
    let mut builder = RequestBuilder::default();
    settings.iter().filter(|(_, value)| !value.is_null()).for_each(|(field, value)| builder.set(field, value.clone()));
    let Finished { request: settings, mut notes, .. } = builder.finish();
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
        also.iter().map(|what| sentence!("the picture also came of {what}, which no record holds; give it too for the same picture", what)),
    );
    let enlarged = whole.get("enlarged").and_then(Value::as_array).into_iter().flatten();
    let times = |one: &Value| one.get("times").and_then(Value::as_u64).and_then(|times| usize::try_from(times).ok());
    let enlarged = enlarged.filter_map(|one| Some(Enlarged { by: text(Some(one), "by"), times: times(one)? }));
    let enlarged: Vec<Enlarged> = enlarged.take(MOST_ENLARGED).collect();
    notes.extend(enlarged.iter().map(|Enlarged { by, times }| {
        sentence!("the picture was made larger afterwards, {times} times by {by}; the settings are those before that", times, by)
    }));
    Ok(Found::new(Record { settings, model, device, version, grid, enlarged, also }, Source::Decant, notes))
}
