//! `vae/config.json`: diffusers' `AutoencoderKL`.

use super::keys::{DIFFUSERS, Table, honour, ignore, only};
use super::object::{Object, read_json};
use crate::Error;
use crate::files::Files;

/// The autoencoder between pictures and latents.
#[derive(Debug, Clone, PartialEq)]
pub struct VaeConfig {
    /// Channels of a picture: 3.
    pub in_channels: usize,
    /// Channels of a decoded picture: 3.
    pub out_channels: usize,
    /// Channels of the latents.
    pub latent_channels: usize,
    /// Channels of each level, from the full resolution down.
    pub block_out_channels: Vec<usize>,
    /// Resnets of each level in the encoder; the decoder has one more.
    pub layers_per_block: usize,
    /// Groups of each group norm; they divide the channels.
    pub norm_num_groups: usize,
    /// What the encoder's latents are multiplied by, to have about unit variance.
    pub scaling_factor: f32,
    /// Whether the encoder ends with a 1×1 convolution.
    pub use_quant_conv: bool,
    /// Whether the decoder begins with a 1×1 convolution.
    pub use_post_quant_conv: bool,
    /// Whether there is attention between the two resnets at the smallest resolution.
    pub mid_block_add_attention: bool,
}

pub(super) const TABLE: Table = Table {
    class: "AutoencoderKL",
    keys: [
        &[
            only("_class_name", &["\"AutoencoderKL\""], "another model"),
            only("in_channels", &["3"], "pictures are red, green and blue"),
            only("out_channels", &["3"], "pictures are red, green and blue"),
            honour("down_block_types", r#"["DownEncoderBlock2D"]"#),
            honour("up_block_types", r#"["UpDecoderBlock2D"]"#),
            honour("block_out_channels", "[64]"),
            honour("layers_per_block", "1"),
            honour("latent_channels", "4"),
            honour("norm_num_groups", "32"),
            honour("scaling_factor", "0.18215"),
            honour("use_quant_conv", "true"),
            honour("use_post_quant_conv", "true"),
            honour("mid_block_add_attention", "true"),
            only("act_fn", &["\"silu\"", "\"swish\""], "Stable Diffusion's; the two are one function"),
            only("shift_factor", &["null"], "Stable Diffusion's pipeline does not look at it; later families' do"),
            only("latents_mean", &["null"], "Stable Diffusion's pipeline does not look at it; later families' do"),
            only("latents_std", &["null"], "Stable Diffusion's pipeline does not look at it; later families' do"),
            ignore("sample_size", "the size of training pictures"),
            ignore("force_upcast", "all arithmetic is f32"),
        ],
        DIFFUSERS,
    ],
};

impl VaeConfig {
    /// Reads `FOLDER/config.json`.
    pub async fn read(files: &dyn Files, folder: &str) -> Result<VaeConfig, Error> {
        let file = format!("{folder}/config.json");
        VaeConfig::parse(&file, &read_json(files, &file).await?)
    }

    /// Parses and checks; `file` is for messages.
    pub fn parse(file: &str, json: &[u8]) -> Result<VaeConfig, Error> {
        let object = Object::parse(file, json, &TABLE)?;
        let block_out_channels = object.counts("block_out_channels")?;
        let levels = block_out_channels.len();
        object.all_named("down_block_types", &[("DownEncoderBlock2D", ())], levels)?;
        object.all_named("up_block_types", &[("UpDecoderBlock2D", ())], levels)?;
        let config = VaeConfig {
            in_channels: object.count("in_channels")?,
            out_channels: object.count("out_channels")?,
            latent_channels: object.count("latent_channels")?,
            layers_per_block: object.count("layers_per_block")?,
            norm_num_groups: object.count("norm_num_groups")?,
            scaling_factor: object.positive("scaling_factor")?,
            use_quant_conv: object.flag("use_quant_conv")?,
            use_post_quant_conv: object.flag("use_post_quant_conv")?,
            mid_block_add_attention: object.flag("mid_block_add_attention")?,
            block_out_channels,
        };
        if levels > 16 {
            return Err(object.refuse("block_out_channels", "expected 16 levels at most; each halves the picture"));
        }
        if let Some(odd) = config.block_out_channels.iter().find(|channels| !channels.is_multiple_of(config.norm_num_groups)) {
            return Err(object.refuse("norm_num_groups", &format!("expected a divisor of block_out_channels, of which one is {odd}")));
        }
        Ok(config)
    }
}
