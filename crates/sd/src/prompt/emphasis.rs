//! Stress on words, written into the prompt as users of the big desktop tools write it (AUTOMATIC1111's web UI defined the rules).
//!
//! | text | weight of its tokens |
//! |---|---|
//! | `(word)` | 1.1 |
//! | `[word]` | 1/1.1 |
//! | `(word:1.3)` | 1.3 |
//! | `((word))`, `(a [word] b:1.5)` | the product of what stands around it |
//! | `\(word\)` | 1, with round brackets in the text; `\[`, `\]` and `\\` likewise |
//!
//! A bracket that is never closed reaches to the end; one that was never opened is text. `AND` is an ordinary word. `BREAK`, alone and in
//! capital letters, begins the next chunk where long prompts are cut into chunks. Neighbours of the same weight are one text again, so
//! that taking `(`away`)` or writing `\(` cuts no word in two.

use crate::error::{Error, Sentence, Value};
use crate::sentence;

/// Part of a prompt.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Part {
    /// Words of one weight.
    Text(Span),
    /// The next chunk begins here.
    Break,
}

/// Words of one weight.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Span {
    /// Without brackets and escapes.
    pub text: String,
    /// Where each of its bytes is in the prompt.
    pub places: Vec<usize>,
    pub weight: f32,
}

/// What a bracket alone multiplies or divides by.
const STEP: f64 = 1.1;
/// Brackets open at once; what is written by hand has five.
const DEEPEST: usize = 100;
/// What a word can be multiplied by: beyond, nothing but overflow is drawn.
const HEAVIEST: f64 = 1000.0;

/// A prompt in which nothing has a meaning of its own.
pub(super) fn plain(text: &str) -> Vec<Part> {
    vec![Part::Text(Span { text: text.into(), places: (0..text.len()).collect(), weight: 1.0 })]
}

/// The parts of a prompt; `breaks` says whether `BREAK` is one.
///
/// # Errors
/// A weight that is no number, weights whose product is absurd, more than a hundred brackets open at once.
pub(super) fn parse(text: &str, breaks: bool) -> Result<Vec<Part>, Error> {
    let mut parser = Parser { text, items: vec![], round: vec![], square: vec![] };
    let mut at = 0;
    while at < text.len() {
        at = parser.step(at, breaks)?;
    }
    for start in std::mem::take(&mut parser.round) {
        parser.multiply(start, STEP);
    }
    for start in std::mem::take(&mut parser.square) {
        parser.multiply(start, 1.0 / STEP);
    }
    parser.parts()
}

/// Some bytes of the prompt, or a break where there are none to be.
struct Item {
    range: std::ops::Range<usize>,
    weight: f64,
    breaks: bool,
}

struct Parser<'t> {
    text: &'t str,
    items: Vec<Item>,
    /// For each bracket that is open, the first item in it.
    round: Vec<usize>,
    square: Vec<usize>,
}

impl Parser<'_> {
    /// Reads what stands at a place; gives the place behind it.
    fn step(&mut self, at: usize, breaks: bool) -> Result<usize, Error> {
        let rest = &self.text[at..];
        match rest.as_bytes()[0] {
            b'\\' => {
                let escaped = rest[1..].starts_with(['(', ')', '[', ']', '\\']);
                if escaped {
                    self.push(at + 1..at + 2);
                }
                return Ok(at + 1 + usize::from(escaped));
            }
            b'(' => self.round.push(self.items.len()),
            b'[' => self.square.push(self.items.len()),
            b':' => return self.colon(at),
            b')' => match self.round.pop() {
                Some(start) => self.multiply(start, STEP),
                None => self.push(at..at + 1),
            },
            b']' => match self.square.pop() {
                Some(start) => self.multiply(start, 1.0 / STEP),
                None => self.push(at..at + 1),
            },
            _ => {
                let end = at + rest.find(['\\', '(', ')', '[', ']', ':']).unwrap_or(rest.len());
                self.words(at..end, breaks);
                return Ok(end);
            }
        }
        if self.round.len() + self.square.len() > DEEPEST {
            return Err(wrong(
                sentence!("has more than {most} brackets open at once", most = DEEPEST),
                sentence!("write \\( for a bracket that is text"),
            ));
        }
        Ok(at + 1)
    }

    /// `:1.3)` ends the last round bracket with its weight; any other colon is text.
    fn colon(&mut self, at: usize) -> Result<usize, Error> {
        let Some((number, length)) = weight(&self.text[at..]) else {
            self.push(at..at + 1);
            return Ok(at + 1);
        };
        match self.round.pop() {
            None => self.push(at..at + length),
            Some(start) => {
                let parsed = number.parse::<f64>().ok();
                let problem = || sentence!("has the weight {number}, which is no number", number = Value::quoted(number));
                self.multiply(start, parsed.ok_or_else(|| wrong(problem(), sentence!("a weight is written as in (word:1.3)")))?);
            }
        }
        Ok(at + length)
    }

    fn push(&mut self, range: std::ops::Range<usize>) {
        self.items.push(Item { range, weight: 1.0, breaks: false });
    }

    /// Text without brackets, cut at each `BREAK`, whose spaces go with it.
    fn words(&mut self, range: std::ops::Range<usize>, breaks: bool) {
        let (mut start, mut from) = (range.start, range.start);
        while let Some(found) = self.text[from..range.end].find(BREAK).filter(|_| breaks) {
            let (at, end) = (from + found, from + found + BREAK.len());
            from = end;
            if is_word(self.text[range.start..at].chars().next_back()) || is_word(self.text[end..range.end].chars().next()) {
                continue;
            }
            let before = self.text[start..at].trim_end().len();
            self.push(start..start + before);
            self.items.push(Item { range: at..at, weight: 1.0, breaks: true });
            start = range.end - self.text[end..range.end].trim_start().len();
            from = start;
        }
        self.push(start..range.end);
    }

    fn multiply(&mut self, start: usize, by: f64) {
        self.items[start..].iter_mut().for_each(|item| item.weight *= by);
    }

    /// Neighbours of one weight joined.
    fn parts(self) -> Result<Vec<Part>, Error> {
        let mut parts: Vec<(Part, f64)> = vec![];
        for Item { range, weight, breaks } in self.items {
            if !(-HEAVIEST..=HEAVIEST).contains(&weight) {
                let (weight, least, most) = (format!("{weight:e}"), -HEAVIEST, HEAVIEST);
                let problem = sentence!("multiplies a word by {weight}, expected {least} to {most}", weight, least, most);
                return Err(wrong(problem, sentence!("weights between 0.5 and 1.5 are usual")));
            }
            match parts.last_mut() {
                _ if breaks => parts.push((Part::Break, 0.0)),
                Some((Part::Text(span), last)) if *last == weight => {
                    span.text.push_str(&self.text[range.clone()]);
                    span.places.extend(range);
                }
                _ => {
                    let span = Span { text: self.text[range.clone()].into(), places: range.collect(), weight: weight as f32 };
                    parts.push((Part::Text(span), weight));
                }
            }
        }
        Ok(parts.into_iter().map(|(part, _)| part).collect())
    }
}

const BREAK: &str = "BREAK";

fn is_word(character: Option<char>) -> bool {
    character.is_some_and(|c| c.is_alphanumeric() || c == '_')
}

/// The number of `:1.3)` at the beginning of a text, and the length of all of it.
fn weight(text: &str) -> Option<(&str, usize)> {
    let inside = text[1..].trim_start();
    let signed = inside.strip_prefix(['+', '-']).unwrap_or(inside);
    let digits = signed.len() - signed.trim_start_matches(|c: char| c == '.' || c.is_ascii_digit()).len();
    let number = &inside[..inside.len() - signed.len() + digits];
    let behind = inside[number.len()..].trim_start().strip_prefix(')')?;
    (digits > 0).then_some((number, text.len() - behind.len()))
}

fn wrong(problem: Sentence, hint: Sentence) -> Error {
    Error::Prompt { problem, hint }
}

#[cfg(test)]
mod tests;
