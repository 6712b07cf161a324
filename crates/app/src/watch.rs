//! A run as the page sees it: each step as a plain object, and the page's answer awaited.

use crate::js::{floats, now, object, pixels, set};
use crate::settings::settings_object;
use decant_sd::Error;
use decant_sd::latents::Statistics;
use decant_sd::pipeline::{Event, Observer};
use decant_sd::request::Request;
use decant_sd::tokenizer::Tokens;
use decant_sd::trace::{Channels, StepMetadata, StopWatch, Timings, camel, step_tensors};
use decant_solver::Schedule;
use js_sys::{Array, Function, JSON, Promise, Uint32Array};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

/// Hears a run's events, and hands steps to the page.
pub struct Watcher {
    on_step: Function,
    /// Waiting for the page counts for no part.
    watch: StopWatch,
    /// `RawPass` in `web/api/protocol.d.ts`, as far as it is known, until the first step brings it.
    pass: JsValue,
}

impl Watcher {
    /// For a run that began at `started`.
    pub fn new(on_step: Function, started: f64) -> Watcher {
        Watcher { on_step, watch: StopWatch::new(started), pass: JsValue::NULL }
    }

    /// `RawResult` in `web/api/protocol.d.ts`.
    pub fn result(self, image: JsValue, settled: &Request, memory: JsValue) -> JsValue {
        let Timings { text, steps, picture, total } = self.watch.finish(now());
        let timings = [("text", text), ("steps", steps), ("picture", picture), ("total", total)];
        object([
            ("image", image),
            ("settings", settings_object(settled)),
            ("memory", memory),
            ("timings", object(timings.map(|(name, milliseconds)| (name, milliseconds.into())))),
        ])
    }

    /// Shows a step, and waits until the page lets the run go on.
    async fn show(&mut self, step: JsValue) -> Result<(), Error> {
        let answer = self.on_step.call1(&JsValue::NULL, &step).map_err(|_| Error::Cancelled)?;
        JsFuture::from(Promise::resolve(&answer)).await.map_err(|_| Error::Cancelled)?;
        self.watch.resume(now());
        Ok(())
    }
}

impl Observer for Watcher {
    async fn event(&mut self, event: Event<'_>) -> Result<(), Error> {
        match event {
            Event::Text { prompt, negative, embeddings, width } => {
                let texts = 1 + usize::from(negative.is_some());
                let tokens = object([("prompt", count(prompt)), ("negative", negative.map_or(JsValue::NULL, count))]);
                let embeddings = tensor([texts, embeddings.len() / texts / width, width], embeddings);
                self.pass = object([("tokens", tokens), ("textEmbeddings", embeddings)]);
            }
            Event::Start { noise, schedule, .. } => {
                set(&self.pass, "noise", floats(noise));
                set(&self.pass, "schedule", schedule_object(schedule));
                self.watch.start(now());
            }
            Event::Step { step, shape, eps, guidance, attention, pulling, preview_noisy, preview_denoised } => {
                let metadata = StepMetadata::of(&step, shape[0], guidance, self.watch.step(now()));
                let shown = metadata_object(metadata);
                set(&shown, "index", step.index.into());
                set(&shown, "shape", array(shape));
                for (name, values) in step_tensors(&step, eps) {
                    set(&shown, &camel(name), values.map_or(JsValue::NULL, floats));
                }
                let [_, height, width] = shape;
                let map = |map: &[f32]| tensor([map.len() / (height * width), height, width], map);
                set(&shown, "attention", attention.map_or(JsValue::NULL, map));
                set(&shown, "loss", pulling.map_or(JsValue::NULL, |pulling| pulling.loss.into()));
                set(&shown, "lossGradient", pulling.map_or(JsValue::NULL, |pulling| tensor(shape, &pulling.gradient)));
                for (name, picture) in [("previewNoisy", preview_noisy), ("previewDenoised", preview_denoised)] {
                    set(&shown, name, picture.as_ref().map_or(JsValue::NULL, pixels));
                }
                set(&shown, "pass", std::mem::replace(&mut self.pass, JsValue::NULL));
                self.show(shown).await?;
            }
            // The first step of the second pass brings what that one begins with.
            Event::Decoding | Event::Again { .. } => {}
        }
        Ok(())
    }
}

/// Of `Step` in `web/api/decant.d.ts` what is no tensor.
fn metadata_object(metadata: StepMetadata) -> JsValue {
    let StepMetadata { total, timestep, sigma, scale, guidance, milliseconds, channels } = metadata;
    let each = |Channels { next, denoised }| object([("next", statistics_array(next)), ("denoised", statistics_array(denoised))]);
    object([
        ("total", total.into()),
        ("timestep", timestep.into()),
        ("sigma", sigma.into()),
        ("scale", scale.into()),
        ("guidance", guidance.into()),
        ("milliseconds", milliseconds.into()),
        ("channels", channels.map_or(JsValue::NULL, each)),
    ])
}

/// The part of `Schedule` in `web/api/decant.d.ts` that is a run's own.
fn schedule_object(schedule: &Schedule) -> JsValue {
    object([("timesteps", floats(&schedule.timesteps)), ("sigmas", floats(&schedule.sigmas))])
}

/// `Tensor` in `web/api/decant.d.ts`.
fn tensor(shape: [usize; 3], values: &[f32]) -> JsValue {
    object([("shape", array(shape)), ("values", floats(values))])
}

fn array(shape: [usize; 3]) -> JsValue {
    shape.into_iter().map(JsValue::from).collect::<Array>().into()
}

/// `ChannelStatistics` in `web/api/decant.d.ts` of each channel.
fn statistics_array(statistics: Vec<Statistics>) -> JsValue {
    let one = |Statistics { mean, deviation, least, largest }: Statistics| {
        object([("mean", mean.into()), ("deviation", deviation.into()), ("least", least.into()), ("largest", largest.into())])
    };
    statistics.into_iter().map(one).collect::<Array>().into()
}

/// `TokenCount` in `web/api/decant.d.ts`.
pub fn count(tokens: &Tokens) -> JsValue {
    let object = JSON::parse(&tokens.to_json()).expect("what is written as JSON is read as JSON");
    set(&object, "ids", Uint32Array::from(tokens.ids.as_slice()).into());
    object
}
