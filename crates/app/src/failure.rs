//! Errors as the page gets them: a code to decide by and a message to read.

use crate::js::object;
use decant_sd::Error;
use wasm_bindgen::JsValue;

/// One failure, thrown as `{ code, message, why }`.
#[derive(Debug)]
pub struct Failure {
    /// See `ErrorCode` in `web/api/decant.d.ts`.
    pub code: &'static str,
    /// One or two sentences for a person.
    pub message: String,
    /// Of a model's failure: "absent" where there is none, "unread" where its bytes did not come as they should.
    pub why: &'static str,
}

impl Failure {
    /// With any text, which becomes a sentence.
    pub fn new(code: &'static str, text: impl ToString) -> Failure {
        Failure { code, message: sentence(&text.to_string()), why: "" }
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
        Failure { why, ..Failure::new(code, error) }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Failure {
        Failure::new(code(&error), error)
    }
}

impl From<Failure> for JsValue {
    fn from(failure: Failure) -> JsValue {
        object([("code", failure.code.into()), ("message", failure.message.into()), ("why", failure.why.into())])
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
        | Error::Solver(_) => "request",
        Error::Memory { .. } | Error::ModelMemory { .. } | Error::Graph(Graph::OutOfMemory(_)) => "memory",
        Error::Graph(Graph::Device(_) | Graph::Lost(_)) => "device",
        Error::Graph(Graph::Input { .. } | Graph::Candle(_)) | Error::NotReady => "internal",
        _ => "model",
    }
}

/// Begins with a capital, where it begins with a word and not with a file's name, and ends with a full stop.
fn sentence(text: &str) -> String {
    let text = &*decant_sd::error::shown(text);
    let word = text.split(' ').next().unwrap_or_default();
    let plain = !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase());
    let (first, rest) = text.split_at(plain as usize);
    let end = if text.ends_with(['.', '!', '?', '”']) { "" } else { "." };
    first.to_ascii_uppercase() + rest + end
}

/// Of what a run has borrowed.
pub fn busy<E>(_: E) -> Failure {
    Failure::new("request", "A picture is being made; one at a time")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_become_sentences() {
        assert_eq!(sentence("the run was cancelled"), "The run was cancelled.");
        assert_eq!(sentence("unet: input [1, 2] does not fit"), "unet: input [1, 2] does not fit.");
        assert_eq!(sentence("vae/config.json is empty."), "vae/config.json is empty.");
        assert_eq!(sentence("étude"), "étude.");
        assert_eq!(sentence(""), ".");
    }

    #[test]
    fn a_lost_gpu_is_the_devices_failure_and_says_what_to_do() {
        let lost = Failure::from(Error::Graph(decant_graph::Error::Lost("it was unplugged".into())));
        assert_eq!(lost.code, "device");
        assert_eq!(lost.message, "The GPU device was lost (it was unplugged); open the model again to go on, or compute on the CPU.");
    }
}
