//! Prompts to numbers: CLIP's byte-pair encoding, exactly as transformers' `CLIPTokenizer` (version 5) does it.
//!
//! Text is brought to NFC, each run of white space becomes one space, letters become small; a regular expression cuts it into words,
//! numbers' digits and runs of signs; each is spelled in bytes, its last one marked `</w>`, and neighbours are merged in the order of
//! the vocabulary's merges. A prompt has room for 75 pieces; what is cut off is reported.
//!
//! `tokenizer/` holds `vocab.json` and `merges.txt`, or `tokenizer.json`; `tokenizer_config.json` and `special_tokens_map.json` say which
//! token pads. A model without a vocabulary has CLIP's. The test compares 42 prompts with transformers' ids.
//!
//! ```
//! use decant_sd::{files::Memory, tokenizer::Tokenizer};
//!
//! let vocabulary = r#"{"c": 0, "a": 1, "t</w>": 2, "ca": 3, "cat</w>": 4, "<|startoftext|>": 5, "<|endoftext|>": 6}"#;
//! let merges = "c a\nca t</w>\n";
//! let files = [("tokenizer/vocab.json", vocabulary.as_bytes()), ("tokenizer/merges.txt", merges.as_bytes())];
//! let tokenizer = pollster::block_on(Tokenizer::load(&Memory::new("a test", files)))?;
//! let tokens = tokenizer.encode("Cat")?;
//! assert_eq!(tokens.ids[..4], [5, 4, 6, 6]);
//! assert_eq!(tokens.ids.len(), 77);
//! # Ok::<(), decant_sd::Error>(())
//! ```

use crate::Error;
use crate::error::DOWNLOAD_AGAIN;
use crate::files::Files;
use special::Special;
use tokenizers::models::bpe::{BPE, Vocab};
use tokenizers::normalizers::replace::ReplacePattern;
use tokenizers::normalizers::{Lowercase, NFC, Replace, Sequence as Normalizers};
use tokenizers::pre_tokenizers::byte_level::ByteLevel;
use tokenizers::pre_tokenizers::sequence::Sequence as Splits;
use tokenizers::pre_tokenizers::split::{Split, SplitPattern};
use tokenizers::{SplitDelimiterBehavior, Tokenizer as Engine};
use vocabulary::Vocabulary;

mod clip;
mod special;
mod vocabulary;

/// A model's tokenizer.
pub struct Tokenizer {
    engine: Engine,
    limit: usize,
    start: u32,
    end: u32,
    padding: u32,
}

/// A prompt as numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct Tokens {
    /// What the text encoder gets: start, pieces, end, padding. Always as many as the model has positions (77).
    pub ids: Vec<u32>,
    /// The prompt's pieces that are in `ids`, in order.
    pub pieces: Vec<Piece>,
    /// How many more pieces the prompt has.
    pub dropped: usize,
    /// The end of the prompt, from the first piece that did not fit.
    pub dropped_text: String,
}

/// A piece of a prompt that has a number.
#[derive(Debug, Clone, PartialEq)]
pub struct Piece {
    /// Its number.
    pub id: u32,
    /// As the vocabulary spells it, `</w>` at a word's end. A piece that is part of a character is shown as `\xf0\x9f`.
    pub text: String,
    /// Where it is in the prompt, in bytes. Pieces that share a character share its bytes.
    pub place: std::ops::Range<usize>,
}

/// How CLIP cuts cleaned text (`bpe_simple_vocab_16e6`; Radford et al. 2021).
const WORDS: &str = r"<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+";

impl Tokenizer {
    /// Reads the model's `tokenizer` folder.
    pub async fn load(files: &dyn Files) -> Result<Tokenizer, Error> {
        Tokenizer::load_from(files, "tokenizer").await
    }

    /// Reads another folder: a second text encoder has its own, `tokenizer_2`.
    pub async fn load_from(files: &dyn Files, folder: &str) -> Result<Tokenizer, Error> {
        let vocabulary = vocabulary::read(files, folder).await?;
        let special = special::read(files, folder, &vocabulary.added).await?;
        build(vocabulary, special)
    }

    /// A prompt's pieces, at most as many as the model has room for, and what was cut off.
    pub fn encode(&self, prompt: &str) -> Result<Tokens, Error> {
        let failed = |error: tokenizers::Error| damaged("tokenizer", format!("cannot cut the prompt into pieces ({error})"));
        let encoding = self.engine.encode(prompt, false).map_err(failed)?;
        let (ids, places) = (encoding.get_ids(), encoding.get_offsets());
        let room = self.limit - 2;
        let kept = ids.iter().zip(places).take(room);
        let piece = |(id, place): (&u32, &(usize, usize))| Piece { id: *id, text: self.spelled(*id), place: place.0..place.1 };
        let pieces: Vec<Piece> = kept.map(piece).collect();
        let mut row = vec![self.start];
        row.extend(pieces.iter().map(|piece| piece.id));
        row.push(self.end);
        row.resize(self.limit, self.padding);
        let cut = places.get(room).map_or(prompt.len(), |place| place.0);
        let dropped_text = prompt.get(cut..).unwrap_or_default().trim_end().into();
        Ok(Tokens { ids: row, pieces, dropped: ids.len().saturating_sub(room), dropped_text })
    }

    /// How many numbers there are: rows that the text encoder's table needs.
    pub fn vocabulary(&self) -> usize {
        self.engine.get_vocab_size(true)
    }

    /// How many pieces a prompt has room for: 75.
    pub fn room(&self) -> usize {
        self.limit - 2
    }

    /// A piece for people.
    fn spelled(&self, id: u32) -> String {
        let token = self.engine.id_to_token(id).unwrap_or_default();
        let (word, end) = token.strip_suffix("</w>").map_or((token.as_str(), ""), |word| (word, "</w>"));
        let bytes: Option<Vec<u8>> = word.chars().map(vocabulary::byte).collect();
        let text = match bytes.map(String::from_utf8) {
            None => word.into(),
            Some(Ok(text)) => text,
            Some(Err(part)) => part.as_bytes().iter().map(|byte| format!("\\x{byte:02x}")).collect(),
        };
        text + end
    }
}

fn build(vocabulary: Vocabulary, special: Special) -> Result<Tokenizer, Error> {
    let Vocabulary { file, pieces, merges, .. } = vocabulary;
    let failed = |error: tokenizers::Error| damaged(&file, format!("is no vocabulary ({error})"));
    let pieces: Vocab = pieces.into_iter().collect();
    let model = BPE::builder().vocab_and_merges(pieces, merges).unk_token(special.unknown).end_of_word_suffix("</w>".into());
    let mut engine = Engine::new(model.build().map_err(failed)?);
    let spaces = Replace::new(ReplacePattern::Regex(r"\s+".into()), " ").map_err(failed)?;
    engine.with_normalizer(Some(Normalizers::new(vec![NFC.into(), spaces.into(), Lowercase.into()]))).map_err(failed)?;
    let words = Split::new(SplitPattern::Regex(WORDS.into()), SplitDelimiterBehavior::Removed, true).map_err(failed)?;
    engine.with_pre_tokenizer(Some(Splits::new(vec![words.into(), ByteLevel::new(false, true, true).into()])));
    engine.add_special_tokens(special.tokens).map_err(failed)?;
    let id = |token: &str| engine.token_to_id(token).ok_or_else(|| damaged(&file, format!("has no token {token:?}")));
    let (start, end, padding) = (id(&special.start)?, id(&special.end)?, id(&special.padding)?);
    Ok(Tokenizer { engine, limit: special.limit, start, end, padding })
}

fn damaged(file: &str, problem: String) -> Error {
    Error::Damaged { file: file.into(), problem, hint: DOWNLOAD_AGAIN }
}
