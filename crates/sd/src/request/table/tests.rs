//! What every row must say truly.

use super::*;
use crate::picture::Picture;
use crate::request::{Defaults, Enlarged, HIRES_STRENGTH, Images, Request};
use decant_solver::{SAMPLERS, SchedulerConfig, schedule};
use serde_json::{Map, Value, json};
use std::rc::Rc;

/// A request's JSON, with what is usual.
fn fields() -> Map<String, Value> {
    let text = serde_json::to_string(&Request::default()).expect("a request is JSON");
    serde_json::from_str(&text).expect("it was just written")
}

#[test]
fn every_field_of_a_request_has_a_row_and_every_row_a_field() {
    let (mut rows, mut names): (Vec<&str>, Vec<String>) =
        (SETTINGS.iter().map(|row| row.name).collect(), fields().into_iter().map(|(name, _)| name).collect());
    rows.sort_unstable();
    names.sort_unstable();
    assert_eq!(rows, names);
}

#[test]
fn flags_are_the_names_with_dashes_and_of_lists_one_entry_s() {
    for row in SETTINGS {
        let Some(flag) = row.flag.name() else { continue };
        let dashed = row.name.chars().fold(String::new(), |name, letter| match letter.is_uppercase() {
            true => format!("{name}-{}", letter.to_ascii_lowercase()),
            false => format!("{name}{letter}"),
        });
        match (row.kind, row.name) {
            (Kind::List, _) => assert!(row.name.starts_with(flag), "{flag}"),
            (_, "decoder") => assert_eq!(flag, "tiny"),
            _ => assert_eq!(flag, dashed),
        }
    }
}

#[test]
fn the_catalogue_has_the_rows_ranges_with_their_fractions() {
    for (row, json) in SETTINGS.iter().zip(settings_catalogue().as_array().expect("a list")) {
        for (name, range) in [("range", row.range), ("form", row.form)] {
            let written = json[name].as_array().map(|ends| ends.iter().filter_map(Value::as_f64).collect::<Vec<f64>>());
            assert_eq!(written, range.map(Vec::from), "{}: {name}", row.name);
        }
    }
}

#[test]
fn what_is_usual_is_what_a_request_has_where_nothing_is_said() {
    let text = |value: &Value| match value {
        Value::Null | Value::Array(_) => String::new(),
        Value::String(text) => text.clone(),
        Value::Number(number) => number.as_f64().expect("a number").to_string(),
        other => other.to_string(),
    };
    let usual = fields();
    for row in SETTINGS {
        assert_eq!(row.usual, text(&usual[row.name]), "{}", row.name);
    }
    assert!(setting("hiresStrength").help.contains(&format!("({HIRES_STRENGTH} where left out)")));
}

#[test]
fn kinds_are_what_json_reads() {
    for row in SETTINGS {
        let values: Vec<Value> = match row.kind {
            Kind::Text => vec![json!("words")],
            Kind::Whole => vec![json!(3)],
            Kind::Real => vec![json!(0.5)],
            Kind::Choice(_) => row.kind.choices().into_iter().map(Value::from).collect(),
            Kind::Switch => vec![json!(true), json!(false)],
            Kind::Numbers => vec![json!([1, 2, 3, 4])],
            Kind::List => vec![json!([])],
        };
        assert!(!values.is_empty(), "{}", row.name);
        for value in values {
            let text = json!({ row.name: value }).to_string();
            Request::from_json(&text).unwrap_or_else(|error| panic!("{text}: {error}"));
        }
        let other = if matches!(row.kind, Kind::Whole) { json!(0.5) } else { json!({"no": "value"}) };
        Request::from_json(&json!({ row.name: other }).to_string()).expect_err(row.name);
    }
}

#[test]
fn what_is_counted_has_both_ranges_and_a_form_offers_no_more_than_the_program_can_do() {
    for row in SETTINGS {
        let counted = !matches!(row.kind, Kind::Choice(_) | Kind::Switch);
        assert_eq!((row.range.is_some(), row.form.is_some()), (counted, counted), "{}", row.name);
        let (Some([least, most]), Some([from, to])) = (row.range, row.form) else { continue };
        assert!(least <= from && from < to && to <= most, "{}", row.name);
    }
    assert_eq!(
        SAMPLERS.iter().filter_map(|row| row.highest_order()).max().map(|order| order as f64),
        setting("order").range.map(|[_, most]| most)
    );
}

/// How many layers can be left out, and how many steps a second pass has, is known once a model is open.
const CHECKED_BY_THE_MODEL: [&str; 2] = ["clipSkip", "hiresSteps"];

#[test]
fn what_is_beyond_the_program_s_range_is_refused() {
    for row in SETTINGS.iter().filter(|row| matches!(row.kind, Kind::Whole | Kind::Real | Kind::Numbers)) {
        if CHECKED_BY_THE_MODEL.contains(&row.name) {
            continue;
        }
        let [least, most] = row.range.expect("it is counted");
        let text = |number: Value| {
            let value = if matches!(row.kind, Kind::Numbers) { json!(vec![number; 4]) } else { number };
            let mut settings = belonging(row.name);
            settings.insert(row.name.into(), value);
            Value::Object(settings).to_string()
        };
        let inside = text(inside(row.name).unwrap_or(json!(most as i64)));
        assert!(!is_refused(&inside, row.group), "else a refusal says nothing: {inside}");
        for number in [least - 1.0, most * 1.001 + 1.0] {
            assert!(!row.holds(number));
            let number = if row.name == "seed" || number.abs() > 1e15 { json!(number) } else { json!(number as i64) };
            let text = text(number);
            assert!(is_refused(&text, row.group), "{text}");
        }
    }
}

/// What a setting belongs to, so that it is judged for what it says.
fn belonging(name: &str) -> Map<String, Value> {
    let second = matches!(name, "hiresStrength").then(|| ("hires".to_string(), json!(2)));
    second.into_iter().chain([("sampler".to_string(), json!(able(name)))]).collect()
}

/// A value that can be had, where that is not the most: with other settings as usual, a run of 20 steps and a picture of 512 pixels.
fn inside(name: &str) -> Option<Value> {
    Some(match name {
        "seed" => json!(7),
        "guidanceFrom" => json!(0.5),
        "startStep" => json!(19),
        "pad" => json!(8),
        _ => return None,
    })
}

/// A sampler that reads it.
fn able(name: &str) -> &'static str {
    match name {
        "eta" => "ddim",
        _ => "lms",
    }
}

fn is_refused(json: &str, group: Group) -> bool {
    let Ok(request) = Request::from_json(json) else { return true };
    let blank = |[width, height]: [usize; 2]| Picture { width, height, values: vec![] };
    let picture = (group == Group::Start).then(|| Rc::new(blank([512; 2])));
    let request = Request { images: Images { picture, ..Images::default() }, ..request };
    if request.each().is_err() {
        return true;
    }
    let Ok(settings) = request.resolve(&Defaults::of_tests(20), 8) else { return true };
    let size = settings.request.hires_size([settings.width, settings.height], 8);
    let second = size.map(|size| settings.request.second_pass(size, Enlarged::Picture(blank(size))));
    second.is_some_and(|second| second.resolve(&Defaults::of_tests(20), 8).is_err())
        || schedule(settings.sampler, &SchedulerConfig::default(), settings.sampling()).is_err()
}

#[test]
fn lists_and_texts_of_more_than_their_range_are_refused() {
    for row in SETTINGS.iter().filter(|row| matches!(row.kind, Kind::Text | Kind::List)) {
        let [_, most] = row.range.expect("it is counted");
        let entry = match row.name {
            "swaps" => json!({"token": "a", "with": []}),
            "mixes" => json!({"prompt": "a", "factor": 0.1}),
            "losses" => json!({"expression": "mean(red)"}),
            _ => json!({"name": "a"}),
        };
        let of = |count: usize| if matches!(row.kind, Kind::Text) { json!("a".repeat(count)) } else { json!(vec![entry.clone(); count]) };
        let check = |count: usize| Request::from_json(&json!({ row.name: of(count) }).to_string()).expect("well-formed").check_words();
        assert!(check(most as usize).is_ok() && check(most as usize + 1).is_err(), "{}", row.name);
    }
}

/// What stands in for the program in the page's tests reads this file. `DECANT_WRITE=1 cargo test -p decant-sd settings_json` writes it.
#[test]
fn what_stands_in_for_the_program_has_the_same_rows_in_settings_json() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/browser/fake/settings.json");
    let rows: Vec<String> = settings_catalogue().as_array().expect("a list").iter().map(Value::to_string).collect();
    let text = format!("[\n  {}\n]\n", rows.join(",\n  "));
    if std::env::var_os("DECANT_WRITE").is_some() {
        std::fs::write(file, &text).expect("the folder is there");
    }
    let written = std::fs::read_to_string(file).unwrap_or_default();
    assert!(written == text, "{file} is older than SETTINGS: DECANT_WRITE=1 cargo test -p decant-sd settings_json writes it anew");
}
