//! A prompt as a text encoder reads it: emphasis, textual inversions and chunks around the tokenizer's pieces.
//!
//! It knows neither the encoder nor its weights: what comes out are numbers, where each is from and how much it is stressed.

mod chunks;
mod emphasis;
mod long;
mod unfollowed;

pub use long::{LONGS, Long, LongRow};
pub use unfollowed::{CONSTRUCTS, Construct, Unfollowed, short, tag_ranges, unfollowed, unfollowed_sentence};

use crate::error::{Error, Value};
use crate::inversion::{Inversions, Named};
use crate::lora;
use crate::sentence;
use crate::tokenizer::{Piece, Tokenizer, Tokens};
use chunks::Unit;
use emphasis::{Part, Span};
use std::cell::RefCell;
use std::rc::Rc;

/// How prompts are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct How {
    /// Whether brackets stress words.
    pub emphasis: bool,
    /// What happens to what does not fit.
    pub long: Long,
}

/// Reads prompts for one text encoder. It can be asked while the pipeline works.
pub struct Reader {
    tokenizer: Rc<Tokenizer>,
    inversions: Rc<RefCell<Inversions>>,
    /// How many texts were read: a run reads each of its own once.
    #[cfg(test)]
    pub(crate) texts_read: std::cell::Cell<usize>,
}

/// Most bytes of a prompt: several times what [`MOST_CHUNKS`] of the longest words take. More is looked at by nobody.
pub const MOST_BYTES: usize = 65_536;

/// Refuses a prompt that is longer than any can be, before it costs anything.
///
/// # Errors
/// One sentence with both lengths.
pub fn check_length(prompt: &str) -> Result<(), Error> {
    if prompt.len() <= MOST_BYTES {
        return Ok(());
    }
    let problem = sentence!("has {got} bytes, expected {most} at most", got = prompt.len(), most = MOST_BYTES);
    Err(Error::Prompt { problem, hint: sentence!("shorten it") })
}

/// Most chunks of a prompt: 2,400 tokens, of which each costs the denoiser work at every step.
const MOST_CHUNKS: usize = 32;

impl Reader {
    pub(crate) fn new(tokenizer: Tokenizer, inversions: Rc<RefCell<Inversions>>) -> Reader {
        Reader {
            tokenizer: Rc::new(tokenizer),
            inversions,
            #[cfg(test)]
            texts_read: Default::default(),
        }
    }

    /// The plain tokenizer.
    pub fn tokenizer(&self) -> &Rc<Tokenizer> {
        &self.tokenizer
    }

    /// A prompt's tokens.
    ///
    /// # Errors
    /// Emphasis that is not understood, and prompts of more than 32 chunks or [`MOST_BYTES`].
    pub fn read(&self, prompt: &str, how: How) -> Result<Tokens, Error> {
        #[cfg(test)]
        self.texts_read.update(|read| read + 1);
        check_length(prompt)?;
        let parts = match how.emphasis {
            true => emphasis::parse(&lora::from_prompt(prompt).0, how.long != Long::Truncate)?,
            false => emphasis::plain(prompt),
        };
        let mut units = vec![];
        for part in parts {
            match part {
                Part::Break => units.push(Unit::Break),
                Part::Text(span) => self.units(&span, &mut units)?,
            }
        }
        let comma = match &self.tokenizer.pieces(",")?[..] {
            [comma] => Some(comma.id),
            _ => None,
        };
        let cut = chunks::cut(units, self.tokenizer.room(), how.long, comma);
        if cut.chunks.len() > MOST_CHUNKS {
            let (chunks, room, most) = (cut.chunks.len(), self.tokenizer.room(), MOST_CHUNKS);
            let problem = sentence!("is {chunks} chunks of {room} tokens long, expected {most} at most", chunks, room, most);
            return Err(Error::Prompt { problem, hint: sentence!("shorten it, or let long prompts be truncated") });
        }
        Ok(self.tokenizer.laid_out(cut.chunks, &cut.dropped, prompt))
    }

    /// The number of a word of one token.
    ///
    /// # Errors
    /// A sentence where it is none, or several.
    pub fn token(&self, word: &str) -> Result<u32, Error> {
        let one = How::default();
        let tokens = self.read(word, one)?;
        if let ([piece], 0) = (&tokens.pieces[..], tokens.dropped) {
            return Ok(piece.id);
        }
        let pieces: Vec<&str> = tokens.pieces.iter().take(5).map(|piece| piece.text.as_str()).collect();
        let inversion = tokens.pieces.iter().any(|piece| piece.inversion);
        let shown: String = word.chars().take(40).collect();
        let (what, hint) = match pieces.len() {
            0 => (sentence!("no token"), sentence!("name a word")),
            _ if inversion => {
                (sentence!("{n} vectors", n = tokens.pieces.len()), sentence!("only a textual inversion of one vector can be swapped"))
            }
            n => (
                sentence!("{n} tokens ({pieces})", n, pieces = pieces.join(" ")),
                sentence!("name a word that is one token, or load the textual inversion of that name"),
            ),
        };
        let problem = sentence!("cannot have {word} swapped, which is {what}", word = Value::quoted(&shown), what);
        Err(Error::Prompt { problem, hint })
    }

    /// One span's pieces, with their places in the prompt.
    fn units(&self, span: &Span, units: &mut Vec<Unit>) -> Result<(), Error> {
        let first = self.tokenizer.vocabulary() as u32;
        for named in self.inversions.borrow().named_in(&span.text) {
            match named {
                Named::Text(range) => {
                    let pieces = self.tokenizer.pieces(&span.text[range.clone()])?.into_iter();
                    units.extend(pieces.map(|piece| Unit::Together(vec![placed(span, range.start, piece)])));
                }
                Named::Inversion { name, vectors, range } => {
                    let piece = |number: usize| Piece {
                        id: first + number as u32,
                        text: name.clone(),
                        place: 0..range.len(),
                        weight: 1.0,
                        at: 0,
                        inversion: true,
                    };
                    units.push(Unit::Together(vectors.map(|number| placed(span, range.start, piece(number))).collect()));
                }
            }
        }
        Ok(())
    }
}

/// A piece of a span's text from byte `start` on, with its place in the prompt and its weight.
fn placed(span: &Span, start: usize, piece: Piece) -> Piece {
    let place = |at: usize| span.places.get(at).copied();
    let (first, last) = (place(start + piece.place.start), (start + piece.place.end).checked_sub(1).and_then(place));
    let first = first.or(last.map(|last| last + 1)).unwrap_or_default();
    Piece { place: first..last.map_or(first, |last| last + 1).max(first), weight: span.weight, ..piece }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prompt_has_a_length_that_the_page_knows_too() {
        assert!(check_length(&"a".repeat(MOST_BYTES)).is_ok());
        let sentence = check_length(&"é".repeat(MOST_BYTES)).expect_err("it is too long").to_string();
        assert_eq!(sentence, "the prompt has 131072 bytes, expected 65536 at most; shorten it");
        assert_eq!(crate::request::setting("prompt").range, Some([0.0, MOST_BYTES as f64]), "the page reads it there");
    }
    use crate::files::Memory;
    use crate::inversion::Inversion;

    fn reader() -> Reader {
        let tokenizer = pollster::block_on(Tokenizer::load(&Memory::default())).expect("CLIP's own");
        let one = |name: &str, token: &str, vectors| Inversion {
            name: name.into(),
            tokens: vec![token.into(), name.into()],
            vectors,
            rows: vec![vec![0.0; vectors * 4]],
        };
        let mut inversions = Inversions::default();
        inversions.replace(vec![one("birb", "<birb-style>", 1)]).expect("the first");
        inversions.replace(vec![one("hiten", "hiten-95", 3)]).expect("another");
        Reader::new(tokenizer, Rc::new(RefCell::new(inversions)))
    }

    fn read(prompt: &str, emphasis: bool, long: Long) -> Tokens {
        reader().read(prompt, How { emphasis, long }).expect("it is sound")
    }

    /// The pieces, each with the prompt's text that it stands for.
    fn shown(prompt: &str, tokens: &Tokens) -> String {
        let one = |piece: &Piece| format!("{}={}*{}@{}", piece.text, &prompt[piece.place.clone()], piece.weight, piece.at);
        tokens.pieces.iter().map(one).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn emphasis_is_taken_out_and_places_stay() {
        let prompt = r"(red:1.5) \(cat\)";
        let tokens = read(prompt, true, Long::Truncate);
        assert_eq!(shown(prompt, &tokens), "red</w>=red*1.5@1 (</w>=(*1@2 cat</w>=cat*1@3 )</w>=)*1@4");
        let plain = read(prompt, false, Long::Truncate);
        assert!(plain.pieces.len() > 8 && plain.pieces.iter().all(|piece| piece.weight == 1.0), "brackets are text");
        assert_eq!(plain, reader().tokenizer.encode(prompt).expect("it is sound"));
        assert_eq!(read("", true, Long::Chunks), read("", false, Long::Truncate));
        let prompt = "a <lora:ink:0.5>cat";
        assert_eq!(shown(prompt, &read(prompt, true, Long::Truncate)), "a</w>=a*1@1 cat</w>=cat*1@2");
    }

    #[test]
    fn inversions_are_found_by_their_names_and_stand_for_their_vectors() {
        let first = reader().tokenizer.vocabulary() as u32;
        let prompt = "a <birb-style>, (HITEN-95:1.1) birbs birb";
        let tokens = read(prompt, true, Long::Truncate);
        let expected = "a</w>=a*1@1 <birb-style>=<birb-style>*1@2 ,</w>=,*1@3 hiten-95=HITEN-95*1.1@4 hiten-95=HITEN-95*1.1@5 hiten-95=HITEN-95*1.1@6 bir=bir*1@7 bs</w>=bs*1@8 birb=birb*1@9";
        assert_eq!(shown(prompt, &tokens), expected);
        let ids: Vec<u32> = tokens.pieces.iter().filter(|piece| piece.inversion).map(|piece| piece.id - first).collect();
        assert_eq!(ids, [0, 1, 2, 3, 0]);
        assert_eq!(tokens.ids[2], first);
    }

    #[test]
    fn long_prompts_are_cut_or_go_on() {
        let prompt = "cat ".repeat(80);
        let tokens = read(&prompt, false, Long::Truncate);
        assert_eq!((tokens.ids.len(), tokens.chunks, tokens.dropped, tokens.dropped_text.as_str()), (77, 1, 5, "cat cat cat cat cat"));
        let tokens = read(&prompt, false, Long::Chunks);
        assert_eq!((tokens.ids.len(), tokens.chunks, tokens.positions(), tokens.pieces.len()), (154, 2, 77, 80));
        assert_eq!((tokens.dropped, tokens.pieces[75].at), (0, 78));
        let row = |row: usize| [tokens.ids[row * 77], tokens.ids[row * 77 + 76]];
        assert_eq!([row(0), row(1)], [[49406, 49407]; 2]);
        assert_eq!(read("a BREAK b", true, Long::Chunks).chunks, 2);
        let error = reader().read(&"cat ".repeat(75 * 32 + 1), How { long: Long::Chunks, emphasis: false }).expect_err("33 chunks");
        assert_eq!(
            error.to_string(),
            "the prompt is 33 chunks of 75 tokens long, expected 32 at most; shorten it, or let long prompts be truncated"
        );
    }

    #[test]
    fn what_can_be_swapped_is_one_token() {
        let reader = reader();
        assert_eq!(reader.token(" Puppy ").expect("a word"), 6829); // as lesson 9A finds it
        assert_eq!(reader.token("<birb-style>").expect("one vector"), reader.tokenizer.vocabulary() as u32);
        for (word, sentence) in [
            ("", "the prompt cannot have \"\" swapped, which is no token; name a word"),
            (
                "hiten",
                "the prompt cannot have \"hiten\" swapped, which is 3 vectors; only a textual inversion of one vector can be swapped",
            ),
            (
                "<cat-toy>",
                "the prompt cannot have \"<cat-toy>\" swapped, which is 5 tokens (<</w> cat</w> -</w> toy</w> ></w>); name a word that is one token, or load the textual inversion of that name",
            ),
        ] {
            assert_eq!(reader.token(word).expect_err("it is not one").to_string(), sentence);
        }
    }
}
