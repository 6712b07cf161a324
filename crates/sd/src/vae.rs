//! The autoencoder: diffusers' `AutoencoderKL` (Kingma & Welling 2013; Rombach et al. 2022), both halves.
//!
//! Latents here are the autoencoder's own: the pipeline multiplies by `scaling_factor`.

use crate::config::VaeConfig;
use decant_graph::op::{Padding, SAME, Window};
use decant_graph::{Graph, Var, Weights};

/// Added to the variance in every norm of the autoencoder.
const EPS: f32 = 1e-6;

impl VaeConfig {
    /// Pixels per latent place: each level but the last halves.
    pub fn factor(&self) -> usize {
        1 << self.block_out_channels.len().saturating_sub(1)
    }

    /// The sampler's latents as the decoder wants them: `latents / scaling_factor`.
    pub fn unscale(&self, latents: &[f32]) -> Vec<f32> {
        latents.iter().map(|v| v / self.scaling_factor).collect()
    }
}

/// Input `latents [1, h, w, latent_channels]`, output `image [1, f·h, f·w, 3]` in −1…1.
pub fn decoder(graph: &Graph, config: &VaeConfig, size: [usize; 2]) {
    let w = graph.weights().at("decoder");
    let mut x = graph.input("latents", &[1, size[0], size[1], config.latent_channels]);
    if config.use_post_quant_conv {
        x = x.linear(graph.weights().at("post_quant_conv"));
    }
    x = mid(w.at("mid_block"), x.conv2d(w.at("conv_in"), SAME), config);
    let levels = config.block_out_channels.len();
    for level in 0..levels {
        let block = w.at("up_blocks").at(level);
        for i in 0..config.layers_per_block + 1 {
            x = resnet(block.at("resnets").at(i), x, config);
        }
        if let (true, [_, height, width, _]) = (level + 1 < levels, &x.shape()[..]) {
            x = x.upsample(2 * height, 2 * width).conv2d(block.at("upsamplers").at(0).at("conv"), SAME);
        }
    }
    graph.output("image", finish(w, x, config));
}

/// Input `image [1, H, W, 3]` in −1…1, output `moments [1, H/f, W/f, 2·latent_channels]`: mean, then logarithm of the variance.
pub fn encoder(graph: &Graph, config: &VaeConfig, size: [usize; 2]) {
    let w = graph.weights().at("encoder");
    let mut x = graph.input("image", &[1, size[0], size[1], config.in_channels]).conv2d(w.at("conv_in"), SAME);
    let levels = config.block_out_channels.len();
    for level in 0..levels {
        let block = w.at("down_blocks").at(level);
        for i in 0..config.layers_per_block {
            x = resnet(block.at("resnets").at(i), x, config);
        }
        if level + 1 < levels {
            let window = Window { stride: 2, padding: Padding { before: 0, after: 1 } };
            x = x.conv2d(block.at("downsamplers").at(0).at("conv"), window);
        }
    }
    let moments = finish(w, mid(w.at("mid_block"), x, config), config);
    let quantized = if config.use_quant_conv { moments.linear(graph.weights().at("quant_conv")) } else { moments };
    graph.output("moments", quantized);
}

/// Norm, activation, and a convolution to the last channels.
fn finish<'g>(w: Weights<'g>, x: Var<'g>, config: &VaeConfig) -> Var<'g> {
    x.group_norm(w.at("conv_norm_out"), config.norm_num_groups, EPS).silu().conv2d(w.at("conv_out"), SAME)
}

fn mid<'g>(w: Weights<'g>, x: Var<'g>, config: &VaeConfig) -> Var<'g> {
    let mut x = resnet(w.at("resnets").at(0), x, config);
    if config.mid_block_add_attention {
        x = attention(w.at("attentions").at(0), x, config);
    }
    resnet(w.at("resnets").at(1), x, config)
}

/// Two convolutions, and the input (through a 1×1 convolution where the channels differ).
fn resnet<'g>(w: Weights<'g>, x: Var<'g>, config: &VaeConfig) -> Var<'g> {
    let h = x.group_norm(w.at("norm1"), config.norm_num_groups, EPS).silu().conv2d(w.at("conv1"), SAME);
    let h = h.group_norm(w.at("norm2"), config.norm_num_groups, EPS).silu().conv2d(w.at("conv2"), SAME);
    let skip = if w.has("conv_shortcut") { x.linear(w.at("conv_shortcut")) } else { x };
    h + skip
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
