//! Words whose input embeddings are not the token table's: swapped ones, and textual inversions, which stay beside a model until removed.

use crate::error::Error;
use crate::inversion::{self, Inversion};
use crate::pipeline::Pipeline;
use crate::pipeline::model::text_encoder::Replaced;
use crate::pipeline::run::script::Script;
use crate::prompt::Reader;
use std::rc::Rc;

impl Pipeline {
    /// Adds the words of a textual inversion's file: a `.bin`, `.pt` or `.safetensors`, by its name. A file of the same name is replaced.
    ///
    /// Gives what was added; each word's `tokens` are what it is called in prompts.
    ///
    /// # Errors
    /// One sentence for a file that is damaged, is something else, or was made for another family; what was there before stays.
    pub async fn add_textual_inversion(&mut self, name: &str, bytes: Vec<u8>) -> Result<Vec<Inversion>, Error> {
        let widths: Vec<usize> = self.texts.iter().map(|text| text.config.hidden_size).collect();
        let words = inversion::read(name, bytes, &widths, self.reader().tokenizer().room()).await?;
        self.inversions.borrow_mut().replace(words.clone())?;
        self.conditioning_cache = None;
        Ok(words)
    }

    /// Takes a textual inversion's words away; whether there were any of that name.
    pub fn remove_textual_inversion(&mut self, name: &str) -> bool {
        self.conditioning_cache = None;
        self.inversions.borrow_mut().remove(name)
    }

    /// The words that were added, in order.
    pub fn textual_inversions(&self) -> Vec<Inversion> {
        self.inversions.borrow().all().to_vec()
    }

    /// Reads prompts as the (first) text encoder does; shared, so that a page can count tokens while a run goes on.
    pub fn reader(&self) -> Rc<Reader> {
        self.texts[0].reader.clone()
    }

    /// The embeddings that replace a text encoder's own in a script.
    pub(crate) async fn replaced(&self, encoder: usize, script: &Script) -> Result<Replaced, Error> {
        let mut replaced = Replaced::new();
        let pieces = script.texts.iter().flat_map(|(_, tokens)| &tokens[encoder].pieces);
        for piece in pieces.filter(|piece| piece.inversion) {
            replaced.insert(piece.id, self.embedding(encoder, piece.id).await?);
        }
        for (token, with) in &script.swaps[encoder] {
            let mut sum = vec![0.0; self.texts[encoder].config.hidden_size];
            for (id, weight) in with {
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
