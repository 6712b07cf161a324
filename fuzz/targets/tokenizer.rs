//! A tokenizer's files, parted by bytes 0: tokenizer.json, or vocab.json and merges.txt, then tokenizer_config.json, then a prompt.
#![no_main]

use decant_sd::files::Memory;
use decant_sd::tokenizer::Tokenizer;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let mut parts = data.split(|byte| *byte == 0);
    let mut part = || parts.next().unwrap_or_default().to_vec();
    let mut files = Memory::new("memory", [("tokenizer/tokenizer_config.json", part())]);
    let (first, second, prompt) = (part(), part(), part());
    if second.is_empty() {
        files.files.insert("tokenizer/tokenizer.json".into(), first.into());
    } else {
        files.files.insert("tokenizer/vocab.json".into(), first.into());
        files.files.insert("tokenizer/merges.txt".into(), second.into());
    }
    if let Ok(tokenizer) = pollster::block_on(Tokenizer::load(&files)) {
        decant_fuzz::sentence(tokenizer.encode(&String::from_utf8_lossy(&prompt)));
    }
});
