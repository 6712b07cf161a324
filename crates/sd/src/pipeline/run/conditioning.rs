//! What the denoiser is told besides latents and timestep: the text, and what the families add to it.

use crate::config::TextTime;
use crate::error::Error;
use crate::pipeline::Pipeline;
use crate::pipeline::model::text_encoder::Conditioning;
use crate::pipeline::plan::Plan;
use crate::pipeline::residency::Network;
use crate::pipeline::run::denoise::{Constants, guidance_embedding};
use crate::pipeline::run::script::Script;
use crate::request::{Request, Settings};

impl Pipeline {
    /// What the text encoders say, one encoder after the other; the last prompts' answer is kept.
    pub(crate) async fn conditioning(&mut self, settings: &Settings, script: &Script, plan: &Plan) -> Result<Conditioning, Error> {
        let twice = self.uses_cfg(settings);
        let asked = text_settings(&settings.asked, twice);
        if let Some((_, said)) =
            self.conditioning_cache.as_ref().filter(|(words, said)| *words == asked && said.negative.is_some() == twice)
        {
            return Ok(said.clone());
        }
        let mut answers = vec![];
        for at in 0..self.texts.len() {
            let replaced = self.replaced(at, script).await?;
            let mut encoder = self.acquire(Network::Text(at), plan).await?;
            let mut answer = vec![];
            for (role, tokens) in &script.texts {
                answer.push(self.texts[at].embed(&mut *encoder, (*role, &tokens[at]), &replaced, script.shape).await?);
            }
            answers.push(answer);
            self.release(Network::Text(at), encoder, plan);
        }
        let said = Conditioning::join(&answers, script);
        self.conditioning_cache = Some((asked, said.clone()));
        Ok(said)
    }

    /// What the denoiser is told besides latents and timestep, by its inputs' names.
    pub(crate) fn constants(&self, settings: &Settings, said: Conditioning) -> Constants {
        let batch = 1 + said.negative.is_some() as usize;
        let mut constants = vec![("context", said.context)];
        if let (Some(_), Some(pooled)) = (self.config.unet.addition, said.pooled) {
            let [height, width] = [settings.height as f32, settings.width as f32];
            let sizes: [f32; TextTime::SIZES] = [height, width, 0.0, 0.0, height, width]; // nothing was cropped
            constants.extend([("text_embeds", pooled), ("time_ids", sizes.repeat(batch))]);
        }
        if let Some(width) = self.config.unet.time_cond_proj_dim {
            constants.push(("timestep_cond", guidance_embedding(settings.guidance, width).repeat(batch)));
        }
        constants
    }
}

/// What of a request decides what the text encoders say; `guided` says whether the negative prompt is read.
fn text_settings(asked: &Request, guided: bool) -> Request {
    let Request { prompt, negative, clip_skip, long, emphasis, swaps, mixes, .. } = asked.clone();
    let negative = if guided { negative } else { String::new() };
    Request { prompt, negative, clip_skip, long, emphasis, swaps, mixes, ..Request::default() }
}
