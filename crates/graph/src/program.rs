//! A model ready to run: an ordered list of operations, the weights they want, and where every value's lifetime begins and ends.
//!
//! Plain data. What runs each operation is chosen per device: [`Program::on_gpu`], [`crate::cpu::Lowered`]. It prints itself: one line per step,
//! and the peak in bytes before anything is allocated.

use crate::draft::{Draft, Source};
use crate::gpu_plan::GpuPlan;
use crate::op::{Op, Operand, count};
use crate::plan::{Life, plan};
use crate::{Error, Input, WeightUse};
use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;

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
}

/// Something that a step writes or a caller gives.
#[derive(Debug, Clone)]
pub struct ValueInfo {
    /// Its shape.
    pub shape: Vec<usize>,
    /// The value whose bytes it is: itself, unless it is a view.
    pub root: usize,
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
    /// Whether it is the same in many runs: [`crate::Graph::kept_input`].
    pub kept: bool,
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
    /// So many of the steps, the first ones, depend on kept inputs alone: they run again only when one of those changes.
    pub prelude: usize,
    /// All values.
    pub values: Vec<ValueInfo>,
    /// Whether kernels that compute in halves may be taken, where a GPU has them: [`crate::Graph::allow_f16`].
    pub f16: bool,
    /// What was asked of [`Program::on_gpu`] so far.
    pub(crate) plans: RefCell<Vec<Rc<GpuPlan>>>,
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
        let mut program = Program {
            inputs: vec![],
            outputs: draft.outputs,
            weights: draft.weights,
            steps: vec![],
            prelude: 0,
            values: vec![],
            f16: draft.f16,
            plans: RefCell::default(),
        };
        let mut from = vec![]; // of each of the graph's values
        for (id, value) in draft.values.into_iter().enumerate() {
            let shape = value.shape.unwrap_or_default();
            let mut root = id;
            from.push(ValueRef::Value(id));
            match value.source {
                Source::Weight(weight) => from[id] = ValueRef::Weight(weight),
                Source::Input { name, ids, kept } => program.inputs.push(ProgramInput { name, value: id, ids, kept }),
                Source::Op { op, operands } if live[id] => {
                    let operands: Vec<ValueRef> = operands.into_iter().map(|o| from[o]).collect();
                    match (op.is_view(), operands.first()) {
                        (true, Some(ValueRef::Value(of))) => root = program.values[*of].root,
                        _ => program.steps.push(Step { op, operands, result: id }),
                    }
                }
                Source::Op { .. } | Source::Nothing => {}
            }
            program.values.push(ValueInfo { shape, root });
        }
        program.put_prelude_first();
        Ok(program)
    }

    /// Brings what depends on kept inputs alone to the front, in its own order.
    fn put_prelude_first(&mut self) {
        let mut kept = vec![false; self.values.len()];
        self.inputs.iter().for_each(|input| kept[input.value] = input.kept);
        let (mut prelude, mut rest) = (vec![], vec![]);
        for step in std::mem::take(&mut self.steps) {
            let mut values = step.operands.iter().filter_map(|from| match from {
                ValueRef::Value(v) => Some(kept[self.values[*v].root]),
                ValueRef::Weight(_) => None,
            });
            kept[step.result] = values.next().is_some_and(|first| first && values.all(|kept| kept));
            if kept[step.result] { prelude.push(step) } else { rest.push(step) }
        }
        self.prelude = prelude.len();
        self.steps = prelude;
        self.steps.append(&mut rest);
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
        self.keep_prelude(&mut lives, &life_of);
        let plan = plan(&lives);
        let place = |life: usize| plan.place.get(life).copied().unwrap_or(usize::MAX);
        Placed {
            values: self.values.iter().map(|value| place(life_of[value.root])).collect(),
            scratch: scratch_lives.into_iter().map(|lives| lives.map(place).collect()).collect(),
            buffers: plan.buffers,
        }
    }

    /// What the prelude leaves for the other steps (kept inputs included) is still there in the next run: it shares its buffer with nothing.
    fn keep_prelude(&self, lives: &mut [Life], life_of: &[usize]) {
        let inputs = self.inputs.iter().filter(|input| input.kept).map(|input| input.value);
        let results = self.steps[..self.prelude].iter().map(|step| step.result);
        for value in inputs.chain(results) {
            let life = &mut lives[life_of[value]];
            if life.last >= self.prelude {
                *life = Life { first: 0, last: self.steps.len(), ..*life };
            }
        }
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
        let plan = self.anywhere();
        for input in &self.inputs {
            let kept = if input.kept { "kept " } else { "" };
            writeln!(f, "%{} = {kept}input {} {:?}", input.value, input.name, self.values[input.value].shape)?;
        }
        for (at, step) in self.steps.iter().enumerate() {
            if at > 0 && at == self.prelude {
                writeln!(f, "so far only when a kept input changes")?;
            }
            writeln!(f, "%{} @{} = {}", step.result, plan.values[step.result], self.label(step))?;
        }
        for (name, value) in &self.outputs {
            writeln!(f, "output {name} = %{}", self.values[*value].root)?;
        }
        write!(
            f,
            "{} steps, {} launches, {} buffers of {} bytes in all, weights {} bytes, {:.3} GFLOP",
            self.steps.len(),
            plan.launches(self).count(),
            plan.buffers.len(),
            plan.activation_bytes(),
            self.weight_bytes(),
            self.flops() as f64 / 1e9
        )
    }
}
