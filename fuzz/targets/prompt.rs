//! A prompt with emphasis, in chunks or not; LoRAs in a prompt. The first byte says how.
#![no_main]

use decant_sd::lora;
use decant_sd::prompt::{How, Reader};
use decant_sd::request::Long;
use std::rc::Rc;

thread_local! {
    static READER: Rc<Reader> = decant_fuzz::twin("lcm-tiny").reader();
}

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let [how, text @ ..] = data else { return };
    let text = String::from_utf8_lossy(text);
    let how = How { emphasis: how & 1 == 1, long: if how & 2 == 2 { Long::Chunks } else { Long::Truncate } };
    READER.with(|reader| {
        let read = reader.read(&text, how);
        if let Ok(tokens) = &read {
            assert_eq!(tokens.ids.len(), 77 * tokens.chunks);
            for piece in &tokens.pieces {
                assert_eq!(tokens.ids[piece.at], piece.id);
                assert!(piece.weight.is_finite() && text.get(piece.place.clone()).is_some(), "{piece:?}");
            }
        }
        decant_fuzz::sentence(read);
        decant_fuzz::sentence(reader.token(&text));
    });
    let (rest, uses) = lora::from_prompt(&text);
    assert!(rest.len() <= text.len() && uses.iter().all(|one| one.weight.is_finite()));
});
