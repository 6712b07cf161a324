//! A run's texts through the text encoders, one encoder after the other (diffusers' `encode_prompt`).

use super::Run;
use super::conditioning::{Conditioning, LastTexts};
use crate::error::Error;
use crate::pipeline::model::networks::Network;
use crate::pipeline::model::text_encoder::Embedded;
use crate::pipeline::on_device::OnDevice;
use crate::request::Request;

impl OnDevice<'_> {
    /// What the text encoders make of a run's texts, one encoder after the other; that of the last run is kept.
    pub(crate) async fn conditioning(&mut self, run: &Run) -> Result<Conditioning, Error> {
        let (model, script, guided) = (self.model, &run.script, run.script.negative.is_some());
        let settings = text_settings(&run.settings.request, guided);
        let same = |last: &&LastTexts| last.settings == settings && last.conditioning.negative.is_some() == guided;
        if let Some(last) = self.computed.conditioning.as_ref().filter(same) {
            return Ok(last.conditioning.clone());
        }
        let before = self.computed.conditioning.take().filter(|last| last.shape == script.shape && !script.shape.given);
        let mut embedded: Vec<Vec<Embedded>> = vec![];
        for (at, text) in model.texts.iter().enumerate() {
            let replaced = model.replaced(at, script).await?;
            let mut encoder = self.acquire(Network::Text(at)).await?;
            let mut texts = vec![];
            for (role, tokens) in &script.texts {
                texts.push(match before.as_ref().and_then(|last| last.embedded(at, *role, &tokens[at])) {
                    Some(known) => known.clone(),
                    None => text.embed(&mut *encoder, (*role, &tokens[at]), &replaced, script.shape).await?,
                });
            }
            embedded.push(texts);
            self.release(Network::Text(at), encoder);
        }
        let made = Conditioning::join(&embedded, script);
        let (texts, shape, conditioning) = (script.texts.clone(), script.shape, made.clone());
        self.computed.conditioning = Some(LastTexts { settings, conditioning, texts, embedded, shape });
        Ok(made)
    }
}

/// What of a request decides what the text encoders make of it; `guided` says whether the negative prompt is read.
fn text_settings(request: &Request, guided: bool) -> Request {
    let Request { prompt, negative, clip_skip, long, emphasis, swaps, mixes, .. } = request.clone();
    let negative = if guided { negative } else { String::new() };
    Request { prompt, negative, clip_skip, long, emphasis, swaps, mixes, ..Request::default() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::SETTINGS;

    #[test]
    fn what_the_text_encoders_read_is_what_the_table_says() {
        let json = r#"{"prompt": "a", "negative": "b", "steps": 3, "clipSkip": 1, "long": "chunks", "emphasis": true, "loras": [{"name": "ink"}],
            "swaps": [{"token": "a", "with": [{"token": "b", "weight": 1}]}], "mixes": [{"prompt": "c", "factor": 0.5}]}"#;
        let settings = text_settings(&Request::from_json(json).expect("it is sound"), true);
        let settings: Vec<&str> = settings.given().map(|row| row.name).collect();
        // A LoRA changes what the encoders are, and is kept with the model.
        let read: Vec<&str> = SETTINGS.iter().filter(|row| row.reads_text && row.name != "loras").map(|row| row.name).collect();
        assert_eq!(settings, read, "a new one also belongs into this test's request");
    }
}
