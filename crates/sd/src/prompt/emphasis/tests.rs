//! Prompts as AUTOMATIC1111's web UI reads them.

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
