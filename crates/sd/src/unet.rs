//! The denoiser: diffusers' `UNet2DConditionModel` as Stable Diffusion 1.x, 2.x (Rombach et al. 2022) and XL (Podell et al. 2023) and what
//! was distilled from them configure it.
//!
//! Shapes in comments: B batch, H×W the latents' size at that level, C channels, T·D the text's tokens and width.

use crate::config::{DownBlock, MidBlock, TextTime, UNetConfig, UpBlock};
use decant_graph::op::{DOUBLED, SAME, TimestepEmbedding, Window};
use decant_graph::{Graph, Var, Weights};
use std::cell::RefCell;

/// Inputs `sample [B, H, W, in]`, `timestep [B]`, `context [B, T, D]`; output `prediction [B, H, W, out]`.
///
/// With Stable Diffusion XL's addition also `text_embeds [B, P]` and `time_ids [B, 6]`, with a guidance embedding `timestep_cond [B, G]`.
pub fn unet(graph: &Graph, config: &UNetConfig, batch: usize, size: [usize; 2], tokens: usize) {
    build(graph, config, batch, size, tokens, None);
}

/// The same with one more output, where the denoiser looks at the text at all: `attention [1, H, W, T]`, the share of each place's attention
/// that goes to each token, for the last of the batch. It is the mean over all heads of all layers' `attn2`; a layer of a smaller size is
/// brought to the latents' by nearest neighbours, so that the shares of a place still sum to 1.
pub fn unet_with_attention(graph: &Graph, config: &UNetConfig, batch: usize, size: [usize; 2], tokens: usize) {
    let maps = RefCell::default();
    build(graph, config, batch, size, tokens, Some(&maps));
    let ([height, width], maps) = (size, maps.into_inner());
    let count = maps.len() as f32;
    let Some(sum) = maps.into_iter().map(|map| map.upsample(height, width)).reduce(|sum, map| sum + map) else { return };
    let last = (batch - 1) * height..batch * height;
    let all = sum.scale(1.0 / count, 0.0).reshape(&[1, batch * height, width, tokens]);
    graph.output("attention", graph.stack_rows(&[(all, last)]));
}

/// What the layers looked at, each `[B, h, w, T]` in its own size.
type Maps<'g> = RefCell<Vec<Var<'g>>>;

fn build<'g>(graph: &'g Graph, config: &UNetConfig, batch: usize, size: [usize; 2], tokens: usize, maps: Option<&Maps<'g>>) {
    graph.allow_f16(); // as everybody runs it
    let w = graph.weights();
    let context = graph.kept_input("context", &[batch, tokens, config.cross_attention_dim]);
    let net = Net { config, context, time: time(graph, config, batch), maps };
    let sample = graph.input("sample", &[batch, size[0], size[1], config.in_channels]);
    let sample = if config.center_input_sample { sample.scale(2.0, -1.0) } else { sample };
    let mut x = sample.conv2d(w.at("conv_in"), SAME);
    let mut skips = vec![x];
    for level in 0..config.block_out_channels.len() {
        x = net.down(w.at("down_blocks").at(level), x, level, &mut skips);
    }
    if let Some(kind) = config.mid_block_type {
        x = net.mid(w.at("mid_block"), x, kind);
    }
    for step in 0..config.block_out_channels.len() {
        x = net.up(w.at("up_blocks").at(step), x, step, &mut skips);
    }
    let x = x.group_norm(w.at("conv_norm_out"), config.norm_num_groups, config.norm_eps).silu();
    graph.output("prediction", x.conv2d(w.at("conv_out"), SAME));
}

/// The timestep as every block gets it: a sinusoid (and the embedded guidance) through two layers, what else is added, and the activation
/// that each block would apply first. `[B, 4·C0]`
fn time<'g>(graph: &'g Graph, config: &UNetConfig, batch: usize) -> Var<'g> {
    let w = graph.weights().at("time_embedding");
    let mut t = graph.input("timestep", &[batch]).timestep_embedding(sinusoid(config, config.block_out_channels[0]));
    if let Some(width) = config.time_cond_proj_dim {
        t = t + graph.kept_input("timestep_cond", &[batch, width]).linear(w.at("cond_proj"));
    }
    let time = two_layers(w, t);
    match config.addition {
        Some(addition) => (time + added(graph, config, addition, batch)).silu(),
        None => time.silu(),
    }
}

/// The pooled text and the embedded sizes side by side through two layers. `[B, 4·C0]`
fn added<'g>(graph: &'g Graph, config: &UNetConfig, addition: TextTime, batch: usize) -> Var<'g> {
    let text = graph.kept_input("text_embeds", &[batch, addition.text_dim]);
    let sizes = graph.kept_input("time_ids", &[batch, TextTime::SIZES]).reshape(&[batch * TextTime::SIZES]);
    let sizes = sizes.timestep_embedding(sinusoid(config, addition.time_embed_dim)); // [6·B, E]
    let sizes = sizes.reshape(&[batch, TextTime::SIZES * addition.time_embed_dim]);
    two_layers(graph.weights().at("add_embedding"), text.concat(sizes))
}

fn sinusoid(config: &UNetConfig, channels: usize) -> TimestepEmbedding {
    TimestepEmbedding { channels, flip_sin_to_cos: config.flip_sin_to_cos, shift: config.freq_shift }
}

fn two_layers<'g>(w: Weights<'g>, x: Var<'g>) -> Var<'g> {
    x.linear(w.at("linear_1")).silu().linear(w.at("linear_2"))
}

/// What every block needs.
struct Net<'g, 'c> {
    config: &'c UNetConfig,
    context: Var<'g>,
    time: Var<'g>,
    /// Where attention to the text is noted, if somebody asked.
    maps: Option<&'c Maps<'g>>,
}

impl<'g> Net<'g, '_> {
    /// Resnets (each followed by attention where the block has it), then half the size; every result is kept for the way up.
    fn down(&self, w: Weights<'g>, mut x: Var<'g>, level: usize, skips: &mut Vec<Var<'g>>) -> Var<'g> {
        for i in 0..self.config.layers_per_block[level] {
            x = self.resnet(w.at("resnets").at(i), x);
            if self.config.down_block_types[level] == DownBlock::CrossAttention {
                x = self.transformer(w.at("attentions").at(i), x, level, self.config.only_cross_attention[level]);
            }
            skips.push(x);
        }
        if level + 1 < self.config.block_out_channels.len() {
            let before = self.config.downsample_padding as isize;
            let window = Window::new(2, before, before.max(1));
            x = x.conv2d(w.at("downsamplers").at(0).at("conv"), window);
            skips.push(x);
        }
        x
    }

    fn mid(&self, w: Weights<'g>, x: Var<'g>, kind: MidBlock) -> Var<'g> {
        let mut x = self.resnet(w.at("resnets").at(0), x);
        if kind == MidBlock::CrossAttention {
            let level = self.config.block_out_channels.len() - 1;
            x = self.transformer(w.at("attentions").at(0), x, level, false);
            x = self.resnet(w.at("resnets").at(1), x);
        }
        x
    }

    /// The way up: each resnet sees what the way down kept, side by side with its input; then the next level's size.
    fn up(&self, w: Weights<'g>, mut x: Var<'g>, step: usize, skips: &mut Vec<Var<'g>>) -> Var<'g> {
        let levels = self.config.block_out_channels.len();
        let level = levels - 1 - step;
        for i in 0..self.config.layers_per_block[level] + 1 {
            let Some(skip) = skips.pop() else { break };
            x = self.resnet(w.at("resnets").at(i), x.concat(skip));
            if self.config.up_block_types[step] == UpBlock::CrossAttention {
                x = self.transformer(w.at("attentions").at(i), x, level, self.config.only_cross_attention[level]);
            }
        }
        if let (true, Some(next)) = (step + 1 < levels, skips.last()) {
            // The skip's own size, which for an odd size is not twice this one's.
            let conv = w.at("upsamplers").at(0).at("conv");
            x = match (&x.shape()[..], &next.shape()[..]) {
                ([_, h, w, _], [_, height, width, _]) if [2 * h, 2 * w] != [*height, *width] => {
                    x.upsample(*height, *width).conv2d(conv, SAME)
                }
                _ => x.conv2d(conv, DOUBLED),
            };
        }
        x
    }

    /// Two convolutions with the timestep added between them, and the input (through a 1×1 convolution where the channels differ).
    fn resnet(&self, w: Weights<'g>, x: Var<'g>) -> Var<'g> {
        let (groups, eps) = (self.config.norm_num_groups, self.config.norm_eps);
        let h = x.group_norm(w.at("norm1"), groups, eps).silu().conv2d(w.at("conv1"), SAME);
        let h = h.add_per_batch(self.time.linear(w.at("time_emb_proj")));
        let h = h.group_norm(w.at("norm2"), groups, eps).silu().conv2d(w.at("conv2"), SAME);
        let skip = if w.has("conv_shortcut") { x.linear(w.at("conv_shortcut")) } else { x };
        h + skip
    }

    /// A picture as tokens through transformer blocks, added to the picture. Before and after: a linear layer or 1×1 convolution, which
    /// are the same thing on channels-last values.
    fn transformer(&self, w: Weights<'g>, x: Var<'g>, level: usize, text_only: bool) -> Var<'g> {
        let shape = x.shape();
        let &[_, height, width, _] = &shape[..] else { return x };
        let mut h = x.group_norm(w.at("norm"), self.config.norm_num_groups, 1e-6).linear(w.at("proj_in")).tokens(); // [B, H·W, C]
        for i in 0..self.config.transformer_layers_per_block[level] {
            let block = Block { heads: self.config.num_attention_heads[level], size: [height, width], text_only };
            h = self.transformer_block(w.at("transformer_blocks").at(i), h, block);
        }
        h.picture(height, width).linear(w.at("proj_out")) + x
    }

    /// Attention among the places (or to the text here, too, where the configuration says so), attention to the text, a gated network of two layers; each added to its input.
    fn transformer_block(&self, w: Weights<'g>, x: Var<'g>, Block { heads, size, text_only }: Block) -> Var<'g> {
        let h = x.layer_norm(w.at("norm1"), 1e-5);
        let seen = if text_only { self.context } else { h };
        let x = attention(w.at("attn1"), h, seen, heads) + x;
        let to_text = w.at("attn2");
        let qkv = projected(to_text, x.layer_norm(w.at("norm2"), 1e-5), self.context);
        if let (Some(maps), [q, k, _]) = (self.maps, qkv) {
            maps.borrow_mut().push(q.attention_weights(k, heads).picture(size[0], size[1]));
        }
        let x = attended(to_text, qkv, heads) + x;
        feed_forward(w, x, FEED_FORWARD_BYTES)
    }
}

/// What differs from one transformer block to another.
struct Block {
    heads: usize,
    /// Height and width of the picture whose tokens they are.
    size: [usize; 2],
    text_only: bool,
}

/// The gated network's values and gates are eight times as wide as its input: 84 MB at 512 pixels with guidance, where a kernel writes them at
/// all. It takes some tokens at a time where they would be more than every adapter can bind.
const FEED_FORWARD_BYTES: usize = 128 << 20;

/// A gated network of two layers, added to its input `[B, T, C]`.
fn feed_forward<'g>(w: Weights<'g>, x: Var<'g>, most: usize) -> Var<'g> {
    let net = w.at("ff").at("net");
    let gated = |x: Var<'g>| x.layer_norm(w.at("norm3"), 1e-5).linear(net.at(0).at("proj")).geglu().linear(net.at(2)) + x;
    let &[batch, tokens, c] = &x.shape()[..] else { return gated(x) };
    let rows = batch * tokens;
    let parts = (rows * 8 * c * 4).div_ceil(most).clamp(1, rows.max(1));
    if parts == 1 {
        return gated(x);
    }
    let column = x.reshape(&[1, rows, 1, c]);
    let part = |i: usize| {
        let range = i * rows / parts..(i + 1) * rows / parts;
        let length = range.len();
        (gated(x.graph().stack_rows(&[(column, range)])), 0..length)
    };
    let parts: Vec<_> = (0..parts).map(part).collect();
    x.graph().stack_rows(&parts).reshape(&[batch, tokens, c])
}

/// Queries from `x`, keys and values from `seen`.
fn attention<'g>(w: Weights<'g>, x: Var<'g>, seen: Var<'g>, heads: usize) -> Var<'g> {
    attended(w, projected(w, x, seen), heads)
}

fn projected<'g>(w: Weights<'g>, x: Var<'g>, seen: Var<'g>) -> [Var<'g>; 3] {
    [x.linear(w.at("to_q")), seen.linear(w.at("to_k")), seen.linear(w.at("to_v"))]
}

fn attended<'g>(w: Weights<'g>, [q, k, v]: [Var<'g>; 3], heads: usize) -> Var<'g> {
    q.attention(k, v, heads, false).linear(w.at("to_out").at(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use decant_graph::{Encoding, Input, WeightIndex, WeightInfo, cpu};

    #[test]
    fn a_feed_forward_in_parts_is_the_same() {
        let shapes: [(&str, &[usize]); 6] = [
            ("norm3.weight", &[4]),
            ("norm3.bias", &[4]),
            ("ff.net.0.proj.weight", &[32, 4]),
            ("ff.net.0.proj.bias", &[32]),
            ("ff.net.2.weight", &[4, 16]),
            ("ff.net.2.bias", &[4]),
        ];
        let info = |shape: &[usize]| WeightInfo { shape: shape.to_vec(), encoding: Encoding::F32 };
        let index: WeightIndex = shapes.iter().map(|(name, shape)| (name.to_string(), info(shape))).collect();
        let x = decant_graph::op::awkward(2 * 7 * 4, 1);
        let run = |most: usize| {
            let graph = Graph::new(index.clone());
            graph.output("y", feed_forward(graph.weights(), graph.input("x", &[2, 7, 4]), most));
            let program = graph.finish().expect("the graph fits its weights");
            let weight = |w: &decant_graph::WeightUse| cpu::tensor(w, &decant_graph::op::awkward(w.numbers(), w.numbers() as u64));
            let weights = program.weights.iter().map(|w| (w.name.clone(), weight(w).expect("as many numbers"))).collect();
            let y = cpu::run(&program, &weights, &[("x", Input::F32(&x))], candle_core::DType::F64).expect("it runs").remove(0);
            (program.steps.len(), y)
        };
        let (steps, whole) = run(1 << 20);
        assert_eq!(steps, 3);
        for most in [1, 3 * 8 * 4 * 4, 5 * 8 * 4 * 4] {
            let (parted, y) = run(most);
            assert!(parted > 2 * steps, "{parted} steps");
            let close = y.iter().zip(&whole).all(|(a, b)| (a - b).abs() <= 1e-6 * b.abs());
            assert!(close, "expected {whole:?}, got {y:?}");
        }
    }
}
