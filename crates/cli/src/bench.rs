//! `decant bench`: how fast this machine is at Stable Diffusion's operations, and at one model's networks and pictures.
//!
//! Operations run at their tables' real sizes with awkward numbers; the middle of several runs counts, on the device's own clock where it has
//! one. Bytes are those that a launch binds: what a perfect cache would fetch once.

use crate::arguments::Bench;
use crate::{Failure, device, model};
use decant_graph::check::Reference;
use decant_graph::device::Timing;
use decant_graph::op::OPS;
use decant_graph::{Device, bench};
use decant_sd::pipeline::{Event, Observer, Pipeline};
use decant_sd::request::Request;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Instant;

pub(crate) fn run(options: &Bench) -> Result<(), Failure> {
    let device = device::choose(&options.model.processing)?;
    let mut report = json!({ "device": device.name(), "path": device.path(), "operations": [], "model": null });
    if !options.json {
        say!("on {}{}\n", device.name(), device.path().map_or(String::new(), |path| format!(": {path}")));
    }
    if options.check {
        return check(&*device);
    }
    if !options.no_ops {
        report["operations"] = Value::Array(operations(options, &*device)?);
    }
    if !options.no_model {
        report["model"] = model(options)?;
    }
    if options.json {
        say!("{}", serde_json::to_string_pretty(&report)?);
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

fn operations(options: &Bench, device: &dyn Device) -> Result<Vec<Value>, Failure> {
    let mut rows = vec![];
    let clock = Instant::now();
    let now = || clock.elapsed().as_secs_f64();
    if !options.json {
        say!("{:58} {:>9} {:>9} {:>8}", "operation", "ms", "GFLOP/s", "GB/s");
    }
    for op in OPS {
        for case in (op.cases)().iter().filter(|case| case.real) {
            let name = format!("{} {}", op.name, case.name);
            if !name.contains(&options.only) {
                continue;
            }
            let bench::Measured { seconds, flops, bytes: moved, .. } = pollster::block_on(bench::measure(device, case, &now))?;
            if !options.json {
                say!("{name:58} {:9.2} {:9.2} {:8.2}", seconds * 1e3, flops as f64 / seconds / 1e9, moved as f64 / seconds / 1e9);
            }
            rows.push(json!({ "operation": name, "seconds": seconds, "flops": flops, "bytes": moved }));
        }
    }
    Ok(rows)
}

/// Seconds between a run's events.
struct Clock {
    last: Instant,
    steps: Vec<f64>,
    text: f64,
    decoding: Option<Instant>,
}

impl Observer for Clock {
    async fn event(&mut self, event: Event<'_>) -> Result<(), decant_sd::Error> {
        let passed = self.last.elapsed().as_secs_f64();
        match event {
            Event::Text { .. } => self.text = passed,
            Event::Step { .. } => self.steps.push(passed),
            Event::Start { .. } | Event::Again { .. } => {}
            Event::Decoding => self.decoding = Some(Instant::now()),
        }
        self.last = Instant::now();
        Ok(())
    }
}

fn model(options: &Bench) -> Result<Value, Failure> {
    let start = Instant::now();
    let mut pipeline = model::load(&options.model, options.json)?;
    let load = start.elapsed().as_secs_f64();
    let request = Request { prompt: pipeline.defaults().prompt.clone(), ..Request::default() };
    let start = Instant::now();
    pollster::block_on(pipeline.generate(&request, &mut decant_sd::pipeline::Unobserved))?;
    let first = start.elapsed().as_secs_f64();
    let start = Instant::now();
    let mut clock = Clock { last: start, steps: vec![], text: 0.0, decoding: None };
    pipeline.device().reset_peak();
    let generated = pollster::block_on(pipeline.generate(&request, &mut clock))?;
    let measured = pipeline.device().used().map(|used| used.peak);
    let picture = start.elapsed().as_secs_f64();
    let decoding = clock.decoding.map_or(0.0, |at| at.elapsed().as_secs_f64());
    clock.steps.sort_by(f64::total_cmp);
    let step = clock.steps[clock.steps.len() / 2];
    let s = &generated.settings;
    if !options.json {
        say!(
            "\n{} at {}×{}, {} steps of {}, guidance {}",
            pipeline.config().title,
            s.width,
            s.height,
            s.steps,
            s.sampler.row().name,
            s.guidance
        );
        say!(
            "load {load:.2} s, first picture {first:.2} s, next {picture:.2} s: text {:.3} s, step {step:.4} s, decoding {decoding:.3} s",
            clock.text
        );
        say!("{}", device::memory_taken(&generated.memory, pipeline.device()));
    }
    let spent = where_time_goes(&mut pipeline, options)?;
    Ok(json!({
        "title": pipeline.config().title, "width": s.width, "height": s.height, "steps": s.steps, "guidance": s.guidance,
        "seconds": { "load": load, "first_picture": first, "picture": picture, "text": clock.text, "step": step, "decoding": decoding },
        "memory": { "predicted": generated.memory.peak(), "measured": measured },
        "unet_by_operation": spent,
    }))
}

/// One denoiser call by kind of operation.
fn where_time_goes(pipeline: &mut Pipeline, options: &Bench) -> Result<Value, Failure> {
    let timings = match pollster::block_on(pipeline.profile_unet()) {
        Ok(timings) => timings,
        Err(problem) => {
            note!("no times by operation: {problem}");
            return Ok(Value::Null);
        }
    };
    let mut kinds: BTreeMap<String, Timing> = BTreeMap::new();
    for timing in timings {
        let kind = timing.label.split(' ').next().unwrap_or_default().to_string();
        let sum = kinds.entry(kind.clone()).or_insert(Timing { label: kind, seconds: 0.0, flops: 0 });
        (sum.seconds, sum.flops) = (sum.seconds + timing.seconds, sum.flops + timing.flops);
    }
    let mut kinds: Vec<Timing> = kinds.into_values().collect();
    kinds.sort_by(|a, b| b.seconds.total_cmp(&a.seconds));
    let all: f64 = kinds.iter().map(|k| k.seconds).sum();
    if !options.json {
        say!("\n{:20} {:>9} {:>6} {:>9}", "one denoiser call", "ms", "share", "GFLOP/s");
        for k in &kinds {
            say!("{:20} {:9.3} {:5.1}% {:9.2}", k.label, k.seconds * 1e3, 100.0 * k.seconds / all, k.flops as f64 / k.seconds / 1e9);
        }
    }
    Ok(kinds.iter().map(|k| json!({ "operation": k.label, "seconds": k.seconds, "flops": k.flops })).collect())
}
