//! `<lora:NAME:WEIGHT>` in a prompt, as the desktop tools write it; `<lyco:…>` is the older name of the same.
//!
//! Behind the name stand numbers by place (text encoders, denoiser) or by name (`te=0.8`, `unet=0.5`), as AUTOMATIC1111's web UI reads them
//! (`extra_networks_lora.py`, 1.10). Whatever else stands there is other tools' (`lbw=`, `dyn=`, `step=`): it is kept as text, to be named.

use super::{LoraUse, stem};
use std::ops::Range;

/// What tags begin with.
const BEGINNINGS: [&str; 2] = ["<lora:", "<lyco:"];
/// Bytes inside a tag: a name with folders and a weight for each of a denoiser's blocks.
const MOST_BYTES: usize = 1000;

/// One tag of a prompt.
#[derive(Debug, Clone, PartialEq)]
pub struct Tag {
    /// What it asks for.
    pub used: LoraUse,
    /// What it says beyond name and weights, which is not followed: `lbw=OUTD`, `dyn=32`.
    pub unread: Vec<String>,
    /// Its bytes in the prompt.
    pub range: Range<usize>,
}

/// The LoRAs that a prompt names, in order. A tag whose weights are no numbers is none.
pub fn tags(prompt: &str) -> Vec<Tag> {
    let (mut found, mut from) = (vec![], 0);
    while let Some(at) = prompt[from..].find('<').map(|at| from + at) {
        let tag =
            BEGINNINGS.iter().find(|beginning| prompt[at..].starts_with(**beginning)).and_then(|beginning| tag(prompt, at, beginning));
        from = tag.as_ref().map_or(at + 1, |tag| tag.range.end);
        found.extend(tag);
    }
    found
}

/// The tag that begins at a place.
fn tag(prompt: &str, at: usize, beginning: &str) -> Option<Tag> {
    let inside = at + beginning.len();
    let end = prompt.as_bytes()[inside..].iter().take(MOST_BYTES).position(|byte| *byte == b'>').map(|end| inside + end)?;
    let (used, unread) = parsed(&prompt[inside..end])?;
    Some(Tag { used, unread, range: at..end + 1 })
}

/// A prompt with spaces in the place of its `<lora:…>` (so that all else stays where it was), and what those ask for: `<lora:NAME>`,
/// `<lora:NAME:WEIGHT>`, or with a weight for the text encoders and one for the denoiser `<lora:NAME:TEXT:UNET>`, `<lora:NAME:te=TEXT:unet=UNET>`.
/// What does not read so stays in the prompt as it is.
///
/// ```
/// let (prompt, loras) = decant_sd::lora::from_prompt("a cat <lora:ink:0.8>, sitting");
/// assert_eq!(prompt, "a cat               , sitting");
/// assert_eq!((loras[0].name.as_str(), loras[0].weight), ("ink", 0.8));
/// ```
pub fn from_prompt(prompt: &str) -> (String, Vec<LoraUse>) {
    let (mut left, mut loras, mut from) = (String::new(), vec![], 0);
    for Tag { used, range, .. } in tags(prompt) {
        left.push_str(&prompt[from..range.start]);
        left.push_str(&" ".repeat(range.len()));
        loras.push(used);
        from = range.end;
    }
    (left + &prompt[from..], loras)
}

/// The LoRAs that a request uses: what its prompt's tags say counts instead of what `loras` says of the same name.
pub(crate) fn used(prompt: &str, loras: &[LoraUse]) -> Vec<LoraUse> {
    let tags = from_prompt(prompt).1;
    let others = loras.iter().filter(|lora| tags.iter().all(|tag| stem(&tag.name) != stem(&lora.name)));
    others.chain(&tags).cloned().collect()
}

fn parsed(inside: &str) -> Option<(LoraUse, Vec<String>)> {
    let mut parts = inside.split(':').map(str::trim);
    let name = parts.next().filter(|name| !name.is_empty())?.to_string();
    let (mut placed, mut named, mut unread) = (vec![], [None, None], vec![]);
    for part in parts {
        match part.split_once('=') {
            Some(("te", weight)) => named[0] = Some(number(weight)?),
            Some(("unet", weight)) => named[1] = Some(number(weight)?),
            None if placed.len() < 2 && unread.is_empty() => match number(part) {
                Some(weight) => placed.push(weight),
                // `<lora:NAME:1:OUTD>`: after a weight, a word is a preset of blocks.
                None if placed.is_empty() => return None,
                None => unread.push(part.to_string()),
            },
            _ => unread.push(part.to_string()),
        }
    }
    let text = named[0].or(placed.first().copied()).unwrap_or(1.0);
    let weight = named[1].or(placed.get(1).copied()).unwrap_or(text);
    Some((LoraUse { name, weight, text: Some(text).filter(|text| *text != weight) }, unread))
}

fn number(text: &str) -> Option<f32> {
    text.parse().ok().filter(|number: &f32| number.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_counts_instead_of_a_loaded_weight() {
        let one = |name: &str, weight| LoraUse { name: name.into(), weight, ..LoraUse::default() };
        let loaded = [one("ink", 1.0), one("oil", 0.5)];
        let used_once = used("a cat <lora:ink:0.8>", &loaded);
        assert_eq!(used_once, [one("oil", 0.5), one("ink", 0.8)]);
        assert_eq!(used("a cat <lora:ink:0.8>", &used_once), used_once, "settled once is settled");
        assert_eq!(used("a cat", &loaded), loaded);
        assert_eq!(used("a cat <lora:styles/ink.safetensors:0.8>", &loaded)[0], one("oil", 0.5), "an ending and a folder change no name");
    }

    #[test]
    fn each_way_to_write_weights_is_read_and_the_rest_stays() {
        let cases: [(&str, f32, Option<f32>, &[&str]); 10] = [
            ("<lora:a:0.8:0.5>", 0.5, Some(0.8), &[]),
            ("<lora:a:0.8:0.8>", 0.8, None, &[]),
            ("<lora:a:te=0.8:unet=0.5>", 0.5, Some(0.8), &[]),
            ("<lora:a:unet=0.5>", 0.5, Some(1.0), &[]),
            ("<lora:a:0.3:unet=0.5>", 0.5, Some(0.3), &[]),
            ("<lyco:a:0.7>", 0.7, None, &[]),
            ("<lora:a:1:OUTD>", 1.0, None, &["OUTD"]),
            ("<lora:a:1:0.5:lbw=1,0,0,1:stop=20>", 0.5, Some(1.0), &["lbw=1,0,0,1", "stop=20"]),
            ("<lora:a:1:2:3>", 2.0, Some(1.0), &["3"]),
            ("<lyco:a:te=0.1:dyn=4>", 0.1, None, &["dyn=4"]),
        ];
        for (prompt, weight, text, unread) in cases {
            let found = tags(prompt);
            assert_eq!(found.len(), 1, "{prompt}");
            let Tag { used, unread: got, range } = &found[0];
            assert_eq!((used.name.as_str(), used.weight, used.text, range), ("a", weight, text, &(0..prompt.len())), "{prompt}");
            assert_eq!(got, unread, "{prompt}");
        }
    }

    #[test]
    fn what_is_no_lora_stays() {
        for (prompt, left, expected) in [
            ("a <lora:x> b", "a          b", vec![("x", 1.0, None)]),
            ("<lora:x:-.5><lora:y z:1:0>", &" ".repeat(26), vec![("x", -0.5, None), ("y z", 0.0, Some(1.0))]),
            ("<lora:x:much>, <lora:, <lora::1> <lora:a:te=x>", "<lora:x:much>, <lora:, <lora::1> <lora:a:te=x>", vec![]),
            ("<lora:x:nan> <lora:<lyco:é:2>", "<lora:x:nan> <lora:           ", vec![("é", 2.0, None)]),
        ] {
            let (got, loras) = from_prompt(prompt);
            let loras: Vec<(&str, f32, Option<f32>)> = loras.iter().map(|lora| (lora.name.as_str(), lora.weight, lora.text)).collect();
            assert_eq!((got.as_str(), loras), (left, expected), "{prompt}");
        }
    }
}
