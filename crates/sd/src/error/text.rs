//! Texts for people: numbers of bytes, and sentences that are safe to show.

/// Bytes for people: `1.8 GB`.
pub fn bytes(count: u64) -> String {
    match count {
        0..1_000_000 => format!("{:.0} kB", count as f64 / 1e3),
        1_000_000..1_000_000_000 => format!("{:.0} MB", count as f64 / 1e6),
        _ => format!("{:.1} GB", count as f64 / 1e9),
    }
}

/// A sentence as it may be shown, whatever a file put into it: what steers a terminal (and is no letter at all) is written out as `\u{1b}`,
/// and of more than 2,000 characters the middle is left out.
///
/// ```
/// assert_eq!(decant_sd::error::shown("a \u{1b}[31m b\n"), "a \\u{1b}[31m b\\n");
/// assert!(decant_sd::error::shown(&"long ".repeat(1000)).contains("characters left out"));
/// ```
pub fn shown(sentence: &str) -> String {
    let plain = printable(sentence).replace('\n', "\\n");
    let count = plain.chars().count();
    if count <= LONGEST {
        return plain;
    }
    let begin: String = plain.chars().take(LONGEST - ENDING).collect();
    let end: String = plain.chars().skip(count - ENDING).collect();
    format!("{begin} […{} characters left out…] {end}", count - LONGEST)
}

/// A text without what steers a terminal, which is written out as `\u{1b}`; line ends stay.
pub fn printable(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for letter in text.chars() {
        if letter.is_control() && letter != '\n' { plain.extend(letter.escape_default()) } else { plain.push(letter) }
    }
    plain
}

/// Characters of a sentence, and of those the last, which say what to do.
const LONGEST: usize = 2000;
const ENDING: usize = 400;
