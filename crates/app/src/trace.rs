//! A run that the page has, as a file. No model is needed, and a step's numbers do not pass through here: the worker puts the file together of
//! the page's own arrays, so that WebAssembly's memory, which never shrinks, does not grow by a run.

use crate::failure::Failure;
use crate::inputs::{Pixels, picture};
use crate::js::{floats, list_property, number_property, object, property, text_property};
use decant_sd::error::Sentence;
use decant_sd::latents::Statistics;
use decant_sd::sentence;
use decant_sd::trace::{Channels, ROWS, STEP_TENSORS, StepMetadata, TraceFile, camel};
use js_sys::{Array, Float32Array, JSON, Object, Uint8Array};
use wasm_bindgen::prelude::*;

/// `RawTrace` in `web/api/protocol.d.ts` as the parts of a file, each a typed array: what a `Blob` is made of.
#[wasm_bindgen(js_name = writeTrace)]
pub fn write_trace(trace: &JsValue) -> Result<Array, Failure> {
    let mut file = TraceFile::default();
    before(&mut file, trace)?;
    for step in list_property(trace, "steps") {
        add_step(&mut file, &step)?;
    }
    if let Some(image) = given(trace, "image") {
        let image = picture(image.unchecked_ref())?;
        file.numbers("image", &[1, 3, image.height, image.width], floats(&image.values));
    }
    for name in ["timings", "memory", "also", "enlarged"] {
        if let Some(value) = given(trace, name) {
            file.metadata(name, json(&value));
        }
    }
    let settings = property(trace, "settings").unwrap_or_default();
    file.settings(json(&settings), ROWS.map(|name| row(&settings, name)));
    let (header, tensors) = file.parts();
    Ok(std::iter::once(Uint8Array::from(header.as_slice()).into()).chain(tensors).collect())
}

/// What is known before the first step.
fn before(file: &mut TraceFile<JsValue>, trace: &JsValue) -> Result<(), Failure> {
    if let Some(tokens) = given(trace, "tokens") {
        file.metadata("tokens", tokens_json(property(&tokens, "prompt")));
        file.metadata("negative_tokens", tokens_json(property(&tokens, "negative")));
    }
    if let Some((shape, values)) = tensor(trace, "textEmbeddings")? {
        file.numbers("text_embeddings", &shape, values);
    }
    // A run that starts from a picture, or whose steps are not kept, may have noise alone.
    let shape = list_property(trace, "steps").next().and_then(|step| shape_of(&step));
    if let (Some(noise), Some([c, h, w])) = (numbers(trace, "noise"), shape) {
        file.numbers("noise", &[1, c, h, w], fitting("noise", noise, c * h * w)?);
    }
    let schedule = property(trace, "schedule").unwrap_or_default();
    for name in ["timesteps", "sigmas"] {
        if let Some(values) = numbers(&schedule, name) {
            file.numbers(name, &[values.length() as usize], values.into());
        }
    }
    Ok(())
}

fn add_step(file: &mut TraceFile<JsValue>, step: &JsValue) -> Result<(), Failure> {
    let (index, shape) = (count(step, "index"), shape_of(step).ok_or_else(|| wrong("a step has no shape"))?);
    let mut tensors = vec![];
    for name in STEP_TENSORS {
        if let Some(values) = numbers(step, &camel(name)) {
            tensors.push((name, fitting(name, values, shape.iter().product())?));
        }
    }
    file.step(index, shape, tensors, metadata(step));
    if let Some((shape, values)) = tensor(step, "attention")? {
        file.attention(index, shape, values);
    }
    for name in ["preview_noisy", "preview_denoised"] {
        if let Some(pixels) = given(step, &camel(name)) {
            let (size, rgb) = colours(pixels.unchecked_ref())?;
            file.preview(name, index, size, rgb);
        }
    }
    Ok(())
}

/// What a step says besides its tensors; NaN, which the file has as null, where it does not.
fn metadata(step: &JsValue) -> StepMetadata {
    let number = |name| number_property(step, name).unwrap_or(f64::NAN);
    let each = |channels: JsValue| Channels { next: statistics(&channels, "next"), denoised: statistics(&channels, "denoised") };
    StepMetadata {
        total: count(step, "total"),
        timestep: number("timestep"),
        sigma: number("sigma"),
        scale: number("scale"),
        guidance: number("guidance"),
        milliseconds: number("milliseconds"),
        channels: given(step, "channels").map(each),
    }
}

fn statistics(channels: &JsValue, name: &str) -> Vec<Statistics> {
    let one = |one: JsValue| {
        let number = |name| number_property(&one, name).unwrap_or(f64::NAN) as f32;
        Statistics { mean: number("mean"), deviation: number("deviation"), least: number("least"), largest: number("largest") }
    };
    list_property(channels, name).map(one).collect()
}

/// `TokenCount` as JSON; "null" where there is none. A typed array is none to JSON.
fn tokens_json(tokens: Option<JsValue>) -> String {
    let Some(tokens) = tokens.filter(|tokens| tokens.is_object()) else { return "null".into() };
    let ids = Array::from(&property(&tokens, "ids").unwrap_or_default());
    let parts = [tokens.unchecked_into(), object([("ids", ids.into())]).unchecked_into()];
    Object::assign_many(&Object::new(), &parts).map_or_else(|_| "null".into(), |all| json(&all))
}

/// A setting as text.
fn row(settings: &JsValue, name: &str) -> String {
    number_property(settings, name).map_or_else(|| text_property(settings, name), |number| number.to_string())
}

/// `Tensor` in `web/api/decant.d.ts`, where there is one.
fn tensor(object: &JsValue, name: &str) -> Result<Option<([usize; 3], JsValue)>, Failure> {
    let Some(tensor) = given(object, name) else { return Ok(None) };
    let (shape, values) =
        shape_of(&tensor).zip(numbers(&tensor, "values")).ok_or_else(|| wrong(&format!("{name} has no shape or no numbers")))?;
    Ok(Some((shape, fitting(name, values, shape.iter().product())?)))
}

/// A preview's height and width, and its red, green and blue.
fn colours(pixels: &Pixels) -> Result<([usize; 2], JsValue), Failure> {
    let picture = picture(pixels)?;
    Ok(([picture.height, picture.width], Uint8Array::from(picture.rgb().as_slice()).into()))
}

/// A property that is there, and not null.
fn given(object: &JsValue, name: &str) -> Option<JsValue> {
    property(object, name).filter(|value| !value.is_null() && !value.is_undefined())
}

/// A property that is numbers; none where it is empty, as what a file of before did not have.
fn numbers(object: &JsValue, name: &str) -> Option<Float32Array> {
    given(object, name)?.dyn_into::<Float32Array>().ok().filter(|values| values.length() > 0)
}

fn fitting(name: &str, values: Float32Array, expected: usize) -> Result<JsValue, Failure> {
    match values.length() as usize {
        got if got == expected => Ok(values.into()),
        got => Err(wrong(&format!("{name} has {got} numbers, and by its shape {expected}"))),
    }
}

fn shape_of(object: &JsValue) -> Option<[usize; 3]> {
    let sides: Vec<usize> = list_property(object, "shape").filter_map(|side| Some(side.as_f64()? as usize)).collect();
    sides.try_into().ok()
}

fn count(object: &JsValue, name: &str) -> usize {
    number_property(object, name).unwrap_or_default() as usize
}

fn json(value: &JsValue) -> String {
    JSON::stringify(value).ok().and_then(|text| text.as_string()).unwrap_or_else(|| "null".into())
}

fn wrong(why: &str) -> Failure {
    Failure::new("request", sentence!("The run cannot be written: {why}", why = Sentence::english(why.to_string())))
}
