//! The reference device: runs a program through candle-core in f32 (or f64), one operation at a time, on this thread.
//!
//! It is what every kernel is tested against, and what runs where there is no WebGPU. It frees each value after its last reader.

use crate::device::{Device, Executable, Input, LocalFuture, Timing, WeightSet};
use crate::program::{From, Step};
use crate::{Error, Layout, Limits, Program, WeightUse};
use candle_core::{DType, Device as Candle, Tensor};
use std::collections::HashMap;
use std::rc::Rc;

/// The CPU as a device.
///
/// ```
/// use decant_graph::{Cpu, Device, Graph, Input, WeightIndex};
/// let graph = Graph::new(WeightIndex::new());
/// let x = graph.input("x", &[1, 2]);
/// graph.output("y", (x + x).scale(2.0, 1.0));
/// let program = graph.finish()?;
/// let y = decant_graph::cpu::run(&program, &Default::default(), &[("x", Input::F32(&[1.0, -1.0]))], candle_core::DType::F32)?;
/// assert_eq!(y[0], [5.0, -3.0]);
/// # Ok::<(), decant_graph::Error>(())
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct Cpu;

/// Weights by name, shaped as in the file and rounded as their encoding rounds.
pub type CpuWeights = HashMap<String, Tensor>;

impl Device for Cpu {
    fn name(&self) -> String {
        "CPU".into()
    }

    fn limits(&self) -> Limits {
        Limits { binding: u64::MAX, buffer: u64::MAX, ..Limits::default() }
    }

    fn memory(&self) -> u64 {
        main_memory()
    }

    /// Weights are decoded once, to f32.
    fn weight_bytes(&self, program: &Program) -> u64 {
        program.weights.iter().map(|weight| 4 * weight.numbers() as u64).sum()
    }

    fn run_bytes(&self, program: &Program) -> u64 {
        program.activation_bytes() + program.cpu_scratch_bytes()
    }

    fn does_not_fit(&self, _: &Program) -> Option<String> {
        None
    }

    fn weight_set(&self) -> Box<dyn WeightSet> {
        Box::<CpuWeightSet>::default()
    }
}

#[derive(Default)]
struct CpuWeightSet {
    weights: CpuWeights,
    /// A weight of which not all rows are here yet.
    coming: Option<(WeightUse, Vec<f32>)>,
}

impl WeightSet for CpuWeightSet {
    fn upload_rows(&mut self, weight: &WeightUse, first_row: usize, values: &[f32]) -> Result<(), Error> {
        let seen = weight.seen(first_row, values)?;
        let (of, mut numbers) = match self.coming.take() {
            Some(coming) if first_row > 0 => coming,
            _ => (weight.clone(), Vec::with_capacity(weight.numbers())),
        };
        of.expects(weight, numbers.len() / weight.row_numbers().max(1), first_row)?;
        numbers.extend(seen);
        if numbers.len() < weight.numbers() {
            self.coming = Some((of, numbers));
        } else {
            self.weights.insert(weight.name.clone(), shaped(weight, numbers)?);
        }
        Ok(())
    }

    fn forget(&mut self, name: &str) {
        self.weights.remove(name);
    }

    fn clear(&mut self) {
        *self = CpuWeightSet::default();
    }

    fn holds(&self, name: &str) -> bool {
        self.weights.contains_key(name)
    }

    fn settle<'a>(&'a self) -> LocalFuture<'a, Result<(), Error>> {
        Box::pin(async { Ok(()) })
    }

    fn ready<'a>(&'a self, program: Rc<Program>) -> LocalFuture<'a, Result<Box<dyn Executable>, Error>> {
        let weights = weights_of(&program, &self.weights);
        Box::pin(async move { Ok(Box::new(CpuExecutable { weights: weights?, program }) as Box<dyn Executable>) })
    }
}

/// A weight as a tensor, through its encoding and back, so that the CPU sees the very numbers that a kernel decodes.
pub fn tensor(weight: &WeightUse, values: &[f32]) -> Result<Tensor, Error> {
    shaped(weight, weight.seen(0, values)?)
}

fn shaped(weight: &WeightUse, seen: Vec<f32>) -> Result<Tensor, Error> {
    let shape = match weight.layout {
        Layout::Vector(n) => vec![n],
        Layout::Matrix { rows, columns } => vec![rows, columns],
        Layout::Conv { out, input, kernel } => vec![out, input, kernel[0], kernel[1]],
    };
    Ok(Tensor::from_vec(seen, shape, &Candle::Cpu)?)
}

/// Runs a program once in the given float type (f32 or f64).
pub fn run(program: &Program, weights: &CpuWeights, inputs: &[(&str, Input)], dtype: DType) -> Result<Vec<Vec<f32>>, Error> {
    let converted: candle_core::Result<Vec<Tensor>> = weights_of(program, weights)?.iter().map(|weight| weight.to_dtype(dtype)).collect();
    step_through(program, &converted?, inputs, dtype, &mut |_, _| {})
}

/// The program's weights in its own order.
fn weights_of(program: &Program, weights: &CpuWeights) -> Result<Vec<Tensor>, Error> {
    let missing = |name: &str| Error::Weight { name: name.into(), problem: "it was never uploaded".into() };
    program.weights.iter().map(|w| weights.get(&w.name).cloned().ok_or_else(|| missing(&w.name))).collect()
}

struct CpuExecutable {
    program: Rc<Program>,
    weights: Vec<Tensor>,
}

impl Executable for CpuExecutable {
    fn run<'a>(&'a mut self, inputs: &'a [(&'a str, Input<'a>)]) -> LocalFuture<'a, Result<Vec<Vec<f32>>, Error>> {
        Box::pin(async move { step_through(&self.program, &self.weights, inputs, DType::F32, &mut |_, _| {}) })
    }

    fn profile<'a>(&'a mut self, inputs: &'a [(&'a str, Input<'a>)]) -> LocalFuture<'a, Result<Vec<Timing>, Error>> {
        Box::pin(async move {
            let mut timings = vec![];
            let mut note = |step: &Step, seconds: f64| {
                let flops = step.gpu.iter().flat_map(|gpu| &gpu.launches).map(|launch| launch.flops).sum();
                timings.push(Timing { label: self.program.label(step), seconds, flops });
            };
            step_through(&self.program, &self.weights, inputs, DType::F32, &mut note)?;
            Ok(timings)
        })
    }
}

/// Every step in order; values are freed after their last reader. `note` hears each step's seconds (0 in a browser, which has no clock here).
fn step_through(
    program: &Program,
    weights: &[Tensor],
    inputs: &[(&str, Input)],
    dtype: DType,
    note: &mut dyn FnMut(&Step, f64),
) -> Result<Vec<Vec<f32>>, Error> {
    let mut values: Vec<Option<Tensor>> = vec![None; program.values.len()];
    for (input, given) in program.inputs.iter().zip(program.match_inputs(inputs)?) {
        let shape = program.values[input.value].shape.as_slice();
        values[input.value] = Some(match given {
            Input::F32(numbers) => Tensor::from_slice(numbers, shape, &Candle::Cpu)?.to_dtype(dtype)?,
            Input::U32(ids) => Tensor::from_slice(ids, shape, &Candle::Cpu)?,
        });
    }
    let last_reader = program.last_readers();
    for (at, step) in program.steps.iter().enumerate() {
        let operands: Result<Vec<Tensor>, Error> = step
            .operands
            .iter()
            .map(|from| match from {
                From::Weight(w) => Ok(weights[*w].clone()),
                From::Value(v) => value(program, &values, *v),
            })
            .collect();
        let start = seconds();
        values[step.result] = Some(step.op.cpu(&operands?)?);
        note(step, seconds() - start);
        for from in &step.operands {
            if let From::Value(v) = from {
                let root = program.values[*v].root;
                if last_reader[root] == at {
                    values[root] = None;
                }
            }
        }
    }
    let read = |(_, v): &(String, usize)| Ok(value(program, &values, *v)?.flatten_all()?.to_dtype(DType::F32)?.to_vec1()?);
    program.outputs.iter().map(read).collect()
}

/// A value under its own shape, which may be a view of another's.
fn value(program: &Program, values: &[Option<Tensor>], v: usize) -> Result<Tensor, Error> {
    let info = &program.values[v];
    let tensor = values[info.root].as_ref().ok_or_else(|| Error::Candle(format!("value {v} is read after it was freed")))?;
    Ok(tensor.reshape(info.shape.as_slice())?)
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

#[cfg(not(target_arch = "wasm32"))]
fn seconds() -> f64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0.0, |t| t.as_secs_f64())
}

#[cfg(target_arch = "wasm32")]
fn seconds() -> f64 {
    0.0
}
