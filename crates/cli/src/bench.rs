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
use decant_graph::op::OPS;
use decant_graph::{Device, bench};
use report::Report;
use std::time::Instant;

pub(crate) fn run(options: &Bench) -> Result<(), Failure> {
    let device = device::choose(&options.model.processing)?;
    say!("on {}{}", device.name(), device.path().map_or(String::new(), |path| format!(": {path}")));
    if options.check {
        return check(&*device);
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
        let mut worst = 0f64;
        for case in (op.cases)().iter().filter(|case| !case.real) {
            let reference = Reference::new(case)?;
            let error = reference.error(&pollster::block_on(reference.run(device))?);
            worst = worst.max(error);
            if error > op.tolerance {
                beyond.push(format!("{} {}", op.name, case.name));
            }
        }
        say!("{:24} error {worst:.1e} of {:.1e} that are allowed", op.name, op.tolerance);
    }
    if beyond.is_empty() { Ok(()) } else { Err(format!("{} computes wrongly: {}", device.name(), beyond.join("; ")).into()) }
}
