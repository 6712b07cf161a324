//! `unet/config.json`: diffusers' `UNet2DConditionModel`, as Stable Diffusion 1.x, 2.x and XL configure it, and those distilled from them.

use super::keys::{DIFFUSERS, Table, honour, ignore, only};
use super::object::{Object, read_json};
use crate::Error;
use crate::files::Files;

/// The denoiser. Lists have one entry for each level, from the full resolution down, unless they say otherwise.
#[derive(Debug, Clone, PartialEq)]
pub struct UNetConfig {
    /// Channels of the input: 4 latent channels; 9 with a mask and a masked picture.
    pub in_channels: usize,
    /// Channels of the prediction.
    pub out_channels: usize,
    /// Channels of each level; groups of the norms divide them.
    pub block_out_channels: Vec<usize>,
    /// What each level does on the way down.
    pub down_block_types: Vec<DownBlock>,
    /// What is between the ways, if anything.
    pub mid_block_type: Option<MidBlock>,
    /// What each level does on the way up; **the first is the smallest**.
    pub up_block_types: Vec<UpBlock>,
    /// Resnets on the way down; on the way up there is one more.
    pub layers_per_block: Vec<usize>,
    /// Transformer blocks in each attention; the middle has the last level's.
    pub transformer_layers_per_block: Vec<usize>,
    /// Heads of each attention; the middle has the last level's. It is the file's `attention_head_dim`, which diffusers uses as the
    /// number of heads (<https://github.com/huggingface/diffusers/issues/2011#issuecomment-1547958131>). They divide the channels.
    pub num_attention_heads: Vec<usize>,
    /// Whether the first attention of each transformer block looks at the text, too. The middle's never does.
    pub only_cross_attention: Vec<bool>,
    /// Whether the layers around the transformer blocks are stored as matrices, not as 1×1 convolutions.
    pub use_linear_projection: bool,
    /// Width of the text embeddings.
    pub cross_attention_dim: usize,
    /// Groups of each group norm.
    pub norm_num_groups: usize,
    /// Added to the variance in the resnets' norms and the last one.
    pub norm_eps: f32,
    /// Cosines before sines in the timestep's embedding.
    pub flip_sin_to_cos: bool,
    /// 0 or 1; see diffusers' `get_timestep_embedding`.
    pub freq_shift: usize,
    /// Rows and columns added on each side before halving; 0 means one on the right and below.
    pub downsample_padding: usize,
    /// The input becomes `2 x - 1` first.
    pub center_input_sample: bool,
    /// Numbers in the guidance scale's embedding, where guidance is an input and not two calls (latent consistency models).
    pub time_cond_proj_dim: Option<usize>,
    /// What else is added to the timestep's embedding.
    pub addition: Option<TextTime>,
    /// Latent height and width to make when nothing else is asked for; 64 where the file leaves it open.
    pub sample_size: [usize; 2],
}

/// `addition_embed_type: "text_time"`: Stable Diffusion XL adds the pooled text and six numbers about the picture's size to the timestep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TextTime {
    /// Sines and cosines of each of the six numbers: `addition_time_embed_dim`.
    pub time_embed_dim: usize,
    /// Width of the pooled text.
    pub text_dim: usize,
}

impl TextTime {
    /// Original height and width, top and left of the crop, target height and width.
    pub const SIZES: usize = 6;

    /// `projection_class_embeddings_input_dim`: pooled text and embedded sizes side by side.
    pub fn input_dim(&self) -> usize {
        self.text_dim + TextTime::SIZES * self.time_embed_dim
    }
}

/// A level on the way down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DownBlock {
    /// Resnets: `DownBlock2D`.
    Plain,
    /// Each resnet followed by attention: `CrossAttnDownBlock2D`.
    CrossAttention,
}

/// What is between the way down and the way up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MidBlock {
    /// One resnet: `UNetMidBlock2D`.
    Plain,
    /// Resnet, attention, resnet: `UNetMidBlock2DCrossAttn`.
    CrossAttention,
}

/// A level on the way up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UpBlock {
    /// Resnets: `UpBlock2D`.
    Plain,
    /// Each resnet followed by attention: `CrossAttnUpBlock2D`.
    CrossAttention,
}

const DOWN: &[(&str, DownBlock)] = &[("DownBlock2D", DownBlock::Plain), ("CrossAttnDownBlock2D", DownBlock::CrossAttention)];
const MID: &[(&str, MidBlock)] = &[("UNetMidBlock2D", MidBlock::Plain), ("UNetMidBlock2DCrossAttn", MidBlock::CrossAttention)];
const UP: &[(&str, UpBlock)] = &[("UpBlock2D", UpBlock::Plain), ("CrossAttnUpBlock2D", UpBlock::CrossAttention)];

pub(super) const TABLE: Table = Table {
    class: "UNet2DConditionModel",
    keys: [
        &[
            only("_class_name", &["\"UNet2DConditionModel\""], "another model"),
            honour("sample_size", "null"),
            honour("in_channels", "4"),
            honour("out_channels", "4"),
            honour("center_input_sample", "false"),
            honour("flip_sin_to_cos", "true"),
            honour("freq_shift", "0"),
            honour("down_block_types", r#"["CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"]"#),
            honour("mid_block_type", "\"UNetMidBlock2DCrossAttn\""),
            honour("up_block_types", r#"["UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D"]"#),
            honour("only_cross_attention", "false"),
            honour("block_out_channels", "[320, 640, 1280, 1280]"),
            honour("layers_per_block", "2"),
            honour("downsample_padding", "1"),
            honour("norm_num_groups", "32"),
            honour("norm_eps", "1e-5"),
            honour("cross_attention_dim", "1280"),
            honour("transformer_layers_per_block", "1"),
            honour("attention_head_dim", "8"),
            honour("use_linear_projection", "false"),
            only("num_attention_heads", &["null"], "diffusers refuses it, too: attention_head_dim has the number"),
            only("act_fn", &["\"silu\"", "\"swish\""], "Stable Diffusion's; the two are one function"),
            only("mid_block_scale_factor", &["1"], "Stable Diffusion's"),
            only("reverse_transformer_layers_per_block", &["null"], "the way up mirrors the way down"),
            only("encoder_hid_dim", &["null"], "the text goes in as it is"),
            only("encoder_hid_dim_type", &["null"], "the text goes in as it is"),
            only("dual_cross_attention", &["false"], "one text"),
            only("class_embed_type", &["null"], "no classes"),
            only("num_class_embeds", &["null"], "no classes"),
            only("class_embeddings_concat", &["false"], "no classes"),
            only("addition_embed_type", &["null", "\"text_time\""], "Stable Diffusion XL's"),
            honour("addition_time_embed_dim", "null"),
            honour("projection_class_embeddings_input_dim", "null"),
            honour("time_cond_proj_dim", "null"),
            only("resnet_time_scale_shift", &["\"default\""], "the timestep is added"),
            only("resnet_skip_time_act", &["false"], "the timestep goes through the activation"),
            only("resnet_out_scale_factor", &["1"], "Stable Diffusion's"),
            only("time_embedding_type", &["\"positional\""], "sines and cosines"),
            only("time_embedding_act_fn", &["null"], "Stable Diffusion's"),
            only("timestep_post_act", &["null"], "Stable Diffusion's"),
            only("conv_in_kernel", &["3"], "Stable Diffusion's"),
            only("conv_out_kernel", &["3"], "Stable Diffusion's"),
            only("attention_type", &["\"default\""], "no boxes (GLIGEN)"),
            only("cross_attention_norm", &["null"], "Stable Diffusion's"),
            ignore("mid_block_only_cross_attention", "only UNetMidBlock2DSimpleCrossAttn looks at it, and that one is refused"),
            ignore("time_embedding_dim", "a width, which the weights have, too"),
            ignore("addition_embed_type_num_heads", "only other values of addition_embed_type look at it"),
            ignore("upcast_attention", "all arithmetic is f32"),
            ignore("dropout", "training"),
            // What diffusers' EMAModel leaves behind in the averaged model's configuration.
            ignore("decay", "training"),
            ignore("inv_gamma", "training"),
            ignore("min_decay", "training"),
            ignore("optimization_step", "training"),
            ignore("power", "training"),
            ignore("update_after_step", "training"),
            ignore("use_ema_warmup", "training"),
        ],
        DIFFUSERS,
    ],
};

impl UNetConfig {
    /// Reads `FOLDER/config.json`.
    pub async fn read(files: &dyn Files, folder: &str) -> Result<UNetConfig, Error> {
        let file = if folder == "." { "config.json".into() } else { format!("{folder}/config.json") };
        UNetConfig::parse(&file, &read_json(files, &file).await?)
    }

    /// Parses and checks; `file` is for messages.
    pub fn parse(file: &str, json: &[u8]) -> Result<UNetConfig, Error> {
        let object = Object::parse(file, json, &TABLE)?;
        let block_out_channels = object.counts("block_out_channels")?;
        let levels = block_out_channels.len();
        let config = UNetConfig {
            in_channels: object.count("in_channels")?,
            out_channels: object.count("out_channels")?,
            down_block_types: object.all_named("down_block_types", DOWN, levels)?,
            mid_block_type: object.optional("mid_block_type", |object, key| object.named(key, MID))?,
            up_block_types: object.all_named("up_block_types", UP, levels)?,
            layers_per_block: object.counts_per_level("layers_per_block", levels)?,
            transformer_layers_per_block: object.counts_per_level("transformer_layers_per_block", levels)?,
            num_attention_heads: object.counts_per_level("attention_head_dim", levels)?,
            only_cross_attention: object.flags_per_level("only_cross_attention", levels)?,
            use_linear_projection: object.flag("use_linear_projection")?,
            cross_attention_dim: text_width(&object, levels)?,
            norm_num_groups: object.count("norm_num_groups")?,
            norm_eps: object.positive("norm_eps")?,
            flip_sin_to_cos: object.flag("flip_sin_to_cos")?,
            freq_shift: object.whole("freq_shift", 1)?,
            downsample_padding: object.whole("downsample_padding", 1)?,
            center_input_sample: object.flag("center_input_sample")?,
            time_cond_proj_dim: object.optional("time_cond_proj_dim", Object::count)?,
            addition: addition(&object)?,
            sample_size: sample_size(&object)?,
            block_out_channels,
        };
        config.check(&object)?;
        Ok(config)
    }

    /// What must divide divides.
    fn check(&self, object: &Object) -> Result<(), Error> {
        let channels = &self.block_out_channels;
        if !channels[0].is_multiple_of(2) {
            return Err(object.refuse("block_out_channels", "expected an even number first, for sines and cosines"));
        }
        if let Some(odd) = channels.iter().find(|channels| !channels.is_multiple_of(self.norm_num_groups)) {
            return Err(object.refuse("norm_num_groups", &format!("expected a divisor of block_out_channels, of which one is {odd}")));
        }
        for (level, heads) in self.num_attention_heads.iter().enumerate() {
            let last = level + 1 == channels.len();
            let attends = self.down_block_types[level] == DownBlock::CrossAttention
                || self.up_block_types[channels.len() - 1 - level] == UpBlock::CrossAttention
                || last && self.mid_block_type == Some(MidBlock::CrossAttention);
            if attends && !channels[level].is_multiple_of(*heads) {
                let hint = format!("level {level} has {} channels, expected a number of heads that divides them", channels[level]);
                return Err(object.refuse("attention_head_dim", &hint));
            }
        }
        Ok(())
    }
}

/// Stable Diffusion XL's addition: both sizes must be there, and leave room for some text.
fn addition(object: &Object) -> Result<Option<TextTime>, Error> {
    if object.value("addition_embed_type").is_null() {
        return Ok(None);
    }
    let (time_embed_dim, input_dim) = (object.count("addition_time_embed_dim")?, object.count("projection_class_embeddings_input_dim")?);
    if !time_embed_dim.is_multiple_of(2) {
        return Err(object.refuse("addition_time_embed_dim", "expected an even number, for sines and cosines"));
    }
    let Some(text_dim) = input_dim.checked_sub(TextTime::SIZES * time_embed_dim).filter(|text_dim| *text_dim > 0) else {
        let hint = format!("expected more than {} times addition_time_embed_dim {time_embed_dim}, as text comes with it", TextTime::SIZES);
        return Err(object.refuse("projection_class_embeddings_input_dim", &hint));
    };
    Ok(Some(TextTime { time_embed_dim, text_dim }))
}

/// One width for all levels: there is one text.
fn text_width(object: &Object, levels: usize) -> Result<usize, Error> {
    let widths = object.counts_per_level("cross_attention_dim", levels)?;
    if widths.iter().any(|width| *width != widths[0]) {
        return Err(object.refuse("cross_attention_dim", "expected the same for every level, as there is one text"));
    }
    Ok(widths[0])
}

/// Height and width, or one number for both. Files from before diffusers 0.9 may say 32 where 64 was meant; its pipeline corrects it
/// (`StableDiffusionPipeline.__init__`), and so does this.
fn sample_size(object: &Object) -> Result<[usize; 2], Error> {
    match object.value("sample_size") {
        value if value.is_null() => Ok([64; 2]),
        value if value.is_array() => match object.counts("sample_size")?[..] {
            [height, width] => Ok([height, width]),
            _ => Err(object.refuse("sample_size", "expected a height and a width")),
        },
        _ => {
            let side = object.count("sample_size")?;
            Ok([if side < 64 && is_before_0_9(object) { 64 } else { side }; 2])
        }
    }
}

fn is_before_0_9(object: &Object) -> bool {
    let version = object.text("_diffusers_version").unwrap_or_default();
    let mut parts = version.split('.').map(|part| part.parse::<u32>().ok());
    matches!((parts.next().flatten(), parts.next().flatten()), (Some(0), Some(minor)) if minor < 9)
}
