//! Where programs run: the edge between models and machines. The CPU's is [`crate::Cpu`], the GPU's is in `decant-gpu`.

use crate::{Caps, Error, GpuPlan, Input, KernelChoice, Program, WeightUse};
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

/// A future that stays on its thread, as everything in a browser does.
pub type LocalFuture<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// A machine that holds weights and runs programs.
pub trait Device {
    /// What a person calls it: the adapter's name, or "CPU".
    fn name(&self) -> String;
    /// What it can do, where it is a GPU.
    fn caps(&self) -> Caps {
        Caps::default()
    }
    /// Which kernels it takes, where it is a GPU.
    fn kernel_choice(&self) -> KernelChoice {
        KernelChoice::default()
    }
    /// From now on programs are made ready with these kernels, where it is a GPU.
    fn choose_kernels(&self, _choice: KernelChoice) {}
    /// What it runs of a program, where it is a GPU.
    fn on_gpu(&self, program: &Program) -> Rc<GpuPlan> {
        program.on_gpu(&self.caps(), &self.kernel_choice())
    }
    /// Bytes that weights and activations may take in all, as far as anybody can know beforehand.
    fn memory(&self) -> u64;
    /// Bytes that a program's weights take here.
    fn weight_bytes(&self, program: &Program) -> u64 {
        program.weight_bytes()
    }
    /// Bytes that a program takes here while it runs, weights aside.
    fn run_bytes(&self, program: &Program) -> u64 {
        self.on_gpu(program).activation_bytes()
    }
    /// The first thing of a program that this device cannot do, in one sentence.
    fn does_not_fit(&self, program: &Program) -> Option<String> {
        self.on_gpu(program).does_not_fit(program)
    }
    /// An empty set of weights.
    fn weight_set(&self) -> Box<dyn WeightSet>;
    /// Bytes that are really allocated here, where the device counts them.
    fn used(&self) -> Option<Used> {
        None
    }
    /// Where the CPU computes: by which kernels, on how many threads.
    fn path(&self) -> Option<String> {
        None
    }
    /// From now on [`Used::peak`] is the most since now.
    fn reset_peak(&self) {}
}

/// Bytes of a device's memory that are allocated: weights, activations, uniforms, and what is read back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Used {
    /// At this moment.
    pub now: u64,
    /// The most at any moment since the device was opened, or since [`Device::reset_peak`].
    pub peak: u64,
}

/// Weights in a device's memory, shared by the programs that are made ready on them.
pub trait WeightSet {
    /// Stores some rows of a weight from the file's numbers (in the file's order). Rows come in order, each call's number of them a multiple
    /// of [`WeightUse::row_alignment`] unless they are the last; beginning again at row 0 replaces what was there.
    fn upload_rows(&mut self, weight: &WeightUse, first_row: usize, values: &[f32]) -> Result<(), Error>;
    /// Stores one weight at once.
    fn upload(&mut self, weight: &WeightUse, values: &[f32]) -> Result<(), Error> {
        if values.len() != weight.numbers() {
            let problem = format!("expected {} numbers for {:?}, got {}", weight.numbers(), weight.layout, values.len());
            return Err(Error::Weight { name: weight.name.clone(), problem });
        }
        self.upload_rows(weight, 0, values)
    }
    /// Whether all of that weight is there.
    fn holds(&self, name: &str) -> bool;
    /// Gives the memory of all weights back whose names are not to be kept, once no program is ready on them any more.
    fn retain(&mut self, keep: &mut dyn FnMut(&str) -> bool);
    /// Gives the memory of all weights back, once no program is ready on them any more.
    fn clear(&mut self);
    /// Waits until what was uploaded is really there; a device may find out late that it has no room.
    fn settle<'a>(&'a self) -> LocalFuture<'a, Result<(), Error>>;
    /// Allocates what the program's plan says and makes it ready to run.
    fn ready<'a>(&'a self, program: Rc<Program>) -> LocalFuture<'a, Result<Box<dyn Executable>, Error>>;
}

/// Seconds that one launch (or, on the CPU, one operation) took.
#[derive(Debug, Clone)]
pub struct Timing {
    /// The operation and what it works on.
    pub label: String,
    /// Seconds on the device's own clock.
    pub seconds: f64,
    /// Arithmetic operations done.
    pub flops: u64,
}

/// A program made ready: buffers, pipelines and weights are in place, and only inputs change from run to run.
pub trait Executable {
    /// Runs once with inputs by name and gives the outputs in the program's order, each in its own shape's order.
    fn run<'a>(&'a mut self, inputs: &'a [(&'a str, Input<'a>)]) -> LocalFuture<'a, Result<Vec<Vec<f32>>, Error>>;
    /// Seconds per launch of one run, where the device has a clock for it.
    fn profile<'a>(&'a mut self, inputs: &'a [(&'a str, Input<'a>)]) -> LocalFuture<'a, Result<Vec<Timing>, Error>>;
}
