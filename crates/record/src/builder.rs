//! A request as it is built from another tool's record: what Decant has is set, and everything else is accounted for: it is named in
//! one sentence, or nobody misses it.

use decant_sd::error::{Sentence, ToValue, Value as Said};
use decant_sd::inversion;
use decant_sd::request::Request;
use decant_sd::sentence;
use serde_json::{Map, Value};

/// Notes that are kept: a hostile file can name thousands of settings.
const MOST_NOTES: usize = 28;
/// Things that one sentence names.
const MOST_NAMED: usize = 40;
/// Characters of another tool's words that a note repeats.
const MOST_REPEATED: usize = 60;

/// Fields by the names of [`Request`]'s JSON, and what was left behind.
#[derive(Debug, Default)]
pub(crate) struct RequestBuilder {
    fields: Map<String, Value>,
    notes: Vec<Sentence>,
    lost: Named,
    unknown: Named,
    inversions: Vec<String>,
}

/// A list of names for a sentence.
#[derive(Debug, Default)]
struct Named {
    names: Vec<Said>,
    more: usize,
}

impl Named {
    fn push(&mut self, name: Said) {
        match self.names.contains(&name) {
            true => {}
            false if self.names.len() < MOST_NAMED => self.names.push(name),
            false => self.more += 1,
        }
    }

    /// All of them, and how many more there are; `None` where there are none.
    fn all(&self) -> Option<Said> {
        let (names, n) = (&self.names, self.more);
        (!names.is_empty()).then(|| if n > 0 { sentence!("{names} and {n} more", names, n).to_value() } else { names.to_value() })
    }
}

impl RequestBuilder {
    /// Takes a field, unless a request cannot hold that value: then it is one of those that are not followed.
    pub fn set(&mut self, field: &str, value: impl Into<Value>) {
        let value = value.into();
        let one = Value::Object(Map::from_iter([(field.to_string(), value.clone())])).to_string();
        match Request::from_json(&one) {
            Ok(_) => drop(self.fields.insert(field.into(), value)),
            Err(_) => self.lose(with(field, short(&value.to_string()))),
        }
    }

    /// As [`RequestBuilder::set`], for what is written as text.
    pub fn set_number(&mut self, field: &str, text: &str) {
        match serde_json::from_str::<Value>(text.trim()).ok().filter(Value::is_number) {
            Some(number) => self.set(field, number),
            None => {
                let (field, got) = (Said::setting(field), short(text));
                self.lose(sentence!("{field} {got}, which is no number", field, got));
            }
        }
    }

    /// A field that was set.
    pub fn get(&self, field: &str) -> Option<&Value> {
        self.fields.get(field)
    }

    /// Something known that Decant does not follow: a setting with its value, a node.
    pub fn lose(&mut self, what: impl ToValue) {
        self.lost.push(what.to_value());
    }

    /// Something that no table here knows.
    pub fn unknown(&mut self, what: impl ToValue) {
        self.unknown.push(what.to_value());
    }

    /// A textual inversion that the texts mean by this word.
    pub fn inversion(&mut self, name: &str) {
        let name = short(inversion::plain(name));
        if !name.is_empty() && self.inversions.len() < MOST_NAMED && !self.inversions.contains(&name) {
            self.inversions.push(name);
        }
    }

    /// Says something to whoever reads the settings.
    pub fn note(&mut self, sentence: Sentence) {
        if self.notes.len() < MOST_NOTES && !self.notes.contains(&sentence) {
            self.notes.push(sentence);
        }
    }

    /// The request, what is to be said, and the textual inversions that its texts mean. What its sampler does not read is left out: older
    /// records and other tools write it down all the same.
    pub fn finish(mut self) -> Finished {
        let request = Request::from_json(&Value::Object(std::mem::take(&mut self.fields)).to_string());
        let mut request = request.expect("each field was read alone when it was set");
        if let Some(sampler) = request.sampler {
            request.leave_out_unread(sampler).into_iter().for_each(|note| self.note(note));
        } else if let Some(eta) = request.eta.take() {
            // It was meant for a sampler that is not known here.
            self.lose(with("eta", eta));
        }
        self.notes.extend(self.lost.all().map(|names| sentence!("not followed: {names}", names)));
        self.notes.extend(self.unknown.all().map(|names| sentence!("not known here, and so not followed: {names}", names)));
        Finished { request, notes: self.notes, inversions: self.inversions }
    }
}

/// What came of a record.
#[derive(Debug)]
pub(crate) struct Finished {
    pub request: Request,
    /// A sentence each.
    pub notes: Vec<Sentence>,
    pub inversions: Vec<String>,
}

/// A setting and what it is.
pub(crate) fn with(field: &str, got: impl ToValue) -> Said {
    sentence!("{field} {got}", field = Said::setting(field), got).to_value()
}

/// Notes as the command prints them.
#[cfg(test)]
pub(crate) fn english(notes: &[Sentence]) -> Vec<String> {
    notes.iter().map(Sentence::to_string).collect()
}

/// Another tool's words, cut to what fits a sentence.
pub(crate) fn short(text: &str) -> String {
    cut(text, MOST_REPEATED)
}

/// What is wrong with a text of JSON, which may repeat all of it.
pub(crate) fn no_json(error: &serde_json::Error) -> Sentence {
    sentence!("{problem}", problem = cut(&error.to_string(), 4 * MOST_REPEATED))
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
    fn what_a_request_cannot_hold_is_named_in_one_sentence() {
        let mut builder = RequestBuilder::default();
        builder.set("steps", 9);
        builder.set("steps", -1);
        builder.set("wings", "two");
        builder.set_number("guidance", " 7.5 ");
        builder.set_number("seed", "many\n");
        builder.unknown("feathers 3");
        let Finished { request, notes, .. } = builder.finish();
        assert_eq!(request, Request { steps: Some(9), guidance: Some(7.5), ..Request::default() });
        let expected =
            ["not followed: steps -1, wings \"two\", seed many, which is no number", "not known here, and so not followed: feathers 3"];
        assert_eq!(english(&notes), expected);
    }

    #[test]
    fn what_the_sampler_does_not_read_is_a_note() {
        let mut builder = RequestBuilder::default();
        builder.set("eta", 0.67);
        builder.set("sampler", "euler_a");
        let Finished { request, notes, .. } = builder.finish();
        assert_eq!(request.eta, None);
        assert_eq!(english(&notes), ["eta 0.67 is left out: the sampler euler_a does not read it"]);
    }

    #[test]
    fn notes_are_bounded() {
        let mut builder = RequestBuilder::default();
        (0..1000).for_each(|i| builder.set(&format!("x{i}"), "y".repeat(1000)));
        (0..1000).for_each(|i| builder.note(sentence!("{i}", i)));
        let Finished { notes, .. } = builder.finish();
        assert_eq!(notes.len(), MOST_NOTES + 1);
        let last = notes[MOST_NOTES].to_string();
        assert!(last.chars().count() < 3000 && last.ends_with(" and 960 more"), "{last}");
    }
}
