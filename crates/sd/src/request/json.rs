//! A request as JSON: an object of what is not usual. Field names are in `web/decant.d.ts` (`Settings`).

use super::Request;
use crate::error::Error;
use serde_json::{Map, Value};

impl Request {
    /// Reads an object; what it leaves out is as usual, null too.
    ///
    /// # Errors
    /// One sentence about the first field that is unknown or holds something else than it should.
    pub fn from_json(text: &str) -> Result<Request, Error> {
        let fields: Map<String, Value> = serde_json::from_str(text).map_err(failure)?;
        // One field at a time, so that the sentence can name it.
        for (name, value) in fields.iter().filter(|(_, value)| !value.is_null()) {
            let one = Value::Object(Map::from_iter([(name.clone(), value.clone())]));
            serde_json::from_value::<Request>(one).map_err(|error| Error::Settings { problem: format!("{name}: {error}") })?;
        }
        let given = fields.into_iter().filter(|(_, value)| !value.is_null()).collect();
        serde_json::from_value(Value::Object(given)).map_err(failure)
    }

    /// Writes an object of all that is not usual, on one line.
    pub fn to_json(&self) -> String {
        let (mut fields, usual) = (fields(self), fields(&Request::default()));
        fields.retain(|name, value| usual.get(name) != Some(value));
        Value::Object(fields).to_string()
    }
}

fn fields(request: &Request) -> Map<String, Value> {
    // Through text, where an f32 is written short: 7.3, not 7.300000190734863.
    serde_json::to_string(request).and_then(|text| serde_json::from_str(&text)).expect("a request holds nothing that JSON cannot say")
}

fn failure(error: serde_json::Error) -> Error {
    Error::Settings { problem: error.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use decant_solver::Sampler;

    #[test]
    fn what_is_written_is_read() {
        let request = Request {
            prompt: "a \"seven\"".into(),
            guidance: Some(7.3),
            seed: (1 << 53) - 1,
            sampler: Some(Sampler::Heun),
            ..Request::default()
        };
        assert_eq!(Request::from_json(&request.to_json()).expect("it was just written"), request);
        assert_eq!(Request::default().to_json(), "{}");
        assert_eq!(Request::from_json(r#"{"steps": null}"#).expect("null is as usual"), Request::default());
    }

    #[test]
    fn the_sentence_names_the_field() {
        let cases = [
            ("[1]", "settings: invalid type: sequence, expected a map at line 1 column 0; see the list of settings"),
            (r#"{"steps": 9.5}"#, "settings: steps: invalid type: floating point `9.5`, expected usize; see the list of settings"),
            (r#"{"steps": -1}"#, "settings: steps: invalid value: integer `-1`, expected usize; see the list of settings"),
        ];
        for (text, sentence) in cases {
            assert_eq!(Request::from_json(text).expect_err("it is wrong").to_string(), sentence);
        }
        let unknown = Request::from_json(r#"{"stepz": 9}"#).expect_err("there is no such setting").to_string();
        assert!(unknown.starts_with("settings: stepz: unknown field `stepz`, expected one of `prompt`, "), "{unknown}");
        let sampler = Request::from_json(r#"{"sampler": "heum"}"#).expect_err("there is no such sampler").to_string();
        assert!(sampler.contains("heun"), "{sampler}");
    }
}
