//! Which machine computes.

use crate::arguments::{AUTO, Cores, GpuKernels, Processing, Where};
use crate::{Failure, kernels};
use decant_gpu::Gpu;
use decant_graph::{Cpu, Device, Processor, WeightSet};
use decant_sd::error::bytes;
use decant_sd::pipeline::Memory;
use std::rc::Rc;

/// The chosen device. `auto` takes a GPU that is one: a CPU in disguise is slower than the CPU itself.
pub(crate) fn choose(processing: &Processing) -> Result<Rc<dyn Device>, Failure> {
    let cpu = || {
        if processing.kernel.chosen() {
            note!("--tune and --kernel are a GPU's: on the CPU they change nothing");
        }
        Ok(Rc::new(processor(&processing.cores)?) as Rc<dyn Device>)
    };
    match processing.device {
        Where::Cpu => cpu(),
        Where::Gpu => gpu(processing, pollster::block_on(Gpu::request())?),
        // Who asks for kernels or threads asks for the CPU.
        Where::Auto if processing.cores.chosen() => cpu(),
        Where::Auto => match pollster::block_on(Gpu::request()) {
            Ok(found) if !found.adapter().software => gpu(processing, found),
            Ok(gpu) => {
                note!(
                    "the only GPU here, {}, is emulated by the CPU: computing on the CPU itself (--device gpu to use it)",
                    gpu.adapter().name
                );
                cpu()
            }
            // The driver's own words go on for lines, and are for whoever asks for a GPU.
            Err(_) => {
                note!("no GPU was found: computing on the CPU (--device gpu says why)");
                cpu()
            }
        },
    }
}

/// The CPU with the chosen kernels and threads.
pub(crate) fn processor(cores: &Cores) -> Result<Processor, Failure> {
    Ok(Processor::new(Some(&cores.kernels), cores.threads.map(usize::from))?)
}

impl GpuKernels {
    fn chosen(&self) -> bool {
        self.tune || self.kernel.is_some()
    }
}

impl Cores {
    fn chosen(&self) -> bool {
        self.threads.is_some() || self.kernels != AUTO
    }
}

fn gpu(processing: &Processing, gpu: Gpu) -> Result<Rc<dyn Device>, Failure> {
    if processing.cores.chosen() {
        note!("--kernels and --threads are the CPU's: on a GPU they change nothing");
    }
    kernels::choose(&gpu, &processing.kernel)?;
    Ok(Rc::new(gpu))
}

/// How much memory a picture took, predicted and measured, and how it was made.
pub(crate) fn memory_taken(memory: &Memory, device: &dyn Device) -> String {
    let measured = device.used().map_or("not measured on this device".into(), |used| format!("{} measured", bytes(used.peak)));
    format!("memory: {} predicted, {measured}; {}", bytes(memory.peak()), memory.placement)
}

/// A GPU of which only WebGPU's guarantees are known: for predictions, nothing runs on it.
pub(crate) struct Guaranteed;

impl Device for Guaranteed {
    fn name(&self) -> String {
        "a GPU with WebGPU's guaranteed limits".into()
    }

    fn memory(&self) -> u64 {
        u64::MAX
    }

    fn weight_set(&self) -> Box<dyn WeightSet> {
        Cpu.weight_set()
    }
}
