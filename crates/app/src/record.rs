//! What a picture was made with: written into its PNG, and read from one that somebody has. No model is needed for either.

use crate::failure::{Failure, message};
use crate::inputs::{Pixels, picture};
use crate::js::{list_property, number_property, object, sentence_object, text_property, texts, texts_property};
use crate::settings::{Settings, request, seed_note, settings_object};
use decant_record::{Enlarged, Error, Found, Model, Record, Source, read};
use decant_sd::error::Sentence;
use js_sys::{Array, Uint8Array};
use wasm_bindgen::prelude::*;

/// A picture as a PNG with its record; `about` is `About` in `web/api/protocol.d.ts`.
#[wasm_bindgen(js_name = writePicture)]
pub fn write_picture(image: &Pixels, settings: &Settings, about: &JsValue) -> Result<Uint8Array, Failure> {
    let png = record(settings, about)?.png(&picture(image)?).map_err(|error| Failure::new("internal", error.sentence()))?;
    Ok(Uint8Array::from(png.as_slice()))
}

/// What determines a picture.
pub fn record(settings: &Settings, about: &JsValue) -> Result<Record, Failure> {
    let model = Model { name: text_property(about, "model"), hash: text_property(about, "hash"), weights: text_property(about, "weights") };
    let version = env!("CARGO_PKG_VERSION").into();
    let also = texts_property(about, "also");
    Ok(Record {
        settings: request(settings)?,
        model,
        device: text_property(about, "device"),
        version,
        also,
        grid: vec![],
        enlarged: enlarged(about),
    })
}

/// What made the picture larger after it was made, in order.
fn enlarged(about: &JsValue) -> Vec<Enlarged> {
    let one = |one: JsValue| Some(Enlarged { by: text_property(&one, "by"), times: number_property(&one, "times")? as usize });
    list_property(about, "enlarged").filter_map(one).collect()
}

/// What a file says of how its picture was made: `Found` in `web/api/decant.d.ts`; null for a picture that says nothing.
#[wasm_bindgen(js_name = readRecord)]
pub fn read_record(bytes: &[u8]) -> Result<JsValue, Failure> {
    match read(bytes) {
        Ok(found) => Ok(found_object(found)),
        Err(Error::Neither { .. } | Error::Bare { .. }) => Ok(JsValue::NULL),
        Err(error) => Err(Failure::new("request", error.sentence())),
    }
}

/// `Note` in `web/api/decant.d.ts`.
fn note(sentence: &Sentence) -> JsValue {
    object([("message", message(sentence).into()), ("sentence", sentence_object(sentence))])
}

fn found_object(Found { record, source, mut notes, inversions, .. }: Found) -> JsValue {
    notes.extend(seed_note(&record.settings));
    let source = match source {
        Source::Decant => "decant",
        Source::Parameters => "parameters",
        Source::Comfy => "comfy",
        Source::Invoke => "invoke",
    };
    object([
        ("settings", settings_object(&record.settings)),
        ("model", record.model.name.into()),
        ("hash", record.model.hash.into()),
        ("weights", record.model.weights.into()),
        ("device", record.device.into()),
        ("source", source.into()),
        ("notes", notes.iter().map(note).collect::<Array>().into()),
        ("inversions", texts(&inversions)),
    ])
}
