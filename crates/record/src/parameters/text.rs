//! A `parameters` text in its two parts: the words, and the pairs of its settings' line.

use super::line;
use crate::builder::{RequestBuilder, short};
use std::collections::BTreeMap;

/// The line's settings. Names are compared without regard to capitals, which the tools that follow the first one change.
pub(super) struct Pairs<'t>(pub BTreeMap<&'t str, String>);

impl Pairs<'_> {
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

/// The words, and the pairs of the line of settings. The tool writes that line last; extensions write more lines behind it.
pub(super) fn parted<'t>(builder: &mut RequestBuilder, text: &'t str) -> (&'t str, Pairs<'t>) {
    let mut lines = text.rsplit('\n').scan(text.len(), |end, line| {
        let start = *end - line.len();
        *end = start.saturating_sub(1);
        Some((start, line))
    });
    // The tool's rule: a last line with fewer than three pairs is part of the prompt.
    let is_settings = |(start, line): &(usize, &str)| {
        let pairs = line::pairs(line);
        let names = || pairs.iter().map(|(name, _)| *name);
        let last = start + line.len() == text.len();
        !is_template(line)
            && pairs.len() >= 3
            && (last || names().any(|name| name == "Steps") && names().any(|name| ["Seed", "Sampler"].contains(&name)))
    };
    let Some((start, line)) = lines.find(is_settings) else { return (text, Pairs(BTreeMap::new())) };
    let mut pairs: BTreeMap<&str, String> = line::pairs(line).into_iter().collect();
    let mut template = false;
    for behind in text[start + line.len()..].lines().map(str::trim).filter(|line| !line.is_empty()) {
        let found = line::pairs(behind);
        template = is_template(behind) || template && found.is_empty();
        match template {
            true => {}
            false if found.is_empty() => builder.lose(format!("the line “{}” behind the settings", short(behind))),
            false => pairs.extend(found),
        }
    }
    (text[..start].trim_end(), Pairs(pairs))
}

/// Dynamic Prompts writes what the words came of, which may have lines.
fn is_template(line: &str) -> bool {
    line.starts_with("Template:") || line.starts_with("Negative Template:")
}
