//! What a GPU runs of a program, and where every value lives: plain data. `on_gpu.rs` works it out.

use crate::caps::Caps;
use crate::choice::{Candidate, choose};
use crate::launch::Launch;
use crate::op::Gpu;
use std::collections::BTreeMap;

/// Which candidates are taken where an operation's own order is not followed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KernelChoice {
    /// The candidate's name by the class of the work ([`crate::op::Op::class`]), as measured on this adapter.
    pub tuned: BTreeMap<String, String>,
    /// A candidate's name that is taken wherever an operation has it.
    pub forced: Option<String>,
    /// Candidates that compute wrongly here, and are never taken.
    pub wrong: Vec<String>,
}

impl KernelChoice {
    /// The candidate to take: the forced one, else the tuned one, else the first that fits.
    pub fn of(&self, candidates: Vec<Candidate<Gpu>>, class: Option<String>) -> Result<Candidate<Gpu>, String> {
        let left: Vec<Candidate<Gpu>> = candidates.into_iter().filter(|c| !self.wrong.iter().any(|name| name == c.name)).collect();
        let has = |name: &&str| left.iter().any(|candidate| candidate.fits && candidate.name == *name);
        let tuned = class.and_then(|class| self.tuned.get(&class)).map(String::as_str);
        let wanted = self.forced.as_deref().filter(has).or(tuned.filter(has)).map(String::from);
        choose(left, wanted.as_deref())
    }
}

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
