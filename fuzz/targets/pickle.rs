//! The pickle of PyTorch's zip archives: a sound archive around the bytes, with two storages.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    decant_fuzz::weights(decant_fuzz::zip(&[("x/data.pkl", data), ("x/data/0", &[1; 256]), ("x/data/1", &[2; 96])]));
});
