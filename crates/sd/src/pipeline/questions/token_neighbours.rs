//! Words as numbers, without a picture: what a prompt is to the text encoder and to the denoiser, and which tokens are much alike.

use crate::error::Error;
use crate::pipeline::Pipeline;
use crate::request::Request;
use crate::tokenizer::Tokens;
use decant_solver::compare::cosine;

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

/// A token and how nearly its embedding points in a direction.
#[derive(Debug, Clone, PartialEq)]
pub struct Neighbour {
    /// Its number.
    pub id: u32,
    /// As the vocabulary spells it.
    pub token: String,
    /// Of the angle: 1 is the same direction.
    pub cosine: f32,
}

/// Numbers of the token table that are read at once: 16 MB as f32.
const AT_ONCE: usize = 4 << 20;

impl Pipeline {
    /// What a request's prompt is as numbers. The text encoders run, nothing else does; a picture that is asked for with the same words
    /// then finds it done.
    ///
    /// # Errors
    /// What [`Pipeline::generate`] would refuse.
    pub async fn embed(&mut self, request: &Request) -> Result<Embeddings, Error> {
        self.load_gears(&request.loras).await?;
        let run = self.run(request)?;
        let plan = self.begun(&run)?;
        let conditioning = self.conditioning(&run.settings, &run.script, &plan).await?;
        let rows = conditioning.prompt.positions() * run.script.shape.chunks;
        let output = conditioning.context[conditioning.context.len() - rows * conditioning.width..].to_vec();
        let replaced = self.replaced(0, &run.script).await?;
        // Where another text is longer, the encoder reads empty ones after this one.
        let mut ids = conditioning.prompt.ids.clone();
        let empty = self.texts[0].reader.tokenizer().encode("")?.ids;
        ids.extend(empty.iter().cycle().take(rows - ids.len()));
        let mut input = vec![];
        for id in &ids {
            match replaced.get(id) {
                Some(row) => input.extend_from_slice(row),
                None => input.extend(self.embedding(0, *id).await?),
            }
        }
        let width = self.texts[0].config.hidden_size;
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
        ids.iter().map(|id| own(*id).unwrap_or_else(|| self.texts[0].reader.tokenizer().spelled(*id))).collect()
    }

    /// The (first) text encoder's embedding of a word of one token.
    ///
    /// # Errors
    /// A sentence where it is none, or several.
    pub async fn embedding_of(&self, word: &str) -> Result<Vec<f32>, Error> {
        let id = self.texts[0].reader.token(word)?;
        self.embedding(0, id).await
    }

    /// The vocabulary's tokens whose embeddings point most nearly as `vector` does, nearest first. The token table is read from the files
    /// some rows at a time.
    ///
    /// # Errors
    /// A sentence where the vector is not as wide as an embedding.
    pub async fn neighbours(&self, vector: &[f32], count: usize) -> Result<Vec<Neighbour>, Error> {
        let text = &self.texts[0];
        let (width, tokenizer) = (text.config.hidden_size, text.reader.tokenizer());
        if vector.len() != width {
            let problem = format!("has no neighbours of a vector of {} numbers", vector.len());
            return Err(Error::Prompt { problem, hint: format!("this model's embeddings have {width}") });
        }
        let (name, rows) = (self.token_table(0)?, tokenizer.vocabulary());
        let mut nearest: Vec<(u32, f64)> = vec![];
        let some = (AT_ONCE / width.max(1)).max(1);
        for first in (0..rows).step_by(some) {
            let table = text.component.checkpoint().read_rows(&*self.files, name, first..rows.min(first + some)).await?;
            nearest.extend(table.chunks(width).zip(first as u32..).map(|(row, id)| (id, cosine(row, vector))));
            // Of equally near ones, the more frequent word has the lower number.
            nearest.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
            nearest.truncate(count);
        }
        let neighbour = |(id, cosine): &(u32, f64)| Neighbour { id: *id, token: tokenizer.spelled(*id), cosine: *cosine as f32 };
        Ok(nearest.iter().map(neighbour).collect())
    }
}
