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
use crate::error::{DOWNLOAD_AGAIN, Sentence};
use crate::files::Files;
use special::Special;
use tokenizers::models::bpe::BPE;
use tokenizers::normalizers::replace::ReplacePattern;
use tokenizers::normalizers::{Lowercase, NFC, Replace, Sequence as Normalizers};
use tokenizers::pre_tokenizers::byte_level::ByteLevel;
use tokenizers::pre_tokenizers::sequence::Sequence as Splits;
use tokenizers::pre_tokenizers::split::{Split, SplitPattern};
use tokenizers::{SplitDelimiterBehavior, Tokenizer as Engine};
use vocabulary::Vocabulary;

mod clip;
mod count;
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
    /// What the text encoder gets, chunk after chunk: start, pieces, end, padding. Each chunk is as long as the model has positions (77).
    pub ids: Vec<u32>,
    /// How many chunks: one, unless a long prompt is read in chunks.
    pub chunks: usize,
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
    /// Its number; beyond the vocabulary, that of a textual inversion's vector.
    pub id: u32,
    /// As the vocabulary spells it, `</w>` at a word's end. A piece that is part of a character is shown as `\xf0\x9f`.
    pub text: String,
    /// Where it is in the prompt, in bytes. Pieces that share a character share its bytes.
    pub place: std::ops::Range<usize>,
    /// How much it is stressed; 1 is usual.
    pub weight: f32,
    /// Its place in [`Tokens::ids`].
    pub at: usize,
    /// Whether it is one of the vectors of a textual inversion.
    pub inversion: bool,
}

impl Tokens {
    /// Numbers in a chunk, start and end included: 77.
    pub fn positions(&self) -> usize {
        self.ids.len() / self.chunks.max(1)
    }
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
        let vocabulary = vocabulary::read(files, folder).await?.unwrap_or_else(clip::vocabulary);
        let special = special::read(files, folder, &vocabulary.added).await?;
        build(vocabulary, special)
    }

    /// A prompt's pieces, at most as many as the model has room for, and what was cut off. Nothing in it has a meaning of its own;
    /// [`crate::prompt::Reader`] knows emphasis, chunks and textual inversions.
    pub fn encode(&self, prompt: &str) -> Result<Tokens, Error> {
        let mut pieces = self.pieces(prompt)?;
        let dropped = pieces.split_off(self.room().min(pieces.len()));
        Ok(self.laid_out(vec![pieces], &dropped, prompt))
    }

    /// All pieces of a text.
    pub(crate) fn pieces(&self, text: &str) -> Result<Vec<Piece>, Error> {
        let failed = |error: tokenizers::Error| damaged("tokenizer", format!("cannot cut the prompt into pieces ({error})"));
        let encoding = self.engine.encode(text, false).map_err(failed)?;
        let piece = |(id, place): (&u32, &(usize, usize))| Piece {
            id: *id,
            text: self.spelled(*id),
            place: place.0..place.1,
            weight: 1.0,
            at: 0,
            inversion: false,
        };
        Ok(encoding.get_ids().iter().zip(encoding.get_offsets()).map(piece).collect())
    }

    /// Chunks of pieces, none longer than there is room for, as the text encoder gets them.
    pub(crate) fn laid_out(&self, chunks: Vec<Vec<Piece>>, dropped: &[Piece], prompt: &str) -> Tokens {
        let mut ids = Vec::with_capacity(chunks.len() * self.limit);
        let (count, mut pieces) = (chunks.len(), vec![]);
        for (chunk, row) in chunks.into_iter().zip(1..) {
            ids.push(self.start);
            for piece in chunk {
                pieces.push(Piece { at: ids.len(), ..piece });
                ids.push(pieces[pieces.len() - 1].id);
            }
            ids.push(self.end);
            ids.resize(row * self.limit, self.padding);
        }
        let cut = dropped.first().map_or(prompt.len(), |piece| piece.place.start);
        let dropped_text = prompt.get(cut..).unwrap_or_default().trim_end().into();
        Tokens { ids, chunks: count, pieces, dropped: dropped.len(), dropped_text }
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
    pub(crate) fn spelled(&self, id: u32) -> String {
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
    // No cache: it would lie in a variable of the thread, where it outlives its tokenizer, and a prompt's words are few.
    let model = BPE::builder().vocab_and_merges(pieces, merges).cache_capacity(0);
    let model = model.unk_token(special.unknown).end_of_word_suffix("</w>".into());
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
    Error::Damaged { file: file.into(), problem: Sentence::english(problem), hint: DOWNLOAD_AGAIN }
}
