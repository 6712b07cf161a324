use super::*;
use crate::request::Kind;
use decant_solver::Sampler;
use serde_json::Value;

#[test]
fn what_is_written_is_read() {
    let request = Request {
        prompt: "a \"seven\"".into(),
        guidance: Some(7.3),
        seed: (1 << 53) - 1,
        sampler: Some(Sampler::Heun),
        ..Request::default()
    };
    assert_eq!(Request::from_json(&request.to_json()).expect("it was just written"), request);
    assert_eq!(Request::default().to_json(), "{}");
    assert_eq!(Request::from_json(r#"{"steps": null}"#).expect("null is as usual"), Request::default());
}

#[test]
fn one_setting_is_as_usual_again() {
    let request = Request { guidance: Some(7.3), strength: Some(0.5), ..Request::default() };
    assert_eq!(request.without("strength").expect("a setting"), Request { strength: None, ..request.clone() });
    assert_eq!(request.without("count").expect("a setting"), request);
    assert!(request.without("strenght").expect_err("a slip").to_string().ends_with("; did you mean strength?"));
}

#[test]
fn one_setting_is_another() {
    let request = Request { guidance: Some(7.3), attention: true, ..Request::default() };
    assert_eq!(request.with("steps", 9.into()).expect("a number"), Request { steps: Some(9), ..request.clone() });
    assert_eq!(request.with("guidance", Value::Null).expect("as usual"), Request { guidance: None, ..request.clone() });
    let wrong = request.with("steps", "x".into()).expect_err("no number").to_string();
    assert_eq!(wrong, "settings: steps is \"x\", expected a whole number, 0 or more");
    let given: Vec<&str> = request.given().map(|row| row.name).collect();
    assert_eq!(given, ["guidance"]);
}

#[test]
fn a_second_pass_goes_with_all_that_belongs_to_it() {
    let request = Request::from_json(r#"{"hires": 2, "hiresBy": "lanczos", "hiresStrength": 0.5, "hiresSteps": 9, "steps": 4}"#);
    let request = Request { attention: true, ..request.expect("all of it is sound") };
    let plain = Request { steps: Some(4), attention: true, ..Request::default() };
    assert_eq!(request.without("hires").expect("a setting"), plain);
    assert_eq!(request.with("hires", Value::Null).expect("a setting"), plain);
}

#[test]
fn what_json_cannot_say_is_refused_not_left_out() {
    let nan = Request { guidance: Some(f32::NAN), ..Request::default() };
    for made in [nan.with("hires", 1.5.into()), nan.without("steps")] {
        assert_eq!(made.expect_err("no number").to_string(), "settings: guidance is NaN, expected a finite number");
    }
    // Every number that a request holds: what is infinite in its place must not be as usual.
    let json = r#"{"guidance": 2, "eta": 0.5, "rescale": 0.5, "guidanceFrom": 0.1, "guidanceUntil": 0.9, "guidanceCurve": [2], "strength": 0.5,
        "hires": 2, "hiresStrength": 0.5, "swaps": [{"token": "a", "with": [{"token": "b", "weight": 1}]}],
        "mixes": [{"prompt": "c", "factor": 0.5}], "loras": [{"name": "ink", "weight": 0.5, "text": 0.25}]}"#;
    let whole = Request::from_json(json).expect("all of it is sound");
    let given: Vec<&str> = whole.given().map(|row| row.name).collect();
    let reals: Vec<&str> = SETTINGS.iter().filter(|row| matches!(row.kind, Kind::Real)).map(|row| row.name).collect();
    assert!(reals.iter().all(|name| given.contains(name)), "a new one also belongs into this test's request: {reals:?}");
    let infinite: [fn(&mut Request); 13] = [
        |request| request.guidance = Some(f32::INFINITY),
        |request| request.eta = Some(f64::INFINITY),
        |request| request.rescale = f32::INFINITY,
        |request| request.guidance_from = f64::INFINITY,
        |request| request.guidance_until = f64::INFINITY,
        |request| request.guidance_curve[0] = f32::INFINITY,
        |request| request.strength = Some(f64::INFINITY),
        |request| request.hires = Some(f64::INFINITY),
        |request| request.hires_strength = Some(f64::INFINITY),
        |request| request.swaps[0].with[0].weight = f32::INFINITY,
        |request| request.mixes[0].factor = f32::INFINITY,
        |request| request.loras[0].weight = f32::INFINITY,
        |request| request.loras[0].text = Some(f32::INFINITY),
    ];
    for change in infinite {
        let mut request = whole.clone();
        change(&mut request);
        let error = request.with("steps", 9.into()).expect_err("it cannot be written").to_string();
        assert!(error.ends_with(" is inf, expected a finite number"), "{error}");
    }
}

#[test]
fn the_sentence_names_the_field() {
    let cases = [
        ("[1]", "settings: expected an object such as {\"steps\": 9}, got [1]"),
        (r#"{"steps": 9.5}"#, "settings: steps is 9.5, expected a whole number, 0 or more"),
        (r#"{"steps": -1}"#, "settings: steps is -1, expected a whole number, 0 or more"),
        (r#"{"steps": "many"}"#, "settings: steps is \"many\", expected a whole number, 0 or more"),
        (r#"{"guidance": [3]}"#, "settings: guidance is [3], expected a number"),
        (r#"{"guidanceCurve": 3}"#, "settings: guidanceCurve is 3, expected a list"),
        (r#"{"guidanceCurve": [1, "x"]}"#, "settings: guidanceCurve holds the text \"x\", expected a number"),
        (r#"{"pad": [1, 2]}"#, "settings: pad is [1,2], expected a list of four numbers"),
        (r#"{"emphasis": 1}"#, "settings: emphasis is 1, expected true or false"),
        (r#"{"prompt": 7}"#, "settings: prompt is 7, expected a text"),
        (r#"{"long": "chunk"}"#, "settings: long is \"chunk\", expected one of truncate, chunks, commas; did you mean chunks?"),
        (r#"{"mixes": ["a cat"]}"#, "settings: mixes holds the text \"a cat\", expected an object of prompt and factor"),
        (r#"{"mixes": [{"prompt": "a"}]}"#, "settings: mixes: factor is missing"),
        (r#"{"mixes": [{"promt": "a"}]}"#, "settings: mixes: there is no promt, expected one of prompt, factor; did you mean prompt?"),
    ];
    for (text, sentence) in cases {
        assert_eq!(Request::from_json(text).expect_err("it is wrong").to_string(), sentence);
    }
    let slip = Request::from_json(r#"{"stepz": 9}"#).expect_err("there is no such setting").to_string();
    assert!(slip.starts_with("settings: there is no stepz, expected one of prompt, ") && slip.ends_with("; did you mean steps?"), "{slip}");
    assert!(Request::from_json("{").expect_err("it ends early").to_string().starts_with("settings: this is no JSON: EOF"));
    let sampler = Request::from_json(r#"{"sampler": "heum"}"#).expect_err("there is no such sampler").to_string();
    assert!(sampler.contains("did you mean heun?"), "{sampler}");
}
