//! What the desktop tools follow in a prompt and Decant reads as words: found, so that it can be said. Nothing here changes how a prompt is read.
//!
//! The constructs are those of AUTOMATIC1111's web UI (`prompt_parser.py`: scheduled and alternating brackets, AND; `extra_networks.py`: tags),
//! of its extension Dynamic Prompts (choices, wildcards) and of ComfyUI (`embedding:NAME`), as of November 2026; and what Decant itself
//! follows only where a setting says so.

use super::{How, Long};
use crate::lora;

/// A kind of construct.
#[derive(Debug, PartialEq, Eq)]
pub struct Construct {
    /// For pages, which have words of their own.
    pub id: &'static str,
    /// What it is there, and what to do here, for people.
    pub what: &'static str,
}

/// All of them. `id`s are the page's, too.
pub const CONSTRUCTS: &[Construct] = &[
    Construct { id: "editing", what: "prompt editing" },
    Construct { id: "alternation", what: "alternating words" },
    Construct { id: "and", what: "several prompts at once" },
    Construct { id: "tag", what: "a tag of another tool's" },
    Construct { id: "lora-off", what: "a LoRA: --emphasis follows the tag of one that is loaded, --lora FILE:WEIGHT loads one" },
    Construct { id: "lora-part", what: "a part of a LoRA's tag" },
    Construct { id: "weight-off", what: "a stressed word: --emphasis follows it" },
    Construct { id: "break-off", what: "the end of a chunk: --emphasis with --long chunks follows it" },
    Construct { id: "choice", what: "a choice by lot" },
    Construct { id: "wildcard", what: "a word by lot" },
    Construct { id: "embedding", what: "a textual inversion of ComfyUI's: its name alone is enough" },
];

/// One place of a prompt.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Unfollowed<'t> {
    /// What it is.
    pub construct: &'static Construct,
    /// As it stands there.
    pub text: &'t str,
}

/// Places that are told; a prompt of nothing else has thousands.
const MOST: usize = 20;
/// Letters of one place that are repeated.
const MOST_LETTERS: usize = 60;

/// What of a prompt is read as words here though another tool would follow it, in order, each text once.
pub fn unfollowed(text: &str, how: How) -> Vec<Unfollowed<'_>> {
    let mut places: Vec<(usize, &'static str, &str)> = tags(text, how);
    let tagged: Vec<std::ops::Range<usize>> = places.iter().map(|(at, _, tag)| *at..at + tag.len()).collect();
    places.extend(brackets(text, how).into_iter().chain(words(text, how)).filter(|(at, ..)| !tagged.iter().any(|tag| tag.contains(at))));
    places.sort_by_key(|(at, ..)| *at);
    let mut found: Vec<Unfollowed> = vec![];
    for (_, id, text) in places {
        let construct = CONSTRUCTS.iter().find(|construct| construct.id == id).expect("every id below is a row");
        let one = Unfollowed { construct, text };
        if found.len() < MOST && !found.contains(&one) {
            found.push(one);
        }
    }
    found
}

/// One sentence about several prompts; none where nothing is to be said.
///
/// ```
/// use decant_sd::prompt::{How, unfollowed_sentence};
///
/// let said = unfollowed_sentence(&["a [blue:red:0.5] seven"], How::default());
/// assert_eq!(said.as_deref(), Some("read as words, not followed: [blue:red:0.5] (prompt editing)"));
/// assert_eq!(unfollowed_sentence(&["a [blue] seven"], How::default()), None);
/// ```
pub fn unfollowed_sentence(texts: &[&str], how: How) -> Option<String> {
    let mut parts: Vec<String> = vec![];
    for Unfollowed { construct, text } in texts.iter().flat_map(|text| unfollowed(text, how)) {
        let part = format!("{} ({})", short(text), construct.what);
        if parts.len() < MOST && !parts.contains(&part) {
            parts.push(part);
        }
    }
    (!parts.is_empty()).then(|| format!("read as words, not followed: {}", parts.join("; ")))
}

/// A place's text on one line, cut to what fits a sentence.
pub fn short(text: &str) -> String {
    let mut letters = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    let cut: String = letters.by_ref().take(MOST_LETTERS).collect();
    if letters.next().is_some() { format!("{cut}…") } else { cut }
}

/// `<word:…>`, and what of a LoRA's tag is not followed.
fn tags(text: &str, how: How) -> Vec<(usize, &'static str, &str)> {
    let mut loras = lora::tags(text).into_iter().peekable();
    let (mut found, mut from) = (vec![], 0);
    while let Some(at) = text[from..].find('<').map(|at| from + at).filter(|_| found.len() <= MOST) {
        let lora = loras.next_if(|tag| tag.range.start == at);
        let end = lora.as_ref().map(|tag| tag.range.end).or_else(|| tag_end(text, at));
        from = end.unwrap_or(at + 1);
        let id = match &lora {
            Some(_) if !how.emphasis => Some("lora-off"),
            Some(tag) if !tag.unread.is_empty() => Some("lora-part"),
            Some(_) => None,
            None => Some("tag"),
        };
        found.extend(end.zip(id).map(|(end, id)| (at, id, &text[at..end])));
    }
    found
}

/// Where a text has `<word:…>`, whatever the word is.
pub fn tag_ranges(text: &str) -> Vec<std::ops::Range<usize>> {
    let (mut found, mut from) = (vec![], 0);
    while let Some(at) = text[from..].find('<').map(|at| from + at) {
        let end = tag_end(text, at);
        found.extend(end.map(|end| at..end));
        from = end.unwrap_or(at + 1);
    }
    found
}

/// Where `<word:…>` ends.
fn tag_end(text: &str, at: usize) -> Option<usize> {
    let inside = &text[at + 1..];
    let word = inside.len() - inside.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '_').len();
    let after = inside[word..].strip_prefix(':').filter(|_| word > 0)?;
    let end =
        after.as_bytes().iter().take(1000).position(|byte| matches!(byte, b'>' | b'<')).filter(|end| after.as_bytes()[*end] == b'>')?;
    Some(at + 1 + word + 1 + end + 1)
}

/// A bracket that is open.
struct Open {
    at: usize,
    bracket: u8,
    colons: Vec<usize>,
    bar: bool,
}

/// Brackets whose inside has a meaning elsewhere.
fn brackets(text: &str, how: How) -> Vec<(usize, &'static str, &str)> {
    let (mut open, mut found, mut escaped) = (Vec::<Open>::new(), vec![], false);
    for (at, byte) in text.bytes().enumerate() {
        if std::mem::take(&mut escaped) {
            continue;
        }
        match byte {
            b'\\' => escaped = true,
            b'[' | b'(' | b'{' if open.len() < 100 => open.push(Open { at, bracket: byte, colons: vec![], bar: false }),
            b':' => open.iter_mut().last().into_iter().for_each(|open| open.colons.push(at)),
            b'|' => open.iter_mut().last().into_iter().for_each(|open| open.bar = true),
            b']' | b')' | b'}' => {
                let opened_by = [(b']', b'['), (b')', b'('), (b'}', b'{')].into_iter().find(|pair| pair.0 == byte).map_or(0, |pair| pair.1);
                if let Some(last) = open.iter().rposition(|open| open.bracket == opened_by) {
                    let one = open.swap_remove(last);
                    open.truncate(last);
                    found.extend(meaning(text, &one, at, how).map(|id| (one.at, id, &text[one.at..=at])));
                }
            }
            _ => {}
        }
    }
    found
}

fn meaning(text: &str, open: &Open, end: usize, how: How) -> Option<&'static str> {
    let number = || open.colons.last().is_some_and(|colon| text[colon + 1..end].trim().parse::<f64>().is_ok_and(f64::is_finite));
    match open.bracket {
        b'[' if open.bar => Some("alternation"),
        b'[' if open.colons.len() <= 2 && number() => Some("editing"),
        b'{' if open.bar => Some("choice"),
        b'(' if !how.emphasis && number() => Some("weight-off"),
        _ => None,
    }
}

/// Words with a meaning elsewhere: AND, BREAK, `__wildcard__`, `embedding:NAME`.
fn words(text: &str, how: How) -> Vec<(usize, &'static str, &str)> {
    // Where all is in capitals, AND is no sign.
    let shouted = !text.chars().any(char::is_lowercase);
    let mut from = 0;
    let mut found = vec![];
    for word in text.split(|c: char| c.is_whitespace() || matches!(c, ',' | '(' | ')' | '[' | ']' | '|')) {
        let at = from;
        from = text.len().min(at + word.len() + text[at + word.len()..].chars().next().map_or(0, char::len_utf8));
        let within = |name: &str| !text[..at].trim().is_empty() && !text[at + name.len()..].trim().is_empty();
        let id = match word {
            "AND" if within("AND") && !shouted => "and",
            "BREAK" if !how.emphasis || how.long == Long::Truncate => "break-off",
            word if word.len() > 4 && word.starts_with("__") && word.ends_with("__") => "wildcard",
            word if word.len() > EMBEDDING.len() && word.starts_with(EMBEDDING) => "embedding",
            _ => continue,
        };
        found.push((at, id, word));
    }
    found
}

/// How ComfyUI names a textual inversion.
const EMBEDDING: &str = "embedding:";

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(text: &str, how: How) -> Vec<(&'static str, String)> {
        unfollowed(text, how).into_iter().map(|one| (one.construct.id, one.text.to_string())).collect()
    }

    const WEIGHTED: How = How { emphasis: true, long: Long::Chunks };

    #[test]
    fn constructs_of_other_tools_are_found_where_they_stand() {
        let cases: [(&str, &[(&str, &str)]); 17] = [
            ("a [blue:red:0.5] seven", &[("editing", "[blue:red:0.5]")]),
            ("a [red:10] and [blue::5] [: x : .3 ]", &[("editing", "[red:10]"), ("editing", "[blue::5]"), ("editing", "[: x : .3 ]")]),
            ("a [cow|horse|] in ([a|b]:1.2)", &[("alternation", "[cow|horse|]"), ("alternation", "[a|b]")]),
            ("[[a:b:2]:(c:1.1):10]", &[("editing", "[[a:b:2]:(c:1.1):10]"), ("editing", "[a:b:2]")]),
            ("a cat AND a dog", &[("and", "AND")]),
            ("a cat AND a dog AND a bird", &[("and", "AND")]),
            ("a <hypernet:ink:0.5> cat <wildcard:x>", &[("tag", "<hypernet:ink:0.5>"), ("tag", "<wildcard:x>")]),
            ("a <lora:x:much>", &[("tag", "<lora:x:much>")]),
            ("a <lora:x:1:lbw=OUTD>", &[("lora-part", "<lora:x:1:lbw=OUTD>")]),
            (
                "a {red|blue} __animal__ and embedding:birb-style",
                &[("choice", "{red|blue}"), ("wildcard", "__animal__"), ("embedding", "embedding:birb-style")],
            ),
            ("(embedding:easy:1.2)", &[("embedding", "embedding:easy:1.2")]),
            // What is followed, escaped, or means nothing anywhere.
            ("[word] ([a] (b:1.5)) <birb-style> <lora:x:0.5> BREAK c", &[]),
            (r"\[a:b:0.5\] \[a|b\] a \(b:1.3\)", &[]),
            ("[a: b] at 12:30, a:b [x:y:z] <3 {x} a_b__c __", &[]),
            ("A RED AND BLUE FOX", &[]),
            ("AND a cat", &[]),
            ("[a:b:0.5", &[]),
        ];
        for (text, expected) in cases {
            let expected: Vec<(&str, String)> = expected.iter().map(|(id, text)| (*id, text.to_string())).collect();
            assert_eq!(ids(text, WEIGHTED), expected, "{text}");
        }
    }

    #[test]
    fn what_only_a_setting_follows_is_named_while_it_is_off() {
        let plain = How::default();
        let text = "a (blue:1.3) (seven) [x] <lora:ink:0.5> BREAK y";
        let expected = [("weight-off", "(blue:1.3)"), ("lora-off", "<lora:ink:0.5>"), ("break-off", "BREAK")];
        assert_eq!(ids(text, plain), expected.map(|(id, text)| (id, text.to_string())));
        assert_eq!(ids(text, How { emphasis: true, long: Long::Truncate }), [("break-off", "BREAK".to_string())]);
        assert_eq!(ids(text, WEIGHTED), []);
    }

    #[test]
    fn every_construct_is_found_by_a_prompt_of_its_own() {
        let prompts =
            ["[a:1]", "[a|b]", "a AND b", "<x:y>", "<lora:a>", "<lora:a:1:x=2>", "(a:1)", "BREAK", "{a|b}", "__a__", "embedding:a"];
        for (row, prompt) in CONSTRUCTS.iter().zip(prompts) {
            let how = if row.id.ends_with("-off") { How::default() } else { WEIGHTED };
            assert_eq!(ids(prompt, how), [(row.id, prompt.strip_prefix("a ").map_or(prompt, |_| "AND").to_string())], "{prompt}");
        }
        assert_eq!(prompts.len(), CONSTRUCTS.len());
    }

    #[test]
    fn the_warning_is_one_bounded_sentence() {
        let many: String = (0..10_000).map(|i| format!("[a{i}:{}:0.5] <x{i}:y> ", "é\n".repeat(50))).collect();
        let sentence = unfollowed_sentence(&[&many, &many], WEIGHTED).expect("there is much to say");
        assert!(sentence.chars().count() < 3000 && sentence.lines().count() == 1, "{sentence}");
        for hostile in ["[".repeat(100_000), "<a:".repeat(100_000), "[a:".repeat(50_000) + &":1]".repeat(50_000), "é<é:é>".repeat(1000)]
        {
            assert!(unfollowed(&hostile, How::default()).len() <= MOST);
        }
    }
}
