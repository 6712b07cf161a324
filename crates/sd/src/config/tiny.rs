//! `config.json` of diffusers' `AutoencoderTiny` (TAESD and TAESDXL, Bohan 2023): an autoencoder a hundredth of the size, for previews.

use super::keys::{DIFFUSERS, Table, honour, ignore, only};
use super::object::{Object, read_json};
use crate::Error;
use crate::files::Files;

/// A tiny autoencoder. Its latents are the sampler's own: `scaling_factor` is 1.
#[derive(Debug, Clone, PartialEq)]
pub struct TinyConfig {
    /// Channels of the latents.
    pub latent_channels: usize,
    /// Channels of each of the encoder's stages, from the full resolution down.
    pub encoder_block_out_channels: Vec<usize>,
    /// Channels of each of the decoder's stages, from the smallest resolution up.
    pub decoder_block_out_channels: Vec<usize>,
    /// Blocks in each of the encoder's stages.
    pub num_encoder_blocks: Vec<usize>,
    /// Blocks in each of the decoder's stages.
    pub num_decoder_blocks: Vec<usize>,
    /// What the encoder's latents are multiplied by for the sampler.
    pub scaling_factor: f32,
}

pub(super) const TABLE: Table = Table {
    class: "AutoencoderTiny",
    keys: [
        &[
            only("_class_name", &["\"AutoencoderTiny\""], "another model"),
            only("in_channels", &["3"], "pictures are red, green and blue"),
            only("out_channels", &["3"], "pictures are red, green and blue"),
            honour("encoder_block_out_channels", "[64, 64, 64, 64]"),
            honour("decoder_block_out_channels", "[64, 64, 64, 64]"),
            honour("num_encoder_blocks", "[1, 3, 3, 3]"),
            honour("num_decoder_blocks", "[3, 3, 3, 1]"),
            honour("latent_channels", "4"),
            honour("scaling_factor", "1.0"),
            only("act_fn", &["\"relu\""], "TAESD's"),
            only("upsample_fn", &["\"nearest\""], "TAESD's"),
            only("upsampling_scaling_factor", &["2"], "each stage halves the picture"),
            only("shift_factor", &["0.0", "null"], "Stable Diffusion's pipeline does not look at it; later families' do"),
            ignore("block_out_channels", "diffusers writes the decoder's a second time"),
            ignore("latent_magnitude", "only how latents are kept as an 8-bit picture"),
            ignore("latent_shift", "only how latents are kept as an 8-bit picture"),
            ignore("force_upcast", "all arithmetic is f32"),
        ],
        DIFFUSERS,
    ],
};

impl TinyConfig {
    /// Reads `FOLDER/config.json`.
    pub async fn read(files: &dyn Files, folder: &str) -> Result<TinyConfig, Error> {
        let file = if folder == "." { "config.json".into() } else { format!("{folder}/config.json") };
        TinyConfig::parse(&file, &read_json(files, &file).await?)
    }

    /// Parses and checks; `file` is for messages.
    pub fn parse(file: &str, json: &[u8]) -> Result<TinyConfig, Error> {
        let object = Object::parse(file, json, &TABLE)?;
        let config = TinyConfig {
            latent_channels: object.count("latent_channels")?,
            encoder_block_out_channels: object.counts("encoder_block_out_channels")?,
            decoder_block_out_channels: object.counts("decoder_block_out_channels")?,
            num_encoder_blocks: object.wholes("num_encoder_blocks")?,
            num_decoder_blocks: object.wholes("num_decoder_blocks")?,
            scaling_factor: object.positive("scaling_factor")?,
        };
        let levels = config.decoder_block_out_channels.len();
        for (key, list) in [
            ("encoder_block_out_channels", &config.encoder_block_out_channels),
            ("num_encoder_blocks", &config.num_encoder_blocks),
            ("num_decoder_blocks", &config.num_decoder_blocks),
        ] {
            if list.len() != levels {
                return Err(object.refuse(key, &format!("expected {levels} numbers, as many as decoder_block_out_channels")));
            }
        }
        if levels > 16 {
            return Err(object.refuse("decoder_block_out_channels", "expected 16 stages at most; each halves the picture"));
        }
        for (key, list) in [
            ("encoder_block_out_channels", &config.encoder_block_out_channels),
            ("decoder_block_out_channels", &config.decoder_block_out_channels),
        ] {
            if list.iter().any(|channels| *channels != list[0]) {
                return Err(object.refuse(key, "expected one number for all stages, as nothing between them changes it"));
            }
        }
        Ok(config)
    }
}
