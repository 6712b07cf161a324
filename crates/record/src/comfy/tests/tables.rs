//! Every node of the tables, and graphs that nobody would draw.

use super::*;
use crate::Canvas;
use crate::comfy::nodes::{BLOCKS, Row};
use std::collections::BTreeSet;

#[test]
fn every_node_of_the_table_is_followed_named_or_means_nothing() {
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    for (block, Row(class, is, inputs)) in BLOCKS.iter().flat_map(|block| block.rows.iter().map(move |row| (block, row))) {
        assert!(
            !block.collection.is_empty() && !block.source.is_empty() && block.date.starts_with("2026"),
            "{class}: its block says no source and date"
        );
        assert!(seen.insert(class), "{class} stands twice");
        let leads = match is {
            Is::Leads(leads) | Is::Loses(leads) => leads.first().copied().unwrap_or_default(),
            _ => "",
        };
        // Where the node lies: by what it passes on.
        let place = match leads {
            "model" | "model1" | "model_optional" => "3.model",
            "clip" | "clip1" => "6.clip",
            "samples" | "samples1" | "samples_to" | "destination" | "pixels" => "3.latent_image",
            "" | "source" | "number" | "text" | "sigmas" => "3.unused",
            _ => "3.positive",
        };
        let mut all = six(&[("3.unused", json!(["50", 0]))]);
        let before = if place == "3.unused" || place == "6.clip" { json!(["4", 1]) } else { all["3"]["inputs"][&place[2..]].clone() };
        all["50"] = node(
            class,
            Value::Object(Map::from_iter([
                (if leads.is_empty() { "behind" } else { leads }.to_string(), before),
                ("wings".into(), json!(2)),
            ])),
        );
        let at = place.split_once('.').expect("a place");
        all[at.0]["inputs"][at.1] = json!(["50", 0]);
        let found = read(&all.to_string()).expect("it has a sampler");
        let notes = found.english().join(" ");
        assert!(!notes.contains("not known"), "{class}: {notes}");
        match is {
            Is::Loses(_) => assert!(notes.contains(class), "{class}: {notes}"),
            Is::Runs => assert!(notes.contains("2 samplers") || notes.is_empty(), "{class}: {notes}"),
            // An input that its row does not know is named.
            _ => assert!(notes.contains("wings 2") || inputs.contains(&"*"), "{class}: {notes}"),
        }
        if matches!(is, Is::Leads(_) | Is::Loses(_)) && !["samples", "pixels"].contains(&leads) && *class != "ConditioningZeroOut" {
            assert_eq!(found.record.settings.prompt, "a blue seven", "{class}");
        }
    }
    assert!(seen.len() > 200);
    let unknown = found(&[("50", node("Unheard Of", json!({"model": ["4", 0], "strength": 2}))), ("3.model", json!(["50", 0]))]);
    is_six(&unknown);
    assert_eq!(unknown.english(), ["not known here, and so not followed: Unheard Of"]);
}

#[test]
fn hostile_graphs_are_read_or_refused() {
    let mut circle = six(&[
        ("6", node("Reroute", json!({"conditioning": ["7", 0]}))),
        ("7", node("x", json!({"conditioning": ["6", 0]}))),
        ("4", node("y", json!({"model": ["4", 0]}))),
    ]);
    let found = read(&circle.to_string()).expect("it has a sampler");
    assert!(found.english().contains(&"no text leads to the positive prompt".to_string()), "{:?}", found.english());
    // Each of these would be read twice as often as the one before it.
    for (class, [a, b]) in [
        ("ConditioningConcat", ["conditioning_to", "conditioning_from"]),
        ("StringConcatenate", ["string_a", "string_b"]),
        ("Unknown", ["text", "string"]),
    ] {
        for i in 100..160 {
            circle[i.to_string()] = node(class, json!({a: [(i + 1).to_string(), 0], b: [(i + 1).to_string(), 0]}));
        }
        circle["3"]["inputs"]["positive"] = json!(["100", 0]);
        circle["7"] = node("CLIPTextEncode", json!({"text": ["100", 0]}));
        assert!(read(&circle.to_string()).expect("it has a sampler").english().len() <= 30);
    }
    let odd = json!({"1": {"inputs": {"sampler_name": [], "steps": "x", "cfg": null, "seed": -1, "positive": 7, "model": ["9"]}}});
    assert_eq!(read(&odd.to_string()).expect("it has a sampler").record.settings.steps, None);
    for (text, problem) in [("", "EOF"), ("[]", "invalid type"), ("{\"1\": 3}", "expected a KSampler among its 1 nodes, found none")] {
        let message = read(text).expect_err(text).to_string();
        assert!(message.starts_with(&format!("the settings (ComfyUI's graph) cannot be read: {problem}")), "{message}");
    }
}

#[test]
fn an_unreadable_text_hides_no_readable_one() {
    let graph = json!({"3": node("SamplerCustomAdvanced", json!({"noise": ["40", 0], "guider": ["41", 0], "sampler": ["42", 0], "sigmas": ["43", 0]}))}).to_string();
    let line = "a blue seven\nNegative prompt: blurry\nSteps: 6, Sampler: Euler, Schedule type: Uniform, CFG scale: 3, Seed: 7, Size: 32x32, Model: digits, RNG: CPU, Version: v1.10.1";
    let picture = Canvas::filled(1, 1, [0; 3]);
    let read = |texts: &[(&str, &str)]| crate::read(&picture.png(texts).expect("it can be written"));
    let found = read(&[("prompt", &graph), ("parameters", line)]).expect("one of them is sound");
    assert_eq!(
        (found.source, found.record.settings.steps, found.record.settings.negative.as_str()),
        (Source::Parameters, Some(6), "blurry")
    );
    assert_eq!(
        found.english(),
        [
            "the settings (ComfyUI's graph) cannot be read: the nodes that its sampler is made of are not in the file; what is beside it is taken: the text parameters"
        ]
    );
    let message = read(&[("prompt", &graph)]).expect_err("it is alone").to_string();
    assert!(message.starts_with("the settings (ComfyUI's graph) cannot be read"), "{message}");
    let found = read(&[("decant", "{"), ("prompt", &six(&[]).to_string())]).expect("one of them is sound");
    assert!(
        found.source == Source::Comfy && found.english()[0].starts_with("the settings (decant) cannot be read: "),
        "{:?}",
        found.english()
    );
}
