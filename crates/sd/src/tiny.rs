//! The tiny autoencoder: diffusers' `AutoencoderTiny` (TAESD, Bohan 2023), both halves: convolutions and ReLU, nothing else.
//!
//! Its latents are the sampler's own; the layers are numbered in one row, as PyTorch's `Sequential` numbers them.

use crate::bands::{Bands, Conv};
use crate::config::TinyConfig;
use decant_graph::op::{Activation, DOUBLED, SAME, Window};
use decant_graph::{Graph, Var, Weights};

impl TinyConfig {
    /// Pixels per latent place: each stage but the first halves.
    pub fn factor(&self) -> usize {
        1 << self.decoder_block_out_channels.len().saturating_sub(1)
    }
}

/// What the decoder's input goes through first: `3 · tanh(x / 3)`, so that no latent is far out. It is here and not in the graph because
/// latents come from the CPU anyway.
pub fn soften(latents: &[f32]) -> Vec<f32> {
    latents.iter().map(|v| 3.0 * (v / 3.0).tanh()).collect()
}

/// The slope of [`soften`] at a latent.
pub(crate) fn softening(latent: f32) -> f32 {
    1.0 - (latent / 3.0).tanh().powi(2)
}

/// Input `latents [1, h, w, latent_channels]`, [softened](soften); output `image [1, f·h, f·w, 3]` in −1…1. The image's level is kept in
/// `bands` bands of rows, smaller levels in fewer; 1 for whole pictures.
pub fn decoder(graph: &Graph, config: &TinyConfig, size: [usize; 2], bands: usize) {
    let mut row = Row { w: graph.weights().at("decoder").at("layers"), next: 0 };
    let stages = config.num_decoder_blocks.len();
    let bands_at = |stage: usize| bands.div_ceil(1 << (stages - 1 - stage));
    let latents = Bands::whole(graph.input("latents", &[1, size[0], size[1], config.latent_channels]));
    let mut x = latents.conv2d_then(Conv { weights: row.next(), window: SAME, bands: bands_at(0) }, relu);
    row.next(); // the activation has a number, too
    for (stage, blocks) in config.num_decoder_blocks.iter().enumerate() {
        for _ in 0..*blocks {
            x = block(row.next(), x);
        }
        let last = stage + 1 == stages;
        if !last {
            row.next(); // so has the upsampling, which is the next convolution's
        }
        let (window, bands) = if last { (SAME, bands) } else { (DOUBLED, bands_at(stage + 1)) };
        x = x.conv2d(Conv { weights: row.next(), window, bands });
    }
    graph.output("image", x.join().scale(2.0, -1.0)); // TAESD's pictures are in 0…1
}

/// Input `image [1, H, W, 3]` in −1…1, output `latents [1, H/f, W/f, latent_channels]`. The image's level is kept in `bands` bands of rows,
/// smaller levels in fewer; 1 for whole pictures.
pub fn encoder(graph: &Graph, config: &TinyConfig, size: [usize; 2], bands: usize) {
    let mut row = Row { w: graph.weights().at("encoder").at("layers"), next: 0 };
    let mut x = Bands::whole(graph.input("image", &[1, size[0], size[1], 3]).scale(0.5, 0.5));
    for (stage, blocks) in config.num_encoder_blocks.iter().enumerate() {
        let window = if stage == 0 { SAME } else { Window::new(2, 1, 1) };
        x = x.conv2d(Conv { weights: row.next(), window, bands: bands.div_ceil(1 << stage) });
        for _ in 0..*blocks {
            x = block(row.next(), x);
        }
    }
    graph.output("latents", x.join().conv2d(row.next(), SAME));
}

/// Layers in the order of their numbers.
struct Row<'g> {
    w: Weights<'g>,
    next: usize,
}

impl<'g> Row<'g> {
    fn next(&mut self) -> Weights<'g> {
        self.next += 1;
        self.w.at(self.next - 1)
    }
}

/// Three convolutions added to the input.
fn block<'g>(w: Weights<'g>, x: Bands<'g>) -> Bands<'g> {
    let conv = |number: usize| Conv { weights: w.at("conv").at(number), window: SAME, bands: x.count() };
    let h = x.conv2d_then(conv(0), relu).conv2d_then(conv(2), relu);
    h.conv2d_then(conv(4), |number, band| relu(number, band + x.band(number)))
}

fn relu<'g>(_: usize, band: Var<'g>) -> Var<'g> {
    band.activation(Activation::Relu)
}
