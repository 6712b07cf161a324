//! What reading a file gives: the record, who wrote it, and what could not be taken over.

use crate::builder::{Finished, RequestBuilder};
use crate::record::{Model, Record};
use decant_sd::error::Sentence;
use decant_sd::sentence;
use decant_solver::SAMPLERS;

/// What a file says about its picture.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// The settings and the model.
    pub record: Record,
    /// Who wrote them.
    pub source: Source,
    /// What could not be taken over, a sentence each; empty means that nothing is missing.
    pub notes: Vec<Sentence>,
    /// Textual inversions that its texts mean: where one is not loaded, its name is read as any word.
    pub inversions: Vec<String>,
    /// What the model was said to predict (`epsilon`, `v_prediction`, `sample`) when it was opened, where that was chosen there.
    pub prediction: Option<String>,
}

impl Found {
    pub(crate) fn new(record: Record, source: Source, notes: Vec<Sentence>) -> Found {
        Found { record, source, notes, inversions: vec![], prediction: None }
    }
}

#[cfg(test)]
impl Found {
    /// The notes, as the command prints them.
    pub fn english(&self) -> Vec<String> {
        crate::builder::english(&self.notes)
    }
}

/// Who wrote the settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// A record of Decant's, or a file of settings.
    Decant,
    /// The `parameters` text of AUTOMATIC1111's stable-diffusion-webui and the tools that follow it.
    Parameters,
    /// ComfyUI's graph.
    Comfy,
    /// InvokeAI's metadata.
    Invoke,
}

/// Settings as they came from another tool.
pub(crate) fn foreign(builder: RequestBuilder, model: Model, source: Source) -> Found {
    let Finished { request: settings, notes, inversions } = builder.finish();
    Found { inversions, ..Found::new(Record { settings, model, ..Record::default() }, source, notes) }
}

/// The model's schedule was rescaled when it was opened, which here is a setting of the picture, where its sampler reads that.
pub(crate) fn zero_snr(found: &mut Found) {
    let settings = &mut found.record.settings;
    settings.zero_snr = settings.sampler.is_some_and(|sampler| SAMPLERS.iter().any(|row| row.sampler == sampler && row.zero_snr()));
    if !settings.zero_snr {
        let note = sentence!("not followed: the model's noise rescaled to zero terminal SNR, which this sampler does not read");
        found.notes.push(note);
    }
}

/// What the model predicts was chosen when it was opened, which is no setting of a picture.
pub(crate) fn predicts(found: &mut Found, prediction: &str) {
    found.prediction = Some(prediction.into());
    let note = sentence!("the picture is of a model that was opened with {prediction}: open it so, unless its files say it", prediction);
    found.notes.push(note);
}
