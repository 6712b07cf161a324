//! A model's networks and whole pictures: at its own size, or growing with size, with two pictures in a call of the denoiser instead of one
//! (guidance), and with steps.

use super::report::Report;
use crate::arguments::Bench;
use crate::{Failure, device, model};
use decant_graph::device::Timing;
use decant_sd::pipeline::{Event, Observer, Pipeline, Unobserved};
use decant_sd::request::Request;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Instant;

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

pub(super) fn run(options: &Bench, report: &mut Report) -> Result<(), Failure> {
    let start = Instant::now();
    let mut pipeline = model::load(&options.model, false)?;
    let load = start.elapsed().as_secs_f64();
    say!("\n{}: loaded in {load:.2} s", pipeline.config().title);
    report.set("model", json!({ "title": pipeline.config().title, "weights": options.model.weights, "load": load }))?;
    let request = Request { prompt: pipeline.defaults().prompt.clone(), ..Request::default() };
    let sizes: Vec<Option<usize>> = or_usual(&options.sizes);
    let guidances: Vec<Option<f32>> = or_usual(&options.guidances);
    let alone = sizes.len() * guidances.len() == 1;
    for size in &sizes {
        for guidance in &guidances {
            let of_size = Request { width: *size, height: *size, guidance: *guidance, ..request.clone() };
            one_size(&mut pipeline, &of_size, &options.steps, alone, report)?;
        }
    }
    Ok(())
}

/// All that was asked for, or what is usual.
fn or_usual<T: Copy>(values: &[T]) -> Vec<Option<T>> {
    if values.is_empty() { vec![None] } else { values.iter().copied().map(Some).collect() }
}

fn one_size(pipeline: &mut Pipeline, request: &Request, steps: &[usize], listed: bool, report: &mut Report) -> Result<(), Failure> {
    let steps = or_usual(steps);
    let start = Instant::now();
    // As much of a run as makes every program ready; a model's own number of steps may be many.
    pollster::block_on(pipeline.generate(&Request { steps: Some(steps[0].unwrap_or(2).min(2)), ..request.clone() }, &mut Unobserved))?;
    let first = start.elapsed().as_secs_f64();
    let spent = spent(pipeline)?;
    let flops: u64 = spent.iter().map(|kind| kind.flops).sum();
    for steps in steps {
        let row = picture(pipeline, &Request { steps, ..request.clone() }, report, flops)?;
        let by_operation: Vec<Value> =
            spent.iter().map(|k| json!({ "operation": k.label, "seconds": k.seconds, "flops": k.flops })).collect();
        let more = json!({ "first": first, "unet_flops": flops, "unet_by_operation": by_operation });
        let fields = [row, more].into_iter().filter_map(|part| part.as_object().cloned()).flatten();
        report.push("pictures", Value::Object(fields.collect()))?;
    }
    if listed {
        say!("\n{:20} {:>9} {:>6} {:>9} {:>5}", "one denoiser call", "ms", "share", "GFLOP/s", "peak");
        let all: f64 = spent.iter().map(|kind| kind.seconds).sum();
        for Timing { label, seconds, flops } in &spent {
            let rate = *flops as f64 / seconds;
            let (ms, part, share) = (seconds * 1e3, 100.0 * seconds / all, report.share(rate));
            say!("{label:20} {ms:9.3} {part:5.1}% {:9.2} {share:>5}", rate / 1e9);
        }
    }
    Ok(())
}

/// One picture whose programs are ready; `flops` are one denoiser call's.
fn picture(pipeline: &mut Pipeline, request: &Request, report: &Report, flops: u64) -> Result<Value, Failure> {
    pipeline.device().reset_peak();
    let start = Instant::now();
    // A text that was read before would not be read again.
    let request = Request { prompt: format!("{} {}", request.prompt, request.steps.unwrap_or_default()), ..request.clone() };
    let mut clock = Clock { last: start, steps: vec![], text: 0.0, decoding: None };
    let generated = pollster::block_on(pipeline.generate(&request, &mut clock))?;
    let picture = start.elapsed().as_secs_f64();
    let measured = pipeline.device().used().map(|used| used.peak);
    let decoding = clock.decoding.map_or(0.0, |at| at.elapsed().as_secs_f64());
    clock.steps.sort_by(f64::total_cmp);
    let step = clock.steps[clock.steps.len() / 2];
    let s = &generated.settings;
    let rate = flops as f64 / step;
    let shared = report.share(rate);
    say!(
        "{}×{}, {} steps of {}, guidance {}: {picture:.2} s, text {:.3} s, step {step:.4} s ({:.1} GFLOP/s{}{shared}), decoding {decoding:.3} s; {}",
        s.width,
        s.height,
        s.steps,
        s.sampler.row().name,
        s.guidance,
        clock.text,
        rate / 1e9,
        if shared.is_empty() { "" } else { ", " },
        device::memory_taken(&generated.memory, pipeline.device())
    );
    Ok(json!({
        "width": s.width, "height": s.height, "steps": s.steps, "guidance": s.guidance,
        "seconds": { "picture": picture, "text": clock.text, "step": step, "decoding": decoding },
        "memory": { "predicted": generated.memory.peak(), "measured": measured },
    }))
}

/// One denoiser call at the last picture's size by kind of operation, what takes longest first; none where the device has no clock for it.
fn spent(pipeline: &mut Pipeline) -> Result<Vec<Timing>, Failure> {
    let timings = match pollster::block_on(pipeline.profile_unet()) {
        Ok(timings) => timings,
        Err(problem) => {
            note!("no times by operation: {problem}");
            return Ok(vec![]);
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
    Ok(kinds)
}
