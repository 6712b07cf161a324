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

use crate::op::{Case, awkward};
use crate::{Device, Error, Executable, Input};
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
