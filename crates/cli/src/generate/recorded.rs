//! What a picture was made with, as its file will say it; and whether a record that a run starts from fits the model that is open.

use crate::arguments::Generate;
use crate::{Failure, source};
use decant_record::{Canvas, Found, Model, Record, Source, also};
use decant_sd::inversion;
use decant_sd::pipeline::Pipeline;
use decant_sd::prompt::{How, unfollowed_sentence};
use decant_sd::request::Request;

/// A record of settings, with the model and the machine that they were run on.
pub(super) fn record(options: &Generate, pipeline: &Pipeline, settings: &Request, fingerprint: &str) -> Record {
    Record {
        settings: settings.clone(),
        model: Model {
            name: source::name(options.model.place()).into(),
            hash: fingerprint.into(),
            weights: options.model.weights.clone().unwrap_or_default(),
        },
        device: pipeline.device().name(),
        version: env!("CARGO_PKG_VERSION").into(),
        grid: vec![],
        enlarged: vec![],
        also: besides(options, pipeline, settings),
    }
}

/// What a picture came of besides its settings and its model.
fn besides(options: &Generate, pipeline: &Pipeline, settings: &Request) -> Vec<String> {
    let vae = options.model.opening.vae.iter().map(|vae| format!("the autoencoder {}", source::name(vae)));
    vae.chain(also(settings, &pipeline.textual_inversions())).collect()
}

/// The picture's file: with its record, unless that is not wanted.
pub(super) fn file(options: &Generate, record: &Record, canvas: &Canvas) -> Result<Vec<u8>, Failure> {
    Ok(if options.records.no_metadata { canvas.png(&[])? } else { record.png_of(canvas)? })
}

/// Says what of a record is not followed, and why the picture may differ.
pub(super) fn tell(found: &Found, options: &Generate, pipeline: &Pipeline, fingerprint: &str) {
    for note in &found.notes {
        note!("settings: {note}");
    }
    let (model, device) = (&found.record.model, pipeline.device().name());
    if found.source == Source::Decant && !model.hash.is_empty() && model.hash != fingerprint {
        note!("the settings are of the model {}, this is {}: the picture will be another", model.name, source::name(options.model.place()));
    } else if found.source != Source::Decant && !model.name.is_empty() && source::name(&model.name) != source::name(options.model.place()) {
        note!("the settings are of the model {}; give it by --model where this is another", model.name);
    } else if !found.record.device.is_empty() && found.record.device != device {
        note!("the settings are of a picture made on {}, this is {device}: they differ a little", found.record.device);
    }
    let loaded = pipeline.textual_inversions();
    let is_loaded = |word: &String| {
        let called = |name: &String| inversion::plain(name).eq_ignore_ascii_case(word) || name.eq_ignore_ascii_case(word);
        loaded.iter().any(|one| called(&one.name) || one.tokens.iter().any(called))
    };
    let absent: Vec<&str> = found.inversions.iter().filter(|word| !is_loaded(word)).map(String::as_str).collect();
    if !absent.is_empty() {
        note!(
            "the settings mean the textual inversion {}, which is read as plain words; load it by --textual-inversion",
            absent.join(", ")
        );
    }
    if !found.record.grid.is_empty() && options.records.grid.is_empty() {
        let axes: Vec<String> = found.record.grid.iter().map(|axis| format!("--grid '{axis}'")).collect();
        note!("the picture is a grid; its axes are {}", axes.join(" "));
    }
}

/// Says what of prompts is read as words though another tool would follow it.
pub(super) fn tell_words(requests: &[Request]) {
    let mut seen = vec![];
    for request in requests {
        let texts = [&request.prompt, &request.negative].into_iter().chain(request.mixes.iter().map(|mix| &mix.prompt));
        let sentence = unfollowed_sentence(&texts.map(String::as_str).collect::<Vec<_>>(), How::from(request));
        if let Some(sentence) = sentence.filter(|sentence| !seen.contains(sentence)) {
            note!("prompt: {sentence}");
            seen.push(sentence);
        }
    }
}
