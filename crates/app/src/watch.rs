//! A run as the page sees it: each step as a plain object, and the page's answer awaited.

use crate::js::{floats, now, object, pixels, set};
use crate::settings::settings_object;
use decant_sd::Error;
use decant_sd::latents::{Statistics, statistics};
use decant_sd::picture::Picture;
use decant_sd::pipeline::{Event, Observer, Predicted};
use decant_sd::request::Request;
use decant_sd::tokenizer::Tokens;
use decant_solver::Step;
use js_sys::{Array, Function, JSON, Promise, Uint32Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// Hears a run's events, hands steps to the page, and keeps what the result tells besides the picture.
pub struct Watcher {
    on_step: Function,
    /// When the present part of the run began, in milliseconds; waiting for the page counts for no part.
    since: f64,
    text: f64,
    steps: f64,
    noise: JsValue,
    tokens: [JsValue; 2],
    /// Whether a step has told the tokens already.
    told: bool,
    /// Whether the next step is the first one of a second pass.
    again: bool,
}

impl Watcher {
    /// For a run that began at `started`.
    pub fn new(on_step: Function, started: f64) -> Watcher {
        Watcher {
            on_step,
            since: started,
            text: 0.0,
            steps: 0.0,
            noise: JsValue::NULL,
            tokens: [JsValue::NULL, JsValue::NULL],
            told: false,
            again: false,
        }
    }

    /// `RawResult` in `web/api/protocol.d.ts`.
    pub fn result(self, image: JsValue, settled: &Request, memory: JsValue) -> JsValue {
        let picture = now() - self.since;
        let total = self.text + self.steps + picture;
        let timings = [("text", self.text), ("steps", self.steps), ("picture", picture), ("total", total)];
        let tokens = self.tokens();
        object([
            ("image", image),
            ("settings", settings_object(settled)),
            ("noise", self.noise),
            ("tokens", tokens),
            ("memory", memory),
            ("timings", object(timings.map(|(name, milliseconds)| (name, milliseconds.into())))),
        ])
    }

    /// `TraceTokens` in `web/api/decant.d.ts`.
    fn tokens(&self) -> JsValue {
        let [prompt, negative] = self.tokens.clone();
        object([("prompt", prompt), ("negative", negative)])
    }

    fn lap(&mut self) -> f64 {
        let before = std::mem::replace(&mut self.since, now());
        self.since - before
    }

    /// Shows a step, and waits until the page lets the run go on.
    async fn show(&mut self, step: JsValue) -> Result<(), Error> {
        let answer = self.on_step.call1(&JsValue::NULL, &step).map_err(|_| Error::Cancelled)?;
        JsFuture::from(Promise::resolve(&answer)).await.map_err(|_| Error::Cancelled)?;
        self.since = now();
        Ok(())
    }
}

impl Observer for Watcher {
    async fn event(&mut self, event: Event<'_>) -> Result<(), Error> {
        match event {
            Event::Text { prompt, negative, .. } => {
                self.tokens[0] = count(prompt);
                if let Some(negative) = negative {
                    self.tokens[1] = count(negative);
                }
            }
            Event::Start { noise, .. } => {
                self.noise = floats(noise);
                self.text = self.lap();
            }
            Event::Step { step, shape, noise, attention, noisy, denoised } => {
                let milliseconds = self.lap();
                self.steps += milliseconds;
                let shown = raw_step(&step, shape, noise, [noisy, denoised], milliseconds);
                set(&shown, "attention", attention.map_or(JsValue::NULL, |map| attention_object(map, shape)));
                let first = !std::mem::replace(&mut self.told, true);
                set(&shown, "tokens", if first { self.tokens() } else { JsValue::NULL });
                set(&shown, "again", std::mem::take(&mut self.again).into());
                self.show(shown).await?;
            }
            Event::Decoding => {}
            // The next step says that it is the first of another pass.
            Event::Again { .. } => self.again = true,
        }
        Ok(())
    }
}

/// `RawStep` in `web/api/protocol.d.ts`.
fn raw_step(step: &Step, shape: [usize; 3], noise: &Predicted, pictures: [Option<Picture>; 2], milliseconds: f64) -> JsValue {
    let [noisy, denoised] = pictures.map(|picture| picture.as_ref().map_or(JsValue::NULL, pixels));
    let channels = [("latents", channels(step.latents, shape)), ("denoised", channels(step.denoised, shape))];
    object([
        ("index", step.index.into()),
        ("total", step.total.into()),
        ("timestep", step.timestep.into()),
        ("sigma", step.sigma.into()),
        ("latents", floats(step.latents)),
        ("denoised", floats(step.denoised)),
        ("shape", shape.into_iter().map(JsValue::from).collect::<Array>().unchecked_into()),
        ("input", floats(step.before)),
        ("noiseText", floats(&noise.cond)),
        ("noiseUncond", noise.uncond.as_ref().map_or(JsValue::NULL, |noise| floats(noise))),
        ("noise", floats(&noise.guided)),
        ("guidance", noise.scale.into()),
        ("channels", object(channels)),
        ("previewNoisy", noisy),
        ("previewDenoised", denoised),
        ("milliseconds", milliseconds.into()),
    ])
}

/// `Attention` in `web/api/decant.d.ts`.
fn attention_object(map: &[f32], [_, height, width]: [usize; 3]) -> JsValue {
    let shape = [map.len() / (height * width), height, width];
    object([("shape", shape.into_iter().map(JsValue::from).collect::<Array>().into()), ("values", floats(map))])
}

/// `ChannelStatistics` in `web/api/decant.d.ts` of each channel.
fn channels(values: &[f32], [channels, ..]: [usize; 3]) -> JsValue {
    let one = |Statistics { mean, deviation, least, largest }: Statistics| {
        object([("mean", mean.into()), ("deviation", deviation.into()), ("least", least.into()), ("largest", largest.into())])
    };
    statistics(values, channels).into_iter().map(one).collect::<Array>().into()
}

/// `TokenCount` in `web/api/decant.d.ts`.
pub fn count(tokens: &Tokens) -> JsValue {
    let object = JSON::parse(&tokens.to_json()).expect("what is written as JSON is read as JSON");
    set(&object, "ids", Uint32Array::from(tokens.ids.as_slice()).into());
    object
}
