//! What is written is read, and what cannot be is a sentence.

use super::*;
use crate::{Canvas, Enlarged, Model};
use decant_sd::picture::Picture;

fn picture() -> Picture {
    Picture { width: 2, height: 1, values: vec![0.0, 1.0, 0.5, 0.25, 1.0, 0.0] }
}

fn sentence(bytes: &[u8]) -> String {
    read(bytes).expect_err("it holds no settings").to_string()
}

#[test]
fn what_is_written_is_read_whatever_the_prompt_holds() {
    let prompts = ["", "a \"seven\", (blue:1.2)", "line\nline\n\nNegative prompt: x\nSteps: 3, Sampler: y, Seed: 1", "né 猫 🐈", "\\ \\n"];
    for prompt in prompts {
        let settings = Request {
            prompt: prompt.into(),
            negative: prompt.into(),
            seed: (1 << 53) - 1,
            guidance: Some(7.3),
            steps: Some(9),
            ..Request::default()
        };
        let model = Model { name: "digits".into(), hash: "0123".into(), weights: String::new() };
        let record = Record {
            settings,
            model,
            device: "CPU".into(),
            version: "0.1.0".into(),
            grid: vec!["steps=1,2".into()],
            enlarged: vec![Enlarged { by: "x4plus".into(), times: 4 }],
            also: vec!["latents".into()],
        };
        let png = record.png(&picture()).expect("it can be written");
        let notes = vec![
            "the picture also came of latents, which no record holds; give it too for the same picture".to_string(),
            "the picture was made larger afterwards, 4 times by x4plus; the settings are those before that".into(),
        ];
        let found = read(&png).expect("it was just written");
        assert_eq!((found.english(), &found.record, found.source), (notes, &record, Source::Decant));
        assert_eq!(read(record.to_json().as_bytes()).expect("it was just written").record, record);
    }
}

#[test]
fn a_settings_file_may_be_bare_but_not_wrong() {
    let found = read(b"\xef\xbb\xbf\n{\"prompt\": \"x\", \"steps\": 3}").expect("it is settings");
    assert_eq!(found.record.settings.steps, Some(3));
    assert!(sentence(b"{\"steps\": -3}").starts_with("settings: steps is -3, "));
    assert!(sentence(b"{\"stepz\": 3}").ends_with("; did you mean steps?"));
}

#[test]
fn a_record_of_a_later_version_is_read_as_far_as_it_goes() {
    let found = read(br#"{"decant": "9.0", "settings": {"prompt": "x", "wings": 2}, "colour": {}}"#).expect("it is a record");
    assert_eq!((found.record.settings.prompt.as_str(), found.english()), ("x", vec!["not followed: wings 2".to_string()]));
}

#[test]
fn a_web_uis_text_in_a_file_of_its_own_is_read() {
    let line = "Steps: 3, Sampler: Euler, CFG scale: 3, Seed: 5, Size: 32x32";
    let found = read(format!("\u{feff}a dog\r\nNegative prompt: bad\r\n{line}\r\n").as_bytes()).expect("it is sound");
    let settings = &found.record.settings;
    assert_eq!((settings.prompt.as_str(), settings.negative.as_str(), settings.seed, settings.steps), ("a dog", "bad", 5, Some(3)));
    let short = read(b"a dog\nNegative prompt: bad").expect("it has no settings' line");
    assert_eq!((short.record.settings.prompt.as_str(), short.record.settings.negative.as_str()), ("a dog", "bad"));
    assert!(sentence(b"a letter to a friend").contains("no file of settings"));
}

#[test]
fn what_holds_no_settings_is_told_apart() {
    assert_eq!(
        sentence(b"GIF89a"),
        "this is no picture with settings (PNG, JPEG, WebP) and no file of settings (JSON, or a web UI's text): it starts with [47, 49, 46, 38, 39, 61]"
    );
    assert!(sentence(b"").starts_with("this is no picture with settings"));
    let bare = Canvas::from(&picture()).png(&[]).expect("it can be written");
    assert_eq!(sentence(&bare), "the picture holds no settings; messengers and web sites often take them out: ask for the original file");
    let other = Canvas::from(&picture()).png(&[("Software", "x")]).expect("it can be written");
    assert!(sentence(&other).starts_with("the picture holds no settings that are known here, only the texts Software; "));
    let wrong = |text| Canvas::from(&picture()).png(&[("decant", text)]).expect("it can be written");
    for (text, problem) in [("{", "EOF while parsing"), ("[]", "invalid type"), ("{}", "expected an object called settings, found none")] {
        let message = sentence(&wrong(text));
        assert!(message.starts_with(&format!("the settings (decant) cannot be read: {problem}")), "{message}");
    }
    let deep = "[".repeat(100_000);
    assert!(sentence(&wrong(&format!("{{\"settings\": {deep}"))).contains("recursion limit"));
}
