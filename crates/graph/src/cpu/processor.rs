//! The device: a host's kernels, threads and memory, as models see them.

use super::host::Host;
use super::lowered::{Lowered, weight_bytes};
use super::own::OwnHost;
use super::weights::CpuWeightSet;
use super::{cores, set};
use crate::device::{Device, Used, WeightSet};
use crate::{Error, Program};
use std::rc::Rc;

/// A CPU, or part of one: an instruction set and some threads.
///
/// ```
/// use decant_graph::{Device, Processor};
/// let processor = Processor::new(Some("scalar"), Some(2))?;
/// assert_eq!(processor.name(), "CPU (scalar)");
/// assert_eq!(processor.path().as_deref(), Some("scalar, 2 threads"));
/// # Ok::<(), decant_graph::Error>(())
/// ```
#[derive(Clone)]
pub struct Processor {
    host: Rc<dyn Host>,
    wanted: Option<&'static str>,
}

impl Processor {
    /// This machine's own, with the kernels of that name (else the best) on so many threads (else all cores). In a browser there is one.
    ///
    /// # Errors
    /// Kernels that there are none of here.
    pub fn new(kernels: Option<&str>, threads: Option<usize>) -> Result<Processor, Error> {
        let set = set(kernels.filter(|name| *name != "auto")).map_err(|problem| Error::Device(format!("kernels: {problem}")))?;
        let threads = if cfg!(target_arch = "wasm32") { 1 } else { threads.unwrap_or_else(cores).max(1) };
        Ok(Processor::on(Rc::new(OwnHost::new(set, threads).expect("a set that can be used here has kernels"))))
    }

    /// A host's.
    pub fn on(host: Rc<dyn Host>) -> Processor {
        Processor { host, wanted: None }
    }

    /// The same, where operations that have a way of that name take it: for comparing ways.
    pub fn taking(self, way: &'static str) -> Processor {
        Processor { wanted: Some(way), ..self }
    }

    /// The program as it runs here.
    pub fn lowered(&self, program: &Program) -> Lowered {
        Lowered::new(program, self.host.set(), self.wanted)
    }
}

/// The best that this machine offers.
impl Default for Processor {
    fn default() -> Processor {
        Processor::new(None, None).expect("plain Rust can be used everywhere")
    }
}

impl Device for Processor {
    fn name(&self) -> String {
        format!("CPU ({})", self.host.set().name())
    }

    fn memory(&self) -> u64 {
        main_memory()
    }

    fn weight_bytes(&self, program: &Program) -> u64 {
        weight_bytes(program, self.host.set())
    }

    fn run_bytes(&self, program: &Program) -> u64 {
        self.lowered(program).bytes(self.host.threads())
    }

    fn does_not_fit(&self, _: &Program) -> Option<String> {
        None
    }

    fn weight_set(&self) -> Box<dyn WeightSet> {
        Box::new(CpuWeightSet::new(self.host.clone(), self.wanted))
    }

    fn path(&self) -> Option<String> {
        let threads = self.host.threads();
        Some(format!("{}, {threads} thread{}", self.host.set().name(), if threads == 1 { "" } else { "s" }))
    }

    fn used(&self) -> Option<Used> {
        Some(self.host.used())
    }

    fn reset_peak(&self) {
        self.host.reset_peak();
    }
}

/// Bytes that a program on this machine's own memory may take: three quarters of what there is where Linux says
/// it, else 6 GB, which most machines have (a 32-bit wasm: 3 GB of its 4).
pub fn main_memory() -> u64 {
    if cfg!(target_arch = "wasm32") {
        return 3 << 30;
    }
    let meminfo = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let total = meminfo.lines().find_map(|line| line.strip_prefix("MemTotal:")?.trim().strip_suffix("kB")?.trim().parse::<u64>().ok());
    total.map_or(6 << 30, |kilobytes| kilobytes * 1024 / 4 * 3)
}
