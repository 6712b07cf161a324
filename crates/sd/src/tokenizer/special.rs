//! The tokens with a meaning of their own: start, end, padding; and whether they are found in a prompt, and how.
//!
//! It follows transformers 5 (`PreTrainedTokenizerBase._from_pretrained`, then `TokenizersBackend.__init__`), which decides ids that differ
//! between Stable Diffusion 1 and 2: a token spelled out as an object may be found in any case, one given as plain text only as it is;
//! the last one of the same text counts.

use crate::Error;
use crate::config::read_json;
use crate::error::{DOWNLOAD_AGAIN, Sentence};
use crate::files::{Files, find};
use crate::sentence;
use serde_json::{Map, Value};
use tokenizers::AddedToken;

/// What the tokenizer is told besides its vocabulary.
pub(super) struct Special {
    /// Numbers in a row, start and end included.
    pub limit: usize,
    /// The first token of a row.
    pub start: String,
    /// The token after the last piece.
    pub end: String,
    /// The token that fills up the row.
    pub padding: String,
    /// The token for what has no number; with a vocabulary of all bytes there is nothing.
    pub unknown: String,
    /// Tokens to find in prompts, later ones replacing earlier ones of the same text.
    pub tokens: Vec<AddedToken>,
}

/// transformers' `SPECIAL_TOKENS_ATTRIBUTES`, in its order, with `CLIPTokenizer`'s defaults.
const NAMES: &[(&str, Option<&str>)] = &[
    ("bos_token", Some("<|startoftext|>")),
    ("eos_token", Some("<|endoftext|>")),
    ("unk_token", Some("<|endoftext|>")),
    ("sep_token", None),
    ("pad_token", Some("<|endoftext|>")),
    ("cls_token", None),
    ("mask_token", None),
];

/// Keys of `tokenizer_config.json` that would change the numbers, and the values that do not.
const ONLY: &[(&str, &[&str])] = &[
    ("tokenizer_class", &["\"CLIPTokenizer\"", "\"CLIPTokenizerFast\""]),
    ("padding_side", &["\"right\""]),
    ("truncation_side", &["\"right\""]),
    ("split_special_tokens", &["false"]),
    ("additional_special_tokens", &["[]", "null", "{}"]),
    ("extra_special_tokens", &["[]", "null", "{}"]),
];

/// Positions of every CLIP text encoder so far, for a file that does not say.
const POSITIONS: usize = 77;
/// Longest row that is believed; transformers writes 1e30 where it does not know.
const MOST_POSITIONS: f64 = 4096.0;

/// Reads the folder's two files, of which neither need be there; `added` are `tokenizer.json`'s added tokens.
pub(super) async fn read(files: &dyn Files, folder: &str, added: &[Value]) -> Result<Special, Error> {
    let (file, map) = (format!("{folder}/tokenizer_config.json"), format!("{folder}/special_tokens_map.json"));
    let config = match files.size(&file).await? {
        Some(_) => object(&file, &read_json(files, &file).await?)?,
        None => Map::new(),
    };
    for (key, allowed) in ONLY {
        let Some(value) = config.get(*key).map(Value::to_string) else { continue };
        if !allowed.contains(&value.as_str()) {
            return Err(wrong(&file, key, format!("is {value}; Decant reads only {}", allowed.join(" or "))));
        }
    }
    let mut named = config.clone();
    let mut known = listed(&file, &config)?;
    if !config.contains_key("added_tokens_decoder") {
        if let Some(json) = find(files, &map, LONGEST_MAP).await? {
            named.extend(object(&map, &json)?.into_iter().map(|(key, value)| (key, with_special(value))));
        }
        known = added.iter().map(|token| parsed(&file, "added_tokens", token)).collect::<Result<_, Error>>()?;
    }
    assemble(&file, &config, &named, known)
}

/// Longest `special_tokens_map.json`, in bytes; Stable Diffusion's have 500.
const LONGEST_MAP: u64 = 1_000_000;

fn assemble(file: &str, config: &Map<String, Value>, named: &Map<String, Value>, known: Vec<AddedToken>) -> Result<Special, Error> {
    let mut texts = Vec::new();
    let mut tokens = known.clone();
    for (name, default) in NAMES {
        let value = match named.get(*name) {
            None | Some(Value::Null) => default.map(Value::from),
            Some(value) => Some(value.clone()),
        };
        let token = value.map(|value| parsed(file, name, &value)).transpose()?;
        texts.push(token.as_ref().map(|token| token.content.clone()).unwrap_or_default());
        tokens.extend(token.filter(|token| known.iter().all(|known| known.content != token.content)));
    }
    for token in &mut tokens {
        token.special |= texts.contains(&token.content);
    }
    let limit = config.get("model_max_length").and_then(Value::as_f64).filter(|limit| (3.0..=MOST_POSITIONS).contains(limit));
    let limit = limit.map_or(POSITIONS, |limit| limit as usize);
    let [start, end, unknown, _, padding, ..] = &texts[..] else { return Err(wrong(file, "bos_token", "is not there".into())) };
    let [start, end, unknown, padding] = [start, end, unknown, padding].map(String::clone);
    Ok(Special { limit, start, end, padding, unknown, tokens })
}

/// `added_tokens_decoder`: tokens by number.
fn listed(file: &str, config: &Map<String, Value>) -> Result<Vec<AddedToken>, Error> {
    let Some(list) = config.get("added_tokens_decoder").and_then(Value::as_object) else { return Ok(vec![]) };
    let mut numbered: Vec<(u64, &Value)> = list.iter().filter_map(|(id, token)| Some((id.parse().ok()?, token))).collect();
    numbered.sort_by_key(|(id, _)| *id);
    numbered.into_iter().map(|(_, token)| parsed(file, "added_tokens_decoder", token)).collect()
}

/// Objects in `special_tokens_map.json` are special whether they say so or not.
fn with_special(mut value: Value) -> Value {
    if let Some(object) = value.as_object_mut() {
        object.insert("special".into(), true.into());
    }
    value
}

/// A token given as text is special and found as it is; one given as an object says how it is found, and if it does not, then in any
/// case unless it is special.
fn parsed(file: &str, key: &str, value: &Value) -> Result<AddedToken, Error> {
    let flag = |name: &str, default: bool| value.get(name).and_then(Value::as_bool).unwrap_or(default);
    let content = value.as_str().or_else(|| value.get("content").and_then(Value::as_str)).filter(|content| !content.is_empty());
    let content = content.ok_or_else(|| wrong(file, key, format!("is {value}; expected a text, or an object with one as its content")))?;
    let special = flag("special", value.is_string());
    let token = AddedToken::from(content, special).normalized(flag("normalized", !special));
    Ok(token.lstrip(flag("lstrip", false)).rstrip(flag("rstrip", false)).single_word(flag("single_word", false)))
}

fn object(file: &str, json: &[u8]) -> Result<Map<String, Value>, Error> {
    crate::json::object(json).map_err(|error| Error::Damaged {
        file: file.into(),
        problem: sentence!("is not a JSON object ({error})", error = error.to_string()),
        hint: DOWNLOAD_AGAIN,
    })
}

fn wrong(file: &str, key: &str, problem: String) -> Error {
    Error::Config { file: file.into(), key: key.into(), problem: Sentence::english(problem) }
}
