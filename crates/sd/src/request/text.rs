//! What a request says of its words beyond prompt and negative prompt: which tokens mean something else, what is mixed in.

use serde::{Deserialize, Serialize};
use std::str::FromStr;

/// A token that means something else: its input embedding, the row of the text encoder's token table, is replaced by a weighted sum.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Swap {
    /// The word whose embedding is replaced wherever it stands: a word of one token, or a textual inversion of one vector.
    pub token: String,
    /// What replaces it; of several, Σ weight · embedding.
    pub with: Vec<Share>,
}

/// One token's share in a [`Swap`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Share {
    /// A word of one token, or a textual inversion of one vector.
    pub token: String,
    /// What its embedding is multiplied by; two halves are the middle of two words.
    #[serde(default = "whole")]
    pub weight: f32,
}

fn whole() -> f32 {
    1.0
}

/// Another prompt whose embeddings are mixed into the prompt's: (1 − Σ factor) · prompt + Σ factor · other.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mix {
    /// The other prompt.
    pub prompt: String,
    /// Its share; 0 leaves the prompt as it is, 1 replaces it.
    pub factor: f32,
}

/// As flags spell it: `puppy=skunk`, `puppy=puppy:0.5+skunk:0.5`; where no weight is given, equal shares.
impl FromStr for Swap {
    type Err = String;

    fn from_str(typed: &str) -> Result<Swap, String> {
        let expected = || "expected WORD=WORD[:WEIGHT]+WORD[:WEIGHT], for instance puppy=puppy:0.5+skunk:0.5".to_string();
        let (token, with) = typed.split_once('=').ok_or_else(expected)?;
        let parts: Vec<&str> = with.split('+').collect();
        let equal = 1.0 / parts.len() as f32;
        let share = |part: &str| match part.rsplit_once(':') {
            Some((token, weight)) => Ok(Share { token: token.trim().into(), weight: weight.trim().parse().map_err(|_| expected())? }),
            None => Ok(Share { token: part.trim().into(), weight: equal }),
        };
        Ok(Swap { token: token.trim().into(), with: parts.into_iter().map(share).collect::<Result<_, String>>()? })
    }
}

/// As flags spell it: `a skunk:0.5`.
impl FromStr for Mix {
    type Err = String;

    fn from_str(typed: &str) -> Result<Mix, String> {
        let parse = |(prompt, factor): (&str, &str)| Some(Mix { prompt: prompt.into(), factor: factor.trim().parse().ok()? });
        typed.rsplit_once(':').and_then(parse).ok_or_else(|| "expected PROMPT:FACTOR, for instance \"a skunk:0.5\"".into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::{LONGS, Request};

    #[test]
    fn every_id_is_what_settings_call_it() {
        for row in LONGS {
            let request = Request { long: row.long, ..Request::default() };
            assert_eq!(Request::from_json(&format!("{{\"long\": \"{}\"}}", row.id)).expect("a row of the table"), request);
        }
    }

    #[test]
    fn swaps_and_mixes_are_read_as_flags_spell_them() {
        let share = |token: &str, weight| Share { token: token.into(), weight };
        for (typed, token, with) in [
            ("puppy=skunk", "puppy", vec![share("skunk", 1.0)]),
            ("puppy=puppy:0.5+skunk:0.25", "puppy", vec![share("puppy", 0.5), share("skunk", 0.25)]),
            (" cat = <birb-style> + dog ", "cat", vec![share("<birb-style>", 0.5), share("dog", 0.5)]),
            ("king=king+man:-1", "king", vec![share("king", 0.5), share("man", -1.0)]),
        ] {
            assert_eq!(typed.parse(), Ok(Swap { token: token.into(), with }), "{typed}");
        }
        assert!("puppy".parse::<Swap>().is_err() && "a=b:c".parse::<Swap>().is_err());
        assert_eq!("a: b:0.5".parse(), Ok(Mix { prompt: "a: b".into(), factor: 0.5 }));
        assert!("a skunk".parse::<Mix>().is_err() && "a:b".parse::<Mix>().is_err());
    }

    #[test]
    fn lists_have_an_end() {
        let mixes = |count| Request { mixes: vec![Mix { prompt: "a".into(), factor: 0.1 }; count], ..Request::default() };
        assert!(mixes(500).check_words().is_ok());
        let sentence = mixes(501).check_words().expect_err("it is too long").to_string();
        assert_eq!(sentence, "settings: mixes has 501 entries, expected 500 at most");
    }

    #[test]
    fn swaps_and_mixes_are_plain_objects() {
        let json = r#"{"swaps":[{"token":"puppy","with":[{"token":"skunk"}]}],"mixes":[{"prompt":"a skunk","factor":0.5}]}"#;
        let request = Request::from_json(json).expect("as documented");
        assert_eq!(request.swaps, [Swap { token: "puppy".into(), with: vec![Share { token: "skunk".into(), weight: 1.0 }] }]);
        assert_eq!(request.mixes, [Mix { prompt: "a skunk".into(), factor: 0.5 }]);
        assert_eq!(Request::from_json(&request.to_json()).expect("it was just written"), request);
        let error = Request::from_json(r#"{"mixes": [{"promt": "a"}]}"#).expect_err("a slip").to_string();
        assert!(error.ends_with("; did you mean prompt?"), "{error}");
    }
}
