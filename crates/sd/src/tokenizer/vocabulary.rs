//! The pieces and merges, from `vocab.json` and `merges.txt` or from `tokenizer.json`, checked.
//!
//! Of `tokenizer.json` only the vocabulary, the merges and the added tokens are read, as transformers does for a `CLIPTokenizer`:
//! how text is cleaned and cut is CLIP's own.

use super::damaged;
use crate::Error;
use crate::files::{Files, find, read_all};
use serde::Deserialize;
use serde_json::Value;
use std::collections::HashSet;
use tokenizers::models::bpe::Vocab;

/// Longest vocabulary file, in bytes; CLIP's `tokenizer.json` has 3.6 MB.
const LONGEST: u64 = 16_000_000;

pub(super) struct Vocabulary {
    /// Where it is from, for messages.
    pub file: String,
    /// A piece, spelled in [`byte`]'s alphabet, and its number.
    pub pieces: Vocab,
    /// Neighbours to join, most frequent first.
    pub merges: Vec<(String, String)>,
    /// `tokenizer.json`'s added tokens, in order of their numbers.
    pub added: Vec<Value>,
}

/// The folder's vocabulary; `None` where it has no file of one.
pub(super) async fn read(files: &dyn Files, folder: &str) -> Result<Option<Vocabulary>, Error> {
    let [vocab, merges, both] = ["vocab.json", "merges.txt", "tokenizer.json"].map(|name| format!("{folder}/{name}"));
    let vocabulary = if let Some(json) = find(files, &vocab, LONGEST).await? {
        two_files(&vocab, &json, &merges, &read_all(files, &merges, LONGEST).await?)?
    } else if let Some(json) = find(files, &both, LONGEST).await? {
        one_file(&both, &json)?
    } else {
        return Ok(None);
    };
    check(&vocabulary)?;
    Ok(Some(vocabulary))
}

fn two_files(vocab: &str, json: &[u8], merges: &str, text: &[u8]) -> Result<Vocabulary, Error> {
    let read = crate::json::unique(json).and_then(|_| serde_json::from_slice(json));
    let pieces = read.map_err(|error| damaged(vocab, format!("is not a JSON object of numbers ({error})")))?;
    let text = str::from_utf8(text).map_err(|error| damaged(merges, format!("is not UTF-8 ({error})")))?;
    let lines = text.lines().enumerate().filter(|(_, line)| !line.starts_with("#version") && !line.is_empty());
    let pair = |(at, line): (usize, &str)| {
        let pair = line.split_once(' ').filter(|(_, second)| !second.contains(' '));
        let pair =
            pair.ok_or_else(|| damaged(merges, format!("has {line:?} in line {}, expected two pieces with a space between", at + 1)))?;
        Ok((pair.0.into(), pair.1.into()))
    };
    Ok(Vocabulary { file: merges.into(), pieces, merges: lines.map(pair).collect::<Result<_, Error>>()?, added: vec![] })
}

/// What is read of `tokenizer.json`.
#[derive(Deserialize)]
struct TokenizerJson {
    model: Model,
    #[serde(default)]
    added_tokens: Vec<Value>,
}

#[derive(Deserialize)]
struct Model {
    #[serde(default)]
    end_of_word_suffix: Option<String>,
    vocab: Vocab,
    merges: Vec<Merge>,
}

/// `["a", "b"]`, or `"a b"` in files before tokenizers 0.20.
#[derive(Deserialize)]
#[serde(untagged)]
enum Merge {
    Pair(String, String),
    Line(String),
}

fn one_file(file: &str, json: &[u8]) -> Result<Vocabulary, Error> {
    let read: TokenizerJson = read_json(json).map_err(|error| damaged(file, format!("does not hold a byte-pair vocabulary ({error})")))?;
    if read.model.end_of_word_suffix.as_deref() != Some("</w>") {
        return Err(damaged(file, format!("has end_of_word_suffix {:?}, expected CLIP's \"</w>\"", read.model.end_of_word_suffix)));
    }
    let pair = |merge: Merge| match merge {
        Merge::Pair(first, second) => Ok((first, second)),
        Merge::Line(line) => match line.split_once(' ') {
            Some((first, second)) => Ok((first.into(), second.into())),
            None => Err(damaged(file, format!("has the merge {line:?}, expected two pieces with a space between"))),
        },
    };
    let merges = read.model.merges.into_iter().map(pair).collect::<Result<_, Error>>()?;
    let mut added = read.added_tokens;
    added.sort_by_key(|token| token.get("id").and_then(Value::as_u64));
    Ok(Vocabulary { file: file.into(), pieces: read.model.vocab, merges, added })
}

fn read_json(json: &[u8]) -> serde_json::Result<TokenizerJson> {
    crate::json::unique(json).and_then(|_| serde_json::from_slice(json))
}

/// Every merge joins two pieces to a third (the engine would panic on some that do not), and every piece of several characters is what some
/// merge makes: else merges are missing, as of a download that broke off at a line's end.
fn check(vocabulary: &Vocabulary) -> Result<(), Error> {
    let Vocabulary { file, pieces, merges, .. } = vocabulary;
    let mut made = HashSet::with_capacity(merges.len());
    for (first, second) in merges {
        let joined = format!("{first}{second}");
        if let Some(absent) = [first, second, &joined].into_iter().find(|piece| !pieces.contains_key(*piece)) {
            return Err(damaged(file, format!("merges {first:?} and {second:?}, but the vocabulary has no {absent:?}")));
        }
        made.insert(joined);
    }
    let never = |piece: &&String| !is_given(piece, vocabulary) && !made.contains(*piece);
    let unmade = pieces.keys().filter(never).count();
    if unmade > 0 {
        let (got, expected) = (merges.len(), merges.len() + unmade);
        return Err(damaged(file, format!("has {got} merges, expected {expected}: {unmade} pieces of the vocabulary are never made")));
    }
    Ok(())
}

/// Whether a piece needs no merge: one character, a word's end or not, and tokens that are found as they are.
fn is_given(piece: &str, vocabulary: &Vocabulary) -> bool {
    let is_one = piece.strip_suffix("</w>").unwrap_or(piece).chars().nth(1).is_none();
    let is_marked = piece.starts_with('<') && piece.ends_with('>');
    let is_added = |token: &Value| token.get("content").and_then(Value::as_str) == Some(piece);
    is_one || is_marked || vocabulary.added.iter().any(is_added)
}

/// The byte that a character of the vocabulary stands for (GPT-2's `bytes_to_unicode`): printable ones stand for themselves, the other
/// 68 for the characters from 256 on.
pub(super) fn byte(character: char) -> Option<u8> {
    let printable = |byte: &u8| matches!(byte, b'!'..=b'~' | 0xa1..=0xac | 0xae..=0xff);
    match u32::from(character) {
        code @ 0..=255 => u8::try_from(code).ok().filter(printable),
        code => (0..=255u8).filter(|byte| !printable(byte)).nth(usize::try_from(code - 256).ok()?),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_byte_has_its_character() {
        let characters = (0..=400).filter_map(char::from_u32);
        let mut bytes: Vec<u8> = characters.filter_map(byte).collect();
        bytes.sort_unstable();
        assert_eq!(bytes, (0..=255).collect::<Vec<u8>>());
        assert_eq!(("Ġ".chars().next().and_then(byte), byte('a')), (Some(b' '), Some(b'a')));
    }
}
