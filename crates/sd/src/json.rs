//! JSON in which no name stands twice in one object. Readers differ in which of the two they take, so a file that has both means one thing to
//! one tool and another to the next.

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Error, Map, Value};
use std::fmt;

/// Any JSON.
pub(crate) fn unique(json: &[u8]) -> Result<Value, Error> {
    serde_json::from_slice::<Unique>(json).map(|Unique(value)| value)
}

/// A JSON object.
pub(crate) fn object(json: &[u8]) -> Result<Map<String, Value>, Error> {
    match unique(json)? {
        Value::Object(fields) => Ok(fields),
        _ => serde_json::from_slice(json), // whose error says what it is instead
    }
}

struct Unique(Value);

impl<'de> Deserialize<'de> for Unique {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Unique, D::Error> {
        deserializer.deserialize_any(Once).map(Unique)
    }
}

struct Once;

impl<'de> Visitor<'de> for Once {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let mut values = vec![];
        while let Some(Unique(value)) = list.next_element()? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Value, A::Error> {
        let mut fields = Map::new();
        while let Some((name, Unique(value))) = object.next_entry::<String, Unique>()? {
            if fields.contains_key(&name) {
                let shown: String = name.chars().take(60).collect();
                return Err(A::Error::custom(format_args!("{shown:?} stands there twice")));
            }
            fields.insert(name, value);
        }
        Ok(Value::Object(fields))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_unique_is_what_serde_reads() {
        let text = r#"{"a": [1, -2, 3.5, null, true, "x\n"], "b": {"a": {}}, "": 18446744073709551615}"#;
        assert_eq!(unique(text.as_bytes()).expect("it is sound"), serde_json::from_str::<Value>(text).expect("it is sound"));
    }

    #[test]
    fn a_name_that_stands_twice_is_refused_wherever_it_is() {
        for text in [r#"{"a": 1, "a": 1}"#, r#"[{"b": {"a": 1, "c": 2, "a": 3}}]"#, r#"{"a": 1, "\u0061": 2}"#] {
            let error = unique(text.as_bytes()).expect_err("it stands there twice").to_string();
            assert!(error.starts_with("\"a\" stands there twice at line 1"), "{error}");
        }
        assert!(object(b"[1]").expect_err("it is a list").to_string().contains("expected a map"));
        assert!(unique(&b"[".repeat(100_000)).expect_err("it is deep").to_string().contains("recursion limit"));
    }
}
