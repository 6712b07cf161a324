//! A run as numbers: everything that a comparison with diffusers, or a picture of the run drawn later, needs. A safetensors file of float32,
//! and of bytes for what is only looked at.
//!
//! | tensor | shape | is |
//! |---|---|---|
//! | `noise` | `[1, 4, h, w]` | what is drawn first for the run, of unit variance |
//! | `text_embeddings` | `[2, 77, D]`, `[1, 77, D]` without guidance | negative first; 77 for each chunk of a long prompt |
//! | `timesteps`, `sigmas` | `[steps]`, `[steps + 1]` | the schedule |
//! | `latents_000` … | `[1, 4, h, w]` | before each step, in diffusers' convention for the sampler; the first are where sampling begins |
//! | `model_input_000` … | `[1, 4, h, w]` | what the model was shown: those latents divided by the step's `scale` |
//! | `prediction_000` … | `[1, 4, h, w]` | what the model said (eps, v or x0), after guidance |
//! | `denoised_000` … | `[1, 4, h, w]` | the predicted x0 of each step |
//! | `next_000` … | `[1, 4, h, w]` | after each step: the next one's `latents`, diffusers' `prev_sample` |
//! | `eps_cond_000` …, `eps_uncond_000` …, `eps_guided_000` … | `[1, 4, h, w]` | the predicted unit noise, whatever the model itself predicts: with the prompt, without it (where it was asked for), and what the step was taken with |
//! | `attention_000` … | `[tokens, h, w]` | where the denoiser looked for each token, if that was asked for |
//! | `preview_noisy_000` …, `preview_denoised_000` … | `[H, W, 3]`, bytes | each step's pictures, where some were made |
//! | `image` | `[1, 3, H, W]` | 0…1; the command's before rounding |
//!
//! The metadata has the request as JSON (`settings`), the tokens of both prompts (`tokens`, `negative_tokens`), each step's numbers
//! (`step_metadata`: [`StepMetadata`]), how long it took, where somebody held a watch (`timings`: [`Trace::at`]), memory (`memory`), and
//! what else the picture came of (`also`, `enlarged`). `version` is 2; files of version 1, which do not say it, had other names for
//! some of this: web/trace/format.js reads both. How it lies in the file is [`TraceFile`]'s, for the command and for the page.

mod file;
mod watch;

pub use file::{Channels, ROWS, STEP_TENSORS, StepMetadata, TraceFile, camel};
pub use watch::{StopWatch, Timings};

use crate::latents::statistics;
use crate::picture::Picture;
use crate::pipeline::{Eps, Event, Generated};
use crate::request::{Preview, Request};
use decant_solver::Step;
use serde::Serialize;

/// A run's tensors, collected from its events.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Trace {
    file: TraceFile<Vec<u8>>,
    watch: Option<StopWatch>,
    /// Milliseconds since the run began.
    now: f64,
}

/// What a run does not know of itself.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Beside {
    /// Bytes that it took on the device, where that is known.
    pub measured: Option<u64>,
    /// What the picture came of that settings cannot hold.
    pub also: Vec<String>,
}

/// Bytes; names are `Memory`'s in `web/api/decant.d.ts`.
#[derive(Serialize)]
struct Memory {
    predicted: u64,
    measured: Option<u64>,
    /// Only WebAssembly's can be told apart.
    heap: Option<u64>,
}

/// A step's tensors by their names ([`STEP_TENSORS`]), each shaped like its latents.
pub fn step_tensors<'a>(step: &Step<'a>, eps: &'a Eps) -> [(&'static str, Option<&'a [f32]>); STEP_TENSORS.len()] {
    let [latents, model_input, prediction, denoised, next, eps_cond, eps_uncond, eps_guided] = STEP_TENSORS;
    [
        (latents, Some(step.latents)),
        (model_input, Some(step.model_input)),
        (prediction, Some(step.prediction)),
        (denoised, Some(step.denoised)),
        (next, Some(step.next)),
        (eps_cond, Some(&eps.cond)),
        (eps_uncond, eps.uncond.as_deref()),
        (eps_guided, Some(&eps.guided)),
    ]
}

impl StepMetadata {
    /// Of a step of latents with so many channels.
    pub fn of(step: &Step<'_>, channels: usize, guidance: f32, milliseconds: f64) -> StepMetadata {
        StepMetadata {
            total: step.total,
            timestep: step.timestep.into(),
            sigma: step.sigma.into(),
            scale: step.scale.into(),
            guidance: guidance.into(),
            milliseconds,
            channels: Some(Channels { next: statistics(step.next, channels), denoised: statistics(step.denoised, channels) }),
        }
    }
}

impl Trace {
    /// Says when what is noted next happened, in milliseconds since the run began.
    pub fn at(&mut self, milliseconds: f64) {
        self.watch.get_or_insert_default();
        self.now = milliseconds;
    }

    /// Takes what an event brings.
    pub fn note(&mut self, event: &Event) {
        match event {
            Event::Text { prompt, negative, embeddings, width } => {
                self.file.metadata("tokens", prompt.to_json());
                self.file.metadata("negative_tokens", negative.map_or("null".into(), |tokens| tokens.to_json()));
                let texts = 1 + usize::from(negative.is_some());
                self.file.numbers("text_embeddings", &[texts, embeddings.len() / texts / width, *width], bytes(embeddings));
            }
            Event::Start { noise, shape: [c, h, w], schedule, .. } => {
                self.file.numbers("noise", &[1, *c, *h, *w], bytes(noise));
                self.file.numbers("timesteps", &[schedule.timesteps.len()], bytes(&schedule.timesteps));
                self.file.numbers("sigmas", &[schedule.sigmas.len()], bytes(&schedule.sigmas));
                self.watch.iter_mut().for_each(|watch| watch.start(self.now));
            }
            Event::Step { step, shape, eps, guidance, attention, pulling, preview_noisy, preview_denoised } => {
                let (index, [channels, h, w]) = (step.index, *shape);
                let tensors = step_tensors(step, eps).into_iter().filter_map(|(name, values)| Some((name, bytes(values?))));
                let milliseconds = self.watch.as_mut().map_or(0.0, |watch| watch.step(self.now));
                self.file.step(index, *shape, tensors, StepMetadata::of(step, channels, *guidance, milliseconds));
                if let Some(pulling) = pulling {
                    self.file.pulling(index, *shape, bytes(&[pulling.loss as f32]), bytes(&pulling.gradient));
                }
                attention.iter().for_each(|map| self.file.attention(index, [map.len() / (h * w), h, w], bytes(map)));
                let previews = [("preview_noisy", preview_noisy), ("preview_denoised", preview_denoised)];
                for (name, Picture { width, height, .. }, rgb) in previews.iter().filter_map(|(n, p)| p.as_ref().map(|p| (n, p, p.rgb()))) {
                    self.file.preview(name, index, [*height, *width], rgb);
                }
            }
            Event::Decoding => {}
            // A file holds one pass: the one that the picture came of.
            Event::Again { .. } => self.file = TraceFile::default(),
        }
    }

    /// The file, with the finished picture and what it was made with in the metadata.
    pub fn finish(mut self, generated: &Generated, Beside { measured, also }: Beside) -> Vec<u8> {
        let Generated { settings, picture, memory, .. } = generated;
        self.file.numbers("image", &[1, 3, picture.height, picture.width], bytes(&picture.values));
        if let Some(watch) = self.watch {
            self.file.metadata("timings", json(&watch.finish(self.now)));
        }
        self.file.metadata("memory", json(&Memory { predicted: memory.peak(), measured, heap: None }));
        self.file.metadata("also", json(&also));
        // All of it that changes the picture, as `Request::from_json` reads it.
        let asked = Request { preview: Preview::None, ..settings.request.clone() };
        let (prompt, negative, sampler) = (asked.prompt.clone(), asked.negative.clone(), settings.sampler.row().id.into());
        let [steps, guidance, seed] = [settings.steps.to_string(), settings.guidance.to_string(), asked.seed.to_string()];
        self.file.settings(asked.to_json(), [prompt, negative, sampler, steps, guidance, seed]);
        let (mut file, tensors) = self.file.parts();
        file.reserve(tensors.iter().map(Vec::len).sum());
        tensors.into_iter().for_each(|values| file.extend(values));
        file
    }
}

fn bytes(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("names and numbers are JSON")
}
