//! Plain JavaScript objects: what the other modules give to the page, and what the browser gives to them.

use decant_sd::error::{Sentence, Value};
use decant_sd::picture::Picture;
use js_sys::{Array, Float32Array, Object, Reflect, Uint8ClampedArray};
use wasm_bindgen::prelude::*;

/// An object with these properties.
pub fn object<const N: usize>(properties: [(&str, JsValue); N]) -> JsValue {
    let object = Object::new();
    for (name, value) in properties {
        set(&object, name, value);
    }
    object.into()
}

/// A list of texts.
pub fn texts(texts: &[String]) -> JsValue {
    texts.iter().map(JsValue::from).collect::<Array>().into()
}

/// The largest whole number up to which JavaScript has all of them (`Number.MAX_SAFE_INTEGER`).
pub const MOST_WHOLE: u64 = (1 << 53) - 1;

/// A template and its values: `Sentence` in `web/api/decant.d.ts`.
pub fn sentence_object(sentence: &Sentence) -> JsValue {
    let values = Object::new();
    for (name, value) in sentence.values() {
        set(&values, name, value_of(value));
    }
    object([("template", sentence.template().into()), ("values", values.into())])
}

fn value_of(value: &Value) -> JsValue {
    match value {
        Value::Text(text) => text.into(),
        // What JavaScript cannot hold is written out: a language needs no more of it than its digits.
        Value::Whole(number) if number.unsigned_abs() <= MOST_WHOLE => (*number as f64).into(),
        Value::Whole(number) => number.to_string().into(),
        Value::Number(number) => (*number).into(),
        Value::Bytes(count) => object([("bytes", (*count as f64).into())]),
        Value::List(values) => values.iter().map(value_of).collect::<Array>().into(),
        Value::Setting(name) => object([("setting", name.into())]),
        Value::Sentence(sentence) => sentence_object(sentence),
    }
}

/// Gives an object of [`object`]'s one more property.
pub fn set(object: &JsValue, name: &str, value: JsValue) {
    Reflect::set(object, &name.into(), &value).expect("a new object takes any property");
}

/// Numbers in memory of JavaScript's own, so that a worker can hand them on without copying.
pub fn floats(values: &[f32]) -> JsValue {
    Float32Array::from(values).into()
}

/// `{ width, height, rgba }`: an `ImageData` in parts.
pub fn pixels(picture: &Picture) -> JsValue {
    let rgba = Uint8ClampedArray::from(picture.rgba().as_slice());
    object([("width", picture.width.into()), ("height", picture.height.into()), ("rgba", rgba.into())])
}

#[wasm_bindgen]
extern "C" {
    /// Milliseconds since the worker began, with fractions.
    #[wasm_bindgen(js_namespace = performance)]
    pub fn now() -> f64;

    /// Whether the page came over https, from this machine, or otherwise in a way that browsers trust with a GPU.
    #[wasm_bindgen(thread_local_v2, js_name = isSecureContext)]
    pub static IS_SECURE_CONTEXT: bool;

    /// `navigator.gpu`, as far as it is needed to tell why there is no GPU.
    #[wasm_bindgen(thread_local_v2, js_namespace = navigator, js_name = gpu)]
    pub static GPU: Option<Gpu>;

    /// WebGPU's entry.
    #[derive(Clone)]
    pub type Gpu;

    /// The adapter that `wgpu` will get, or null.
    #[wasm_bindgen(method, catch, js_name = requestAdapter)]
    pub async fn request_adapter(this: &Gpu, options: &JsValue) -> Result<JsValue, JsValue>;
}

/// What a thrown value says of itself.
pub fn text_of(thrown: &JsValue) -> String {
    let message = Reflect::get(thrown, &"message".into()).ok().and_then(|message| message.as_string());
    message.or_else(|| thrown.as_string()).unwrap_or_else(|| format!("{thrown:?}"))
}

/// A property as text; empty where there is none.
pub fn text_property(object: &JsValue, name: &str) -> String {
    property(object, name).and_then(|value| value.as_string()).unwrap_or_default()
}

/// A property as it is, where there is one.
pub fn property(object: &JsValue, name: &str) -> Option<JsValue> {
    Reflect::get(object, &name.into()).ok()
}

/// A property as a number, where it is one.
pub fn number_property(object: &JsValue, name: &str) -> Option<f64> {
    property(object, name)?.as_f64()
}

/// The entries of a property that is an array; none where there is none.
pub fn list_property(object: &JsValue, name: &str) -> impl Iterator<Item = JsValue> {
    property(object, name).and_then(|value| value.dyn_into::<Array>().ok()).into_iter().flatten()
}

/// A property that is an array of texts; empty where there is none.
pub fn texts_property(object: &JsValue, name: &str) -> Vec<String> {
    list_property(object, name).filter_map(|text| text.as_string()).collect()
}
