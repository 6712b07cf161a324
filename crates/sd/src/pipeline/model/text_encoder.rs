//! One text encoder with its tokenizer: from a text's tokens to their embeddings.

use crate::clip::{self, Hidden, Reading};
use crate::component::Component;
use crate::config::ClipConfig;
use crate::error::Error;
use crate::inversion::Inversions;
use crate::lora::Stack;
use crate::prompt::Reader;
use crate::tokenizer::{Tokenizer, Tokens};
use decant_graph::{Encoding, Executable, Graph, Input, Program};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

/// A text encoder and the tokenizer that it was trained with.
pub(crate) struct TextEncoder {
    pub component: Component,
    pub config: ClipConfig,
    pub reader: Rc<Reader>,
    pub hidden: Hidden,
}

/// Input embeddings that replace rows of the token table, `[hidden_size]` each, by the token's number.
pub(crate) type Replaced = BTreeMap<u32, Vec<f32>>;

/// What one text encoder says of one prompt.
#[derive(Clone)]
pub(crate) struct Embedded {
    /// `[tokens, width]`.
    pub states: Vec<f32>,
    /// `[projection_dim]`, of an encoder that projects.
    pub pooled: Option<Vec<f32>>,
}

/// What a text is for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Role {
    Negative,
    Prompt,
    /// Another prompt that is mixed in by this factor.
    Mixed(f32),
}

/// What the words of a picture ask of the text encoders' programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TextShape {
    /// Times 77 tokens.
    pub chunks: usize,
    /// Layers left out.
    pub skip: usize,
    /// Whether some tokens' embeddings are given.
    pub given: bool,
}

impl Default for TextShape {
    fn default() -> TextShape {
        TextShape { chunks: 1, skip: 0, given: false }
    }
}

impl TextEncoder {
    /// Checks that the two belong together.
    pub fn new(
        component: Component,
        config: ClipConfig,
        tokenizer: Tokenizer,
        hidden: Hidden,
        inversions: &Rc<RefCell<Inversions>>,
    ) -> Result<TextEncoder, Error> {
        let (tokens, positions) = (tokenizer.room() + 2, config.max_position_embeddings);
        if tokens != positions {
            return Err(Error::Positions { tokenizer: tokens, text_encoder: positions });
        }
        if tokenizer.vocabulary() > config.vocab_size {
            return Err(Error::Vocabulary { tokenizer: tokenizer.vocabulary(), text_encoder: config.vocab_size });
        }
        let reader = Rc::new(Reader::new(tokenizer, inversions.clone()));
        Ok(TextEncoder { component, config, reader, hidden })
    }

    fn reading(&self, shape: TextShape) -> Reading {
        Reading { hidden: self.hidden, skip: shape.skip, given: shape.given }
    }

    /// The most layers that can be left out.
    pub fn most_skipped(&self) -> usize {
        self.reading(TextShape::default()).most_skipped(&self.config)
    }

    pub fn program_with(&self, encoding: Option<Encoding>, shape: TextShape, loras: &Stack) -> Result<Rc<Program>, Error> {
        self.component.program_with(encoding, loras, |graph| self.build(graph, self.reading(shape)))
    }

    fn build(&self, graph: &Graph, reading: Reading) {
        clip::text_encoder(graph, &self.config, 1, reading);
    }

    /// Every weight of the file is one of the whole encoder's, of which Stable Diffusion XL leaves out the last layer of the first.
    pub fn nothing_left_over(&self) -> Result<(), Error> {
        let whole = self.component.program(|graph| self.build(graph, Hidden::Normed.into()))?;
        let used = self.component.program(|graph| self.build(graph, self.hidden.into()))?;
        self.component.nothing_left_over(&[&whole, &*used])
    }

    /// One text through the encoder's program, chunk after chunk; a text of fewer chunks than asked for goes on with empty ones.
    pub async fn embed(
        &self,
        program: &mut dyn Executable,
        (role, tokens): (Role, &Tokens),
        replaced: &Replaced,
        shape: TextShape,
    ) -> Result<Embedded, Error> {
        let positions = tokens.positions();
        let empty = self.reader.tokenizer().encode("")?.ids;
        let (mut states, mut pooled) = (vec![], None);
        for chunk in 0..shape.chunks {
            let ids = tokens.ids.get(chunk * positions..(chunk + 1) * positions).unwrap_or(&empty);
            let mut outputs = self.run(program, ids, replaced, shape).await?;
            let projected = (self.hidden == Hidden::Projected).then(|| outputs.pop()).flatten();
            // diffusers skips layers for the prompt only.
            let at = usize::from(shape.skip > 0 && role == Role::Negative);
            let mut embedding = outputs.into_iter().nth(at).ok_or(Error::NotReady)?;
            let place = |piece: &&crate::tokenizer::Piece| piece.at / positions == chunk;
            let stressed = tokens.pieces.iter().filter(place).map(|piece| (piece.at % positions, piece.weight));
            stress(&mut embedding, positions, &stressed.collect::<Vec<_>>());
            states.extend(embedding);
            if let (0, Some(projected)) = (chunk, projected) {
                let (at, width) = (self.config.pooled_token(&self.known(ids)), projected.len() / positions);
                pooled = Some(projected[at * width..][..width].to_vec());
            }
        }
        Ok(Embedded { states, pooled })
    }

    /// One chunk through the program: its outputs.
    async fn run(&self, program: &mut dyn Executable, ids: &[u32], replaced: &Replaced, shape: TextShape) -> Result<Vec<Vec<f32>>, Error> {
        let positions: Vec<u32> = (0..ids.len() as u32).collect();
        let (own, rows): (Vec<f32>, Vec<f32>) = match shape.given {
            true => ids.iter().flat_map(|id| given(replaced.get(id), self.config.hidden_size)).unzip(),
            false => (vec![], vec![]),
        };
        let ids = self.known(ids);
        let mut inputs = vec![("ids", Input::U32(&ids)), ("positions", Input::U32(&positions))];
        if shape.given {
            inputs.extend([("keep", Input::F32(&own)), ("token_rows", Input::F32(&rows))]);
        }
        Ok(program.run(&inputs).await?)
    }

    /// Numbers of the vocabulary; a textual inversion's vectors are given, so that any will do for them.
    fn known(&self, ids: &[u32]) -> Vec<u32> {
        let own = self.reader.tokenizer().vocabulary();
        ids.iter().map(|id| if (*id as usize) < own { *id } else { 0 }).collect()
    }
}

/// What a token's looked-up embedding is multiplied by, and what is added.
fn given(row: Option<&Vec<f32>>, width: usize) -> impl Iterator<Item = (f32, f32)> {
    (0..width).map(move |at| match row {
        Some(row) => (0.0, row[at]),
        None => (1.0, 0.0),
    })
}

/// Multiplies tokens' embeddings `[tokens, width]` by their weights, then all of them so that their mean is what it was, as AUTOMATIC1111's
/// web UI does ("original" emphasis).
fn stress(states: &mut [f32], tokens: usize, weights: &[(usize, f32)]) {
    if weights.iter().all(|(_, weight)| *weight == 1.0) {
        return;
    }
    let sum = |states: &[f32]| states.iter().map(|x| f64::from(*x)).sum::<f64>();
    let (before, width) = (sum(states), states.len() / tokens);
    for (at, weight) in weights {
        states[at * width..][..width].iter_mut().for_each(|x| *x *= weight);
    }
    let restored = (before / sum(states)) as f32;
    if restored.is_finite() {
        states.iter_mut().for_each(|x| *x *= restored);
    }
}
