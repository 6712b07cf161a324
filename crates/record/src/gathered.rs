//! Settings as they are collected from another tool's record: what Decant has is taken, and what it has not is said.

use decant_sd::request::Request;
use serde_json::{Map, Value};

/// Notes that are kept: a hostile file can name thousands of settings.
const MOST_NOTES: usize = 30;
/// Characters of another tool's words that a note repeats.
const MOST_REPEATED: usize = 60;

/// Fields by the names of [`Request`]'s JSON, and what was left behind.
#[derive(Debug, Default)]
pub(crate) struct Gathered {
    fields: Map<String, Value>,
    notes: Vec<String>,
}

impl Gathered {
    /// Takes a field, unless a request cannot hold that value: then it is a note.
    pub fn set(&mut self, field: &str, value: impl Into<Value>) {
        let value = value.into();
        let one = Value::Object(Map::from_iter([(field.to_string(), value.clone())])).to_string();
        match Request::from_json(&one) {
            Ok(_) => drop(self.fields.insert(field.into(), value)),
            Err(_) => self.note(format!("{field} {} is not followed", short(&value.to_string()))),
        }
    }

    /// As [`Gathered::set`], for what is written as text.
    pub fn set_number(&mut self, field: &str, text: &str) {
        match serde_json::from_str::<Value>(text.trim()).ok().filter(Value::is_number) {
            Some(number) => self.set(field, number),
            None => self.note(format!("{field} {} is not a number", short(text))),
        }
    }

    /// Says something to whoever reads the settings.
    pub fn note(&mut self, sentence: String) {
        if self.notes.len() < MOST_NOTES && !self.notes.contains(&sentence) {
            self.notes.push(sentence);
        }
    }

    /// The request, and the notes. What its sampler does not read is left out: older records and other tools write it down all the same.
    pub fn finish(mut self) -> (Request, Vec<String>) {
        let request = Request::from_json(&Value::Object(std::mem::take(&mut self.fields)).to_string());
        let mut request = request.expect("each field was read alone when it was set");
        if let Some(sampler) = request.sampler {
            request.leave_out_unread(sampler).into_iter().for_each(|note| self.note(note));
        }
        (request, self.notes)
    }
}

/// Another tool's words, cut to what fits a sentence.
pub(crate) fn short(text: &str) -> String {
    cut(text, MOST_REPEATED)
}

/// What is wrong with a text of JSON, which may repeat all of it.
pub(crate) fn problem(error: &serde_json::Error) -> String {
    cut(&error.to_string(), 4 * MOST_REPEATED)
}

fn cut(text: &str, most: usize) -> String {
    let mut letters = text.trim().chars().map(|c| if c.is_control() { ' ' } else { c });
    let cut: String = letters.by_ref().take(most).collect();
    if letters.next().is_some() { format!("{cut}…") } else { cut }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_request_cannot_hold_is_a_note() {
        let mut gathered = Gathered::default();
        gathered.set("steps", 9);
        gathered.set("steps", -1);
        gathered.set("wings", "two");
        gathered.set_number("guidance", " 7.5 ");
        gathered.set_number("seed", "many\n");
        let (request, notes) = gathered.finish();
        assert_eq!(request, Request { steps: Some(9), guidance: Some(7.5), ..Request::default() });
        assert_eq!(notes, ["steps -1 is not followed", "wings \"two\" is not followed", "seed many is not a number"]);
    }

    #[test]
    fn what_the_sampler_does_not_read_is_a_note() {
        let mut gathered = Gathered::default();
        gathered.set("eta", 0.67);
        gathered.set("sampler", "euler_a");
        let (request, notes) = gathered.finish();
        assert_eq!((request.eta, notes), (None, vec!["eta 0.67 is left out: the sampler euler_a does not read it".to_string()]));
    }

    #[test]
    fn notes_are_bounded() {
        let mut gathered = Gathered::default();
        (0..1000).for_each(|i| gathered.set(&format!("x{i}"), "y".repeat(1000)));
        let (_, notes) = gathered.finish();
        assert_eq!(notes.len(), MOST_NOTES);
        assert!(notes.iter().all(|note| note.chars().count() < 100));
    }
}
