//! The most multiply-adds in f32 that a GPU does in a second, measured with a kernel that does nothing else: what a kernel's speed is a
//! share of. No model has this operation, and the CPU has no kernel for it.

use crate::caps::Caps;
use crate::launch::{Launch, Slot};
use crate::op::{Gpu, Op, Operand, awkward, count};
use crate::{Device, Error, Graph, Input, Kernel, Program, WeightIndex};
use candle_core::Tensor;
use std::rc::Rc;

/// Numbers that are multiplied: enough workgroups for any GPU, 8 MB.
const NUMBERS: usize = 1 << 21;
/// How many times: 69 billion operations in all, a millisecond on the largest GPU that there is.
const TIMES: u32 = 1 << 14;
/// The same where the GPU is a CPU in disguise.
const TIMES_EMULATED: u32 = 1 << 10;
/// Numbers that a workgroup has in its registers.
const PER_GROUP: usize = 64 * 8 * 4;
/// Runs; the first is for compilers.
const RUNS: usize = 4;
/// What rounding may leave, beside the number's own size and 1.
const ALLOWED: f32 = 1e-5;

#[derive(Debug, Clone)]
struct MultiplyAdds {
    times: u32,
}

impl Op for MultiplyAdds {
    fn name(&self) -> &'static str {
        "multiply_adds"
    }

    fn shape(&self, operands: &[&[usize]]) -> Result<Vec<usize>, String> {
        match operands {
            [shape] if count(shape).is_multiple_of(4) => Ok(shape.to_vec()),
            _ => Err(format!("one operand of a multiple of four numbers is needed, got {operands:?}")),
        }
    }

    fn cpu(&self, operands: &[Tensor]) -> candle_core::Result<Tensor> {
        (0..self.times).try_fold(operands[0].clone(), |y, _| y.affine(-1.0, 1.0))
    }

    fn gpu(&self, _: &[Operand], result: &[usize], _: &Caps, _: &str) -> Result<Gpu, String> {
        let n = count(result);
        let launch = Launch {
            kernel: Kernel::new("multiply_adds").assuming([("PER_GROUP", PER_GROUP as u32)]),
            slots: vec![Slot::operand(0), Slot::Output],
            params: vec![("n4", (n / 4).into()), ("times", self.times.into()), ("a", (-1f32).into()), ("b", 1f32.into())],
            groups: [n.div_ceil(PER_GROUP) as u32, 1, 1],
            flops: 2 * u64::from(self.times) * n as u64,
        };
        Ok(Gpu { launches: vec![launch], scratch: vec![] })
    }
}

/// The program that is measured on such an adapter: input `x`, output `y`, which is `x` again.
pub fn program(caps: &Caps) -> Program {
    let graph = Graph::new(WeightIndex::new());
    let times = if caps.software { TIMES_EMULATED } else { TIMES };
    graph.output("y", graph.apply(MultiplyAdds { times }, &[graph.input("x", &[NUMBERS])], ""));
    graph.finish().expect("one operation on one input")
}

/// Operations in a second (a multiply-add is two), the best of several runs; none on a CPU. `now` gives seconds on any clock that only goes
/// forward.
///
/// # Errors
/// [`Error`] where the device is lost, has no room, or computes other numbers.
pub async fn peak(device: &dyn Device, now: &dyn Fn() -> f64) -> Result<Option<f64>, Error> {
    if device.path().is_some() {
        return Ok(None);
    }
    let (program, x) = (Rc::new(program(&device.caps())), awkward(NUMBERS, 1));
    let (flops, inputs) = (program.flops() as f64, [("x", Input::F32(&x))]);
    let set = device.weight_set();
    let mut ready = set.ready(program).await?;
    let y = ready.run(&inputs).await?.remove(0);
    let wrong = x.iter().zip(&y).find(|(x, y)| (*x - *y).abs() > ALLOWED * (1.0 + x.abs()) || y.is_nan());
    if let Some((x, y)) = wrong {
        return Err(Error::Device(format!("{} computes wrongly: of multiply-adds that leave {x} as it is comes {y}", device.name())));
    }
    let mut least = f64::INFINITY;
    for _ in 0..RUNS {
        least = least.min(super::seconds_of(&mut *ready, &inputs, now).await?);
    }
    Ok(Some(flops / least))
}
