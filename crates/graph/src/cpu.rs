//! The CPU as a device: programs lowered to the kernels of `decant-kernels`, in one arena, on this machine's best instruction set and its
//! cores. What an operation has no kernel for, candle-core computes; it is also what every kernel is tested against ([`run`]).

mod clock;
mod executable;
pub mod host;
mod list;
mod lowered;
mod own;
mod packing;
#[cfg(not(target_arch = "wasm32"))]
mod pool;
mod processor;
mod reference;
mod sets;
mod weights;

pub use lowered::{Lowered, Way};
pub use processor::{Processor, main_memory};
pub use reference::{CpuWeights, run, tensor};
pub use sets::{SETS, cores, set};

use crate::Program;
use crate::device::{Device, WeightSet};

/// The CPU as it offers itself: its best instruction set and all its cores. [`Processor`] is the same with a choice.
///
/// ```
/// use decant_graph::{Cpu, Device, Graph, Input, WeightIndex};
/// use std::rc::Rc;
/// let graph = Graph::new(WeightIndex::new());
/// let x = graph.input("x", &[1, 2]);
/// graph.output("y", (x + x).scale(2.0, 1.0));
/// let program = Rc::new(graph.finish()?);
/// let mut ready = pollster::block_on(Cpu.weight_set().ready(program))?;
/// let y = pollster::block_on(ready.run(&[("x", Input::F32(&[1.0, -1.0]))]))?;
/// assert_eq!(y[0], [5.0, -3.0]);
/// # Ok::<(), decant_graph::Error>(())
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct Cpu;

impl Device for Cpu {
    fn name(&self) -> String {
        Processor::default().name()
    }

    fn memory(&self) -> u64 {
        main_memory()
    }

    fn weight_bytes(&self, program: &Program) -> u64 {
        Processor::default().weight_bytes(program)
    }

    fn run_bytes(&self, program: &Program) -> u64 {
        Processor::default().run_bytes(program)
    }

    fn does_not_fit(&self, program: &Program) -> Option<String> {
        Processor::default().does_not_fit(program)
    }

    fn path(&self) -> Option<String> {
        Processor::default().path()
    }

    fn weight_set(&self) -> Box<dyn WeightSet> {
        Processor::default().weight_set()
    }
}
