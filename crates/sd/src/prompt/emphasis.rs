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

use crate::error::Error;

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
            return Err(wrong(format!("has more than {DEEPEST} brackets open at once"), "write \\( for a bracket that is text"));
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
                let hint = "a weight is written as in (word:1.3)";
                self.multiply(start, parsed.ok_or_else(|| wrong(format!("has the weight {number:?}, which is no number"), hint))?);
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
                let problem = format!("multiplies a word by {weight:e}, expected {} to {HEAVIEST}", -HEAVIEST);
                return Err(wrong(problem, "weights between 0.5 and 1.5 are usual"));
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

fn wrong(problem: String, hint: &str) -> Error {
    Error::Prompt { problem, hint: hint.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `text*weight`, with `|` for a break.
    fn shown(text: &str, breaks: bool) -> String {
        let part = |part: Part| match part {
            Part::Break => "|".to_string(),
            Part::Text(span) => {
                assert_eq!(span.text.len(), span.places.len());
                format!("{}*{:.4}", span.text, span.weight)
            }
        };
        let parts: Vec<String> = parse(text, breaks).expect("sound").into_iter().map(part).collect();
        parts.join(" + ")
    }

    #[test]
    fn brackets_weigh_what_the_rules_say() {
        let cases = [
            ("", ""),
            ("a cat", "a cat*1.0000"),
            ("(cat)", "cat*1.1000"),
            ("[cat]", "cat*0.9091"),
            ("((cat))", "cat*1.2100"),
            ("[[cat]]", "cat*0.8264"),
            ("([cat])", "cat*1.0000"),
            ("a (red:1.5) cat", "a *1.0000 + red*1.5000 +  cat*1.0000"),
            ("(a (red:1.5) cat:0.5)", "a *0.5000 + red*0.7500 +  cat*0.5000"),
            ("(cat: 1.5 )", "cat*1.5000"),
            ("(cat:+.5)", "cat*0.5000"),
            ("(cat:-1)", "cat*-1.0000"),
            ("(cat:0)", "cat*0.0000"),
            ("\\(cat\\)", "(cat)*1.0000"),
            ("\\[cat\\]", "[cat]*1.0000"),
            ("a\\\\b", "a\\b*1.0000"),
            ("a\\b", "ab*1.0000"),
            ("(\\(cat\\):1.5)", "(cat)*1.5000"),
            ("(a)(b)", "ab*1.1000"),
            ("(cat", "cat*1.1000"),
            ("[cat", "cat*0.9091"),
            ("cat)", "cat)*1.0000"),
            ("cat]", "cat]*1.0000"),
            ("cat:1.5)", "cat:1.5)*1.0000"),
            ("(cat:1.5", "cat:1.5*1.1000"),
            ("(cat:dog)", "cat:dog*1.1000"),
            ("a: b, 12:30", "a: b, 12:30*1.0000"),
            ("[cat:1.5]", "cat:1.5*0.9091"),
            ("(a [b) c]", "a *1.1000 + b*1.0000 +  c*0.9091"),
            ("(ä 猫:1.2) é", "ä 猫*1.2000 +  é*1.0000"),
            ("a cat AND a dog", "a cat AND a dog*1.0000"),
            ("a BREAK b", "a BREAK b*1.0000"),
        ];
        for (text, expected) in cases {
            assert_eq!(shown(text, false), expected, "{text}");
        }
    }

    #[test]
    fn another_reader_of_the_rules_agrees() {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/golden/emphasis.json");
        let golden: serde_json::Value = serde_json::from_slice(&std::fs::read(file).expect("the golden is there")).expect("it is JSON");
        let cases = golden["prompts"].as_array().expect("a list");
        assert!(cases.len() > 40);
        for case in cases {
            let text = case["prompt"].as_str().expect("a text");
            let parts = case["parts"].as_array().expect("a list").iter();
            let expected = parts.map(|part| (part[0].as_str().expect("a text").to_string(), part[1].as_f64().expect("a number") as f32));
            let got = parse(text, true).expect("sound").into_iter().map(|part| match part {
                Part::Break => ("BREAK".to_string(), -1.0),
                Part::Text(span) => (span.text, span.weight),
            });
            // Texts of nothing, which stand between breaks or for an empty prompt, say nothing.
            let some = |part: &(String, f32)| !part.0.is_empty();
            assert_eq!(got.filter(some).collect::<Vec<_>>(), expected.filter(some).collect::<Vec<_>>(), "{text:?}");
        }
    }

    #[test]
    fn a_break_is_a_word_of_its_own() {
        let cases = [
            ("a BREAK b", "a*1.0000 + | + b*1.0000"),
            ("a  BREAK\nb BREAK", "a*1.0000 + | + b*1.0000 + | + *1.0000"),
            ("BREAK", "*1.0000 + | + *1.0000"),
            ("aBREAK BREAKS _BREAK break", "aBREAK BREAKS _BREAK break*1.0000"),
            ("(a BREAK b:1.5)", "a*1.5000 + | + b*1.5000"),
        ];
        for (text, expected) in cases {
            assert_eq!(shown(text, true), expected, "{text}");
        }
    }

    #[test]
    fn places_lead_back_to_the_prompt() {
        let text = r"(a \(b\):1.5) c";
        let spans = parse(text, false).expect("sound");
        let Part::Text(first) = &spans[0] else { panic!("it is text") };
        assert_eq!((first.text.as_str(), &first.places[..]), ("a (b)", &[1, 2, 4, 5, 7][..]));
    }

    #[test]
    fn weights_that_are_no_weights_get_a_sentence() {
        let digits = format!("(a:{})", "9".repeat(60));
        for (text, sentence) in [
            ("(a:1.2.3)", "the prompt has the weight \"1.2.3\", which is no number; a weight is written as in (word:1.3)"),
            ("(a:.)", "the prompt has the weight \".\", which is no number; a weight is written as in (word:1.3)"),
            (&digits, "the prompt multiplies a word by 1e60, expected -1000 to 1000; weights between 0.5 and 1.5 are usual"),
            (&"(".repeat(101), "the prompt has more than 100 brackets open at once; write \\( for a bracket that is text"),
        ] {
            assert_eq!(parse(text, false).expect_err("it is wrong").to_string(), sentence);
        }
        assert!(parse(&"(a)".repeat(10_000), false).is_ok());
    }
}
