//! The tiny autoencoder: diffusers' `AutoencoderTiny` (TAESD, Bohan 2023), both halves: convolutions and ReLU, nothing else.
//!
//! Its latents are the sampler's own; the layers are numbered in one row, as PyTorch's `Sequential` numbers them.

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

/// Input `latents [1, h, w, latent_channels]`, [softened](soften); output `image [1, f·h, f·w, 3]` in −1…1.
pub fn decoder(graph: &Graph, config: &TinyConfig, size: [usize; 2]) {
    let mut row = Row { w: graph.weights().at("decoder").at("layers"), next: 0 };
    let x = graph.input("latents", &[1, size[0], size[1], config.latent_channels]);
    let mut x = x.conv2d(row.next(), SAME).activation(Activation::Relu);
    row.next(); // the activation has a number, too
    for (stage, blocks) in config.num_decoder_blocks.iter().enumerate() {
        for _ in 0..*blocks {
            x = block(row.next(), x);
        }
        let last = stage + 1 == config.num_decoder_blocks.len();
        if !last {
            row.next(); // so has the upsampling, which is the next convolution's
        }
        x = x.conv2d(row.next(), if last { SAME } else { DOUBLED });
    }
    graph.output("image", x.scale(2.0, -1.0)); // TAESD's pictures are in 0…1
}

/// Input `image [1, H, W, 3]` in −1…1, output `latents [1, H/f, W/f, latent_channels]`.
pub fn encoder(graph: &Graph, config: &TinyConfig, size: [usize; 2]) {
    let mut row = Row { w: graph.weights().at("encoder").at("layers"), next: 0 };
    let mut x = graph.input("image", &[1, size[0], size[1], 3]).scale(0.5, 0.5);
    for (stage, blocks) in config.num_encoder_blocks.iter().enumerate() {
        let halving = Window::new(2, 1, 1);
        x = x.conv2d(row.next(), if stage == 0 { SAME } else { halving });
        for _ in 0..*blocks {
            x = block(row.next(), x);
        }
    }
    graph.output("latents", x.conv2d(row.next(), SAME));
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
fn block<'g>(w: Weights<'g>, x: Var<'g>) -> Var<'g> {
    let conv = w.at("conv");
    let h = x.conv2d(conv.at(0), SAME).activation(Activation::Relu).conv2d(conv.at(2), SAME).activation(Activation::Relu);
    (h.conv2d(conv.at(4), SAME) + x).activation(Activation::Relu)
}
