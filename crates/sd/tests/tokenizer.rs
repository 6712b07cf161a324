//! Prompts to numbers: transformers' ids exactly, what was cut off, and bad vocabularies.
//!
//! `tests/golden/tokens.json` holds the ids; `tests/make_goldens.py --only tokens` writes it.

use decant_sd::files::{Files, Folder, Memory, read_all};
use decant_sd::tokenizer::{Tokenizer, Tokens};
use pollster::block_on;
use std::sync::LazyLock;

fn repository(path: &str) -> Folder {
    Folder::open(format!("{}/../../{path}", env!("CARGO_MANIFEST_DIR"))).expect("it is in the repository")
}

fn load(files: &dyn Files) -> Tokenizer {
    block_on(Tokenizer::load(files)).unwrap_or_else(|error| panic!("{error}"))
}

static DIGITS: LazyLock<Tokenizer> = LazyLock::new(|| load(&repository("models/digits")));

fn encode(prompt: &str) -> Tokens {
    DIGITS.encode(prompt).expect("any text can be encoded")
}

#[test]
fn ids_are_those_of_transformers() {
    let golden = std::fs::read(format!("{}/../../tests/golden/tokens.json", env!("CARGO_MANIFEST_DIR"))).expect("it is in the repository");
    let golden: serde_json::Value = serde_json::from_slice(&golden).expect("JSON");
    let prompts = golden["prompts"].as_array().expect("a list");
    assert!(prompts.len() > 40);
    for (name, path) in [("digits", "models/digits"), ("sd1-tiny", "tests/models/sd1-tiny"), ("sd2-tiny", "tests/models/sd2-tiny")] {
        let tokenizer = load(&repository(path));
        for row in prompts {
            let (purpose, prompt) = (&row["purpose"], row["prompt"].as_str().expect("a text"));
            let expected: Vec<u32> = serde_json::from_value(row["ids"][name].clone()).expect("ids");
            let tokens = tokenizer.encode(prompt).expect("any text can be encoded");
            assert_eq!(tokens.ids, expected, "{name}: {purpose}: {prompt:?}");
            let untruncated = tokens.pieces.len() + tokens.dropped + 2;
            assert_eq!(Some(untruncated as u64), row["untruncated"][name].as_u64(), "{name}: {purpose}: {prompt:?}");
        }
    }
}

/// The digits' vocabulary is CLIP's own, so a model without one gets the same ids.
#[test]
fn a_model_without_a_vocabulary_has_clips() {
    let golden = std::fs::read(format!("{}/../../tests/golden/tokens.json", env!("CARGO_MANIFEST_DIR"))).expect("it is in the repository");
    let golden: serde_json::Value = serde_json::from_slice(&golden).expect("JSON");
    let config = block_on(read_all(&repository("models/digits"), "tokenizer/tokenizer_config.json", 10_000)).expect("it is there");
    let built_in = load(&Memory::new("memory", [("tokenizer/tokenizer_config.json", config)]));
    assert_eq!(built_in.vocabulary(), 49_408);
    for row in golden["prompts"].as_array().expect("a list") {
        let expected: Vec<u32> = serde_json::from_value(row["ids"]["digits"].clone()).expect("ids");
        assert_eq!(built_in.encode(row["prompt"].as_str().expect("a text")).expect("any text can be encoded").ids, expected, "{row}");
    }
    let second = Memory::new("memory", [("tokenizer_2/tokenizer_config.json", br#"{"pad_token": "!"}"#.to_vec())]);
    let second = block_on(Tokenizer::load_from(&second, "tokenizer_2")).expect("CLIP's");
    assert_eq!(second.encode("cat").expect("a word").ids[..5], [49406, 2368, 49407, 0, 0], "XL's second text encoder reads padding of 0");
}

#[test]
fn pieces_say_where_they_are_in_the_prompt() {
    let prompt = "A  Photograph of naïve 🐈";
    let tokens = encode(prompt);
    let shown: Vec<(&str, &str)> = tokens.pieces.iter().map(|piece| (&prompt[piece.place.clone()], piece.text.as_str())).collect();
    let words = [("A", "a</w>"), ("Photograph", "photograph</w>"), ("of", "of</w>")];
    // the cat is four bytes in two pieces: they share its place, and show their bytes
    let parts = [("na", "na"), ("ï", "ï"), ("ve", "ve</w>"), ("🐈", "\\xf0\\x9f\\x90"), ("🐈", "\\x88</w>")];
    assert_eq!(shown, [&words[..], &parts].concat());
    assert_eq!(tokens.ids[1..=8], tokens.pieces.iter().map(|piece| piece.id).collect::<Vec<_>>());
    assert_eq!((tokens.dropped, tokens.dropped_text.as_str()), (0, ""));
}

#[test]
fn what_is_cut_off_is_reported() {
    for (words, dropped, text) in [(75, 0, ""), (76, 1, "cat"), (78, 3, "cat cat cat")] {
        let tokens = encode(&"cat ".repeat(words));
        assert_eq!((tokens.pieces.len(), tokens.dropped, tokens.dropped_text.as_str()), (75, dropped, text));
        assert_eq!((tokens.ids.len(), tokens.ids[76]), (77, 49407), "the last one is the end, always");
    }
    assert_eq!((DIGITS.room(), DIGITS.vocabulary()), (75, 49408));
}

#[test]
fn tokenizer_json_gives_the_same_ids_as_the_two_files() {
    let files = repository("tests/models/sd2-tiny");
    let read = |name: &str| block_on(read_all(&files, &format!("tokenizer/{name}"), 1 << 20)).expect(name);
    let vocabulary: serde_json::Value = serde_json::from_slice(&read("vocab.json")).expect("JSON");
    let lines = String::from_utf8(read("merges.txt")).expect("UTF-8");
    let lines: Vec<&str> = lines.lines().skip(1).collect();
    let pairs: Vec<Vec<&str>> = lines.iter().map(|line| line.split(' ').collect()).collect();
    let two_files = load(&files);
    for merges in [serde_json::json!(lines), serde_json::json!(pairs)] {
        let json = serde_json::json!({"model": {"type": "BPE", "end_of_word_suffix": "</w>", "vocab": vocabulary, "merges": merges}});
        let memory = Memory::new(
            "memory",
            [
                ("tokenizer/tokenizer.json", serde_json::to_vec(&json).expect("JSON")),
                ("tokenizer/tokenizer_config.json", read("tokenizer_config.json")),
                ("tokenizer/special_tokens_map.json", read("special_tokens_map.json")),
            ],
        );
        let one_file = load(&memory);
        for prompt in ["", "a photograph!", "naïve <|ENDOFTEXT|> 🐈", &"long ".repeat(90)] {
            assert_eq!(one_file.encode(prompt).expect(prompt), two_files.encode(prompt).expect(prompt));
        }
    }
}

/// A vocabulary of three letters, with the two files of which a test replaces one.
fn small(name: &str, contents: &str) -> Memory {
    let vocabulary = r#"{"a": 0, "b": 1, "a</w>": 2, "b</w>": 3, "ab</w>": 4, "<|startoftext|>": 5, "<|endoftext|>": 6}"#;
    let files = [("tokenizer/vocab.json", vocabulary), ("tokenizer/merges.txt", "#version: 0.2\na b</w>\n")];
    let mut memory = Memory::new("memory", files.map(|(name, text)| (name, text.as_bytes().to_vec())));
    memory.files.insert(name.into(), contents.as_bytes().to_vec().into());
    memory
}

#[test]
fn a_small_vocabulary_works_without_the_other_files() {
    let tokens = load(&small("x", "")).encode("AB ba").expect("known letters");
    assert_eq!(tokens.ids[..6], [5, 4, 1, 2, 6, 6]);
    assert_eq!(tokens.ids.len(), 77);
    let short = small("tokenizer/tokenizer_config.json", r#"{"model_max_length": 5, "pad_token": "a</w>"}"#);
    let tokens = load(&short).encode("ab b ab b").expect("known letters");
    assert_eq!((tokens.ids, tokens.dropped, tokens.dropped_text.as_str()), (vec![5, 4, 3, 4, 6], 1, "b"));
    let tokens = load(&short).encode("").expect("nothing");
    assert_eq!(tokens.ids, [5, 6, 2, 2, 2]);
    let unknown = small("tokenizer/tokenizer_config.json", r#"{"model_max_length": 1e30}"#);
    assert_eq!(load(&unknown).encode("").expect("nothing").ids.len(), 77);
}

#[test]
fn each_bad_vocabulary_has_its_sentence() {
    let [vocab, merges, both] = ["tokenizer/vocab.json", "tokenizer/merges.txt", "tokenizer/tokenizer.json"];
    let config = "tokenizer/tokenizer_config.json";
    for (name, contents, expected) in [
        (vocab, "{", "is not a JSON object of numbers (EOF while parsing an object at line 1 column 1); download the file again"),
        (
            vocab,
            r#"{"a": -1}"#,
            "is not a JSON object of numbers (invalid value: integer `-1`, expected u32 at line 1 column 8); download the file again",
        ),
        (
            vocab,
            r#"{"a": 0, "b": 1, "a": 2}"#,
            "is not a JSON object of numbers (\"a\" stands there twice at line 1 column 24); download the file again",
        ),
        // Cut off at a line's end, every line that is there is sound.
        (merges, "#version: 0.2\n", "has 0 merges, expected 1: 1 pieces of the vocabulary are never made; download the file again"),
        (merges, "a b</w>\nab", "has \"ab\" in line 2, expected two pieces with a space between; download the file again"),
        (merges, "a b a", "has \"a b a\" in line 1, expected two pieces with a space between; download the file again"),
        (merges, "b a</w>", "merges \"b\" and \"a</w>\", but the vocabulary has no \"ba</w>\"; download the file again"),
        (
            merges,
            "a zzzzzzzzzzzzzzzzzzzzzzzz",
            "merges \"a\" and \"zzzzzzzzzzzzzzzzzzzzzzzz\", but the vocabulary has no \"zzzzzzzzzzzzzzzzzzzzzzzz\"; download the file again",
        ),
        (config, "[]", "is not a JSON object (invalid type: sequence, expected a map at line 1 column 0); download the file again"),
        (config, r#"{"pad_token": 7}"#, "pad_token is 7; expected a text, or an object with one as its content"),
        (
            config,
            r#"{"tokenizer_class": "T5Tokenizer"}"#,
            r#"tokenizer_class is "T5Tokenizer"; Decant reads only "CLIPTokenizer" or "CLIPTokenizerFast""#,
        ),
        (config, r#"{"padding_side": "left"}"#, r#"padding_side is "left"; Decant reads only "right""#),
        (
            config,
            r#"{"additional_special_tokens": ["<x>"]}"#,
            r#"additional_special_tokens is ["<x>"]; Decant reads only [] or null or {}"#,
        ),
    ] {
        let error = block_on(Tokenizer::load(&small(name, contents))).err().expect(contents).to_string();
        assert_eq!(error, format!("{name}: {expected}"), "{contents}");
    }
    let other = r#"{"model": {"vocab": {}, "merges": [], "end_of_word_suffix": null}}"#;
    let mut files = small(both, other);
    files.files.remove(vocab);
    let error = block_on(Tokenizer::load(&files)).err().expect("not CLIP's").to_string();
    assert_eq!(error, "tokenizer/tokenizer.json: has end_of_word_suffix None, expected CLIP's \"</w>\"; download the file again");
    let mut files = small("x", "");
    files.files.remove(merges);
    let error = block_on(Tokenizer::load(&files)).err().expect("one of two").to_string();
    assert!(error.starts_with("memory: there is no tokenizer/merges.txt; "), "{error}");
}

#[test]
fn damaged_vocabularies_are_read_or_refused_and_never_panic() {
    let mut state = 1u64;
    let mut below = |limit: usize| {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 33) as usize % limit
    };
    let config = r#"{"bos_token": {"__type": "AddedToken", "content": "<|startoftext|>", "normalized": true}, "pad_token": "b", "model_max_length": 9,
        "added_tokens_decoder": {"6": {"content": "<|endoftext|>", "special": true}}}"#;
    let original = small("tokenizer/tokenizer_config.json", config);
    let names: Vec<String> = original.files.keys().cloned().collect();
    for _ in 0..2000 {
        let mut files = original.clone();
        if let Some(file) = files.files.get_mut(&names[below(names.len())]) {
            let bytes = file.to_mut();
            let at = below(bytes.len());
            match below(3) {
                0 => bytes[at] ^= 1 << below(8),
                1 => bytes.truncate(at),
                _ => bytes.insert(at, b"\"{}[]:, 0a"[below(10)]),
            }
        }
        if let Ok(tokenizer) = block_on(Tokenizer::load(&files)) {
            let _either = tokenizer.encode("ab <|endoftext|> 猫");
        }
    }
}
