//! The autoencoder: diffusers' `AutoencoderKL` (Kingma & Welling 2013; Rombach et al. 2022), both halves.
//!
//! Latents here are the autoencoder's own: the pipeline multiplies by `scaling_factor`.
//!
//! At 512 pixels the largest levels hold 268 MB in one value, at 1024 four times that. So pictures may be kept in any number of bands: the
//! result is the same, the largest buffer about that much smaller, and the peak too, since the bands of a value die one by one. The smallest
//! level, where attention sees every place, is always one piece.

use crate::bands::{Bands, Conv, Norm};
use crate::config::VaeConfig;
use decant_graph::op::{DOUBLED, SAME, Window};
use decant_graph::{Graph, Var, Weights};

/// Added to the variance in every norm of the autoencoder.
const EPS: f32 = 1e-6;
/// Halves a picture: zeros below and to the right only.
const HALVED: Window = Window::new(2, 0, 1);

impl VaeConfig {
    /// Pixels per latent place: each level but the last halves.
    pub fn factor(&self) -> usize {
        1 << self.block_out_channels.len().saturating_sub(1)
    }
}

/// Input `latents [1, h, w, latent_channels]`, output `image [1, f·h, f·w, 3]` in −1…1. The image's level is kept in `bands` bands of rows,
/// smaller levels in fewer; 1 for whole pictures.
pub fn decoder(graph: &Graph, config: &VaeConfig, size: [usize; 2], bands: usize) {
    let net = Net { config, bands, height: size[0] * config.factor() };
    let w = graph.weights().at("decoder");
    let mut latents = graph.input("latents", &[1, size[0], size[1], config.latent_channels]);
    if config.use_post_quant_conv {
        latents = latents.linear(graph.weights().at("post_quant_conv"));
    }
    let mut x = Bands::whole(net.mid(w.at("mid_block"), latents.conv2d(w.at("conv_in"), SAME)));
    let levels = config.block_out_channels.len();
    for level in 0..levels {
        let block = w.at("up_blocks").at(level);
        for i in 0..config.layers_per_block + 1 {
            x = net.resnet(block.at("resnets").at(i), x);
        }
        if level + 1 < levels {
            let weights = block.at("upsamplers").at(0).at("conv");
            x = x.conv2d(Conv { weights, window: DOUBLED, bands: net.bands_at(size[0] << (level + 1)) });
        }
    }
    graph.output("image", net.finish(w, x));
}

/// Input `image [1, H, W, 3]` in −1…1, output `moments [1, H/f, W/f, 2·latent_channels]`: mean, then logarithm of the variance. The image's
/// level is kept in `bands` bands of rows, smaller levels in fewer; 1 for whole pictures.
pub fn encoder(graph: &Graph, config: &VaeConfig, pixels: [usize; 2], bands: usize) {
    let net = Net { config, bands, height: pixels[0] };
    let w = graph.weights().at("encoder");
    let image = Bands::whole(graph.input("image", &[1, pixels[0], pixels[1], config.in_channels]));
    let mut x = image.conv2d(Conv { weights: w.at("conv_in"), window: SAME, bands: net.bands_at(pixels[0]) });
    let levels = config.block_out_channels.len();
    for level in 0..levels {
        let block = w.at("down_blocks").at(level);
        if level + 1 == levels {
            x = Bands::whole(x.join());
        }
        for i in 0..config.layers_per_block {
            x = net.resnet(block.at("resnets").at(i), x);
        }
        if level + 1 < levels {
            let weights = block.at("downsamplers").at(0).at("conv");
            x = x.conv2d(Conv { weights, window: HALVED, bands: net.bands_at(pixels[0] >> (level + 1)) });
        }
    }
    let moments = net.finish(w, Bands::whole(net.mid(w.at("mid_block"), x.join())));
    let quantized = if config.use_quant_conv { moments.linear(graph.weights().at("quant_conv")) } else { moments };
    graph.output("moments", quantized);
}

/// What every block needs.
#[derive(Clone, Copy)]
struct Net<'c> {
    config: &'c VaeConfig,
    bands: usize,
    /// The image's.
    height: usize,
}

impl Net<'_> {
    /// Bands of a level of that height: as many rows in each as in the image's, which at half the width and up to twice the channels is not
    /// more bytes.
    fn bands_at(&self, height: usize) -> usize {
        (self.bands * height).div_ceil(self.height.max(1))
    }

    fn norm<'g>(&self, weights: Weights<'g>) -> Norm<'g> {
        Norm { weights, groups: self.config.norm_num_groups, epsilon: EPS }
    }

    /// Norm, activation, and a convolution to the last channels.
    fn finish<'g>(&self, w: Weights<'g>, x: Bands<'g>) -> Var<'g> {
        let conv = Conv { weights: w.at("conv_out"), window: SAME, bands: x.count() };
        x.norm_conv2d(self.norm(w.at("conv_norm_out")), conv, |_, band| band).join()
    }

    fn mid<'g>(&self, w: Weights<'g>, x: Var<'g>) -> Var<'g> {
        let mut x = self.resnet(w.at("resnets").at(0), Bands::whole(x)).join();
        if self.config.mid_block_add_attention {
            x = attention(w.at("attentions").at(0), x, self.config);
        }
        self.resnet(w.at("resnets").at(1), Bands::whole(x)).join()
    }

    /// Two convolutions, and the input (through a 1×1 convolution where the channels differ).
    fn resnet<'g>(&self, w: Weights<'g>, x: Bands<'g>) -> Bands<'g> {
        let conv = |name| Conv { weights: w.at(name), window: SAME, bands: x.count() };
        let h = x.norm_conv2d(self.norm(w.at("norm1")), conv("conv1"), |_, band| band);
        h.norm_conv2d(self.norm(w.at("norm2")), conv("conv2"), |i, band| {
            let skip = x.band(i);
            band + if w.has("conv_shortcut") { skip.linear(w.at("conv_shortcut")) } else { skip }
        })
    }
}

/// One head over all places. Files saved before diffusers 0.18 call the four layers `query`, `key`, `value` and `proj_attn`.
fn attention<'g>(w: Weights<'g>, x: Var<'g>, config: &VaeConfig) -> Var<'g> {
    let [height, width] = match x.shape()[..] {
        [_, height, width, _] => [height, width],
        _ => return x,
    };
    let old = w.has("query");
    let [q, k, v] = if old { ["query", "key", "value"] } else { ["to_q", "to_k", "to_v"] };
    let out = if old { w.at("proj_attn") } else { w.at("to_out").at(0) };
    let h = x.group_norm(w.at("group_norm"), config.norm_num_groups, EPS).tokens(); // [1, H·W, C]
    let h = h.linear(w.at(q)).attention(h.linear(w.at(k)), h.linear(w.at(v)), 1, false);
    h.picture(height, width).linear(out) + x
}
