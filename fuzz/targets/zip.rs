//! PyTorch's zip archives, as bytes.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| decant_fuzz::weights([b"PK\x03\x04", data].concat()));
