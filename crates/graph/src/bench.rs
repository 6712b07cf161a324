//! How fast a device is at one operation at one size: what `decant bench` and the page's own benchmark share.
//!
//! ```
//! use decant_graph::{Cpu, bench, op::OPS};
//! let case = &(OPS[0].cases)()[0];
//! let clock = std::time::Instant::now();
//! let measured = pollster::block_on(bench::measure(&Cpu, case, &|| clock.elapsed().as_secs_f64()))?;
//! assert!(measured.flops > 0 && measured.seconds >= 0.0);
//! # Ok::<(), decant_graph::Error>(())
//! ```

mod peak;

pub use peak::{peak, program as peak_program};

use crate::check::Reference;
use crate::op::{Case, OpRow, awkward};
use crate::{Device, Error, Executable, Input, KernelChoice};
use std::rc::Rc;

/// Runs of each case; the first is left out.
const RUNS: usize = 4;

/// What one case took.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measured {
    /// The middle of several runs: on the device's own clock where it has one, else on the caller's.
    pub seconds: f64,
    /// The shortest of them.
    pub fastest: f64,
    /// Arithmetic operations (a multiply-add is two).
    pub flops: u64,
    /// Bytes that the launches bind: what a perfect cache would fetch once.
    pub bytes: u64,
}

/// Measures a case with awkward numbers. `now` gives seconds on any clock that only goes forward.
pub async fn measure(device: &dyn Device, case: &Case, now: &dyn Fn() -> f64) -> Result<Measured, Error> {
    let program = Rc::new(case.program()?);
    let mut set = device.weight_set();
    for (i, weight) in program.weights.iter().enumerate() {
        set.upload(weight, &awkward(weight.numbers(), i as u64))?;
    }
    let plan = device.on_gpu(&program);
    let bytes = plan.launches(&program).flat_map(|(at, launch)| launch.slots.iter().map(move |slot| (at, slot)));
    let bytes = bytes.map(|(at, slot)| plan.slot_bytes(&program, at, slot)).sum();
    let flops = program.flops();
    let ids: Vec<Option<Vec<u32>>> = (0..case.inputs().len()).map(|i| case.ids_for(i)).collect();
    let numbers: Vec<Vec<f32>> = (0..case.inputs().len()).map(|i| case.numbers(i)).collect();
    let input = |i: usize| ids[i].as_deref().map_or(Input::F32(&numbers[i]), Input::U32);
    let inputs: Vec<(&str, Input)> = case.inputs().iter().enumerate().map(|(i, c)| (c.name.as_str(), input(i))).collect();
    let mut ready = set.ready(program).await?;
    let mut runs = vec![];
    for _ in 0..RUNS {
        runs.push(seconds_of(&mut *ready, &inputs, now).await?);
    }
    runs.remove(0);
    runs.sort_by(f64::total_cmp);
    Ok(Measured { seconds: runs[runs.len() / 2], fastest: runs[0], flops, bytes })
}

/// One way to compute a case.
#[derive(Debug, Clone, PartialEq)]
pub struct Tried {
    /// The GPU's candidate; on the CPU, its kernels.
    pub name: String,
    /// Whether the device takes it by itself.
    pub chosen: bool,
    /// What its numbers are off by from candle's in f64: root mean square, relative to theirs. Infinite where it gave none.
    pub error: f64,
    /// What went wrong, where something did: more error than is allowed, or what the device said.
    pub problem: Option<String>,
    /// What it took, where it is right.
    pub measured: Option<Measured>,
}

/// Tries every way in which the device can compute a case of an operation: first what comes of it, then how long it takes. `on_tried` hears of each.
///
/// # Errors
/// [`Error`] where the device is lost or has no room; which kernels were chosen before stays.
pub async fn try_all(
    device: &dyn Device,
    (row, case): (&OpRow, &Case),
    now: &dyn Fn() -> f64,
    on_tried: &mut dyn FnMut(Tried) -> Result<(), Error>,
) -> Result<(), Error> {
    let (before, reference) = (device.kernel_choice(), Reference::new(case)?);
    let mut done = Ok(());
    for (name, chosen) in names(device, &reference)? {
        if device.path().is_none() {
            device.choose_kernels(KernelChoice::forced(&name));
        }
        done = try_one(device, (case, &reference), row.tolerance_of(&name), now)
            .await
            .and_then(|(error, problem, measured)| on_tried(Tried { name, chosen, error, problem, measured }));
        if done.is_err() {
            break;
        }
    }
    device.choose_kernels(before);
    done
}

/// Names of the ways there are, and which is taken. A case of several steps is tried with each way that any of them has.
fn names(device: &dyn Device, reference: &Reference) -> Result<Vec<(String, bool)>, Error> {
    if let Some(path) = device.path() {
        return Ok(vec![(path, true)]);
    }
    let (program, caps) = (&reference.program, device.caps());
    let plan = device.on_gpu(program);
    let chosen: Vec<&str> = plan.steps.iter().filter_map(|step| step.gpu.as_ref().ok()).map(|gpu| gpu.name).collect();
    let mut names: Vec<&str> = vec![];
    for way in (0..program.steps.len()).flat_map(|at| program.ways(at, &caps)).filter(|way| way.fits) {
        if !names.contains(&way.name) {
            names.push(way.name);
        }
    }
    Ok(names.into_iter().map(|name| (name.into(), chosen.contains(&name))).collect())
}

/// An error, what is wrong, and what was measured where nothing is.
pub(crate) type One = (f64, Option<String>, Option<Measured>);

/// By the kernels that the device takes now: what it makes of the reference's case, and where that is right, how long `case` takes.
pub(crate) async fn try_one(
    device: &dyn Device,
    (case, reference): (&Case, &Reference),
    tolerance: f64,
    now: &dyn Fn() -> f64,
) -> Result<One, Error> {
    let error = match reference.run(device).await {
        Ok(got) => reference.error(&got),
        // A driver that cannot even compile it; a device that is gone is everybody's affair.
        Err(Error::Device(problem)) => return Ok((f64::INFINITY, Some(problem), None)),
        Err(error) => return Err(error),
    };
    if error > tolerance {
        return Ok((error, Some(format!("computes wrongly: {tolerance:.0e} is allowed")), None));
    }
    Ok((error, None, Some(measure(device, case, now).await?)))
}

async fn seconds_of(ready: &mut dyn Executable, inputs: &[(&str, Input<'_>)], now: &dyn Fn() -> f64) -> Result<f64, Error> {
    if let Ok(timings) = ready.profile(inputs).await {
        let sum = timings.iter().map(|t| t.seconds).sum::<f64>();
        if sum > 0.0 {
            return Ok(sum);
        }
    }
    let start = now();
    ready.run(inputs).await?;
    Ok(now() - start)
}
