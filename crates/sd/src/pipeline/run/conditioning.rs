//! What the denoiser is given besides latents and timestep: the texts' embeddings, and what the families add to them.

use super::denoise::{Constants, guidance_embedding};
use super::script::Script;
use crate::config::TextTime;
use crate::pipeline::model::Model;
use crate::pipeline::model::text_encoder::{Embedded, Role, TextShape};
use crate::request::{Request, Settings};
use crate::tokenizer::Tokens;

/// What the denoiser is told of the text: the prompt, and before it what to stay away from, where there is guidance.
#[derive(Clone)]
pub(crate) struct Conditioning {
    pub prompt: Tokens,
    pub negative: Option<Tokens>,
    /// `[1 or 2, tokens, width]`: negative first.
    pub context: Vec<f32>,
    /// Numbers in one token's embedding.
    pub width: usize,
    /// `[1 or 2, projection_dim]`, of Stable Diffusion XL.
    pub pooled: Option<Vec<f32>>,
}

impl Conditioning {
    /// Puts together what each encoder made of each of the script's texts: `embedded[encoder][text]`. A negative prompt that no encoder was asked
    /// about is zeros.
    pub fn join(embedded: &[Vec<Embedded>], script: &Script) -> Conditioning {
        let texts = embedded.first().map_or(0, Vec::len);
        let (mut contexts, mut pooled): (Vec<Vec<f32>>, Vec<Vec<f32>>) = (vec![], vec![]);
        let tokens = script.texts[0].1[0].positions() * script.shape.chunks;
        for text in 0..texts {
            let states: Vec<&[f32]> = embedded.iter().map(|encoder| encoder[text].states.as_slice()).collect();
            contexts.push(side_by_side(&states, tokens));
            pooled.push(embedded.iter().find_map(|encoder| encoder[text].pooled.clone()).unwrap_or_default());
        }
        let width = contexts[0].len() / tokens;
        let roles: Vec<Role> = script.texts.iter().map(|(role, _)| *role).collect();
        let batched = |all: &[Vec<f32>]| {
            let one = |role| roles.iter().position(|of| *of == role).map(|at| all[at].clone());
            let zeros = || script.negative.as_ref().map(|_| vec![0.0; all[0].len()]);
            [one(Role::Negative).or_else(zeros).unwrap_or_default(), mixed(&roles, all)].concat()
        };
        let (context, pooled) = (batched(&contexts), batched(&pooled));
        let at = roles.iter().position(|role| *role == Role::Prompt).expect("every script has a prompt");
        let (prompt, negative) = (script.texts[at].1[0].clone(), script.negative.clone());
        Conditioning { prompt, negative, context, width, pooled: Some(pooled).filter(|pooled| !pooled.is_empty()) }
    }

    /// The denoiser's inputs that are the same at every step, by their names.
    pub fn constants(self, model: &Model, settings: &Settings) -> Constants {
        let batch = 1 + self.negative.is_some() as usize;
        let mut constants = vec![("context", self.context)];
        if let (Some(_), Some(pooled)) = (model.config.unet.addition, self.pooled) {
            let [height, width] = [settings.height as f32, settings.width as f32];
            let sizes: [f32; TextTime::SIZES] = [height, width, 0.0, 0.0, height, width]; // nothing was cropped
            constants.extend([("text_embeds", pooled), ("time_ids", sizes.repeat(batch))]);
        }
        if let Some(width) = model.config.unet.time_cond_proj_dim {
            constants.push(("timestep_cond", guidance_embedding(settings.guidance, width).repeat(batch)));
        }
        constants
    }
}

/// The last run's words, and what the text encoders made of them: a negative prompt stays while a prompt is typed.
pub(crate) struct LastTexts {
    pub settings: Request,
    pub conditioning: Conditioning,
    /// As in [`Script::texts`].
    pub texts: Vec<(Role, Vec<Tokens>)>,
    /// Of each encoder, of each text.
    pub embedded: Vec<Vec<Embedded>>,
    pub shape: TextShape,
}

impl LastTexts {
    /// What that encoder made of a text, where it was among them. (diffusers skips layers for the prompt only.)
    pub fn embedded(&self, encoder: usize, role: Role, tokens: &Tokens) -> Option<&Embedded> {
        let negative = |role| role == Role::Negative;
        let at = self.texts.iter().position(|(of, text)| negative(*of) == negative(role) && text[encoder] == *tokens)?;
        self.embedded.get(encoder)?.get(at)
    }
}

/// (1 − Σ factor) · prompt + Σ factor · other.
fn mixed(roles: &[Role], all: &[Vec<f32>]) -> Vec<f32> {
    let others: f32 = roles.iter().map(|role| if let Role::Mixed(factor) = role { *factor } else { 0.0 }).sum();
    let share = |role: &Role| match role {
        Role::Negative => 0.0,
        Role::Prompt => 1.0 - others,
        Role::Mixed(factor) => *factor,
    };
    let mut sum = vec![0.0; all[0].len()];
    for (role, values) in roles.iter().zip(all).filter(|(role, _)| **role != Role::Negative) {
        let share = share(role);
        sum.iter_mut().zip(values).for_each(|(sum, value)| *sum += share * value);
    }
    sum
}

/// Rows of each part joined: `[rows, Σ widths]`.
fn side_by_side(parts: &[&[f32]], rows: usize) -> Vec<f32> {
    let row = |i: usize| parts.iter().flat_map(move |part| part.chunks(part.len() / rows).nth(i).unwrap_or_default().iter().copied());
    (0..rows).flat_map(row).collect()
}
