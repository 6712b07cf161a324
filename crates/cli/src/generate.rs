//! `decant generate`: a prompt becomes a PNG, and on request a trace.

mod request;

use crate::arguments::{Generate, Model, Opening};
use crate::{Failure, device, source};
use decant_graph::{Device, Encoding};
use decant_sd::component::Progress;
use decant_sd::error::bytes;
use decant_sd::pipeline::{Event, Memory, Observer, Options, Pipeline};
use decant_sd::trace::Trace;
use indicatif::{ProgressBar, ProgressStyle};

/// What was typed, as what it means.
pub(crate) fn options(weights: Option<&str>, opening: &Opening) -> Result<Options, Failure> {
    Ok(Options {
        weights: weights.and_then(Encoding::named),
        preview: opening.preview_decoder.as_deref().map(source::open).transpose()?,
        budget: opening.budget,
        prediction: opening.prediction.as_deref().map(str::parse).transpose()?,
        family: opening.family.clone(),
    })
}

/// Loads the model with a bar of bytes.
pub(crate) fn load(model: &Model, quiet: bool) -> Result<Pipeline, Failure> {
    let files = source::open(&model.model)?;
    let device = device::choose(model.device)?;
    let bar = bar(quiet, "{prefix:13} {bar:40} {bytes} of {total_bytes}, {bytes_per_sec}");
    let mut tick = |p: Progress| {
        bar.set_length(p.total);
        bar.set_prefix(p.component);
        bar.set_position(p.bytes);
    };
    let options = options(model.weights.as_deref(), &model.opening)?;
    let pipeline = pollster::block_on(Pipeline::load(files, device, options, &mut tick))?;
    bar.finish_and_clear();
    Ok(pipeline)
}

pub(crate) fn run(options: &Generate) -> Result<(), Failure> {
    // Told before minutes of work, not after.
    for path in [Some(&options.out), options.trace.as_ref()].into_iter().flatten() {
        let folder = path.parent().filter(|p| !p.as_os_str().is_empty());
        if folder.is_some_and(|folder| !folder.is_dir()) {
            return Err(format!("{}: the folder to write it to does not exist", path.display()).into());
        }
        if path.is_dir() {
            return Err(format!("{}: this is a folder; give a file's name", path.display()).into());
        }
    }
    let request = request::request(options)?;
    let mut pipeline = load(&options.model, options.quiet)?;
    options.lora.load(&mut pipeline, options.quiet)?;
    let bar = bar(options.quiet, "{prefix:13} {bar:40} {pos} of {len} steps, {eta} left");
    bar.set_prefix("sampling");
    let mut watcher = Watcher { bar, trace: options.trace.as_ref().map(|_| Trace::default()) };
    let start = std::time::Instant::now();
    pipeline.device().reset_peak();
    let generated = pollster::block_on(pipeline.generate(&request, &mut watcher))?;
    watcher.bar.finish_and_clear();
    let write = |path: &std::path::Path, bytes: Vec<u8>| {
        std::fs::write(path, bytes).map_err(|e| format!("{} could not be written: {e}", path.display()))
    };
    write(&options.out, generated.picture.png()?)?;
    if let (Some(path), Some(trace)) = (&options.trace, watcher.trace) {
        write(path, trace.finish(&generated)?)?;
    }
    if !options.quiet {
        let s = &generated.settings;
        let (sampler, seconds) = (s.sampler.row().name, start.elapsed().as_secs_f64());
        let (out, device) = (options.out.display(), pipeline.device().name());
        eprintln!(
            "{out}: {}×{}, {} steps of {sampler}, guidance {}, seed {}, {seconds:.1} s on {device}",
            s.width, s.height, s.steps, s.guidance, s.asked.seed
        );
        eprintln!("{}", took(&generated.memory, pipeline.device()));
    }
    Ok(())
}

/// How much memory a picture took, predicted and measured, and how it was made.
pub(crate) fn took(memory: &Memory, device: &dyn Device) -> String {
    let measured = device.used().map_or("not measured on this device".into(), |used| format!("{} measured", bytes(used.peak)));
    format!("memory: {} predicted, {measured}; {}", bytes(memory.peak()), memory.plan)
}

pub(crate) fn bar(quiet: bool, template: &str) -> ProgressBar {
    let bar = if quiet { ProgressBar::hidden() } else { ProgressBar::new(0) };
    bar.with_style(ProgressStyle::with_template(template).expect("the templates are sound"))
}

/// Moves the bar, keeps the trace, and says what was cut from the prompts.
struct Watcher {
    bar: ProgressBar,
    trace: Option<Trace>,
}

impl Observer for Watcher {
    async fn event(&mut self, event: Event<'_>) -> Result<(), decant_sd::Error> {
        if let Some(trace) = &mut self.trace {
            trace.note(&event);
        }
        match event {
            Event::Text { prompt, negative, .. } => {
                for (name, tokens) in [("prompt", Some(prompt)), ("negative prompt", negative)] {
                    if let Some(tokens) = tokens.filter(|tokens| tokens.dropped > 0) {
                        self.bar.suspend(|| eprintln!("the {name} is {} tokens too long; cut: {}", tokens.dropped, tokens.dropped_text));
                    }
                }
            }
            Event::Start { schedule, .. } => self.bar.set_length(schedule.timesteps.len() as u64),
            Event::Step { step, .. } => self.bar.set_position(step.index as u64 + 1),
            Event::Decoding => self.bar.set_prefix("decoding"),
        }
        Ok(())
    }
}
