//! An upscaler by its tensors' names and shapes (lines `NAME AXIS AXIS …`); one that is known is cut into tiles, and a small one is run.
#![no_main]

use decant_graph::Cpu;
use decant_sd::picture::Picture;
use decant_sd::upscale::Upscaler;
use pollster::block_on;
use std::rc::Rc;

const SIDES: [usize; 2] = [13, 9];

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let opened = block_on(Upscaler::open("a", Rc::new(decant_fuzz::Hollow::new(data)), &Cpu, None));
    let mut upscaler = match opened {
        Ok(upscaler) => upscaler,
        refused => return decant_fuzz::sentence(refused),
    };
    let tiling = match upscaler.tiling(&Cpu, SIDES, 16 << 20) {
        Ok(tiling) => tiling,
        refused => return decant_fuzz::sentence(refused),
    };
    let picture = Picture { width: SIDES[0], height: SIDES[1], values: vec![0.5; 3 * SIDES[0] * SIDES[1]] };
    decant_fuzz::sentence(block_on(upscaler.run(&picture, &tiling, async |_, _| Ok(()))));
});
