//! A run as numbers: everything that a comparison with diffusers, or a picture of the run drawn later, needs. float32 safetensors.
//!
//! | tensor | shape | is |
//! |---|---|---|
//! | `noise` | `[1, 4, h, w]` | what is drawn first for the run, of unit variance |
//! | `start` | `[1, 4, h, w]` | where sampling begins: that noise, or a picture's latents with so much of it as the first step expects |
//! | `text_embeddings` | `[2, 77, D]`, `[1, 77, D]` without guidance | negative first; 77 for each chunk of a long prompt |
//! | `timesteps`, `sigmas` | `[steps]`, `[steps + 1]` | the schedule |
//! | `latents_000` … | `[1, 4, h, w]` | after each step, in diffusers' convention for the sampler |
//! | `denoised_000` … | `[1, 4, h, w]` | the predicted x0 of each step |
//! | `image` | `[1, 3, H, W]` | 0…1, before rounding |

use crate::pipeline::{Event, Generated};
use safetensors::tensor::{Dtype, SafeTensorError, TensorView};
use std::collections::HashMap;

/// A run's tensors, collected from its events.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Trace {
    tensors: Vec<(String, Vec<usize>, Vec<u8>)>,
}

impl Trace {
    /// Takes what an event brings.
    pub fn note(&mut self, event: &Event) {
        match event {
            Event::Text { embeddings, width, negative, .. } => {
                let texts = 1 + usize::from(negative.is_some());
                self.add("text_embeddings", &[texts, embeddings.len() / texts / width, *width], embeddings);
            }
            Event::Start { noise, latents, shape: [c, h, w], schedule, .. } => {
                self.add("noise", &[1, *c, *h, *w], noise);
                self.add("start", &[1, *c, *h, *w], latents);
                self.add("timesteps", &[schedule.timesteps.len()], &schedule.timesteps);
                self.add("sigmas", &[schedule.sigmas.len()], &schedule.sigmas);
            }
            Event::Step { step, shape: [c, h, w], .. } => {
                self.add(&format!("latents_{:03}", step.index), &[1, *c, *h, *w], step.latents);
                self.add(&format!("denoised_{:03}", step.index), &[1, *c, *h, *w], step.denoised);
            }
            Event::Decoding => {}
        }
    }

    /// The file, with the finished picture and what it was made with in the metadata.
    pub fn finish(mut self, generated: &Generated) -> Result<Vec<u8>, SafeTensorError> {
        let picture = &generated.picture;
        self.add("image", &[1, 3, picture.height, picture.width], &picture.values);
        let settings = &generated.settings;
        let metadata = HashMap::from([
            ("format".to_string(), "decant trace".to_string()),
            // All of it, as `Request::from_json` reads it; the other entries are for readers of tables.
            ("settings".to_string(), settings.asked.to_json()),
            ("prompt".to_string(), settings.asked.prompt.clone()),
            ("negative".to_string(), settings.asked.negative.clone()),
            ("sampler".to_string(), settings.sampler.row().id.to_string()),
            ("steps".to_string(), settings.steps.to_string()),
            ("guidance".to_string(), settings.guidance.to_string()),
            ("seed".to_string(), settings.asked.seed.to_string()),
        ]);
        let views: Result<Vec<(&String, TensorView)>, SafeTensorError> =
            self.tensors.iter().map(|(name, shape, bytes)| Ok((name, TensorView::new(Dtype::F32, shape.clone(), bytes)?))).collect();
        safetensors::serialize(views?, Some(metadata))
    }

    fn add(&mut self, name: &str, shape: &[usize], values: &[f32]) {
        let bytes = values.iter().flat_map(|v| v.to_le_bytes()).collect();
        self.tensors.push((name.into(), shape.to_vec(), bytes));
    }
}
