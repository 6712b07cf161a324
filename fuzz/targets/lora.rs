//! A LoRA beside a small twin, by its tensors' names and shapes (lines `NAME AXIS AXIS …`); one that fits is drawn with.
#![no_main]

use decant_sd::lora::LoraUse;
use decant_sd::pipeline::{Pipeline, Unobserved};
use decant_sd::request::Request;
use pollster::block_on;
use std::cell::RefCell;
use std::rc::Rc;

thread_local! {
    static TWIN: RefCell<Pipeline> = RefCell::new(decant_fuzz::twin("sd1-tiny"));
}

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let file = Rc::new(decant_fuzz::Hollow::new(data));
    TWIN.with_borrow_mut(|twin| {
        let added = block_on(twin.add_lora("a", file));
        let fits = added.is_ok();
        decant_fuzz::sentence(added);
        if !fits {
            return;
        }
        let loras = vec![LoraUse { name: "a".into(), weight: 0.5, text: None }];
        let request = Request { prompt: "a cat".into(), steps: Some(1), width: Some(16), height: Some(16), loras, ..Request::default() };
        decant_fuzz::sentence(block_on(twin.generate(&request, &mut Unobserved)));
        twin.remove_lora("a").expect("it was added");
    });
});
