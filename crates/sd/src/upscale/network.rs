//! The two kinds of upscalers as functions over weights.
//!
//! RRDBNet is ESRGAN's (Wang et al. 2018, “ESRGAN: Enhanced Super-Resolution Generative Adversarial Networks”) as Real-ESRGAN has it (Wang et
//! al. 2021); SRVGGNetCompact is Real-ESRGAN's small one. Names are those of `basicsr/archs/rrdbnet_arch.py` and `realesrgan/archs/srvgg_arch.py`.

use decant_graph::op::{Activation, DOUBLED, SAME};
use decant_graph::{Graph, Var, Weights};
use std::fmt;

/// Colours of a picture.
pub(super) const COLOURS: usize = 3;
/// How much of a block's result is added to its input.
const SHARE: f32 = 0.2;

/// What an upscaler is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Network {
    /// RRDBNet.
    Rrdb {
        /// Channels.
        features: usize,
        /// Residual blocks of three dense blocks each.
        blocks: usize,
        /// How often the picture is doubled.
        doublings: usize,
        /// Pixels each way that are channels of one place at the beginning.
        unit: usize,
    },
    /// SRVGGNetCompact.
    Compact {
        /// Channels.
        features: usize,
        /// Convolutions between the first and the last.
        convolutions: usize,
        /// How many times as large the picture becomes each way.
        scale: usize,
    },
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Network::Rrdb { features, blocks, .. } => {
                write!(f, "RRDBNet (ESRGAN), {blocks} blocks of {features} channels, ×{}", self.scale())
            }
            Network::Compact { features, convolutions, scale } => {
                write!(f, "SRVGGNetCompact, {convolutions} convolutions of {features} channels, ×{scale}")
            }
        }
    }
}

impl Network {
    /// How many times as large the picture becomes each way.
    pub fn scale(&self) -> usize {
        match self {
            Network::Rrdb { doublings, unit, .. } => (1 << doublings) / unit,
            Network::Compact { scale, .. } => *scale,
        }
    }

    /// Pixels each way that make one place of the network's input.
    pub fn unit(&self) -> usize {
        match self {
            Network::Rrdb { unit, .. } => *unit,
            Network::Compact { .. } => 1,
        }
    }

    /// Pixels that it looks around itself: one for each 3×3 convolution at the picture's size, less for those behind a doubling.
    pub fn reach(&self) -> usize {
        match self {
            Network::Rrdb { blocks, unit, .. } => (blocks * 3 * 5 + 4) * unit,
            Network::Compact { convolutions, .. } => convolutions + 2,
        }
    }

    /// Input `image [1, h/unit, w/unit, 3·unit²]` in 0…1; output `image [1, h·scale, w·scale, 3]`.
    pub(super) fn write(&self, graph: &Graph, size: [usize; 2]) {
        let [h, w] = size.map(|side| side / self.unit());
        let image = graph.input("image", &[1, h, w, COLOURS * self.unit() * self.unit()]);
        let larger = match *self {
            Network::Rrdb { blocks, doublings, .. } => rrdb_net(graph.weights(), image, blocks, doublings),
            Network::Compact { convolutions, scale, .. } => compact(graph.weights(), image, convolutions, scale),
        };
        graph.output("image", larger);
    }
}

fn rrdb_net<'g>(w: Weights<'g>, image: Var<'g>, blocks: usize, doublings: usize) -> Var<'g> {
    let first = image.conv2d(w.at("conv_first"), SAME);
    let body = (0..blocks).fold(first, |x, block| residual(w.at("body").at(block), x));
    let x = first + body.conv2d(w.at("conv_body"), SAME);
    let x = (1..=doublings).fold(x, |x, number| leaky(x.conv2d(w.at(format!("conv_up{number}")), DOUBLED)));
    leaky(x.conv2d(w.at("conv_hr"), SAME)).conv2d(w.at("conv_last"), SAME)
}

/// Three dense blocks, a share of them added to the input.
fn residual<'g>(w: Weights<'g>, x: Var<'g>) -> Var<'g> {
    let dense = ["rdb1", "rdb2", "rdb3"].into_iter().fold(x, |x, name| dense(w.at(name), x));
    dense.scale(SHARE, 0.0) + x
}

/// Five convolutions, each of which sees the input and what all before it made; a share of the last one's added to the input.
fn dense<'g>(w: Weights<'g>, x: Var<'g>) -> Var<'g> {
    let seen = (1..5).fold(x, |seen, number| seen.concat(leaky(seen.conv2d(w.at(format!("conv{number}")), SAME))));
    seen.conv2d(w.at("conv5"), SAME).scale(SHARE, 0.0) + x
}

/// Convolutions at the picture's own size; the last one's channels become pixels, which are added to the picture's own.
fn compact<'g>(w: Weights<'g>, image: Var<'g>, convolutions: usize, scale: usize) -> Var<'g> {
    let body = w.at("body");
    let x = (0..=convolutions).fold(image, |x, number| x.conv2d(body.at(2 * number), SAME).prelu(body.at(2 * number + 1)));
    let own = match image.shape()[..] {
        [_, height, width, _] => image.upsample(height * scale, width * scale),
        _ => image,
    };
    x.conv2d(body.at(2 * convolutions + 2), SAME).pixel_shuffle(scale) + own
}

fn leaky(x: Var) -> Var {
    x.activation(Activation::LeakyRelu)
}
