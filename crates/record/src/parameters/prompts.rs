//! Prompt and negative prompt of a `parameters` text, and the tags in them: LoRAs are followed, others named.

use crate::builder::{RequestBuilder, short};
use crate::loras;
use decant_sd::lora;
use decant_sd::sentence;

/// The lines before and after the one that begins the negative prompt.
pub(super) fn take(builder: &mut RequestBuilder, words: &str, ours: bool) {
    let begins = |line: &str| line.trim_start().starts_with("Negative prompt:");
    let lines: Vec<&str> = words.lines().map(str::trim_end).collect();
    let at = lines.iter().position(|line| begins(line)).unwrap_or(lines.len());
    let prompt = tags(builder, lines[..at].join("\n").trim(), ours);
    let negative = lines[at..].join("\n");
    let negative = negative.trim_start().strip_prefix("Negative prompt:").unwrap_or_default().trim();
    builder.set("prompt", prompt);
    if !negative.is_empty() {
        builder.set("negative", negative);
    }
}

/// LoRAs that are taken out of a prompt.
const MOST_LORAS: usize = 100;

/// A prompt without its `<kind:…>`, none of which that tool's encoder reads: LoRAs are followed, others named. Of ours only LoRAs are tags.
fn tags(builder: &mut RequestBuilder, prompt: &str, ours: bool) -> String {
    let (mut kept, mut from, mut used) = (String::new(), 0, vec![]);
    let mut cut = |range: std::ops::Range<usize>| {
        let before = &prompt[std::mem::replace(&mut from, range.end)..range.start];
        kept.push_str(before.strip_suffix(' ').unwrap_or(before));
    };
    for tag in lora::tags(prompt).into_iter().take(MOST_LORAS) {
        let name = lora::stem(&tag.used.name);
        tag.unread.iter().for_each(|part| builder.lose(sentence!("{part} of <lora:{name}>", part = short(part), name = short(name))));
        used.push(loras::lora(name, tag.used.weight.into(), tag.used.text.map(f64::from)));
        cut(tag.range);
    }
    kept.push_str(&prompt[from..]);
    loras::set(builder, used);
    match ours {
        true => kept.trim().into(),
        false => without_tags(builder, kept.trim()),
    }
}

/// A text without `<kind:…>`, each of which is named.
fn without_tags(builder: &mut RequestBuilder, text: &str) -> String {
    let (mut kept, mut from) = (String::new(), 0);
    for range in decant_sd::prompt::tag_ranges(text) {
        let before = &text[std::mem::replace(&mut from, range.end)..range.start];
        kept.push_str(before.strip_suffix(' ').unwrap_or(before));
        builder.lose(short(&text[range]));
    }
    kept.push_str(&text[from..]);
    kept.trim().into()
}
