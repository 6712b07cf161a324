//! A program for a CPU: what each step runs there, and one arena for all values. Known before anything is allocated.

use crate::Program;
use crate::choice::choose;
use crate::launch::Slot;
use crate::lowering::{KernelCall, Lowering, packed_bytes};
use crate::op::count;
use crate::program::{Step, ValueRef};
use decant_kernels::Set;

/// How a step is computed.
#[derive(Debug, Clone, PartialEq)]
pub enum Way {
    /// By kernels; the name of the way that was chosen.
    Kernels(&'static str, Vec<KernelCall>),
    /// By candle-core, on copies.
    Candle,
}

/// A program lowered for one instruction set.
#[derive(Debug, Clone)]
pub struct Lowered {
    /// For each step.
    pub ways: Vec<Way>,
    /// The byte of the arena where each value begins.
    pub values: Vec<u64>,
    /// The bytes of the arena where each step's shared scratch begins.
    pub scratch: Vec<Vec<u64>>,
    /// Bytes of the arena.
    pub arena: u64,
    /// Bytes that each thread wants for itself, a multiple of 64.
    pub thread_scratch: u64,
    /// Bytes that candle takes at the most, where it computes a step.
    pub candle: u64,
}

/// Values and scratch begin at multiples of this: a cache line.
const LINE: u64 = 64;

impl Lowered {
    /// Asks every operation, and plans the arena. Of an operation's ways the first is taken, or the `wanted` one where it has that.
    pub fn new(program: &Program, set: Set, wanted: Option<&str>) -> Lowered {
        let shapes = program.weight_shapes();
        let lower = |step: &Step| {
            let candidates = step.op.kernels(&program.operands(step, &shapes), &program.values[step.result].shape, set);
            let wanted = wanted.filter(|name| candidates.iter().any(|candidate| candidate.name == *name));
            choose(candidates, wanted).ok()
        };
        let (mut ways, mut scratch) = (vec![], vec![]);
        for step in &program.steps {
            let (way, shared) = match lower(step) {
                Some(candidate) => {
                    let Lowering { calls, scratch } = candidate.way;
                    (Way::Kernels(candidate.name, calls), scratch)
                }
                None => (Way::Candle, vec![]),
            };
            ways.push(way);
            scratch.push(shared);
        }
        let placed = program.placed(&scratch);
        let mut arena = 0;
        let begin = |bytes: &u64| {
            let at = arena;
            arena += bytes.next_multiple_of(LINE);
            at
        };
        let buffers: Vec<u64> = placed.buffers.iter().map(begin).collect();
        let place = |buffer: &usize| buffers.get(*buffer).copied().unwrap_or(u64::MAX);
        let calls = |way: &Way| match way {
            Way::Kernels(_, calls) => calls.iter().map(|call| call.scratch as u64).max().unwrap_or(0),
            Way::Candle => 0,
        };
        Lowered {
            thread_scratch: ways.iter().map(calls).max().unwrap_or(0),
            candle: ways.iter().zip(&program.steps).map(|(way, step)| candle_bytes(program, way, step, &shapes)).max().unwrap_or(0),
            values: placed.values.iter().map(place).collect(),
            scratch: placed.scratch.iter().map(|buffers| buffers.iter().map(place).collect()).collect(),
            ways,
            arena,
        }
    }

    /// Bytes of the arena, of so many threads' scratch, and of what candle copies.
    pub fn bytes(&self, threads: usize) -> u64 {
        self.arena + self.thread_scratch * threads as u64 + self.candle
    }

    /// The address of a step's slot, where the arena and the weights begin at these.
    pub(super) fn address(&self, program: &Program, at: usize, slot: &Slot, arena: u64, weights: &[u64]) -> u64 {
        match slot {
            Slot::Operand(i, _) => match program.steps[at].operands[*i] {
                ValueRef::Value(v) => arena + self.values[v],
                ValueRef::Weight(w) => weights[w],
            },
            Slot::Output => arena + self.values[program.steps[at].result],
            Slot::Scratch(i) | Slot::ReadScratch(i) => arena + self.scratch[at][*i],
        }
    }
}

/// Bytes of all weights as that instruction set's kernels want them.
pub(super) fn weight_bytes(program: &Program, set: Set) -> u64 {
    program.weights.iter().map(|weight| packed_bytes(weight, set)).sum()
}

/// Copies of operands (weights decoded) and result, and what candle takes beside.
fn candle_bytes(program: &Program, way: &Way, step: &Step, weight_shapes: &[Vec<usize>]) -> u64 {
    if *way != Way::Candle {
        return 0;
    }
    let operands = program.operands(step, weight_shapes);
    let shapes: Vec<&[usize]> = operands.iter().map(|operand| operand.shape).collect();
    let copies: u64 = shapes.iter().chain([&program.values[step.result].shape.as_slice()]).map(|shape| 4 * count(shape) as u64).sum();
    copies + step.op.cpu_scratch(&shapes)
}
