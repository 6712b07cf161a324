//! InvokeAI's metadata, a JSON object: `invokeai_metadata` since its version 3, `sd-metadata` before 2.3.
//!
//! Its names are a table with source and date; what no row follows is named.

use crate::gathered::{Gathered, problem, short};
use crate::names::{self, Tongue};
use crate::read::{Source, foreign};
use crate::{Error, Found, Model, loras};
use serde_json::{Map, Value};

/// The PNG text's keyword.
pub(crate) const KEYWORD: &str = "invokeai_metadata";
/// The older one.
pub(crate) const OLDER: &str = "sd-metadata";

/// What becomes of a name.
#[derive(Clone, Copy)]
enum Does {
    /// A number under another name.
    Number(&'static str),
    /// It is read with others, below.
    Together,
    /// It says nothing about how the pixels came, or what others say.
    Nothing,
    /// It is named, unless it is off: false, null, an empty list, or this.
    Named(&'static str),
}

use Does::{Named, Nothing, Number, Together};

/// Source: `invokeai/app/invocations/metadata.py` (CoreMetadataInvocation) and the studio's `parseMetadata`, 6.9; `ldm/invoke/pngwriter.py` and
/// `ldm/generate.py`, 2.2. Date: 2026-11.
const NAMES: &[(&str, Does)] = &[
    ("steps", Number("steps")),
    ("cfg_scale", Number("guidance")),
    ("seed", Number("seed")),
    ("width", Number("width")),
    ("height", Number("height")),
    ("cfg_rescale_multiplier", Number("rescale")),
    ("clip_skip", Number("clipSkip")),
    ("strength", Together),
    ("positive_prompt", Together),
    ("negative_prompt", Together),
    ("prompt", Together),
    ("scheduler", Together),
    ("sampler", Together),
    ("rand_device", Together),
    ("model", Together),
    ("model_weights", Together),
    ("model_hash", Together),
    ("loras", Together),
    ("image", Together),
    ("generation_mode", Together),
    ("type", Together),
    ("init_image", Nothing),
    ("init_image_path", Nothing),
    ("app_version", Nothing),
    ("app_id", Nothing),
    ("created_by", Nothing),
    ("invokeai_metadata", Nothing),
    ("_canvas_objects", Nothing),
    ("canvas_v2_metadata", Nothing),
    ("variations", Named("")),
    ("with_variations", Named("")),
    ("variation_amount", Named("0")),
    ("threshold", Named("0")),
    ("perlin", Named("0")),
    ("hires_fix", Named("")),
    ("seamless", Named("")),
    ("seamless_x", Named("")),
    ("seamless_y", Named("")),
    ("seamless_axes", Named("")),
    ("h_symmetry_time_pct", Named("")),
    ("v_symmetry_time_pct", Named("")),
    ("facetool", Named("")),
    ("facetool_strength", Named("0")),
    ("upscale", Named("")),
    ("fit", Nothing),
    ("iterations", Nothing),
    ("postprocessing", Named("")),
    ("orig_hash", Nothing),
    ("vae", Named("")),
    ("controlnets", Named("")),
    ("ipAdapters", Named("")),
    ("t2iAdapters", Named("")),
    ("control_layers", Named("")),
    ("regions", Named("")),
    ("ref_images", Named("")),
    ("refiner_model", Named("")),
    ("refiner_cfg_scale", Nothing),
    ("refiner_steps", Nothing),
    ("refiner_scheduler", Nothing),
    ("refiner_positive_aesthetic_score", Nothing),
    ("refiner_negative_aesthetic_score", Nothing),
    ("refiner_start", Nothing),
    ("hrf_enabled", Named("")),
    ("hrf_method", Nothing),
    ("hrf_strength", Nothing),
    ("hrf_width", Nothing),
    ("hrf_height", Nothing),
    ("upscale_model", Named("")),
    ("upscale_initial_image", Named("")),
    ("upscale_scale", Nothing),
    ("creativity", Nothing),
    ("structure", Nothing),
    ("positive_style_prompt", Together),
    ("negative_style_prompt", Together),
];

/// The settings under either keyword.
pub(crate) fn read(keyword: &'static str, text: &str) -> Result<Found, Error> {
    let unreadable = |problem: String| Error::Unreadable { place: keyword, problem };
    let fields: Map<String, Value> = serde_json::from_str(text).map_err(|error| unreadable(problem(&error)))?;
    let mut gathered = Gathered::default();
    let text = |name: &str| fields.get(name).and_then(Value::as_str);
    let name = fields.get("model").and_then(|model| model.get("model_name").or(model.get("name"))).and_then(Value::as_str);
    let name = name.or(text("model_weights")).map(short).unwrap_or_default();
    let model = Model { name, hash: text("model_hash").map(short).unwrap_or_default(), weights: String::new() };
    let older = fields.get("image").and_then(Value::as_object).filter(|_| keyword == OLDER);
    take(&mut gathered, older.unwrap_or(&fields), if older.is_some() { "sampler" } else { "scheduler" });
    take_loras(&mut gathered, &fields);
    for (name, value) in fields.iter().chain(older.into_iter().flatten()) {
        account(&mut gathered, name, value);
    }
    Ok(foreign(gathered, model, Source::Invoke))
}

fn account(to: &mut Gathered, name: &str, value: &Value) {
    let off = |usual: &str| match value {
        Value::Null | Value::Bool(false) => true,
        Value::Array(list) => list.is_empty(),
        Value::Object(map) => map.is_empty(),
        Value::String(text) => text.is_empty(),
        Value::Number(number) => usual.parse::<f64>().is_ok_and(|usual| number.as_f64() == Some(usual)),
        Value::Bool(true) => false,
    };
    // Lists and objects of models and pictures are long.
    let said = if value.is_array() || value.is_object() || value == &Value::Bool(true) {
        String::new()
    } else {
        format!(" {}", short(&value.to_string()))
    };
    match NAMES.iter().find(|row| row.0 == name).map(|row| row.1) {
        Some(Number(_) | Together | Nothing) => {}
        Some(Named(usual)) if off(usual) => {}
        Some(Named(_)) => to.lose(format!("{}{said}", short(name))),
        None => to.unknown(format!("{}{said}", short(name))),
    }
}

fn take(gathered: &mut Gathered, fields: &Map<String, Value>, sampler: &str) {
    for (theirs, does) in NAMES {
        let Number(field) = does else { continue };
        match fields.get(*theirs) {
            Some(value) if value.is_number() => gathered.set(field, value.clone()),
            // A scale for each step is a list there.
            Some(value) if !value.is_null() => gathered.lose(format!("{theirs} {}", short(&value.to_string()))),
            _ => {}
        }
    }
    let text = |name: &str| fields.get(name).and_then(Value::as_str);
    begins(gathered, fields);
    // The older had a list of weighted prompts, and what to stay away from in square brackets.
    let listed = fields.get("prompt").and_then(|prompts| prompts.get(0)?.get("prompt")?.as_str());
    let several = fields.get("prompt").and_then(Value::as_array).is_some_and(|prompts| prompts.len() > 1);
    if several {
        gathered.lose("the other prompts of its list".into());
    }
    let prompt = text("positive_prompt").or(listed).or(text("prompt")).unwrap_or_default();
    let (prompt, negative) = match text("negative_prompt") {
        Some(negative) => (prompt.to_string(), negative.to_string()),
        None => parted(prompt),
    };
    for (style, own) in [("positive_style_prompt", &prompt), ("negative_style_prompt", &negative)] {
        let other = text(style).filter(|style| !style.is_empty() && style != own);
        other.into_iter().for_each(|other| gathered.lose(format!("{style} “{}”", short(other))));
    }
    dialect(gathered, &prompt);
    dialect(gathered, &negative);
    gathered.set("prompt", prompt);
    gathered.set("negative", negative);
    if let Some(name) = text(sampler) {
        names::take(gathered, Tongue::Invoke, name.strip_prefix("k_").unwrap_or(name), None);
    }
    if text("rand_device") == Some("cuda") {
        gathered.set("rng", "cuda");
    }
}

/// A strength is of a picture that there was; it is written down without one, too.
fn begins(gathered: &mut Gathered, fields: &Map<String, Value>) {
    let from_text =
        ["generation_mode", "type"].iter().find_map(|name| fields.get(*name)?.as_str()).is_some_and(|mode| mode.contains("txt2img"));
    let strength = fields.get("strength").filter(|strength| strength.is_number() && !from_text);
    strength.into_iter().for_each(|strength| gathered.set("strength", strength.clone()));
}

/// "a cat [ugly, dark] on a roof": prompt and negative prompt of the older format.
fn parted(text: &str) -> (String, String) {
    let (mut prompt, mut negative, mut rest) = (String::new(), vec![], text);
    while let Some((before, inside, after)) =
        rest.split_once('[').and_then(|(before, rest)| rest.split_once(']').map(|(inside, after)| (before, inside, after)))
    {
        prompt.push_str(before);
        negative.push(inside.trim());
        rest = after;
    }
    prompt.push_str(rest);
    (prompt.split_whitespace().collect::<Vec<_>>().join(" "), negative.join(" "))
}

/// Its own way to stress and mix words (compel's): `word++`, `(two words)1.3`, `("a", "b").blend(1, 1)`. And `<name>`, a textual inversion.
fn dialect(gathered: &mut Gathered, text: &str) {
    let joined = [".and(", ".blend(", ".swap("].iter().any(|call| text.contains(call));
    let ends = |word: &str| {
        let word = word.trim_end_matches([',', '.', ';']);
        let bare = word.trim_end_matches(['+', '-']);
        let number = word.rsplit_once(')').is_some_and(|(_, number)| number.parse::<f32>().is_ok());
        word.len() > bare.len() && bare.ends_with(|c: char| c.is_alphanumeric() || c == ')') || number
    };
    if joined || text.split_whitespace().any(ends) {
        gathered.lose("InvokeAI's stressed and mixed words (word++, .blend()), which are read as text".into());
    }
    let mut rest = text;
    while let Some((name, after)) = rest.split_once('<').and_then(|(_, rest)| rest.split_once('>')) {
        if !name.is_empty() && name.len() < 100 && !name.contains(['<', ' ', ':']) {
            gathered.inversion(&format!("<{name}>"));
        }
        rest = after;
    }
}

fn take_loras(gathered: &mut Gathered, fields: &Map<String, Value>) {
    let listed = fields.get("loras").and_then(Value::as_array).into_iter().flatten();
    let one = |used: &Value| {
        let model = used.get("model").or(used.get("lora"))?;
        let name = model.get("name").or(model.get("model_name"))?.as_str()?;
        Some(loras::lora(name, used.get("weight").and_then(Value::as_f64).unwrap_or(1.0), None))
    };
    loras::set(gathered, listed.filter_map(one).take(100).collect());
}

#[cfg(test)]
mod tests {
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
            let found = read(keyword, &text.to_string()).expect("it is theirs");
            let s = &found.record.settings;
            assert_eq!((s.prompt.as_str(), s.seed, s.steps, s.guidance, s.sampler), ("a seven", 3, Some(30), Some(7.5), Some(sampler)));
            assert_eq!((s.width, s.height, found.record.model.name.as_str()), (Some(512), Some(256), "digits"));
        }
    }

    #[test]
    fn strange_values_are_passed_over() {
        for text in [r#"{"steps": [], "seed": {}, "positive_prompt": 3, "loras": 7, "model": "x"}"#, "{}", r#"{"image": [], "loras": [1]}"#]
        {
            assert_eq!(read(OLDER, text).expect("it is an object").record.settings.prompt, "");
        }
        assert!(read(KEYWORD, "7").is_err());
    }

    #[test]
    fn every_name_is_followed_named_or_means_nothing() {
        for (name, does) in NAMES {
            let found =
                read(KEYWORD, &json!({"positive_prompt": "x", "scheduler": "euler", *name: 0.5}).to_string()).expect("it is an object");
            let said = found.notes.join(" ");
            match does {
                Named(_) => assert_eq!(said, format!("not followed: {name} 0.5")),
                // These are whole numbers.
                Number("steps" | "seed" | "width" | "height" | "clipSkip") => {
                    assert!(said.starts_with("not followed: ") && said.ends_with(" 0.5"), "{said}")
                }
                Number(_) | Together | Nothing => assert_eq!(said, "", "{name}"),
            }
            for off in [json!(false), json!(null), json!([])].into_iter().filter(|_| matches!(does, Named(_))) {
                assert_eq!(read(KEYWORD, &json!({*name: off}).to_string()).expect("it is an object").notes, Vec::<String>::new(), "{name}");
            }
        }
        let found = read(KEYWORD, &json!({"cfg_scale": [1, 2], "feathers": {"a": 1}, "wings": 2}).to_string()).expect("it is an object");
        assert_eq!(found.notes, ["not followed: cfg_scale [1,2]", "not known here, and so not followed: feathers, wings 2"]);
    }

    #[test]
    fn its_words_are_parted_and_what_is_its_own_is_said() {
        let older =
            |prompt: &str| read(OLDER, &json!({"image": {"prompt": [{"prompt": prompt, "weight": 1}]}}).to_string()).expect("it is theirs");
        let found = older("a cat [ugly] on a roof [dark, [x]");
        assert_eq!((found.record.settings.prompt.as_str(), found.record.settings.negative.as_str()), ("a cat on a roof", "ugly dark, [x"));
        for prompt in ["a cat++ here", "a (red cat)1.3", "(\"a\", \"b\").blend(0.5, 0.5)", "a dark--, cat"] {
            assert!(older(prompt).notes[0].contains("stressed and mixed words"), "{prompt}");
        }
        for prompt in ["a well-known cat - on a roof + 3", "a (red cat), x", "-- a"] {
            assert_eq!(older(prompt).notes, Vec::<String>::new(), "{prompt}");
        }
        let text =
            json!({"positive_prompt": "a <birb-style> cat <3 x> y", "negative_prompt": "", "generation_mode": "txt2img", "strength": 0.8});
        let found = read(KEYWORD, &text.to_string()).expect("it is theirs");
        assert_eq!((found.record.settings.strength, found.inversions), (None, vec!["<birb-style>".to_string()]));
    }
}
