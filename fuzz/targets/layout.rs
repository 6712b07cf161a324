//! A model in one file, by its tensors' names and shapes alone: lines `NAME AXIS AXIS …`.
#![no_main]

use decant_sd::layout;
use std::rc::Rc;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let file = Rc::new(decant_fuzz::Hollow::new(data));
    decant_fuzz::sentence(pollster::block_on(layout::open(file.clone())).map(drop));
    decant_fuzz::sentence(pollster::block_on(layout::open_tiny(file)).map(drop));
});
