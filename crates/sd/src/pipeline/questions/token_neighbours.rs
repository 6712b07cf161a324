//! Which tokens are much alike: the vocabulary's nearest to a direction among the token table's rows.

use crate::error::Error;
use crate::pipeline::Pipeline;
use crate::sentence;
use decant_solver::compare::cosine;

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
    /// The (first) text encoder's embedding of a word of one token.
    ///
    /// # Errors
    /// A sentence where it is none, or several.
    pub async fn embedding_of(&self, word: &str) -> Result<Vec<f32>, Error> {
        let id = self.model.texts[0].reader.token(word)?;
        self.model.embedding(0, id).await
    }

    /// The vocabulary's tokens whose embeddings point most nearly as `vector` does, nearest first. The token table is read from the files
    /// some rows at a time.
    ///
    /// # Errors
    /// A sentence where the vector is not as wide as an embedding.
    pub async fn neighbours(&self, vector: &[f32], count: usize) -> Result<Vec<Neighbour>, Error> {
        let text = &self.model.texts[0];
        let (width, tokenizer) = (text.config.hidden_size, text.reader.tokenizer());
        if vector.len() != width {
            let problem = sentence!("has no neighbours of a vector of {got} numbers", got = vector.len());
            return Err(Error::Prompt { problem, hint: sentence!("this model's embeddings have {width}", width) });
        }
        let (name, rows) = (self.model.token_table(0)?, tokenizer.vocabulary());
        let mut nearest: Vec<(u32, f64)> = vec![];
        let some = (AT_ONCE / width.max(1)).max(1);
        for first in (0..rows).step_by(some) {
            let table = text.component.checkpoint().read_rows(&*self.model.files, name, first..rows.min(first + some)).await?;
            nearest.extend(table.chunks(width).zip(first as u32..).map(|(row, id)| (id, cosine(row, vector))));
            // Of equally near ones, the more frequent word has the lower number.
            nearest.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
            nearest.truncate(count);
        }
        let neighbour = |(id, cosine): &(u32, f64)| Neighbour { id: *id, token: tokenizer.spelled(*id), cosine: *cosine as f32 };
        Ok(nearest.iter().map(neighbour).collect())
    }
}
