//! The flags about words, from what is typed to the picture of the embedded model: each does what it says, not merely something.

use super::common::{bytes, generate_with, pixels, scratch};

/// A picture of the embedded model in two steps: its pixels, and what was said.
fn drawn(name: &str, prompt: &str, flags: &[&str]) -> (Vec<[u8; 3]>, String) {
    let out = scratch(&format!("words-{name}.png"));
    let stderr = generate_with("builtin:digits", &[&["--prompt", prompt, "--steps", "2", "--seed", "3", "--out", &out], flags].concat());
    (pixels(&out).1, stderr)
}

#[test]
fn swaps_mixes_stress_and_skipped_layers_do_what_they_say() {
    let of = |name, prompt, flags: &[&str]| drawn(name, prompt, flags).0;
    let (red, blue) = (of("red", "a red 4", &[]), of("blue", "a blue 4", &[]));
    assert_ne!(red, blue);
    assert_eq!(of("swap", "a red 4", &["--swap", "red=blue"]), blue, "the word's embedding is all that is swapped");
    assert_eq!(of("mix", "a red 4", &["--mix", "a blue 4:1"]), blue, "a factor of 1 is the other prompt");
    let half = of("half", "a red 4", &["--mix", "a blue 4:0.5"]);
    assert!(half != red && half != blue);
    assert_eq!(of("plain", "a (red:1.0) 4", &["--emphasis"]), red, "a weight of 1 is none");
    assert_ne!(of("stress", "a (red:1.9) 4", &["--emphasis"]), red);
    assert_ne!(of("brackets", "a (red:1.0) 4", &[]), red, "without the flag, brackets are text");
    assert_ne!(of("skip", "a red 4", &["--clip-skip", "1"]), red);
    let record = decant_record::read(&bytes(&scratch("words-skip.png"))).expect("it carries one").record;
    assert_eq!(record.settings.clip_skip, 1);
}

#[test]
fn what_is_too_long_is_cut_and_said_or_told_in_chunks() {
    let long = format!("a red 4{}", " on a blue background".repeat(20));
    let (cut, stderr) = drawn("cut", &long, &[]);
    assert!(stderr.contains("the prompt is ") && stderr.contains(" tokens too long; cut: "), "{stderr}");
    let fits = format!("a red 4{}", " on a blue background".repeat(18));
    assert_eq!(drawn("fits", &fits, &["--quiet"]).0, cut, "what was cut is not heard");
    let (chunks, stderr) = drawn("chunks", &long, &["--long", "chunks", "--quiet"]);
    assert!(chunks != cut && stderr.is_empty(), "{stderr}");
}
