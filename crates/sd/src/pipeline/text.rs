//! From words to what the denoiser is told: one text encoder, or two whose embeddings lie side by side.

use crate::clip::{self, Hidden};
use crate::component::Component;
use crate::config::ClipConfig;
use crate::error::Error;
use crate::lora::Stack;
use crate::tokenizer::{Tokenizer, Tokens};
use decant_graph::{Encoding, Executable, Graph, Input, Program};
use std::rc::Rc;

/// A text encoder and the tokenizer that it was trained with.
pub(super) struct TextEncoder {
    pub component: Component,
    pub config: ClipConfig,
    pub tokenizer: Rc<Tokenizer>,
    pub hidden: Hidden,
}

/// What one text encoder says of one prompt.
pub(super) struct Embedded {
    pub tokens: Tokens,
    /// `[tokens, width]`.
    pub states: Vec<f32>,
    /// `[projection_dim]`, of an encoder that projects.
    pub pooled: Option<Vec<f32>>,
}

/// What the denoiser is told of the text: the prompt, and before it what to stay away from, where there is guidance.
#[derive(Clone)]
pub(super) struct Conditioning {
    pub prompt: Tokens,
    pub negative: Option<Tokens>,
    /// `[1 or 2, tokens, width]`: negative first.
    pub context: Vec<f32>,
    /// Numbers in one token's embedding.
    pub width: usize,
    /// `[1 or 2, projection_dim]`, of Stable Diffusion XL.
    pub pooled: Option<Vec<f32>>,
}

impl TextEncoder {
    /// Checks that the two belong together.
    pub fn new(component: Component, config: ClipConfig, tokenizer: Tokenizer, hidden: Hidden) -> Result<TextEncoder, Error> {
        let (tokens, positions) = (tokenizer.room() + 2, config.max_position_embeddings);
        if tokens != positions {
            return Err(Error::Positions { tokenizer: tokens, text_encoder: positions });
        }
        if tokenizer.vocabulary() > config.vocab_size {
            return Err(Error::Vocabulary { tokenizer: tokenizer.vocabulary(), text_encoder: config.vocab_size });
        }
        Ok(TextEncoder { component, config, tokenizer: Rc::new(tokenizer), hidden })
    }

    fn build(&self, graph: &Graph) {
        clip::text_encoder(graph, &self.config, 1, self.hidden);
    }

    pub fn program(&self) -> Result<Rc<Program>, Error> {
        self.component.program(|graph| self.build(graph))
    }

    pub fn program_with(&self, wish: Option<Encoding>, loras: &Stack) -> Result<Rc<Program>, Error> {
        self.component.program_with(wish, loras, |graph| self.build(graph))
    }

    /// Every weight of the file is one of the whole encoder's, of which Stable Diffusion XL leaves out the last layer of the first.
    pub fn nothing_left_over(&self) -> Result<(), Error> {
        let whole = self.component.program(|graph| clip::text_encoder(graph, &self.config, 1, Hidden::Normed(0)))?;
        self.component.nothing_left_over(&[&whole, &*self.program()?])
    }

    /// One prompt through the encoder's program.
    pub async fn embed(&self, program: &mut dyn Executable, text: &str) -> Result<Embedded, Error> {
        let tokens = self.tokenizer.encode(text)?;
        let positions: Vec<u32> = (0..tokens.ids.len() as u32).collect();
        let mut outputs = program.run(&[("ids", Input::U32(&tokens.ids)), ("positions", Input::U32(&positions))]).await?.into_iter();
        let states = outputs.next().unwrap_or_default();
        let at = self.config.pooled_token(&tokens.ids);
        let pooled = outputs.next().map(|projected| {
            let width = projected.len() / tokens.ids.len();
            projected[at * width..][..width].to_vec()
        });
        Ok(Embedded { tokens, states, pooled })
    }
}

impl Conditioning {
    /// Puts together what each encoder said of each text: `said[encoder][text]`, the prompt last. A `negative` prompt that no encoder was
    /// asked about is zeros.
    pub fn join(said: &[Vec<Embedded>], negative: Option<Tokens>) -> Conditioning {
        let texts = said[0].len();
        let prompt = said[0][texts - 1].tokens.clone();
        let width = said.iter().map(|encoder| encoder[0].states.len() / prompt.ids.len()).sum();
        let (mut context, mut pooled) = (vec![], vec![]);
        for text in 0..texts {
            let states: Vec<&[f32]> = said.iter().map(|encoder| encoder[text].states.as_slice()).collect();
            context.extend(side_by_side(&states, prompt.ids.len()));
            pooled.extend(said.iter().find_map(|encoder| encoder[text].pooled.clone()).unwrap_or_default());
        }
        if negative.is_some() && texts == 1 {
            context = [vec![0.0; context.len()], context].concat();
            pooled = [vec![0.0; pooled.len()], pooled].concat();
        }
        Conditioning { prompt, negative, context, width, pooled: Some(pooled).filter(|pooled| !pooled.is_empty()) }
    }
}

/// Rows of each part joined: `[rows, Σ widths]`.
fn side_by_side(parts: &[&[f32]], rows: usize) -> Vec<f32> {
    let row = |i: usize| parts.iter().flat_map(move |part| part.chunks(part.len() / rows).nth(i).unwrap_or_default().iter().copied());
    (0..rows).flat_map(row).collect()
}
