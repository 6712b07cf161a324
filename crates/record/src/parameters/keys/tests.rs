//! Every name of the tables is followed, named or silent, as its row says.

use super::*;
use crate::parameters::read;

/// A value that each kind of setting can have.
fn value(name: &str) -> &'static str {
    match name {
        "Size" | "First pass size" => "64x32",
        "Sampler" => "Euler",
        "Schedule type" | "Scheduler" => "Karras",
        "Sampler spacing" => "trailing",
        "CFG end" => "0.5",
        "CFG rescale" | "CFG Rescale φ" | "CFG Rescale phi" | "Denoising strength" => "0.25",
        "RNG" => "CPU",
        "UniPC order" | "Sampler order" => "2",
        "Emphasis" => "No norm",
        "Noise Schedule" => "Zero Terminal SNR",
        "Civitai resources" => r#"[{"type":"lora","weight":0.8,"modelName":"ink"}]"#,
        _ => "7",
    }
}

#[test]
fn every_name_of_the_table_is_followed_named_or_means_nothing() {
    let plain = read("a cat\nSteps: 3, Sampler: Euler, Seed: 1").expect("it is sound");
    let mut seen: Vec<&str> = vec![];
    for (block, Row(name, does)) in BLOCKS.iter().flat_map(|block| block.rows.iter().map(move |row| (block, row))) {
        assert!(
            !block.tool.is_empty() && !block.source.is_empty() && block.date.starts_with("20"),
            "{name}: its block says no source and date"
        );
        assert!(!seen.contains(name), "{name} stands twice");
        seen.push(name);
        let full = name.replace('*', "x");
        let text = format!("a cat\nSteps: 3, Sampler: Euler, Seed: 1, {full}: {}", value(name));
        let found = read(&text).expect("it is sound");
        let notes = found.english().join("\n");
        assert!(!notes.contains("not known"), "{name}: {notes}");
        let same = found.record == plain.record && found.inversions == plain.inversions && notes.is_empty();
        match does {
            Does::Nothing => assert!(same, "{name}: {found:?}"),
            Does::Unless(off) => {
                assert!(notes.contains(&format!("not followed: {full} 7")), "{name}: {notes}");
                for value in off.iter().chain(&["None", "False"]) {
                    let found = read(&format!("a cat\nSteps: 3, Sampler: Euler, Seed: 1, {full}: {value}")).expect("it is sound");
                    assert_eq!(found.english(), Vec::<String>::new(), "{name}: {value}");
                }
            }
            Does::PartOf(whole) => assert!(notes.contains(&format!("not followed: {whole}")), "{name}: {notes}"),
            // Of a picture from text alone, SD.Next's operations say nothing more.
            Does::Together if ["Sampler", "Version", "RNG", "Operations"].contains(name) => {}
            Does::Taken(_) if ["Steps", "Seed"].contains(name) => assert!(found.record != plain.record, "{name}"),
            Does::Taken(_) | Does::Together | Does::Inversions => assert!(!same, "{name}: nothing came of it"),
        }
    }
    assert!(seen.len() > 150);
}

#[test]
fn a_name_that_no_table_has_is_named() {
    let found = read("a cat\nSteps: 3, Sampler: Euler, Seed: 1, Feather length: 3.5, Wings: 2").expect("it is sound");
    assert_eq!(found.english(), ["not known here, and so not followed: Feather length 3.5, Wings 2"]);
}
