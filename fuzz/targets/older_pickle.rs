//! PyTorch's older files: the magic number, then the bytes.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| decant_fuzz::weights(
    [b"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.", data].concat()
));
