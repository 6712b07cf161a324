//! A program made ready on a host: its arena, its weights, its lists of calls, and between them the steps that candle computes.

use super::clock::seconds;
use super::host::{Addressed, Host, Memory, Prepared, Scratch};
use super::lowered::{Lowered, Way};
use super::packing::unpacked;
use super::reference::shaped;
use crate::device::{Executable, LocalFuture, Timing};
use crate::kept::Kept;
use crate::op::count;
use crate::program::ValueRef;
use crate::{Encoding, Error, Input, Program};
use candle_core::{DType, Device as Candle, Tensor};
use decant_kernels::Kernel;
use std::ops::Range;
use std::rc::Rc;

pub(super) struct Ready {
    host: Rc<dyn Host>,
    program: Rc<Program>,
    lowered: Lowered,
    arena: Rc<dyn Memory>,
    scratch: Rc<dyn Memory>,
    weights: Vec<Rc<dyn Memory>>,
    /// What runs each time, and before it, what runs when a kept input changed.
    parts: Vec<Part>,
    prelude: Vec<Part>,
    kept: Kept,
}

/// What runs between two looks at the memory.
enum Part {
    Kernels(Box<dyn Prepared>),
    Candle(usize),
}

impl Ready {
    /// `weights` are in the program's order.
    pub fn new(host: Rc<dyn Host>, program: Rc<Program>, weights: Vec<Rc<dyn Memory>>, wanted: Option<&str>) -> Result<Ready, Error> {
        let lowered = Lowered::new(&program, host.set(), wanted);
        let arena = host.allocate(lowered.arena)?;
        let scratch = host.allocate(lowered.thread_scratch * host.threads() as u64)?;
        let (parts, prelude, kept) = (vec![], vec![], Kept::default());
        let mut ready = Ready { host, program, lowered, arena, scratch, weights, parts, prelude, kept };
        let first = ready.program.prelude;
        ready.prelude = ready.parts_of(0..first)?;
        ready.parts = ready.parts_of(first..ready.lowered.ways.len())?;
        Ok(ready)
    }

    fn parts_of(&self, steps: Range<usize>) -> Result<Vec<Part>, Error> {
        let (mut parts, mut first) = (vec![], steps.start);
        for at in steps.start..=steps.end {
            let candle = at < steps.end && self.lowered.ways[at] == Way::Candle;
            if candle || at == steps.end {
                parts.extend((first < at).then(|| self.prepare(first..at)).transpose()?.map(Part::Kernels));
                parts.extend(candle.then_some(Part::Candle(at)));
                first = at + 1;
            }
        }
        Ok(parts)
    }

    /// A list of these steps' calls.
    fn prepare(&self, steps: Range<usize>) -> Result<Box<dyn Prepared>, Error> {
        let weights: Vec<u64> = self.weights.iter().map(|weight| weight.address()).collect();
        let mut calls = vec![];
        for at in steps {
            if let Way::Kernels(_, of_step) = &self.lowered.ways[at] {
                calls.extend(of_step.iter().map(|call| Addressed {
                    kernel: call.kernel as u32,
                    units: call.units,
                    slots: call.slots.iter().map(|s| self.lowered.address(&self.program, at, s, self.arena.address(), &weights)).collect(),
                    params: call.params.clone(),
                }));
            }
        }
        self.host.prepare(calls, Scratch { address: self.scratch.address(), each: self.lowered.thread_scratch })
    }

    /// Kept ones only where they changed.
    fn write_inputs(&self, given: &[Input], same: bool) -> Result<(), Error> {
        for (input, given) in self.program.inputs.iter().zip(given).filter(|(input, _)| !(same && input.kept)) {
            let bytes: Vec<u8> = match given {
                Input::F32(numbers) => numbers.iter().flat_map(|v| v.to_le_bytes()).collect(),
                Input::U32(ids) => {
                    self.check_ids(input.value, ids)?;
                    ids.iter().flat_map(|v| v.to_le_bytes()).collect()
                }
            };
            self.arena.write(self.lowered.values[input.value], &bytes);
        }
        Ok(())
    }

    /// Refuses row numbers past the end of the table that they are looked up in.
    fn check_ids(&self, value: usize, ids: &[u32]) -> Result<(), Error> {
        for (step, way) in self.program.steps.iter().zip(&self.lowered.ways) {
            let Way::Kernels(_, calls) = way else { continue };
            let (ValueRef::Weight(table), Some(ValueRef::Value(read))) = (step.operands[0], step.operands.get(1)) else { continue };
            let looked_up = calls.iter().any(|call| call.kernel == Kernel::Gather) && self.program.values[*read].root == value;
            let rows = self.program.weights[table].rows();
            if let Some(id) = ids.iter().find(|id| looked_up && **id as usize >= rows) {
                let problem = format!("row {id} is looked up, it has {rows} rows");
                return Err(Error::Weight { name: self.program.weights[table].name.clone(), problem });
            }
        }
        Ok(())
    }

    /// A value's numbers.
    fn read(&self, value: usize) -> Vec<f32> {
        let n = count(&self.program.values[value].shape);
        let mut bytes = vec![0; 4 * n];
        self.arena.read(self.lowered.values[value], &mut bytes);
        Encoding::F32.decode(&bytes, n)
    }

    /// A step without kernels, on copies.
    fn candle(&self, at: usize) -> Result<(), Error> {
        let step = &self.program.steps[at];
        let operand = |from: &ValueRef| match from {
            ValueRef::Weight(w) => {
                let weight = &self.program.weights[*w];
                shaped(weight, unpacked(weight, &*self.weights[*w], self.host.set().tile()))
            }
            ValueRef::Value(v) => self.tensor(*v),
        };
        let operands: Result<Vec<Tensor>, Error> = step.operands.iter().map(operand).collect();
        let result: Vec<f32> = step.op.cpu(&operands?)?.flatten_all()?.to_dtype(DType::F32)?.to_vec1()?;
        let bytes: Vec<u8> = result.iter().flat_map(|v| v.to_le_bytes()).collect();
        self.arena.write(self.lowered.values[step.result], &bytes);
        Ok(())
    }

    fn tensor(&self, value: usize) -> Result<Tensor, Error> {
        let (shape, numbers) = (self.program.values[value].shape.as_slice(), self.read(value));
        let ids = self.program.inputs.iter().any(|input| input.ids && input.value == self.program.values[value].root);
        Ok(match ids {
            true => Tensor::from_vec(numbers.iter().map(|v| v.to_bits()).collect(), shape, &Candle::Cpu)?,
            false => Tensor::from_vec(numbers, shape, &Candle::Cpu)?,
        })
    }
}

impl Executable for Ready {
    fn run<'a>(&'a mut self, inputs: &'a [(&'a str, Input<'a>)]) -> LocalFuture<'a, Result<Vec<Vec<f32>>, Error>> {
        Box::pin(async move {
            let given = self.program.match_inputs(inputs)?;
            let mut kept = std::mem::take(&mut self.kept);
            let same = kept.same(&self.program, &given);
            self.write_inputs(&given, same)?;
            let prelude = self.prelude.iter().filter(|_| !same);
            for part in prelude.chain(&self.parts) {
                match part {
                    Part::Kernels(list) => list.run().await?,
                    Part::Candle(at) => self.candle(*at)?,
                }
            }
            kept.ran(&self.program, &given);
            self.kept = kept;
            Ok(self.program.outputs.iter().map(|(_, value)| self.read(*value)).collect())
        })
    }

    fn profile<'a>(&'a mut self, inputs: &'a [(&'a str, Input<'a>)]) -> LocalFuture<'a, Result<Vec<Timing>, Error>> {
        Box::pin(async move {
            self.kept.forget();
            self.write_inputs(&self.program.match_inputs(inputs)?, false)?;
            let mut timings = vec![];
            let work = self.program.anywhere();
            for (at, step) in self.program.steps.iter().enumerate() {
                let list = self.prepare(at..at + 1)?;
                let start = seconds();
                match &self.lowered.ways[at] {
                    Way::Kernels(..) => list.run().await?,
                    Way::Candle => self.candle(at)?,
                }
                let seconds = seconds() - start;
                let flops = work.steps[at].launches().iter().map(|launch| launch.flops).sum();
                timings.push(Timing { label: self.program.label(step), seconds, flops });
            }
            Ok(timings)
        })
    }
}
