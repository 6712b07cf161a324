//! A file of latents: what is read is written and read again as the same.
#![no_main]

use decant_sd::latents::Latents;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let read = Latents::read("latents", data);
    if let Ok(latents) = &read {
        assert_eq!(Latents::read("again", &latents.to_safetensors()).expect("it is ours"), *latents);
        assert_eq!(Latents::read("again", &latents.to_npy()).expect("it is ours").values, latents.values);
        assert_eq!(latents.channels().len(), latents.shape[0]);
    }
    decant_fuzz::sentence(read);
});
