//! Pictures as other tools write them, against what independent readers say of them (`tests/make_records.py`), and one of ours that those
//! readers have read.

use decant_record::{Canvas, Found, Source, parameters, read};
use serde_json::Value;

fn golden(name: &str) -> Vec<u8> {
    let path = format!("{}/../../tests/golden/records/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn found(name: &str) -> Found {
    read(&golden(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

#[test]
fn other_tools_pictures_say_what_independent_readers_read_in_them() {
    let readers: Value = serde_json::from_slice(&golden("readers.json")).expect("it is JSON");
    let cases = [
        ("parameters.png", Source::Parameters, "dpmpp_2m", "karras", 512, 768),
        ("parameters-older.png", Source::Parameters, "dpmpp_2m", "karras", 512, 512),
        ("comfyui.png", Source::Comfy, "dpmpp_2m", "karras", 512, 256),
        ("invokeai.png", Source::Invoke, "dpmpp_2m", "karras", 512, 256),
        ("invokeai-older.png", Source::Invoke, "euler_a", "config", 512, 256),
    ];
    assert_eq!(readers.as_object().map(|all| all.len()), Some(cases.len()));
    for (name, source, sampler, sigmas, width, height) in cases {
        let (found, expected) = (found(name), &readers[name]);
        let s = &found.record.settings;
        let text = |value: &Value| value.as_str().unwrap_or_default().to_string();
        assert_eq!((found.source, &found.notes[..]), (source, &[][..]), "{name}");
        // Our reader takes LoRAs out of the prompt, as the tool itself does.
        assert_eq!(s.prompt, text(&expected["prompt"]).replace(" <lora:ink:0.8>", ""), "{name}");
        assert_eq!(s.negative, text(&expected["negative"]), "{name}");
        let numbers = &expected["parameters"];
        let ours = [s.steps.map(|v| v.to_string()), Some(s.seed.to_string()), s.guidance.map(|v| v.to_string())];
        let theirs = ["steps", "seed", "cfg_scale"].map(|number| Some(text(&numbers[number])));
        assert_eq!(ours, theirs, "{name}");
        // One of them takes a graph's link for the model's name; the other knows the graph, but not the oldest format.
        let models = [text(&expected["model"]), text(&expected["sd-prompt-reader"]["model"])];
        assert!(models.contains(&found.record.model.name), "{name}: {}", found.record.model.name);
        assert_eq!(s.sampler.map(|sampler| sampler.row().id), Some(sampler), "{name}");
        assert_eq!((s.sigmas.clone(), s.width, s.height), (sigmas.parse().expect("an id"), Some(width), Some(height)), "{name}");
    }
}

#[test]
fn what_the_readers_have_read_of_ours_is_what_we_write() {
    let Found { record, source, notes, .. } = found("decant.png");
    assert_eq!((source, notes), (Source::Decant, vec![]));
    let png = golden("decant.png");
    // All its letters are Latin-1's, so both texts are `tEXt`.
    let holds = |text: &str| png.windows(latin(text).len()).any(|bytes| bytes == latin(text));
    for (keyword, text) in record.texts() {
        assert!(holds(&text), "the text {keyword} is written otherwise now: {text}\nmake decant.png anew and let the readers check it");
    }
    let line = parameters::read(&parameters::write(&record)).expect("it was just written");
    assert_eq!(line.record.settings, record.settings, "the line alone says these settings whole");
}

#[test]
fn any_change_of_a_text_is_read_or_refused() {
    let keywords = ["decant", "parameters", "prompt", "invokeai_metadata", "sd-metadata"];
    let picture = Canvas::filled(1, 1, [0; 3]);
    let texts: Vec<String> = ["decant.png", "parameters.png", "comfyui.png", "invokeai.png"].map(|name| text_of(&golden(name))).into();
    let mut random = decant_solver::Generator::new(4);
    for round in 0..300 {
        let mut text: Vec<char> = texts[round % texts.len()].chars().collect();
        for number in random.randn(1 + round % 7) {
            let at = (number.to_bits() as usize) % text.len();
            match number.to_bits() % 5 {
                0 => text.truncate(at.max(1)),
                1 => text[at] = char::from(number.to_bits() as u8 & 127),
                2 => drop(text.remove(at)),
                3 => text.insert(at, ['"', '{', '[', ':', ',', '\n', '-', '9'][at % 8]),
                _ => text.splice(at..at, ['9'; 30]).for_each(drop),
            }
            text.resize(text.len().max(1), ' ');
        }
        let text: String = text.into_iter().collect();
        for keyword in keywords {
            match read(&picture.png(&[(keyword, &text)]).expect("any text can be written")) {
                Ok(found) => assert!(found.notes.len() <= 30, "{text}"),
                Err(error) => assert!(error.to_string().lines().count() == 1 && error.to_string().len() < 700, "{text}: {error}"),
            }
        }
    }
    let whole = golden("parameters.png");
    let pixels = whole.windows(4).position(|bytes| bytes == b"IDAT").expect("it has pixels") - 4;
    for at in 8..whole.len() {
        let mut flipped = whole.clone();
        flipped[at] ^= 0x55;
        // Every byte of a text is under a checksum; the others are the picture's own, which is not looked at.
        if let Ok(found) = read(&flipped) {
            assert_eq!(found.record.settings.steps, Some(25), "byte {at}");
        }
        assert!(read(&whole[..at]).is_err() || at >= pixels, "cut off at {at}");
    }
}

/// The longest text of a PNG, as it stands there.
fn text_of(png: &[u8]) -> String {
    let mut reader = png::Decoder::new(std::io::Cursor::new(png)).read_info().expect("it is a PNG");
    reader.finish().expect("it is whole");
    let info = reader.info();
    let plain = info.uncompressed_latin1_text.iter().map(|chunk| chunk.text.clone());
    plain.max_by_key(String::len).expect("it has a text")
}

fn latin(text: &str) -> Vec<u8> {
    text.chars().map(|letter| letter as u32 as u8).collect()
}
