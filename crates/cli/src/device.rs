//! Which machine computes.

use crate::Failure;
use crate::arguments::Where;
use decant_gpu::Gpu;
use decant_graph::{Cpu, Device, Limits, WeightSet};
use std::rc::Rc;

/// The chosen device. `auto` takes a GPU that is one: a CPU in disguise is slower than the CPU itself.
pub(crate) fn choose(wish: Where) -> Result<Rc<dyn Device>, Failure> {
    match wish {
        Where::Cpu => Ok(Rc::new(Cpu)),
        Where::Gpu => Ok(Rc::new(pollster::block_on(Gpu::request())?)),
        Where::Auto => match pollster::block_on(Gpu::request()) {
            Ok(gpu) if !gpu.adapter().software => Ok(Rc::new(gpu)),
            Ok(gpu) => {
                note!(
                    "the only GPU here, {}, is emulated by the CPU: computing on the CPU itself (--device gpu to use it)",
                    gpu.adapter().name
                );
                Ok(Rc::new(Cpu))
            }
            // The driver's own words go on for lines, and are for whoever asks for a GPU.
            Err(_) => {
                note!("no GPU was found: computing on the CPU (--device gpu says why)");
                Ok(Rc::new(Cpu))
            }
        },
    }
}

/// A GPU of which only WebGPU's guarantees are known: for predictions, nothing runs on it.
pub(crate) struct Guaranteed;

impl Device for Guaranteed {
    fn name(&self) -> String {
        "a GPU with WebGPU's guaranteed limits".into()
    }

    fn limits(&self) -> Limits {
        Limits::default()
    }

    fn memory(&self) -> u64 {
        u64::MAX
    }

    fn weight_set(&self) -> Box<dyn WeightSet> {
        Cpu.weight_set()
    }
}
