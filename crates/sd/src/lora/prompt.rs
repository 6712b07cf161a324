//! `<lora:NAME:WEIGHT>` in a prompt, as the desktop tools write it.

use super::LoraUse;

/// A prompt with spaces in the place of its `<lora:…>` (so that all else stays where it was), and what those ask for: `<lora:NAME>`,
/// `<lora:NAME:WEIGHT>`, or `<lora:NAME:TEXT:UNET>` with a weight for the text encoders and one for the denoiser. What does not read so stays
/// in the prompt as it is.
///
/// ```
/// let (prompt, loras) = decant_sd::lora::from_prompt("a cat <lora:ink:0.8>, sitting");
/// assert_eq!(prompt, "a cat               , sitting");
/// assert_eq!((loras[0].name.as_str(), loras[0].weight), ("ink", 0.8));
/// ```
pub fn from_prompt(prompt: &str) -> (String, Vec<LoraUse>) {
    let (mut left, mut loras, mut rest) = (String::new(), vec![], prompt);
    while let Some((before, after)) = rest.split_once("<lora:") {
        left.push_str(before);
        match after.split_once('>').and_then(|(inside, after)| Some((parsed(inside)?, after))) {
            Some((lora, behind)) => {
                loras.push(lora);
                left.push_str(&" ".repeat("<lora:".len() + after.len() - behind.len()));
                rest = behind;
            }
            None => {
                left.push_str("<lora:");
                rest = after;
            }
        }
    }
    (left + rest, loras)
}

/// The LoRAs that a request uses: what its prompt's tags say counts instead of what `loras` says of the same name.
pub(crate) fn used(prompt: &str, loras: &[LoraUse]) -> Vec<LoraUse> {
    let tags = from_prompt(prompt).1;
    let others = loras.iter().filter(|lora| tags.iter().all(|tag| tag.name != lora.name));
    others.chain(&tags).cloned().collect()
}

fn parsed(inside: &str) -> Option<LoraUse> {
    let mut parts = inside.split(':');
    let name = parts.next().filter(|name| !name.is_empty())?.to_string();
    let weights: Vec<f32> = parts.map(|part| part.trim().parse().ok().filter(|weight: &f32| weight.is_finite())).collect::<Option<_>>()?;
    match weights[..] {
        [] => Some(LoraUse { name, ..LoraUse::default() }),
        [weight] => Some(LoraUse { name, weight, text: None }),
        [text, weight] => Some(LoraUse { name, weight, text: Some(text) }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_counts_instead_of_a_loaded_weight() {
        let one = |name: &str, weight| LoraUse { name: name.into(), weight, ..LoraUse::default() };
        let loaded = [one("ink", 1.0), one("oil", 0.5)];
        let asked = used("a cat <lora:ink:0.8>", &loaded);
        assert_eq!(asked, [one("oil", 0.5), one("ink", 0.8)]);
        assert_eq!(used("a cat <lora:ink:0.8>", &asked), asked, "settled once is settled");
        assert_eq!(used("a cat", &loaded), loaded);
    }

    #[test]
    fn what_is_no_lora_stays() {
        for (prompt, left, expected) in [
            ("a <lora:x> b", "a          b", vec![("x", 1.0, None)]),
            ("<lora:x:-.5><lora:y z:1:0>", &" ".repeat(26), vec![("x", -0.5, None), ("y z", 0.0, Some(1.0))]),
            ("<lora:x:much>, <lora:, <lora::1> <lora:a:1:2:3>", "<lora:x:much>, <lora:, <lora::1> <lora:a:1:2:3>", vec![]),
            ("<lora:x:nan> <lora:<lora:é:2>", "<lora:x:nan> <lora:           ", vec![("é", 2.0, None)]),
        ] {
            let (got, loras) = from_prompt(prompt);
            let loras: Vec<(&str, f32, Option<f32>)> = loras.iter().map(|lora| (lora.name.as_str(), lora.weight, lora.text)).collect();
            assert_eq!((got.as_str(), loras), (left, expected), "{prompt}");
        }
    }
}
