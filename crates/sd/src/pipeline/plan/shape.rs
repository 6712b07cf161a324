//! What a run asks of the networks: all that its programs depend on.

use crate::error::Error;
use crate::pipeline::model::Model;
use crate::pipeline::model::adapters::Chosen;
use crate::pipeline::model::text_encoder::TextShape;
use crate::pipeline::run::script::Script;
use crate::request::{Decoder, Preview, Request, Settings};
use decant_graph::Encoding;

/// What a picture asks of the networks, before it is known how they run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct RunShape {
    /// Height and width of the latents.
    pub size: [usize; 2],
    /// Pictures in the denoiser's batch: two with guidance.
    pub batch: usize,
    /// Of the words.
    pub text: TextShape,
    /// Guidance does not last for the whole run: its two pictures are always two calls, so that one can be left out.
    pub switches: bool,
    /// Whether a picture goes through the autoencoder first.
    pub encodes: bool,
    pub preview: Preview,
    pub decoder: Decoder,
    /// Whether the denoiser says where it looks.
    pub attention: bool,
    /// Whether steps are pulled by losses, and through what.
    pub pulled: Pulled,
    /// How weights are kept; `None` keeps what the files have.
    pub encoding: Option<Encoding>,
    /// Which of the loaded LoRAs are used.
    pub loras: Chosen,
}

/// What gradients of losses go through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pulled {
    /// Nothing: there are no losses.
    No,
    /// The autoencoder; the noise that was predicted is held fixed.
    ThroughDecoder,
    /// The denoiser as well.
    Exactly,
}

impl RunShape {
    /// That of settings, whose texts ask this of the text encoders.
    pub fn new(model: &Model, settings: &Settings, text: TextShape) -> Result<RunShape, Error> {
        if let Some(name) = settings.needs_two().filter(|_| !model.config.guides_by_two()) {
            return Err(Error::EmbeddedGuidance { name });
        }
        let cfg = model.uses_cfg(settings);
        Ok(RunShape {
            size: [settings.height / model.factor(), settings.width / model.factor()],
            batch: 1 + cfg as usize,
            switches: cfg && settings.guide().rests(),
            text,
            encodes: model.encodes(settings),
            preview: settings.request.preview,
            decoder: settings.request.decoder,
            attention: settings.request.attention,
            pulled: match (settings.request.losses.is_empty(), settings.request.loss_exact) {
                (true, _) => Pulled::No,
                (false, false) => Pulled::ThroughDecoder,
                (false, true) => Pulled::Exactly,
            },
            encoding: model.options.weights,
            loras: model.loras.chosen(&settings.request.loras)?,
        })
    }

    /// That of a request alone, before it is known where it begins and how it is sampled.
    pub fn of_request(model: &Model, request: &Request) -> Result<(Settings, RunShape), Error> {
        let settings = request.resolve(model.defaults(), model.factor())?;
        let shape = RunShape::new(model, &settings, Script::read(model, &settings)?.shape)?;
        Ok((settings, shape))
    }

    /// That of a picture of this size, of which nothing else is known yet.
    pub fn of_size(model: &Model, [width, height]: [usize; 2], guided: bool) -> Result<RunShape, Error> {
        let guidance = Some(if guided { model.defaults().guidance.max(2.0) } else { 1.0 });
        let request = Request { width: Some(width), height: Some(height), guidance, preview: Preview::Auto, ..Request::default() };
        Ok(RunShape::of_request(model, &request)?.1)
    }

    /// The least that any model can be checked with.
    pub fn smallest(model: &Model, size: [usize; 2]) -> RunShape {
        RunShape {
            size,
            batch: 1,
            switches: false,
            text: TextShape::default(),
            encodes: false,
            preview: Preview::None,
            decoder: Decoder::Model,
            attention: false,
            pulled: Pulled::No,
            encoding: model.options.weights,
            loras: Chosen::default(),
        }
    }
}
