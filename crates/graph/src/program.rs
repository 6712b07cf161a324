//! A model ready to run: an ordered list of operations with their launches, the weights they want, and where every value lives.
//!
//! Plain data. It prints itself: one line per step, and the peak in bytes before anything is allocated.

use crate::draft::{Draft, Source};
use crate::launch::{Launch, Limits, Slot};
use crate::op::{Gpu, Op, Operand, count};
use crate::plan::{Life, plan};
use crate::{Error, Input, WeightUse};
use std::fmt;

/// Where an operand comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValueRef {
    /// The value of that number.
    Value(usize),
    /// The weight of that number.
    Weight(usize),
}

/// One operation of a program.
#[derive(Debug)]
pub struct Step {
    /// Its meaning.
    pub op: Box<dyn Op>,
    /// What it reads.
    pub operands: Vec<ValueRef>,
    /// The value that it writes.
    pub result: usize,
    /// What a GPU runs; `Err` says what only the CPU can do.
    pub gpu: Result<Gpu, String>,
    /// The buffers of its scratch.
    pub scratch: Vec<usize>,
}

/// Something that a step writes or a caller gives.
#[derive(Debug, Clone)]
pub struct ValueInfo {
    /// Its shape.
    pub shape: Vec<usize>,
    /// The value whose bytes it is: itself, unless it is a view.
    pub root: usize,
    /// The buffer that the root lives in.
    pub buffer: usize,
}

/// A named input.
#[derive(Debug, Clone)]
pub struct ProgramInput {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: usize,
    /// Whether it holds row numbers.
    pub ids: bool,
}

/// A model ready to run.
#[derive(Debug)]
pub struct Program {
    /// What a caller gives.
    pub inputs: Vec<ProgramInput>,
    /// What is read back.
    pub outputs: Vec<(String, usize)>,
    /// What it wants from the checkpoint.
    pub weights: Vec<WeightUse>,
    /// In order.
    pub steps: Vec<Step>,
    /// All values.
    pub values: Vec<ValueInfo>,
    /// Bytes of each buffer, scratch included.
    pub buffers: Vec<u64>,
}

/// Where everything lives under one memory plan.
pub(crate) struct Placed {
    /// The buffer of each value.
    pub values: Vec<usize>,
    /// The buffers of each step's scratch.
    pub scratch: Vec<Vec<usize>>,
    /// Bytes of each buffer.
    pub buffers: Vec<u64>,
}

impl Program {
    /// Orders, drops what nobody reads, and plans the memory.
    pub(crate) fn new(draft: Draft) -> Result<Program, Error> {
        let live = live(&draft);
        let mut program =
            Program { inputs: vec![], outputs: draft.outputs, weights: draft.weights, steps: vec![], values: vec![], buffers: vec![] };
        let mut from = vec![]; // of each of the graph's values
        for (id, value) in draft.values.into_iter().enumerate() {
            let shape = value.shape.unwrap_or_default();
            let mut root = id;
            from.push(ValueRef::Value(id));
            match value.source {
                Source::Weight(weight) => from[id] = ValueRef::Weight(weight),
                Source::Input { name, ids } => program.inputs.push(ProgramInput { name, value: id, ids }),
                Source::Op { op, operands } if live[id] => {
                    let operands: Vec<ValueRef> = operands.into_iter().map(|o| from[o]).collect();
                    match (op.is_view(), operands.first()) {
                        (true, Some(ValueRef::Value(of))) => root = program.values[*of].root,
                        _ => program.steps.push(Step { op, operands, result: id, gpu: Ok(Gpu::default()), scratch: vec![] }),
                    }
                }
                Source::Op { .. } | Source::Nothing => {}
            }
            program.values.push(ValueInfo { shape, root, buffer: usize::MAX });
        }
        program.lower();
        program.place();
        Ok(program)
    }

    /// Asks every operation what a GPU runs.
    fn lower(&mut self) {
        let shapes = self.weight_shapes();
        let gpus: Vec<Result<Gpu, String>> =
            self.steps.iter().map(|step| step.op.gpu(&self.operands(step, &shapes), &self.values[step.result].shape)).collect();
        self.steps.iter_mut().zip(gpus).for_each(|(step, gpu)| step.gpu = gpu);
    }

    /// Each weight's shape as in the file.
    pub(crate) fn weight_shapes(&self) -> Vec<Vec<usize>> {
        self.weights.iter().map(|weight| weight.layout.shape()).collect()
    }

    /// What a step's operation sees of its operands.
    pub(crate) fn operands<'a>(&'a self, step: &Step, weight_shapes: &'a [Vec<usize>]) -> Vec<Operand<'a>> {
        let operand = |from: &ValueRef| match from {
            ValueRef::Value(v) => Operand { shape: &self.values[*v].shape, weight: None },
            ValueRef::Weight(w) => Operand { shape: &weight_shapes[*w], weight: Some(&self.weights[*w]) },
        };
        step.operands.iter().map(operand).collect()
    }

    /// Gives every value and a GPU's scratch a buffer.
    fn place(&mut self) {
        let scratch = self.steps.iter().map(|step| step.gpu.as_ref().map(|gpu| gpu.scratch.clone()).unwrap_or_default());
        let placed = self.placed(&scratch.collect::<Vec<_>>());
        self.values.iter_mut().zip(placed.values).for_each(|(value, buffer)| value.buffer = buffer);
        self.steps.iter_mut().zip(placed.scratch).for_each(|(step, buffers)| step.scratch = buffers);
        self.buffers = placed.buffers;
    }

    /// The memory plan where each step has scratch buffers of so many numbers.
    pub(crate) fn placed(&self, scratch: &[Vec<usize>]) -> Placed {
        let last = self.steps.len();
        let mut lives: Vec<Life> = vec![];
        let mut life_of = vec![usize::MAX; self.values.len()];
        let bytes = |numbers: usize| (numbers as u64 * 4).next_multiple_of(16);
        for input in &self.inputs {
            life_of[input.value] = lives.len();
            lives.push(Life { bytes: bytes(count(&self.values[input.value].shape)), first: 0, last: 0 });
        }
        let mut scratch_lives = vec![];
        for (at, (step, scratch)) in self.steps.iter().zip(scratch).enumerate() {
            for from in &step.operands {
                if let ValueRef::Value(v) = from {
                    lives[life_of[self.values[*v].root]].last = at;
                }
            }
            life_of[step.result] = lives.len();
            lives.push(Life { bytes: bytes(count(&self.values[step.result].shape)), first: at, last: at });
            scratch_lives.push(lives.len()..lives.len() + scratch.len());
            lives.extend(scratch.iter().map(|n| Life { bytes: bytes(*n), first: at, last: at }));
        }
        for (_, value) in &self.outputs {
            lives[life_of[self.values[*value].root]].last = last;
        }
        let plan = plan(&lives);
        let place = |life: usize| plan.place.get(life).copied().unwrap_or(usize::MAX);
        Placed {
            values: self.values.iter().map(|value| place(life_of[value.root])).collect(),
            scratch: scratch_lives.into_iter().map(|lives| lives.map(place).collect()).collect(),
            buffers: plan.buffers,
        }
    }

    /// Bytes of all activations at once on a GPU: known before anything is allocated.
    pub fn activation_bytes(&self) -> u64 {
        self.buffers.iter().sum()
    }

    /// Bytes of all weights on the device.
    pub fn weight_bytes(&self) -> u64 {
        self.weights.iter().map(|w| w.bytes() as u64).sum()
    }

    /// The given inputs in the program's own order, or which one is missing or of another size.
    pub fn match_inputs<'a>(&self, given: &[(&str, Input<'a>)]) -> Result<Vec<Input<'a>>, Error> {
        let matched = self.inputs.iter().map(|input| {
            let expected = count(&self.values[input.value].shape);
            let found = given.iter().find(|(name, _)| *name == input.name).map(|(_, values)| *values);
            match found {
                Some(values) if matches!(values, Input::U32(_)) != input.ids => {
                    Err(Error::InputKind { name: input.name.clone(), ids: input.ids })
                }
                Some(values) if values.len() == expected => Ok(values),
                _ => Err(Error::Input { name: input.name.clone(), expected, got: found.map_or(0, |values| values.len()) }),
            }
        });
        matched.collect()
    }

    /// The last step that reads each value's root; the number of steps for what is read back.
    pub fn last_readers(&self) -> Vec<usize> {
        let mut last = vec![0; self.values.len()];
        for (at, step) in self.steps.iter().enumerate() {
            for from in &step.operands {
                if let ValueRef::Value(v) = from {
                    last[self.values[*v].root] = at;
                }
            }
        }
        self.outputs.iter().for_each(|(_, v)| last[self.values[*v].root] = self.steps.len());
        last
    }

    /// Arithmetic operations of one run (a multiply-add is two).
    pub fn flops(&self) -> u64 {
        self.launches().map(|(_, launch)| launch.flops).sum()
    }

    /// Every launch with its step.
    pub fn launches(&self) -> impl Iterator<Item = (&Step, &Launch)> {
        self.steps.iter().flat_map(|s| s.gpu.iter().flat_map(move |gpu| gpu.launches.iter().map(move |launch| (s, launch))))
    }

    /// Bytes that a launch binds at a slot.
    pub fn slot_bytes(&self, step: &Step, slot: &Slot) -> u64 {
        let value = |v: usize| (count(&self.values[v].shape) as u64 * 4).next_multiple_of(16);
        match slot {
            Slot::Operand(_, Some([_, size])) => *size,
            Slot::Operand(i, None) => match step.operands[*i] {
                ValueRef::Value(v) => value(v),
                ValueRef::Weight(w) => self.weights[w].bytes() as u64,
            },
            Slot::Output => value(step.result),
            Slot::Scratch(i) => (step.gpu.as_ref().map_or(0, |gpu| gpu.scratch[*i]) * 4).next_multiple_of(16) as u64,
        }
    }

    /// The first thing that an adapter with these limits cannot do, in one sentence.
    pub fn does_not_fit(&self, limits: &Limits) -> Option<String> {
        for step in &self.steps {
            let label = self.label(step);
            let gpu = match &step.gpu {
                Ok(gpu) => gpu,
                Err(problem) => return Some(format!("{label}: {problem}")),
            };
            for launch in &gpu.launches {
                let largest = launch.slots.iter().map(|slot| self.slot_bytes(step, slot)).max().unwrap_or(0);
                if largest > limits.binding {
                    return Some(format!("{label} binds {largest} bytes at once, the adapter's limit is {}", limits.binding));
                }
                if launch.slots.len() as u32 > limits.storage_buffers {
                    return Some(format!(
                        "{label} needs {} buffers at once, the adapter's limit is {}",
                        launch.slots.len(),
                        limits.storage_buffers
                    ));
                }
                if launch.groups.iter().any(|groups| *groups > limits.groups) {
                    return Some(format!("{label} needs a grid of {:?}, the adapter's limit is {} each way", launch.groups, limits.groups));
                }
            }
        }
        let largest = self.buffers.iter().copied().chain(self.weights.iter().map(|w| w.bytes() as u64)).max().unwrap_or(0);
        (largest > limits.buffer).then(|| format!("a buffer of {largest} bytes is needed, the adapter's limit is {}", limits.buffer))
    }

    /// A step in one line: `linear [2, 64, 320] [320, 320] -> [2, 64, 320]`.
    pub fn label(&self, step: &Step) -> String {
        let shape = |from: &ValueRef| match from {
            ValueRef::Value(v) => format!("{:?}", self.values[*v].shape),
            ValueRef::Weight(w) => format!("{} {}", self.weights[*w].name, self.weights[*w].encoding.row().name),
        };
        let operands: Vec<String> = step.operands.iter().map(shape).collect();
        format!("{} {} -> {:?}", step.op.name(), operands.join(", "), self.values[step.result].shape)
    }
}

/// Which values an output needs.
fn live(draft: &Draft) -> Vec<bool> {
    let mut live = vec![false; draft.values.len()];
    draft.outputs.iter().for_each(|(_, id)| live[*id] = true);
    for id in (0..draft.values.len()).rev() {
        if let (true, Source::Op { operands, .. }) = (live[id], &draft.values[id].source) {
            operands.iter().for_each(|&o| live[o] = true);
        }
    }
    live
}

impl fmt::Display for Program {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        for input in &self.inputs {
            writeln!(f, "%{} = input {} {:?}", input.value, input.name, self.values[input.value].shape)?;
        }
        for step in &self.steps {
            writeln!(f, "%{} @{} = {}", step.result, self.values[step.result].buffer, self.label(step))?;
        }
        for (name, value) in &self.outputs {
            writeln!(f, "output {name} = %{}", self.values[*value].root)?;
        }
        write!(
            f,
            "{} steps, {} launches, {} buffers of {} bytes in all, weights {} bytes, {:.3} GFLOP",
            self.steps.len(),
            self.launches().count(),
            self.buffers.len(),
            self.activation_bytes(),
            self.weight_bytes(),
            self.flops() as f64 / 1e9
        )
    }
}
