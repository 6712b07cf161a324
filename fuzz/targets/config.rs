//! A model's configurations: the first byte says whose.
#![no_main]

use decant_fuzz::sentence;
use decant_sd::config::{ClipConfig, ModelIndex, Scheduler, TinyConfig, UNetConfig, VaeConfig};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let [which, json @ ..] = data else { return };
    match which % 6 {
        0 => sentence(ClipConfig::parse("a", json)),
        1 => sentence(UNetConfig::parse("a", json)),
        2 => sentence(VaeConfig::parse("a", json)),
        3 => sentence(TinyConfig::parse("a", json)),
        4 => sentence(Scheduler::parse("a", json)),
        _ => sentence(ModelIndex::parse("a", json)),
    }
});
