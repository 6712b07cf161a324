//! Tokens whose input embeddings are not the token table's: swapped ones, and those of textual inversions.

use super::script::Script;
use crate::error::Error;
use crate::pipeline::model::Model;
use crate::pipeline::model::text_encoder::Replaced;

impl Model {
    /// The embeddings that replace a text encoder's own in a script.
    pub(crate) async fn replaced(&self, encoder: usize, script: &Script) -> Result<Replaced, Error> {
        let mut replaced = Replaced::new();
        let pieces = script.texts.iter().flat_map(|(_, tokens)| &tokens[encoder].pieces);
        for piece in pieces.filter(|piece| piece.inversion) {
            replaced.insert(piece.id, self.embedding(encoder, piece.id).await?);
        }
        for (token, shares) in &script.swaps[encoder] {
            let mut sum = vec![0.0; self.texts[encoder].config.hidden_size];
            for (id, weight) in shares {
                let row = self.embedding(encoder, *id).await?;
                sum.iter_mut().zip(row).for_each(|(sum, x)| *sum += weight * x);
            }
            replaced.insert(*token, sum);
        }
        Ok(replaced)
    }

    /// A token's own input embedding: a row of the file's token table, or a textual inversion's vector.
    pub(crate) async fn embedding(&self, encoder: usize, id: u32) -> Result<Vec<f32>, Error> {
        let text = &self.texts[encoder];
        if let Some(number) = (id as usize).checked_sub(text.reader.tokenizer().vocabulary()) {
            return self.inversions.borrow().vector(encoder, number).map(<[f32]>::to_vec).ok_or(Error::NotReady);
        }
        text.component.checkpoint().read_rows(&*self.files, self.token_table(encoder)?, id as usize..id as usize + 1).await
    }

    /// The tensor whose rows are the tokens' embeddings.
    pub(crate) fn token_table(&self, encoder: usize) -> Result<&'static str, Error> {
        let tensors = self.texts[encoder].component.checkpoint().tensors();
        let names = ["text_model.embeddings.token_embedding.weight", "embeddings.token_embedding.weight"];
        names.into_iter().find(|name| tensors.contains_key(*name)).ok_or(Error::NotReady)
    }
}
