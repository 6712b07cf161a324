//! A program for a GPU: which of its candidates each step takes, and the memory plan for those. Worked out before anything is allocated.

use crate::caps::Caps;
use crate::choice::Candidate;
use crate::gpu_plan::{GpuPlan, GpuStep};
use crate::kernel_choice::KernelChoice;
use crate::launch::{Launch, Limits, Slot};
use crate::op::{Gpu, count};
use crate::program::{Program, ValueRef};
use std::rc::Rc;

impl Program {
    /// What a GPU with these capabilities runs, each operation's kernel chosen by its table and by `choice`; worked out once.
    pub fn on_gpu(&self, caps: &Caps, choice: &KernelChoice) -> Rc<GpuPlan> {
        let known = self.plans.borrow().iter().find(|plan| plan.caps == *caps && plan.choice == *choice).cloned();
        known.unwrap_or_else(|| {
            let plan = Rc::new(GpuPlan::new(self, caps.clone(), choice.clone()));
            self.plans.borrow_mut().push(plan.clone());
            plan
        })
    }

    /// Names of the ways in which a GPU with these capabilities can run that step, the best first.
    pub fn ways(&self, at: usize, caps: &Caps) -> Vec<Candidate> {
        let (step, shapes) = (&self.steps[at], self.weight_shapes());
        step.op.ways(&self.operands(step, &shapes), &self.values[step.result].shape, &self.allowed(caps))
    }

    /// What class of work that step is: [`crate::op::Op::class`].
    pub fn class(&self, at: usize) -> Option<String> {
        let (step, shapes) = (&self.steps[at], self.weight_shapes());
        step.op.class(&self.operands(step, &shapes), &self.values[step.result].shape)
    }

    /// Every way in which a GPU with these capabilities can run that step, the best first; `Err` says what only the CPU can do.
    pub fn gpu_candidates(&self, at: usize, caps: &Caps) -> Result<Vec<Candidate<Gpu>>, String> {
        let (step, shapes) = (&self.steps[at], self.weight_shapes());
        let (operands, result) = (self.operands(step, &shapes), &self.values[step.result].shape);
        let fits = self.ways(at, caps).into_iter().filter(|way| way.fits);
        fits.map(|way| Ok(Candidate::always(way.name, step.op.gpu(&operands, result, caps, way.name)?))).collect()
    }

    /// The capabilities that this program may use.
    fn allowed(&self, caps: &Caps) -> Caps {
        Caps { f16: caps.f16 && self.f16, ..caps.clone() }
    }

    /// What a GPU launches for each step, without a place for anything.
    fn chosen(&self, caps: &Caps, choice: &KernelChoice) -> impl Iterator<Item = Result<Candidate<Gpu>, String>> {
        let (shapes, caps) = (self.weight_shapes(), self.allowed(caps));
        self.steps.iter().map(move |step| {
            let (operands, result) = (self.operands(step, &shapes), &self.values[step.result].shape);
            let way = choice.of(step.op.ways(&operands, result, &caps), step.op.class(&operands, result).as_deref())?.name;
            Ok(Candidate::always(way, step.op.gpu(&operands, result, &caps, way)?))
        })
    }

    /// The same for what WebGPU guarantees everywhere: for listings.
    pub fn anywhere(&self) -> Rc<GpuPlan> {
        self.on_gpu(&Caps::default(), &KernelChoice::default())
    }

    /// Bytes of all activations at once on a GPU that is no more than WebGPU guarantees: known before anything is allocated.
    pub fn activation_bytes(&self) -> u64 {
        self.anywhere().activation_bytes()
    }

    /// Arithmetic operations of one run (a multiply-add is two), on what WebGPU guarantees everywhere.
    pub fn flops(&self) -> u64 {
        let (caps, choice) = (Caps::default(), KernelChoice::default());
        self.chosen(&caps, &choice).flatten().map(|step| step.way.launches.iter().map(|launch| launch.flops).sum::<u64>()).sum()
    }

    /// The first thing that an adapter with these limits, and nothing else to speak of, cannot do, in one sentence.
    pub fn does_not_fit(&self, limits: &Limits) -> Option<String> {
        let caps = Caps { limits: *limits, ..Caps::default() };
        self.on_gpu(&caps, &KernelChoice::default()).does_not_fit(self)
    }
}

impl GpuPlan {
    /// Chooses each operation's kernels, and plans the memory.
    pub(crate) fn new(program: &Program, caps: Caps, choice: KernelChoice) -> GpuPlan {
        let chosen: Vec<Result<Candidate<Gpu>, String>> = program.chosen(&caps, &choice).collect();
        let scratch = chosen.iter().map(|gpu| gpu.as_ref().map(|candidate| candidate.way.scratch.clone()).unwrap_or_default());
        let placed = program.placed(&scratch.collect::<Vec<_>>());
        let steps = chosen.into_iter().zip(placed.scratch).map(|(gpu, scratch)| GpuStep { gpu, scratch });
        GpuPlan { caps, choice, steps: steps.collect(), values: placed.values, buffers: placed.buffers }
    }

    /// Bytes of all activations at once.
    pub fn activation_bytes(&self) -> u64 {
        self.buffers.iter().sum()
    }

    /// Every launch, with the number of its step.
    pub fn launches<'a>(&'a self, program: &'a Program) -> impl Iterator<Item = (usize, &'a Launch)> {
        debug_assert_eq!(self.steps.len(), program.steps.len(), "the plan is of this program");
        self.steps.iter().enumerate().flat_map(|(at, step)| step.launches().iter().map(move |launch| (at, launch)))
    }

    /// Bytes that a launch of step `at` binds at a slot.
    pub fn slot_bytes(&self, program: &Program, at: usize, slot: &Slot) -> u64 {
        let value = |v: usize| (count(&program.values[v].shape) as u64 * 4).next_multiple_of(16);
        let step = &program.steps[at];
        match slot {
            Slot::Operand(_, Some([_, size])) => *size,
            Slot::Operand(i, None) => match step.operands[*i] {
                ValueRef::Value(v) => value(v),
                ValueRef::Weight(w) => program.weights[w].bytes() as u64,
            },
            Slot::Output => value(step.result),
            Slot::Scratch(i) | Slot::ReadScratch(i) => {
                let numbers = self.steps[at].gpu.as_ref().map_or(0, |candidate| candidate.way.scratch[*i]);
                (numbers as u64 * 4).next_multiple_of(16)
            }
        }
    }

    /// The first thing that an adapter with its limits cannot do, in one sentence.
    pub fn does_not_fit(&self, program: &Program) -> Option<String> {
        let limits = &self.caps.limits;
        for (at, step) in self.steps.iter().enumerate() {
            let label = || program.label(&program.steps[at]);
            if let Err(problem) = &step.gpu {
                return Some(format!("{}: {problem}", label()));
            }
            let problem = step.launches().iter().find_map(|launch| self.beyond(program, at, launch, limits));
            if let Some(problem) = problem {
                return Some(format!("{} {problem}", label()));
            }
        }
        let largest = self.buffers.iter().copied().chain(program.weights.iter().map(|w| w.bytes() as u64)).max().unwrap_or(0);
        (largest > limits.buffer).then(|| format!("a buffer of {largest} bytes is needed, the adapter's limit is {}", limits.buffer))
    }

    fn beyond(&self, program: &Program, at: usize, launch: &Launch, limits: &Limits) -> Option<String> {
        let largest = launch.slots.iter().map(|slot| self.slot_bytes(program, at, slot)).max().unwrap_or(0);
        let slots = launch.slots.len() as u32;
        if largest > limits.binding {
            return Some(format!("binds {largest} bytes at once, the adapter's limit is {}", limits.binding));
        }
        if slots > limits.storage_buffers {
            return Some(format!("needs {slots} buffers at once, the adapter's limit is {}", limits.storage_buffers));
        }
        let wide = launch.groups.iter().any(|groups| *groups > limits.groups);
        wide.then(|| format!("needs a grid of {:?}, the adapter's limit is {} each way", launch.groups, limits.groups))
    }
}
