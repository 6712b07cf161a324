//! A run as numbers: everything that a comparison with diffusers, or a picture of the run drawn later, needs. A safetensors file of float32,
//! and of bytes for what is only looked at.
//!
//! | tensor | shape | is |
//! |---|---|---|
//! | `noise` | `[1, 4, h, w]` | what is drawn first for the run, of unit variance |
//! | `start` | `[1, 4, h, w]` | where sampling begins: that noise, or a picture's latents with so much of it as the first step expects |
//! | `text_embeddings` | `[2, 77, D]`, `[1, 77, D]` without guidance | negative first; 77 for each chunk of a long prompt |
//! | `timesteps`, `sigmas` | `[steps]`, `[steps + 1]` | the schedule |
//! | `input_000` … | `[1, 4, h, w]` | before each step, not scaled for the model |
//! | `latents_000` … | `[1, 4, h, w]` | after each step, in diffusers' convention for the sampler |
//! | `denoised_000` … | `[1, 4, h, w]` | the predicted x0 of each step |
//! | `noise_text_000` …, `noise_uncond_000` …, `noise_guided_000` … | `[1, 4, h, w]` | the predicted unit noise, whatever the model itself predicts: with the prompt, without it (where it was asked for), and what the step was taken with |
//! | `attention_000` … | `[tokens, h, w]` | where the denoiser looked for each token, if that was asked for |
//! | `preview_noisy_000` …, `preview_denoised_000` … | `[H, W, 3]`, bytes | each step's pictures, where some were made |
//! | `image` | `[1, 3, H, W]` | 0…1, before rounding |
//!
//! The metadata has the request as JSON (`settings`), the tokens of both prompts (`tokens`, `negative_tokens`), what each step told besides
//! tensors (`told`), and how long it took, where somebody held a watch ([`Trace::at`]).

use crate::latents::{Statistics, statistics};
use crate::picture::Picture;
use crate::pipeline::{Event, Generated, Predicted};
use crate::request::{Preview, Request};
use decant_solver::Step;
use safetensors::tensor::{Dtype, SafeTensorError, TensorView};
use serde::Serialize;
use std::collections::HashMap;

/// A run's tensors, collected from its events.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Trace {
    tensors: Vec<(String, Dtype, Vec<usize>, Vec<u8>)>,
    metadata: HashMap<String, String>,
    told: Vec<Told>,
    watch: Option<Watch>,
}

/// What a step tells besides its tensors; names are `Step`'s in `web/api/decant.d.ts`.
#[derive(Debug, Clone, PartialEq, Serialize)]
struct Told {
    total: usize,
    guidance: f32,
    milliseconds: f64,
    channels: HashMap<&'static str, Vec<Statistics>>,
}

/// Milliseconds: now, when the present part of the run began, and of the parts so far. Names are `Timings`' in `web/api/decant.d.ts`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
struct Watch {
    #[serde(skip)]
    now: f64,
    #[serde(skip)]
    since: f64,
    text: f64,
    steps: f64,
    picture: f64,
    total: f64,
}

impl Trace {
    /// Says when what is noted next happened, in milliseconds since the run began.
    pub fn at(&mut self, milliseconds: f64) {
        self.watch.get_or_insert_default().now = milliseconds;
    }

    /// Takes what an event brings.
    pub fn note(&mut self, event: &Event) {
        match event {
            Event::Text { prompt, negative, embeddings, width } => {
                self.metadata.insert("tokens".into(), prompt.to_json());
                self.metadata.insert("negative_tokens".into(), negative.map_or("null".into(), |tokens| tokens.to_json()));
                let texts = 1 + usize::from(negative.is_some());
                self.add("text_embeddings", &[texts, embeddings.len() / texts / width, *width], embeddings);
            }
            Event::Start { noise, latents, shape: [c, h, w], schedule, .. } => {
                self.add("noise", &[1, *c, *h, *w], noise);
                self.add("start", &[1, *c, *h, *w], latents);
                self.add("timesteps", &[schedule.timesteps.len()], &schedule.timesteps);
                self.add("sigmas", &[schedule.sigmas.len()], &schedule.sigmas);
                let lap = self.lap();
                self.watch.iter_mut().for_each(|watch| watch.text = lap);
            }
            Event::Step { step, shape, noise, attention, noisy, denoised } => {
                self.step(step, *shape, noise);
                if let Some(map) = attention {
                    let [_, h, w] = *shape;
                    self.add(&format!("attention_{:03}", step.index), &[map.len() / (h * w), h, w], map);
                }
                for (name, picture) in [("noisy", noisy), ("denoised", denoised)] {
                    picture.iter().for_each(|picture| self.picture(&format!("preview_{name}_{:03}", step.index), picture));
                }
            }
            Event::Decoding => {}
            // A file holds one pass: the one that the picture came of.
            Event::Again { .. } => {
                self.tensors.clear();
                self.told.clear();
            }
        }
    }

    fn step(&mut self, step: &Step, [c, h, w]: [usize; 3], noise: &Predicted) {
        let mut add = |name: &str, values: &[f32]| self.add(&format!("{name}_{:03}", step.index), &[1, c, h, w], values);
        add("input", step.before);
        add("latents", step.latents);
        add("denoised", step.denoised);
        add("noise_text", &noise.cond);
        noise.uncond.iter().for_each(|uncond| add("noise_uncond", uncond));
        add("noise_guided", &noise.guided);
        let milliseconds = self.lap();
        self.watch.iter_mut().for_each(|watch| watch.steps += milliseconds);
        let channels = HashMap::from([("latents", statistics(step.latents, c)), ("denoised", statistics(step.denoised, c))]);
        self.told.push(Told { total: step.total, guidance: noise.scale, milliseconds, channels });
    }

    /// Milliseconds since the last lap; 0 where nobody holds a watch.
    fn lap(&mut self) -> f64 {
        let Some(watch) = &mut self.watch else { return 0.0 };
        watch.now - std::mem::replace(&mut watch.since, watch.now)
    }

    /// The file, with the finished picture and what it was made with in the metadata.
    pub fn finish(mut self, generated: &Generated) -> Result<Vec<u8>, SafeTensorError> {
        let picture = &generated.picture;
        self.add("image", &[1, 3, picture.height, picture.width], &picture.values);
        let lap = self.lap();
        if let Some(watch) = &mut self.watch {
            (watch.picture, watch.total) = (lap, watch.now);
            self.metadata.insert("timings".into(), json(watch));
        }
        let settings = &generated.settings;
        self.metadata.extend([
            ("format".to_string(), "decant trace".to_string()),
            // All of it that changes the picture, as `Request::from_json` reads it; the other entries are for readers of tables.
            ("settings".to_string(), Request { preview: Preview::None, ..settings.asked.clone() }.to_json()),
            ("prompt".to_string(), settings.asked.prompt.clone()),
            ("negative".to_string(), settings.asked.negative.clone()),
            ("sampler".to_string(), settings.sampler.row().id.to_string()),
            ("steps".to_string(), settings.steps.to_string()),
            ("guidance".to_string(), settings.guidance.to_string()),
            ("seed".to_string(), settings.asked.seed.to_string()),
            ("told".to_string(), json(&self.told)),
        ]);
        let views = self.tensors.iter().map(|(name, dtype, shape, bytes)| Ok((name, TensorView::new(*dtype, shape.clone(), bytes)?)));
        let views: Result<Vec<(&String, TensorView)>, SafeTensorError> = views.collect();
        safetensors::serialize(views?, Some(self.metadata))
    }

    fn add(&mut self, name: &str, shape: &[usize], values: &[f32]) {
        let bytes = values.iter().flat_map(|v| v.to_le_bytes()).collect();
        self.tensors.push((name.into(), Dtype::F32, shape.to_vec(), bytes));
    }

    fn picture(&mut self, name: &str, picture: &Picture) {
        self.tensors.push((name.into(), Dtype::U8, vec![picture.height, picture.width, 3], picture.rgb()));
    }
}

fn json(told: &impl Serialize) -> String {
    serde_json::to_string(told).expect("names and finite numbers are JSON")
}
