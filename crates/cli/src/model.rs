//! The model that the flags name, opened or loaded.

use crate::arguments::{Model, Opening};
use crate::{Failure, device, progress, source};
use decant_graph::Encoding;
use decant_sd::component::Progress;
use decant_sd::pipeline::{Options, Pipeline};

/// What was typed, as what it means.
pub(crate) fn options(weights: Option<&str>, opening: &Opening) -> Result<Options, Failure> {
    Ok(Options {
        weights: weights.and_then(Encoding::named),
        preview: opening.preview_decoder.as_deref().map(|place| source::open_as(place, "TAESD's file or folder")).transpose()?,
        vae: opening.vae.as_deref().map(|place| source::open_as(place, "autoencoder's file or folder")).transpose()?,
        budget: opening.budget,
        prediction: opening.prediction.as_deref().map(str::parse).transpose()?,
        family: opening.family.clone(),
    })
}

/// The model without its weights: what needs only some of them reads those.
pub(crate) fn open(model: &Model) -> Result<Pipeline, Failure> {
    let options = options(model.weights.as_deref(), &model.opening)?;
    Ok(pollster::block_on(Pipeline::open(source::open(model.place())?, device::choose(&model.processing)?, options))?)
}

/// Loads the model with a bar of bytes.
pub(crate) fn load(model: &Model, quiet: bool) -> Result<Pipeline, Failure> {
    let files = source::open(model.place())?;
    let device = device::choose(&model.processing)?;
    let bar = progress::bar(quiet, "{prefix:13} {bar:40} {bytes} of {total_bytes}, {bytes_per_sec}");
    let mut tick = |p: Progress| {
        bar.set_length(p.total);
        bar.set_prefix(p.component);
        bar.set_position(p.bytes);
    };
    let options = options(model.weights.as_deref(), &model.opening)?;
    let pipeline = pollster::block_on(Pipeline::load(files, device, options, &mut tick))?;
    bar.finish_and_clear();
    Ok(pipeline)
}
