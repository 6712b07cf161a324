//! Operations at Stable Diffusion's sizes: by the kernels that the device takes, or by each that it could.

use super::report::Report;
use crate::Failure;
use crate::arguments::Bench;
use decant_graph::bench::{Measured, Tried, measure, try_all};
use decant_graph::op::{Case, OPS};
use decant_graph::{Device, Error};
use serde_json::json;
use std::time::Instant;

pub(super) fn run(options: &Bench, device: &dyn Device, report: &mut Report) -> Result<(), Failure> {
    let clock = Instant::now();
    let now = || clock.elapsed().as_secs_f64();
    say!("{:58} {:>24} {:>9} {:>9} {:>5} {:>8}  error", "operation", "kernel", "ms", "GFLOP/s", "peak", "GB/s");
    for op in OPS {
        for case in (op.cases)().iter().filter(|case| case.real) {
            let operation = format!("{} {}", op.name, case.name);
            if !options.only.is_empty() && !options.only.iter().any(|words| operation.contains(words)) {
                continue;
            }
            let mut problem = None;
            let mut tell = |tried: Tried| {
                problem = row(report, &operation, &tried).err();
                if problem.is_some() { Err(Error::Device("the report could not be written".into())) } else { Ok(()) }
            };
            let done = if options.candidates {
                pollster::block_on(try_all(device, (op, case), &now, &mut tell))
            } else {
                pollster::block_on(measure(device, case, &now)).and_then(|measured| tell(taken(device, case, measured)?))
            };
            match problem {
                Some(problem) => return Err(problem),
                None => done?,
            }
        }
    }
    Ok(())
}

/// What the device takes by itself, unchecked.
fn taken(device: &dyn Device, case: &Case, measured: Measured) -> Result<Tried, Error> {
    let plan = device.on_gpu(&case.program()?);
    let kernel = plan.steps.first().and_then(|step| step.gpu.as_ref().ok()).map_or("", |gpu| gpu.name);
    let name = device.path().unwrap_or_else(|| kernel.into());
    Ok(Tried { name, chosen: true, error: f64::NAN, problem: None, measured: Some(measured) })
}

fn row(report: &mut Report, operation: &str, tried: &Tried) -> Result<(), Failure> {
    let Tried { name, chosen, error, problem, measured } = tried;
    let kernel = format!("{name}{}", if *chosen { " *" } else { "" });
    let off = if error.is_nan() { String::new() } else { format!("{error:.1e}") };
    match (measured, problem) {
        (Some(Measured { seconds, flops, bytes, .. }), _) => {
            let rate = *flops as f64 / seconds;
            let (ms, share) = (seconds * 1e3, report.share(rate));
            say!("{operation:58} {kernel:>24} {ms:9.3} {:9.1} {share:>5} {:8.1}  {off}", rate / 1e9, *bytes as f64 / seconds / 1e9);
        }
        (None, problem) => say!("{operation:58} {kernel:>24}  {} ({off})", problem.as_deref().unwrap_or_default()),
    }
    let finite = error.is_finite().then_some(*error);
    let numbers = measured.map(|Measured { seconds, fastest, flops, bytes }| (seconds, fastest, flops, bytes));
    let [seconds, fastest] = [numbers.map(|n| n.0), numbers.map(|n| n.1)];
    let [flops, bytes] = [numbers.map(|n| n.2), numbers.map(|n| n.3)];
    let share = report.peak.zip(numbers).map(|(peak, n)| n.2 as f64 / n.0 / peak);
    report.push(
        "operations",
        json!({
            "operation": operation, "kernel": name, "chosen": chosen, "error": finite, "problem": problem, "seconds": seconds,
            "fastest": fastest, "flops": flops, "bytes": bytes, "share": share,
        }),
    )
}
