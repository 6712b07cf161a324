//! Errors as the page gets them: a code to decide by, a message to read, and what that is made of, for pages in other languages.

use crate::js::{object, sentence_object};
use decant_sd::error::Sentence;
use decant_sd::{Error, sentence};
use wasm_bindgen::JsValue;

/// One failure, thrown as `{ code, message, why, sentence }`.
#[derive(Debug)]
pub struct Failure {
    /// See `ErrorCode` in `web/api/decant.d.ts`.
    pub code: &'static str,
    /// One or two sentences for a person.
    pub message: String,
    /// Of a model's failure: "absent" where there is none, "unread" where its bytes did not come as they should.
    pub why: &'static str,
    /// The same as the message, as a template with values.
    pub sentence: Sentence,
}

impl Failure {
    /// A sentence, which also becomes a message.
    pub fn new(code: &'static str, sentence: Sentence) -> Failure {
        Failure { code, message: message(&sentence), why: "", sentence }
    }

    /// While a model is opened: what the schedule or a size does not like then is the model's fault.
    pub fn opening(error: Error) -> Failure {
        let why = match error {
            Error::Missing { .. } => "absent",
            Error::Read { .. } => "unread",
            _ => "",
        };
        let code = match code(&error) {
            "request" => "model",
            code => code,
        };
        Failure { why, ..Failure::new(code, error.sentence()) }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Failure {
        Failure::new(code(&error), error.sentence())
    }
}

impl From<Failure> for JsValue {
    fn from(failure: Failure) -> JsValue {
        object([
            ("code", failure.code.into()),
            ("message", failure.message.into()),
            ("why", failure.why.into()),
            ("sentence", sentence_object(&failure.sentence)),
        ])
    }
}

fn code(error: &Error) -> &'static str {
    use decant_graph::Error as Graph;
    match error {
        Error::Cancelled => "cancelled",
        Error::Size { .. }
        | Error::Prompt { .. }
        | Error::Inversion { .. }
        | Error::Lora { .. }
        | Error::Start { .. }
        | Error::Guidance { .. }
        | Error::Settings { .. }
        | Error::Unread { .. }
        | Error::Solver(_) => "request",
        Error::Memory { .. } | Error::ModelMemory { .. } | Error::Graph(Graph::OutOfMemory(_)) => "memory",
        Error::Graph(Graph::Device(_) | Graph::Lost(_)) => "device",
        Error::Graph(Graph::Input { .. } | Graph::Candle(_)) | Error::NotReady => "internal",
        _ => "model",
    }
}

/// Begins with a capital, where it begins with a word and not with a file's name, and ends with a full stop.
pub fn message(sentence: &Sentence) -> String {
    let text = &*decant_sd::error::shown(&sentence.to_string());
    let word = text.split(' ').next().unwrap_or_default();
    let plain = !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase());
    let (first, rest) = text.split_at(plain as usize);
    let end = if text.ends_with(['.', '!', '?', '”']) { "" } else { "." };
    first.to_ascii_uppercase() + rest + end
}

/// Of what a run has borrowed.
pub fn busy<E>(_: E) -> Failure {
    Failure::new("request", sentence!("A picture is being made; one at a time"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_become_sentences() {
        let of = |text: &'static str| message(&Sentence::english(text));
        assert_eq!(of("the run was cancelled"), "The run was cancelled.");
        assert_eq!(of("unet: input [1, 2] does not fit"), "unet: input [1, 2] does not fit.");
        assert_eq!(of("vae/config.json is empty."), "vae/config.json is empty.");
        assert_eq!(of("étude"), "étude.");
        assert_eq!(of(""), ".");
    }

    #[test]
    fn a_lost_gpu_is_the_devices_failure_and_says_what_to_do() {
        let lost = Failure::from(Error::Graph(decant_graph::Error::Lost("it was unplugged".into())));
        assert_eq!(lost.code, "device");
        assert_eq!(lost.message, "The GPU device was lost (it was unplugged); open the model again to go on, or compute on the CPU.");
    }
}
