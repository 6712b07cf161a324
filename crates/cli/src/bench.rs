//! `decant bench`: how fast this machine is at Stable Diffusion's operations, and at one model's networks and pictures.
//!
//! Operations run at their tables' real sizes with awkward numbers; the middle of several runs counts, on the device's own clock where it has
//! one. Bytes are those that a launch binds: what a perfect cache would fetch once. Shares are of the multiply-adds that the adapter was
//! measured to do at most.

mod operations;
mod pictures;
mod report;

use crate::arguments::Bench;
use crate::{Failure, device};
use decant_graph::check::Reference;
use decant_graph::op::{OPS, is_f16};
use decant_graph::{Device, bench};
use report::Report;
use std::time::Instant;

pub(crate) fn run(options: &Bench) -> Result<(), Failure> {
    let device = device::choose(&options.model.processing)?;
    say!("on {}{}", device.name(), device.path().map_or(String::new(), |path| format!(": {path}")));
    if options.check {
        return check(&*device);
    }
    let choice = device.kernel_choice().to_string();
    if !choice.is_empty() {
        say!("kernels as they were tried: {choice}");
    }
    let clock = Instant::now();
    let peak = pollster::block_on(bench::peak(&*device, &|| clock.elapsed().as_secs_f64()))?;
    if let Some(peak) = peak {
        say!("{:.1} GFLOP/s of multiply-adds in f32 at most", peak / 1e9);
    }
    let mut report = Report::new(options.json.as_deref(), &*device, peak)?;
    if !options.no_ops {
        operations::run(options, &*device, &mut report)?;
    }
    if !options.no_model {
        pictures::run(options, &mut report)?;
    }
    Ok(())
}

/// Every operation at its small sizes, against what it means.
fn check(device: &dyn Device) -> Result<(), Failure> {
    let mut beyond = vec![];
    for op in OPS {
        let (mut worst, mut allowed) = (0f64, op.tolerance);
        for case in (op.cases)().iter().filter(|case| !case.real) {
            let reference = Reference::new(case)?;
            let error = reference.error(&pollster::block_on(reference.run(device))?);
            let plan = device.on_gpu(&reference.program);
            let mut taken = plan.steps.iter().filter_map(|step| step.gpu.as_ref().ok());
            let tolerance = taken.find(|way| is_f16(way.name)).map_or(op.tolerance, |way| op.tolerance_of(way.name));
            (worst, allowed) = (worst.max(error), allowed.max(tolerance));
            if error > tolerance {
                beyond.push(format!("{} {}", op.name, case.name));
            }
        }
        say!("{:24} error {worst:.1e} of {:.1e} that are allowed", op.name, allowed);
    }
    if beyond.is_empty() { Ok(()) } else { Err(format!("{} computes wrongly: {}", device.name(), beyond.join("; ")).into()) }
}
