//! `decant generate`: a prompt becomes a PNG, or several; on request a trace, an animation, a sheet of many.

mod animation;
mod grid;
mod passing;
mod recorded;
mod request;
mod watch;

use crate::arguments::Generate;
use crate::{Failure, device, interrupt, latents, model, output, progress, source, upscale};
use decant_record::{Animation, Canvas};
use decant_sd::pipeline::{Generated, Pipeline};
use decant_sd::request::{Request, Settings};
use decant_sd::trace::{Beside, Trace};
use decant_sd::upscale::Upscaler;
use passing::Passing;
use std::path::{Path, PathBuf};
use watch::{Watcher, milliseconds};

pub(crate) fn run(options: &mut Generate) -> Result<(), Failure> {
    written(options)?;
    upscale_alone(options)?;
    let (found, grid) = (options.records.found()?, options.records.grid()?);
    let named = found.as_ref().and_then(|found| source::builtin_named(&found.record.model.name));
    options.model.model = options.model.model.take().or(named);
    if let Some((model, gear)) = source::geared(options.model.place()) {
        options.model.model = Some(model);
        options.lora.gear.get_or_insert_with(|| gear.into());
    }
    let options = &*options;
    let mut request = request::request(options, found.as_ref())?;
    let mut pipeline = model::load(&options.model, options.quiet)?;
    options.lora.shift(pipeline.config(), &mut request)?;
    pollster::block_on(pipeline.load_gears(&request.loras))?;
    if let Some(sentence) = pipeline.config().knows_nothing_of(&request.prompt) {
        note!("{sentence}; decant inspect {} lists them", options.model.place());
    }
    options.text.load(&mut pipeline, options.quiet)?;
    options.lora.load(&mut pipeline, options.quiet)?;
    let needs_fingerprint = !options.records.no_metadata || options.records.sidecar || found.is_some();
    let fingerprint = if needs_fingerprint { pollster::block_on(pipeline.fingerprint())? } else { String::new() };
    source::confirm()?;
    found.iter().for_each(|found| recorded::tell(found, options, &pipeline, &fingerprint));
    let _run = interrupt::Run::begin();
    match grid {
        Some(grid) => grid::run(options, &mut pipeline, &request, &grid, &fingerprint),
        None => series(options, &mut pipeline, &request, &fingerprint),
    }
}

/// Refuses what could not be written afterwards.
fn written(options: &Generate) -> Result<(), Failure> {
    let sidecar = options.records.sidecar.then(|| output::beside(&options.out));
    let (animate, latents) = (options.records.animate.as_deref(), options.images.save_latents.as_deref());
    let all = [Some(options.out.as_path()), sidecar.as_deref(), options.trace.as_deref(), animate, latents];
    let written: Vec<&Path> = all.into_iter().flatten().collect();
    let opening = &options.model.opening;
    let typed = [&options.model.model, &opening.preview_decoder, &opening.vae, &options.upscale].into_iter().flatten().map(Path::new);
    let beside = typed.chain(options.lora.read()).chain(options.text.read()).chain(options.losses.read());
    let read: Vec<&Path> = beside.chain(options.images.read()).chain(options.records.settings.as_deref()).collect();
    output::check(&written, &read)?;
    output::written_as(&options.out, &["png"])?;
    latents.map_or(Ok(()), |path| output::written_as(path, &["safetensors", "npy"]))
}

/// A picture that is enlarged is one picture: not a sheet's cell, nor what the next one of a row is made from.
fn upscale_alone(options: &Generate) -> Result<(), Failure> {
    if options.upscale.is_some() && !options.records.grid.is_empty() {
        return Err("--upscale enlarges single pictures, not the cells of a grid; leave one of the two out".into());
    }
    Ok(())
}

/// Every prompt on the way to another, every seed, and every round of what feeds on itself; files are numbered by those there are several of.
fn series(options: &Generate, pipeline: &mut Pipeline, request: &Request, fingerprint: &str) -> Result<(), Failure> {
    let (frames, rounds) = (options.text.frames(request), options.images.rounds());
    recorded::tell_words(&frames);
    let by = |number: usize, seed: u64, round: usize| {
        [
            (frames.len() > 1).then(|| format!("{number:03}")),
            (request.count > 1).then(|| seed.to_string()),
            (rounds > 1).then(|| round.to_string()),
        ]
    };
    // A name as long as any of them, so that no system refuses one in the middle.
    output::named(&output::told_apart(&options.out, &by(frames.len(), request.seed.saturating_add(request.count as u64), rounds)))?;
    let mut done = 0;
    for (number, frame) in frames.iter().enumerate() {
        for first in frame.each()? {
            let (seed, mut request) = (first.seed, first);
            for round in 0..rounds {
                let by = by(number, seed, round);
                let named = |path: &Path| output::told_apart(path, &by);
                let made = picture(options, pipeline, &request, fingerprint, &named).map_err(|failure| with_those_before(done, failure))?;
                request = options.images.again(&request, made.picture);
                done += 1;
            }
        }
    }
    Ok(())
}

/// What went wrong, and what there is in spite of it.
fn with_those_before(done: usize, failure: Failure) -> Failure {
    match done {
        _ if interrupt::asked() => failure,
        0 => failure,
        1 => format!("{failure}; the picture before it is written").into(),
        _ => format!("{failure}; the {done} pictures before it are written").into(),
    }
}

/// Makes one picture and writes all that is wanted of it.
fn picture(
    options: &Generate,
    pipeline: &mut Pipeline,
    request: &Request,
    fingerprint: &str,
    named: &dyn Fn(&Path) -> PathBuf,
) -> Result<Generated, Failure> {
    let settled = pipeline.check(request)?;
    request.unread_spacing(settled.sampler).iter().for_each(|note| note!("settings: {note}"));
    let [width, height] = pipeline.final_size(&settled);
    let mut upscaler = upscaler(options, pipeline, request)?;
    let bar = progress::bar(options.quiet, "{prefix:13} {bar:40} {pos} of {len} steps, {eta} left");
    bar.set_prefix("sampling");
    let trace = options.trace.as_ref().map(|_| Trace::default());
    let animation = options.records.animate.as_ref().map(|_| Animation::new(width, height));
    let started = std::time::Instant::now();
    let mut watcher = Watcher { bar, trace, started, animation, passing: Passing::after(options.images.save_latents_after) };
    pipeline.device().reset_peak();
    let generated = pollster::block_on(pipeline.generate(request, &mut watcher))?;
    source::confirm()?; // weights may have been read again on the way
    let made = milliseconds(started);
    watcher.bar.finish_and_clear();
    let (out, mut record) = (named(&options.out), recorded::record(options, pipeline, &generated.settings.request, fingerprint));
    let larger = match &mut upscaler {
        Some(upscaler) => {
            record.enlarged.push(upscale::enlarged(upscaler));
            let most = generated.memory.most.saturating_sub(generated.memory.standing());
            let larger = upscale::enlarge(upscaler, pipeline.device(), &generated.picture, most, options.quiet)?;
            source::confirm()?;
            Some(larger)
        }
        None => None,
    };
    output::write(&out, &recorded::file(options, &record, &Canvas::from(larger.as_ref().unwrap_or(&generated.picture)))?)?;
    if options.records.sidecar {
        output::write(&output::beside(&out), record.to_json().as_bytes())?;
    }
    if let (Some(path), Some(mut trace)) = (&options.trace, watcher.trace) {
        trace.at(made);
        let beside = Beside { measured: pipeline.device().used().map(|used| used.peak), also: record.also.clone() };
        output::write(&named(path), &trace.finish(&generated, beside))?;
    }
    if let Some(path) = &options.images.save_latents {
        latents::write(&named(path), watcher.passing.kept(&generated.latents)?)?;
    }
    if let (Some(path), Some(mut animation)) = (&options.records.animate, watcher.animation) {
        animation.finish(&generated.picture);
        output::write(&named(path), &animation::file(&animation, path, Some(&record).filter(|_| !options.records.no_metadata))?)?;
    }
    if !options.quiet {
        let s = &generated.settings;
        let (sampler, seconds, device) = (s.sampler.row().name, made / 1000.0, pipeline.device().name());
        note!(
            "{}: {}×{}, {} of {sampler}, guidance {}, seed {}, {seconds:.1} s on {device}",
            out.display(),
            generated.picture.width,
            generated.picture.height,
            steps(s.steps),
            scales(s),
            s.request.seed
        );
        note!("{}", device::memory_taken(&generated.memory, pipeline.device()));
    }
    Ok(generated)
}

fn steps(count: usize) -> String {
    if count == 1 { "1 step".into() } else { format!("{count} steps") }
}

/// The upscaler that is wanted, once it is known that it has the memory that it will need.
fn upscaler(options: &Generate, pipeline: &mut Pipeline, request: &Request) -> Result<Option<Upscaler>, Failure> {
    let Some(place) = &options.upscale else { return Ok(None) };
    let memory = pipeline.memory_for(request)?;
    let upscaler = if pipeline.config().upscaler.as_ref() == Some(place) && !Path::new(place).exists() {
        pollster::block_on(pipeline.upscaler())?.expect("the model's folder names it")
    } else {
        upscale::open(place, pipeline.device(), None)?
    };
    let settled = pipeline.check(request)?;
    upscaler.tiling(pipeline.device(), pipeline.final_size(&settled), memory.most.saturating_sub(memory.standing()))?;
    Ok(Some(upscaler))
}

/// The scale of guidance, or those that it went through.
fn scales(settings: &Settings) -> String {
    match &settings.request.guidance_curve[..] {
        [] => settings.guidance.to_string(),
        curve => curve.iter().map(f32::to_string).collect::<Vec<_>>().join(" → "),
    }
}
