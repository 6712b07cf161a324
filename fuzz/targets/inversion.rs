//! A textual inversion's file, whole: the first byte is what the file is called. What is read is found in a prompt, and goes again.
#![no_main]

use decant_sd::pipeline::Pipeline;
use decant_sd::prompt::How;
use pollster::block_on;
use std::cell::RefCell;

thread_local! {
    static TWINS: RefCell<[Pipeline; 2]> = RefCell::new(["lcm-tiny", "sdxl-tiny"].map(decant_fuzz::twin));
}

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let [name, file @ ..] = data else { return };
    let name = ["word.pt", "a b.safetensors", ".bin", "<word>"][usize::from(*name) % 4];
    TWINS.with_borrow_mut(|twins| {
        for twin in twins {
            let added = block_on(twin.add_textual_inversion(name, file.to_vec()));
            for token in added.iter().flatten().flat_map(|word| &word.tokens) {
                decant_fuzz::sentence(twin.reader().read(&format!("a {token}, {token}"), How { emphasis: true, ..How::default() }));
            }
            for word in added.iter().flatten() {
                twin.remove_textual_inversion(&word.name);
            }
            assert!(twin.textual_inversions().is_empty());
            decant_fuzz::sentence(added);
        }
    });
});
