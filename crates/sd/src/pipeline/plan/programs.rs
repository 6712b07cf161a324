//! The programs of one picture: which there are, and each built once however many plans are tried.

use crate::error::Error;
use crate::pipeline::model::Model;
use crate::pipeline::model::text_encoder::TextEncoder;
use crate::pipeline::plan::{Placement, Pulled, RunShape, SMALL};
use crate::request::{Decoder, Preview};
use crate::unet;
use decant_graph::{Device, Graph, Program};
use std::collections::BTreeMap;
use std::rc::Rc;

/// Bands beyond which little is saved: decoding 512×512 pixels takes 688 MB in one piece, 505 MB in 4 bands, 430 MB in 16.
const ENOUGH: usize = 4;

/// The programs of one picture.
#[derive(Clone)]
pub(crate) struct Programs {
    pub texts: Vec<Rc<Program>>,
    pub unet: Rc<Program>,
    pub decoder: Rc<Program>,
    /// Where the run starts from a picture, or the denoiser is shown one.
    pub encoder: Option<Rc<Program>>,
    /// The tiny decoder, where it shows the steps or draws the final picture.
    pub tiny: Option<Rc<Program>>,
    /// The decoder's way back, where steps are pulled.
    pub decoder_back: Option<Rc<Program>>,
    /// The denoiser's, where they are pulled exactly.
    pub unet_back: Option<Rc<Program>>,
}

impl Programs {
    /// Whether the autoencoder takes no more than the denoiser does, or very little, or is in so many bands that more would save little.
    pub fn is_comfortable(&self, placement: Placement, device: &dyn Device) -> bool {
        let autoencoder = [Some(&self.decoder), self.encoder.as_ref()].into_iter().flatten().map(|p| device.run_bytes(p)).max();
        placement.bands >= ENOUGH || autoencoder.unwrap_or(0) <= device.run_bytes(&self.unet).max(SMALL)
    }

    /// All of them.
    pub fn all(&self) -> impl Iterator<Item = &Rc<Program>> {
        let backs = self.decoder_back.iter().chain(&self.unet_back);
        self.texts.iter().chain([&self.unet, &self.decoder]).chain(&self.encoder).chain(&self.tiny).chain(backs)
    }
}

/// Programs that were built for a shape.
pub(crate) struct ProgramBuilder<'p> {
    model: &'p Model,
    shape: RunShape,
    texts: Vec<Rc<Program>>,
    /// By bands.
    tinies: BTreeMap<usize, Option<Rc<Program>>>,
    /// By batch.
    unets: BTreeMap<usize, Rc<Program>>,
    /// By bands: decoder, and encoder where there is one.
    coders: BTreeMap<usize, (Rc<Program>, Option<Rc<Program>>)>,
    /// Ways back: the decoder's, and the denoiser's by batch.
    decoder_back: Option<Rc<Program>>,
    unet_backs: BTreeMap<usize, Rc<Program>>,
}

impl<'p> ProgramBuilder<'p> {
    pub fn new(model: &'p Model, shape: RunShape) -> Result<ProgramBuilder<'p>, Error> {
        let text =
            |text: &TextEncoder| text.program_with(shape.encoding, shape.text, &model.loras.stack(text.component.name(), shape.loras));
        let texts = model.texts.iter().map(text).collect::<Result<_, _>>()?;
        let (tinies, unets, coders, decoder_back, unet_backs) = Default::default();
        Ok(ProgramBuilder { model, shape, texts, tinies, unets, coders, decoder_back, unet_backs })
    }

    /// Denoiser and decoder at a size that any model can be checked with.
    pub fn smallest(model: &Model, size: [usize; 2]) -> Result<[Rc<Program>; 2], Error> {
        let mut built = ProgramBuilder::new(model, RunShape::smallest(model, size))?;
        Ok([built.unet(1)?, built.coder(1)?.0])
    }

    /// Those of a run that is made and shown so.
    pub fn programs(&mut self, device: &dyn Device, placement: Placement, preview: Preview) -> Result<Programs, Error> {
        let unet = self.unet(if placement.halves { 1 } else { self.shape.batch })?;
        let (decoder, encoder) = self.coder(placement.bands)?;
        let shows_tiny = preview == Preview::Tiny || self.shape.decoder == Decoder::Tiny;
        let tiny = if shows_tiny { self.tiny(placement.bands)? } else { None };
        let decoder_back = if self.shape.pulled == Pulled::No { None } else { Some(self.decoder_back(device)?) };
        let exactly = self.shape.pulled == Pulled::Exactly;
        let unet_back = if exactly { Some(self.unet_back(device, if placement.halves { 1 } else { self.shape.batch })?) } else { None };
        Ok(Programs { texts: self.texts.clone(), unet, decoder, encoder, tiny, decoder_back, unet_back })
    }

    /// Whether decoding costs no more than a call of the denoiser.
    pub fn decoding_is_cheap(&mut self) -> Result<bool, Error> {
        Ok(self.coder(1)?.0.flops() <= self.unet(self.shape.batch)?.flops())
    }

    fn unet(&mut self, batch: usize) -> Result<Rc<Program>, Error> {
        if let Some(built) = self.unets.get(&batch) {
            return Ok(built.clone());
        }
        let Model { config, unet: component, .. } = self.model;
        let tokens = config.text.max_position_embeddings * self.shape.text.chunks;
        let loras = self.model.loras.stack(component.name(), self.shape.loras);
        let build = if self.shape.attention { unet::unet_with_attention } else { unet::unet };
        let program =
            component.program_with(self.shape.encoding, &loras, |graph| build(graph, &config.unet, batch, self.shape.size, tokens))?;
        self.unets.insert(batch, program.clone());
        Ok(program)
    }

    /// From the picture's cotangent to the latents': as many values kept in between as take no more than the denoiser does, or very little.
    fn decoder_back(&mut self, device: &dyn Device) -> Result<Rc<Program>, Error> {
        if let Some(built) = &self.decoder_back {
            return Ok(built.clone());
        }
        let unet = self.unet(self.shape.batch)?;
        let enough = device.run_bytes(&unet).max(SMALL);
        let Model { config, vae, .. } = self.model;
        let (size, encoding) = (self.shape.size, self.shape.encoding);
        let build = |segments| vae.program_as(encoding, |graph| backward(graph, segments, "latents", |g| config.vae.decoder(g, size, 1)));
        let built = thriftiest(device, enough, build)?;
        self.decoder_back = Some(built.clone());
        Ok(built)
    }

    /// From the prediction's cotangent to the latents'. A call with guidance may take a gigabyte before it is taken apart.
    fn unet_back(&mut self, device: &dyn Device, batch: usize) -> Result<Rc<Program>, Error> {
        if let Some(built) = self.unet_backs.get(&batch) {
            return Ok(built.clone());
        }
        let Model { config, unet: component, .. } = self.model;
        let (size, encoding) = (self.shape.size, self.shape.encoding);
        let tokens = config.text.max_position_embeddings * self.shape.text.chunks;
        let loras = self.model.loras.stack(component.name(), self.shape.loras);
        let build = |segments| {
            let unet = |graph: &Graph| unet::unet(graph, &config.unet, batch, size, tokens);
            component.program_with(encoding, &loras, |graph| backward(graph, segments, "sample", unet))
        };
        let built = thriftiest(device, ENOUGH_BACK, build)?;
        self.unet_backs.insert(batch, built.clone());
        Ok(built)
    }

    fn tiny(&mut self, bands: usize) -> Result<Option<Rc<Program>>, Error> {
        if let Some(built) = self.tinies.get(&bands) {
            return Ok(built.clone());
        }
        let tiny = self.model.tiny.as_ref().map(|tiny| tiny.decoder(self.shape.size, bands)).transpose()?;
        self.tinies.insert(bands, tiny.clone());
        Ok(tiny)
    }

    fn coder(&mut self, bands: usize) -> Result<(Rc<Program>, Option<Rc<Program>>), Error> {
        if let Some(built) = self.coders.get(&bands) {
            return Ok(built.clone());
        }
        let Model { config, vae, .. } = self.model;
        let (size, encoding) = (self.shape.size, self.shape.encoding);
        let pixels = size.map(|side| side * config.vae.factor());
        let decoder = vae.program_as(encoding, |graph| config.vae.decoder(graph, size, bands))?;
        let encoder = || vae.program_as(encoding, |graph| config.vae.encoder(graph, pixels, bands));
        let encoder = if self.shape.encodes { Some(encoder()?) } else { None };
        self.coders.insert(bands, (decoder.clone(), encoder.clone()));
        Ok((decoder, encoder))
    }
}

/// Bytes that the denoiser's way back may take before fewer of its values are kept.
const ENOUGH_BACK: u64 = 1 << 30;

/// A network's way back: with a further input `cotangent` of its one output, the cotangent of that input, as `gradient`.
fn backward(graph: &Graph, segments: usize, of: &str, network: impl FnOnce(&Graph)) {
    network(graph);
    let (mut outputs, input) = (graph.take_outputs(), graph.input_named(of));
    let (Some((_, output)), Some(input)) = (outputs.pop(), input) else {
        return graph.error(format!("a way back to {of} is wanted of a network without it"));
    };
    let cotangent = graph.input("cotangent", &output.shape());
    graph.output("gradient", graph.vjp(output, cotangent, &[input], segments)[0]);
}

/// The first of more and more segments that takes no more than that many bytes; else the one that takes the least.
fn thriftiest(device: &dyn Device, enough: u64, build: impl Fn(usize) -> Result<Rc<Program>, Error>) -> Result<Rc<Program>, Error> {
    let mut best = build(1)?;
    for segments in [2, 4, 8, 16, 32] {
        if device.run_bytes(&best) <= enough {
            break;
        }
        let next = build(segments)?;
        if device.run_bytes(&next) < device.run_bytes(&best) {
            best = next;
        }
    }
    Ok(best)
}
