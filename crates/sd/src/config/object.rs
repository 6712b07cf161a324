//! One configuration file: parsed, each key checked against its class's table, values asked for by type.

use super::keys::{Rule, Table};
use crate::Error;
use crate::error::{DOWNLOAD_AGAIN, Sentence};
use crate::files::{Files, read_all};
use crate::sentence;
use serde_json::{Map, Value};

/// Longest configuration file, in bytes; Stable Diffusion's have 2 KB, but a scheduler may list its betas.
const LONGEST: u64 = 1_000_000;

/// The bytes of a configuration file.
pub(crate) async fn read_json(files: &dyn Files, name: &str) -> Result<Vec<u8>, Error> {
    read_all(files, name, LONGEST).await
}

/// A JSON object whose keys are all known.
pub(super) struct Object {
    file: String,
    table: &'static Table,
    values: Map<String, Value>,
}

impl Object {
    pub fn parse(file: &str, json: &[u8], table: &'static Table) -> Result<Object, Error> {
        let damaged = |problem| Error::Damaged { file: file.into(), problem, hint: DOWNLOAD_AGAIN };
        let values = crate::json::object(&without_infinities(json))
            .map_err(|error| damaged(sentence!("is not a JSON object ({error})", error = error.to_string())))?;
        let object = Object { file: file.into(), table, values };
        for (key, value) in &object.values {
            match table.row(key).map(|row| row.rule) {
                None => {
                    let problem = sentence!(
                        "is not a key that Decant knows for {class}; remove it if it does not change the model's numbers",
                        class = table.class
                    );
                    return Err(object.wrong(key, problem));
                }
                Some(Rule::Only(allowed)) if !allowed.iter().any(|text| same(value, &default(text))) => {
                    return Err(object.refuse(key, &format!("Decant reads only {}", allowed.join(" or "))));
                }
                Some(_) => {}
            }
        }
        Ok(object)
    }

    /// `KEY is VALUE; HINT`.
    pub fn refuse(&self, key: &str, hint: &str) -> Error {
        self.wrong(key, sentence!("is {got}; {hint}", got = self.value(key).to_string(), hint = Sentence::english(hint.to_string())))
    }

    fn wrong(&self, key: &str, problem: Sentence) -> Error {
        Error::Config { file: self.file.clone(), key: key.into(), problem }
    }

    /// Whether the file itself has the key.
    pub fn says(&self, key: &str) -> bool {
        self.values.contains_key(key)
    }

    /// The value in the file, or the table's default.
    pub fn value(&self, key: &str) -> Value {
        match (self.values.get(key), self.table.row(key).map(|row| row.rule)) {
            (Some(value), _) => value.clone(),
            (None, Some(Rule::Honour(text) | Rule::Only(&[text, ..]))) => default(text),
            (None, _) => Value::Null,
        }
    }

    /// A value through `read`, which says what it wants when it returns nothing.
    fn get<T>(&self, key: &str, expected: &str, read: impl Fn(&Value) -> Option<T>) -> Result<T, Error> {
        read(&self.value(key)).ok_or_else(|| self.refuse(key, &format!("expected {expected}")))
    }

    /// `None` for `null`.
    pub fn optional<T>(&self, key: &str, read: impl Fn(&Object, &str) -> Result<T, Error>) -> Result<Option<T>, Error> {
        if self.value(key).is_null() { Ok(None) } else { read(self, key).map(Some) }
    }

    /// A whole number from 1 on.
    pub fn count(&self, key: &str) -> Result<usize, Error> {
        self.get(key, COUNT, count)
    }

    /// A whole number from 0 to `most`.
    pub fn whole(&self, key: &str, most: usize) -> Result<usize, Error> {
        self.get(key, &format!("a whole number from 0 to {most}"), |value| whole(value).filter(|number| *number <= most))
    }

    /// A finite number.
    pub fn number(&self, key: &str) -> Result<f64, Error> {
        self.get(key, "a number", Value::as_f64)
    }

    /// A number above 0.
    pub fn positive(&self, key: &str) -> Result<f32, Error> {
        self.get(key, "a number above 0", |value| {
            value.as_f64().map(|number| number as f32).filter(|number| *number > 0.0 && number.is_finite())
        })
    }

    /// `true` or `false`.
    pub fn flag(&self, key: &str) -> Result<bool, Error> {
        self.get(key, "true or false", Value::as_bool)
    }

    /// A text.
    pub fn text(&self, key: &str) -> Result<String, Error> {
        self.get(key, "a text", |value| value.as_str().map(String::from))
    }

    /// One of the names, as its meaning.
    pub fn named<T: Copy>(&self, key: &str, names: &[(&str, T)]) -> Result<T, Error> {
        self.get(key, &one_of(names), |value| meaning(value, names))
    }

    /// A list of names, one for each level, as their meanings.
    pub fn all_named<T: Copy>(&self, key: &str, names: &[(&str, T)], levels: usize) -> Result<Vec<T>, Error> {
        let expected = format!("{levels} texts (as many as block_out_channels), each {}", one_of(names));
        self.get(key, &expected, |value| list(value, |value| meaning(value, names)).filter(|list| list.len() == levels))
    }

    /// A list of at least one whole number from 1 on.
    pub fn counts(&self, key: &str) -> Result<Vec<usize>, Error> {
        self.get(key, "a list of whole numbers of at least 1", |value| list(value, count).filter(|list| !list.is_empty()))
    }

    /// A list of at least one whole number from 0 on.
    pub fn wholes(&self, key: &str) -> Result<Vec<usize>, Error> {
        self.get(key, "a list of whole numbers", |value| list(value, whole).filter(|list| !list.is_empty()))
    }

    /// A whole number from 1 on for each level, or one for all.
    pub fn counts_per_level(&self, key: &str, levels: usize) -> Result<Vec<usize>, Error> {
        self.per_level(key, COUNT, levels, count)
    }

    /// A flag for each level, or one for all.
    pub fn flags_per_level(&self, key: &str, levels: usize) -> Result<Vec<bool>, Error> {
        self.per_level(key, "true or false", levels, Value::as_bool)
    }

    fn per_level<T: Clone>(&self, key: &str, expected: &str, levels: usize, read: impl Fn(&Value) -> Option<T>) -> Result<Vec<T>, Error> {
        let expected = format!("{expected}, or a list of {levels} (as many as block_out_channels)");
        self.get(key, &expected, |value| match read(value) {
            Some(one) => Some(vec![one; levels]),
            None => list(value, &read).filter(|list| list.len() == levels),
        })
    }
}

const COUNT: &str = "a whole number of at least 1";

fn count(value: &Value) -> Option<usize> {
    whole(value).filter(|number| *number > 0)
}

/// 4 and 4.0 are the same number to Python.
fn whole(value: &Value) -> Option<usize> {
    let number = value.as_f64().filter(|number| *number >= 0.0 && *number <= u32::MAX.into() && number.fract() == 0.0)?;
    Some(number as usize)
}

fn list<T>(value: &Value, read: impl Fn(&Value) -> Option<T>) -> Option<Vec<T>> {
    value.as_array()?.iter().map(read).collect()
}

fn meaning<T: Copy>(value: &Value, names: &[(&str, T)]) -> Option<T> {
    names.iter().find(|(name, _)| value.as_str() == Some(name)).map(|(_, meaning)| *meaning)
}

fn one_of<T>(names: &[(&str, T)]) -> String {
    names.iter().map(|(name, _)| format!("{name:?}")).collect::<Vec<_>>().join(" or ")
}

/// A value from a table. A test parses all of them.
fn default(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or(Value::Null)
}

fn same(a: &Value, b: &Value) -> bool {
    a == b || a.as_f64().is_some_and(|number| b.as_f64() == Some(number))
}

/// Python writes `-Infinity` (for instance `lambda_min_clipped`) and `NaN`, which are not JSON; here they become `null`.
fn without_infinities(json: &[u8]) -> Vec<u8> {
    let mut clean = Vec::with_capacity(json.len());
    let (mut rest, mut in_text) = (json, false);
    while let [first, after @ ..] = rest {
        let word = ["-Infinity", "Infinity", "NaN"].into_iter().find(|word| !in_text && rest.starts_with(word.as_bytes()));
        if let Some(word) = word {
            clean.extend(b"null");
            rest = &rest[word.len()..];
        } else if let (true, b'\\', [escaped, after @ ..]) = (in_text, first, after) {
            clean.extend([*first, *escaped]);
            rest = after;
        } else {
            in_text ^= *first == b'"';
            clean.push(*first);
            rest = after;
        }
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_in_every_table_is_json() {
        for row in crate::config::TABLES.iter().flat_map(|table| table.rows()) {
            let texts = match row.rule {
                Rule::Honour(text) => vec![text],
                Rule::Only(texts) => texts.to_vec(),
                Rule::Ignore => vec![],
            };
            for text in texts {
                assert!(serde_json::from_str::<Value>(text).is_ok(), "{}: {text}", row.key);
            }
        }
    }

    #[test]
    fn pythons_infinities_become_null_outside_of_texts() {
        let python = br#"{"a": -Infinity, "b": [NaN, Infinity], "NaN \" Infinity": "-Infinity"}"#;
        let expected = br#"{"a": null, "b": [null, null], "NaN \" Infinity": "-Infinity"}"#;
        assert_eq!(String::from_utf8_lossy(&without_infinities(python)), String::from_utf8_lossy(expected));
        assert_eq!(without_infinities(b"\"\\"), b"\"\\");
    }
}
