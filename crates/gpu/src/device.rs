//! A GPU as a device: what the graph's side asks of any machine, answered by the other files.

use crate::adapter::Gpu;
use crate::ready::run_bytes;
use crate::weights::GpuWeightSet;
use decant_graph::{Caps, Device, KernelChoice, Program, Used, WeightSet};

impl Device for Gpu {
    fn name(&self) -> String {
        format!("{} ({})", self.0.adapter.name, self.0.adapter.backend)
    }

    fn caps(&self) -> Caps {
        self.0.caps.clone()
    }

    fn kernel_choice(&self) -> KernelChoice {
        self.0.choice.borrow().clone()
    }

    fn choose_kernels(&self, choice: KernelChoice) {
        self.0.choice.replace(choice);
    }

    /// A CPU in disguise uses main memory; WebGPU does not say how much a real GPU has, so there the driver has the last word.
    fn memory(&self) -> u64 {
        if self.0.adapter.software { decant_graph::cpu::main_memory() } else { u64::MAX }
    }

    fn run_bytes(&self, program: &Program) -> u64 {
        run_bytes(program, &self.on_gpu(program))
    }

    fn weight_set(&self) -> Box<dyn WeightSet> {
        Box::new(GpuWeightSet::new(self.clone()))
    }

    fn used(&self) -> Option<Used> {
        Some(self.0.tally.used())
    }

    fn reset_peak(&self) {
        self.0.tally.reset_peak();
    }
}
