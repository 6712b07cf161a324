//! InvokeAI's metadata of both kinds, and what is read in them.

use super::*;
use decant_solver::Sampler;
use serde_json::json;

#[test]
fn both_kinds_are_followed() {
    let newer = json!({"positive_prompt": "a seven", "negative_prompt": "x", "seed": 3, "steps": 30, "cfg_scale": 7.5, "width": 512,
        "height": 256, "scheduler": "dpmpp_2m_k", "rand_device": "cpu", "model": {"name": "digits", "base": "sd-1"}});
    let older = json!({"model_weights": "digits", "model_hash": "12", "image": {"prompt": [{"prompt": "a seven", "weight": 1}], "seed": 3,
        "steps": 30, "cfg_scale": 7.5, "width": 512, "height": 256, "sampler": "k_euler_a"}});
    for (keyword, text, sampler) in [(KEYWORD, newer, Sampler::Dpmpp2m), (OLDER, older, Sampler::EulerA)] {
        let found = metadata(keyword, &text.to_string()).expect("it is theirs");
        let s = &found.record.settings;
        assert_eq!((s.prompt.as_str(), s.seed, s.steps, s.guidance, s.sampler), ("a seven", 3, Some(30), Some(7.5), Some(sampler)));
        assert_eq!((s.width, s.height, found.record.model.name.as_str()), (Some(512), Some(256), "digits"));
    }
}

#[test]
fn strange_values_are_passed_over() {
    for text in [r#"{"steps": [], "seed": {}, "positive_prompt": 3, "loras": 7, "model": "x"}"#, "{}", r#"{"image": [], "loras": [1]}"#] {
        assert_eq!(read_older(text).expect("it is an object").record.settings.prompt, "");
    }
    assert!(read("7").is_err());
}

#[test]
fn every_name_is_followed_named_or_means_nothing() {
    for (name, does) in NAMES {
        let found = read(&json!({"positive_prompt": "x", "scheduler": "euler", *name: 0.5}).to_string()).expect("it is an object");
        let notes = found.english().join(" ");
        match does {
            Named(_) => assert_eq!(notes, format!("not followed: {name} 0.5")),
            // These are whole numbers.
            Number("steps" | "seed" | "width" | "height" | "clipSkip") => {
                assert!(notes.starts_with("not followed: ") && notes.ends_with(" 0.5"), "{notes}")
            }
            Number(_) | Together | Nothing => assert_eq!(notes, "", "{name}"),
        }
        for off in [json!(false), json!(null), json!([])].into_iter().filter(|_| matches!(does, Named(_))) {
            assert_eq!(read(&json!({*name: off}).to_string()).expect("it is an object").english(), Vec::<String>::new(), "{name}");
        }
    }
    let found = read(&json!({"cfg_scale": [1, 2], "feathers": {"a": 1}, "wings": 2}).to_string()).expect("it is an object");
    assert_eq!(found.english(), ["not followed: cfg_scale [1,2]", "not known here, and so not followed: feathers, wings 2"]);
}

#[test]
fn its_words_are_parted_and_what_is_its_own_is_said() {
    let older =
        |prompt: &str| read_older(&json!({"image": {"prompt": [{"prompt": prompt, "weight": 1}]}}).to_string()).expect("it is theirs");
    let found = older("a cat [ugly] on a roof [dark, [x]");
    assert_eq!((found.record.settings.prompt.as_str(), found.record.settings.negative.as_str()), ("a cat on a roof", "ugly dark, [x"));
    for prompt in ["a cat++ here", "a (red cat)1.3", "(\"a\", \"b\").blend(0.5, 0.5)", "a dark--, cat"] {
        assert!(older(prompt).english()[0].contains("stressed and mixed words"), "{prompt}");
    }
    for prompt in ["a well-known cat - on a roof + 3", "a (red cat), x", "-- a"] {
        assert_eq!(older(prompt).english(), Vec::<String>::new(), "{prompt}");
    }
    let text =
        json!({"positive_prompt": "a <birb-style> cat <3 x> y", "negative_prompt": "", "generation_mode": "txt2img", "strength": 0.8});
    let found = read(&text.to_string()).expect("it is theirs");
    assert_eq!((found.record.settings.strength, found.inversions), (None, vec!["<birb-style>".to_string()]));
}
