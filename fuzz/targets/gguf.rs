//! A GGUF file.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| decant_fuzz::weights([b"GGUF\x03\0\0\0", data].concat()));
