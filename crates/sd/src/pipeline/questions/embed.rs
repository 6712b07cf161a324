//! What a prompt is as numbers: to the text encoder and to the denoiser.

use crate::error::Error;
use crate::pipeline::Pipeline;
use crate::pipeline::run::Run;
use crate::request::Request;
use crate::tokenizer::Tokens;

/// A prompt as numbers: rows are tokens, padding included.
#[derive(Debug, Clone, PartialEq)]
pub struct Embeddings {
    /// The prompt's tokens.
    pub tokens: Tokens,
    /// What each row stands for.
    pub words: Vec<String>,
    /// Numbers in a row of `input`.
    pub width: usize,
    /// `[tokens, width]`: what the (first) text encoder looks up for each, or is given instead.
    pub input: Vec<f32>,
    /// Numbers in a row of `output`.
    pub output_width: usize,
    /// `[tokens, output_width]`: what the denoiser is shown.
    pub output: Vec<f32>,
}

impl Pipeline {
    /// What a request's prompt is as numbers. The text encoders run, nothing else does; a picture that is asked for with the same words
    /// then finds it done.
    ///
    /// # Errors
    /// What [`Pipeline::generate`] would refuse.
    pub async fn embed(&mut self, request: &Request) -> Result<Embeddings, Error> {
        self.load_gears(&request.loras).await?;
        let run = Run::new(&self.model, request)?;
        let plan = self.follow(&run)?;
        let conditioning = self.on_device(&plan).conditioning(&run).await;
        let conditioning = self.evict_if_failed(&plan, conditioning)?;
        let rows = conditioning.prompt.positions() * run.script.shape.chunks;
        let output = conditioning.context[conditioning.context.len() - rows * conditioning.width..].to_vec();
        let replaced = self.model.replaced(0, &run.script).await?;
        // Where another text is longer, the encoder reads empty ones after this one.
        let mut ids = conditioning.prompt.ids.clone();
        let empty = self.model.texts[0].reader.tokenizer().encode("")?.ids;
        ids.extend(empty.iter().cycle().take(rows - ids.len()));
        let mut input = vec![];
        for id in &ids {
            match replaced.get(id) {
                Some(row) => input.extend_from_slice(row),
                None => input.extend(self.model.embedding(0, *id).await?),
            }
        }
        let width = self.model.texts[0].config.hidden_size;
        Ok(Embeddings {
            words: self.spelled(&ids, &conditioning.prompt),
            tokens: conditioning.prompt,
            width,
            input,
            output_width: conditioning.width,
            output,
        })
    }

    /// What each number stands for; a textual inversion's vectors are called as the prompt calls them.
    fn spelled(&self, ids: &[u32], tokens: &Tokens) -> Vec<String> {
        let own = |id: u32| tokens.pieces.iter().find(|piece| piece.inversion && piece.id == id).map(|piece| piece.text.clone());
        ids.iter().map(|id| own(*id).unwrap_or_else(|| self.model.texts[0].reader.tokenizer().spelled(*id))).collect()
    }
}
