//! What a GPU runs of a program, and where every value lives: plain data. `on_gpu.rs` works it out.

use crate::caps::Caps;
use crate::choice::Candidate;
use crate::kernel_choice::KernelChoice;
use crate::launch::Launch;
use crate::op::Gpu;

/// One step on a GPU.
#[derive(Debug, Clone)]
pub struct GpuStep {
    /// The candidate that was chosen; `Err` says what only the CPU can do.
    pub gpu: Result<Candidate<Gpu>, String>,
    /// The buffers of its scratch.
    pub scratch: Vec<usize>,
}

impl GpuStep {
    /// What it launches, in order.
    pub fn launches(&self) -> &[Launch] {
        self.gpu.as_ref().map_or(&[], |candidate| &candidate.way.launches)
    }
}

/// A program for one kind of adapter.
#[derive(Debug, Clone)]
pub struct GpuPlan {
    /// Whose it is.
    pub caps: Caps,
    /// How it was chosen.
    pub choice: KernelChoice,
    /// For each step.
    pub steps: Vec<GpuStep>,
    /// The buffer of each value.
    pub values: Vec<usize>,
    /// Bytes of each buffer, scratch included.
    pub buffers: Vec<u64>,
}
