//! LoRAs as other tools' records name them: by a file's name, with or without its ending and the folders above it.

use crate::builder::{RequestBuilder, short};
use decant_sd::lora::stem;
use decant_sd::sentence;
use serde_json::{Value, json};

/// One use; `text` is its weight in the text encoders where that is another.
pub(crate) fn lora(name: &str, weight: f64, text: Option<f64>) -> Value {
    match text.filter(|text| *text != weight) {
        Some(text) => json!({"name": stem(name), "weight": weight, "text": text}),
        None => json!({"name": stem(name), "weight": weight}),
    }
}

/// Takes them over, in order, and says which cannot be told apart by name.
pub(crate) fn set(builder: &mut RequestBuilder, loras: Vec<Value>) {
    if loras.is_empty() {
        return;
    }
    for (at, one) in loras.iter().enumerate() {
        if loras[..at].iter().any(|other| other["name"] == one["name"]) {
            let name = short(one["name"].as_str().unwrap_or_default());
            builder.note(sentence!(
                "several of its LoRAs are called {name} here, and count together: leave one out where they are different files",
                name
            ));
        }
    }
    builder.set("loras", loras);
}
