//! Stable Diffusion's families: one row each, with the published configuration and where it was published.
//!
//! JSON texts hold the keys that differ from diffusers' and transformers' defaults. A single file belongs to the family whose denoiser its
//! tensors are; where two families have the same tensors, [`choose`] says which it is, and why.

use crate::Error;
use crate::config::UNetConfig;
use decant_solver::PredictionType;
use serde_json::Value;

/// A family.
#[derive(Debug)]
pub struct FamilyRow {
    /// What it is asked for by.
    pub id: &'static str,
    /// For people.
    pub title: &'static str,
    /// The repository on the Hugging Face hub whose files say this.
    pub source: &'static str,
    /// `_class_name` of `model_index.json`.
    pub pipeline: &'static str,
    /// `unet/config.json`.
    pub unet: &'static str,
    /// Its `sample_size`: latent places on a side of the pictures that it was trained for.
    pub sample_size: usize,
    /// `vae/config.json`'s `scaling_factor`; the autoencoders are all alike otherwise.
    pub scaling_factor: f32,
    /// `scheduler/scheduler_config.json`.
    pub scheduler: &'static str,
}

const PLAIN: &str = "StableDiffusionPipeline";
const INPAINT: &str = "StableDiffusionInpaintPipeline";
const XL: &str = "StableDiffusionXLPipeline";

const PNDM: &str = r#"{"_class_name": "PNDMScheduler", "beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear",
    "set_alpha_to_one": false, "skip_prk_steps": true, "steps_offset": 1, "clip_sample": false}"#;
const DDIM: &str = r#"{"_class_name": "DDIMScheduler", "beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear",
    "set_alpha_to_one": false, "steps_offset": 1, "clip_sample": false}"#;
const DDIM_V: &str = r#"{"_class_name": "DDIMScheduler", "beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear",
    "set_alpha_to_one": false, "steps_offset": 1, "clip_sample": false, "prediction_type": "v_prediction"}"#;
const EULER: &str = r#"{"_class_name": "EulerDiscreteScheduler", "beta_start": 0.00085, "beta_end": 0.012,
    "beta_schedule": "scaled_linear", "timestep_spacing": "leading", "steps_offset": 1, "set_alpha_to_one": false,
    "clip_sample": false}"#;
const TRAILING: &str = r#"{"_class_name": "EulerDiscreteScheduler", "beta_start": 0.00085, "beta_end": 0.012,
    "beta_schedule": "scaled_linear", "timestep_spacing": "trailing", "steps_offset": 1, "set_alpha_to_one": false,
    "clip_sample": false}"#;
const TRAILING_ANCESTRAL: &str = r#"{"_class_name": "EulerAncestralDiscreteScheduler", "beta_start": 0.00085, "beta_end": 0.012,
    "beta_schedule": "scaled_linear", "timestep_spacing": "trailing", "steps_offset": 1, "set_alpha_to_one": false,
    "clip_sample": false}"#;
const LCM: &str = r#"{"_class_name": "LCMScheduler", "beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear",
    "timestep_spacing": "leading", "steps_offset": 1, "set_alpha_to_one": true, "clip_sample": false, "original_inference_steps": 50}"#;

/// Every family. Of those with the same tensors, the first is taken where nothing says otherwise.
pub const FAMILIES: &[FamilyRow] = &[
    FamilyRow {
        id: "sd1",
        title: "Stable Diffusion 1.x",
        source: "stable-diffusion-v1-5/stable-diffusion-v1-5",
        pipeline: PLAIN,
        unet: r#"{"cross_attention_dim": 768}"#,
        sample_size: 64,
        scaling_factor: 0.18215,
        scheduler: PNDM,
    },
    FamilyRow {
        id: "sd1-inpainting",
        title: "Stable Diffusion 1.x, inpainting",
        source: "stable-diffusion-v1-5/stable-diffusion-inpainting",
        pipeline: INPAINT,
        unet: r#"{"cross_attention_dim": 768, "in_channels": 9}"#,
        sample_size: 64,
        scaling_factor: 0.18215,
        scheduler: DDIM,
    },
    FamilyRow {
        id: "sd2-v",
        title: "Stable Diffusion 2.x, 768 pixels, v prediction",
        source: "stabilityai/stable-diffusion-2-1",
        pipeline: PLAIN,
        unet: r#"{"cross_attention_dim": 1024, "attention_head_dim": [5, 10, 20, 20], "use_linear_projection": true}"#,
        sample_size: 96,
        scaling_factor: 0.18215,
        scheduler: DDIM_V,
    },
    FamilyRow {
        id: "sd2-base",
        title: "Stable Diffusion 2.x, 512 pixels",
        source: "stabilityai/stable-diffusion-2-1-base",
        pipeline: PLAIN,
        unet: r#"{"cross_attention_dim": 1024, "attention_head_dim": [5, 10, 20, 20], "use_linear_projection": true}"#,
        sample_size: 64,
        scaling_factor: 0.18215,
        scheduler: PNDM,
    },
    FamilyRow {
        id: "sd-turbo",
        title: "SD-Turbo",
        source: "stabilityai/sd-turbo",
        pipeline: PLAIN,
        unet: r#"{"cross_attention_dim": 1024, "attention_head_dim": [5, 10, 20, 20], "use_linear_projection": true}"#,
        sample_size: 64,
        scaling_factor: 0.18215,
        scheduler: TRAILING,
    },
    FamilyRow {
        id: "sd2-inpainting",
        title: "Stable Diffusion 2.x, inpainting",
        source: "stabilityai/stable-diffusion-2-inpainting",
        pipeline: INPAINT,
        unet: r#"{"cross_attention_dim": 1024, "attention_head_dim": [5, 10, 20, 20], "use_linear_projection": true,
            "in_channels": 9}"#,
        sample_size: 64,
        scaling_factor: 0.18215,
        scheduler: PNDM,
    },
    FamilyRow {
        id: "lcm",
        title: "Stable Diffusion 1.x, distilled for a few steps (LCM)",
        source: "SimianLuo/LCM_Dreamshaper_v7",
        pipeline: "LatentConsistencyModelPipeline",
        unet: r#"{"cross_attention_dim": 768, "time_cond_proj_dim": 256}"#,
        sample_size: 64,
        scaling_factor: 0.18215,
        scheduler: LCM,
    },
    FamilyRow {
        id: "bk-sdm-base",
        title: "BK-SDM base (Stable Diffusion 1.4, pruned)",
        source: "nota-ai/bk-sdm-base",
        pipeline: PLAIN,
        unet: r#"{"cross_attention_dim": 768, "layers_per_block": 1}"#,
        sample_size: 64,
        scaling_factor: 0.18215,
        scheduler: PNDM,
    },
    FamilyRow {
        id: "bk-sdm-small",
        title: "BK-SDM small or small-sd (Stable Diffusion 1.x, pruned)",
        source: "nota-ai/bk-sdm-small, segmind/small-sd",
        pipeline: PLAIN,
        unet: r#"{"cross_attention_dim": 768, "layers_per_block": 1, "mid_block_type": null}"#,
        sample_size: 64,
        scaling_factor: 0.18215,
        scheduler: PNDM,
    },
    FamilyRow {
        id: "bk-sdm-tiny",
        title: "BK-SDM tiny or tiny-sd (Stable Diffusion 1.x, pruned)",
        source: "nota-ai/bk-sdm-tiny, segmind/tiny-sd",
        pipeline: PLAIN,
        unet: r#"{"cross_attention_dim": 768, "layers_per_block": 1, "mid_block_type": null,
            "block_out_channels": [320, 640, 1280],
            "down_block_types": ["CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"],
            "up_block_types": ["CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D"]}"#,
        sample_size: 64,
        scaling_factor: 0.18215,
        scheduler: PNDM,
    },
    FamilyRow {
        id: "bk-sdm-v2-base",
        title: "BK-SDM v2 base (Stable Diffusion 2.1, pruned)",
        source: "nota-ai/bk-sdm-v2-base",
        pipeline: PLAIN,
        unet: r#"{"cross_attention_dim": 1024, "attention_head_dim": [5, 10, 20, 20], "use_linear_projection": true,
            "layers_per_block": 1}"#,
        sample_size: 64,
        scaling_factor: 0.18215,
        scheduler: PNDM,
    },
    FamilyRow {
        id: "bk-sdm-v2-small",
        title: "BK-SDM v2 small (Stable Diffusion 2.1, pruned)",
        source: "nota-ai/bk-sdm-v2-small",
        pipeline: PLAIN,
        unet: r#"{"cross_attention_dim": 1024, "attention_head_dim": [5, 10, 20, 20], "use_linear_projection": true,
            "layers_per_block": 1, "mid_block_type": null}"#,
        sample_size: 64,
        scaling_factor: 0.18215,
        scheduler: PNDM,
    },
    FamilyRow {
        id: "bk-sdm-v2-tiny",
        title: "BK-SDM v2 tiny (Stable Diffusion 2.1, pruned)",
        source: "nota-ai/bk-sdm-v2-tiny",
        pipeline: PLAIN,
        unet: r#"{"cross_attention_dim": 1024, "attention_head_dim": [5, 10, 20], "use_linear_projection": true,
            "layers_per_block": 1, "mid_block_type": null, "block_out_channels": [320, 640, 1280],
            "down_block_types": ["CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"],
            "up_block_types": ["CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D"]}"#,
        sample_size: 64,
        scaling_factor: 0.18215,
        scheduler: PNDM,
    },
    FamilyRow {
        id: "sdxl",
        title: "Stable Diffusion XL",
        source: "stabilityai/stable-diffusion-xl-base-1.0",
        pipeline: XL,
        unet: SDXL,
        sample_size: 128,
        scaling_factor: 0.13025,
        scheduler: EULER,
    },
    FamilyRow {
        id: "sdxl-turbo",
        title: "SDXL-Turbo",
        source: "stabilityai/sdxl-turbo",
        pipeline: XL,
        unet: SDXL,
        sample_size: 64,
        scaling_factor: 0.13025,
        scheduler: TRAILING_ANCESTRAL,
    },
    FamilyRow {
        id: "sdxl-inpainting",
        title: "Stable Diffusion XL, inpainting",
        source: "diffusers/stable-diffusion-xl-1.0-inpainting-0.1",
        pipeline: "StableDiffusionXLInpaintPipeline",
        unet: r#"{"cross_attention_dim": 2048, "attention_head_dim": [5, 10, 20], "use_linear_projection": true,
            "in_channels": 9, "block_out_channels": [320, 640, 1280], "transformer_layers_per_block": [1, 2, 10],
            "down_block_types": ["DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"],
            "up_block_types": ["CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"], "addition_embed_type": "text_time",
            "addition_time_embed_dim": 256, "projection_class_embeddings_input_dim": 2816}"#,
        sample_size: 128,
        scaling_factor: 0.13025,
        scheduler: EULER,
    },
];

const SDXL: &str = r#"{"cross_attention_dim": 2048, "attention_head_dim": [5, 10, 20], "use_linear_projection": true,
    "block_out_channels": [320, 640, 1280], "transformer_layers_per_block": [1, 2, 10],
    "down_block_types": ["DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"],
    "up_block_types": ["CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"], "addition_embed_type": "text_time",
    "addition_time_embed_dim": 256, "projection_class_embeddings_input_dim": 2816}"#;

impl FamilyRow {
    /// The row of that name; the error lists them all.
    pub fn named(id: &str) -> Result<&'static FamilyRow, Error> {
        FAMILIES.iter().find(|row| row.id == id).ok_or_else(|| Error::Layout {
            place: "the choice of a family".into(),
            problem: format!("there is no family {id:?}"),
            hint: format!("the families are {}", FAMILIES.iter().map(|row| row.id).collect::<Vec<_>>().join(", ")),
        })
    }

    /// `scheduler_config.json` as an object.
    pub(super) fn scheduler(&self) -> Value {
        serde_json::from_str(self.scheduler).expect("a test parses every row")
    }

    fn predicts_v(&self) -> bool {
        self.scheduler().get("prediction_type").is_some_and(|kind| kind == "v_prediction")
    }

    fn denoiser(&self) -> UNetConfig {
        UNetConfig::parse("unet/config.json", self.unet.as_bytes()).expect("a test parses every row")
    }

    /// Whether a denoiser of this configuration is this family's, whatever its usual size.
    fn has(&self, unet: &UNetConfig) -> bool {
        UNetConfig { sample_size: unet.sample_size, ..self.denoiser() } == *unet
    }

    /// Whether a denoiser is of this family's kind, though of other sizes.
    fn is_like(&self, unet: &UNetConfig) -> bool {
        let kind =
            |unet: &UNetConfig| (unet.in_channels, unet.use_linear_projection, unet.addition.is_some(), unet.time_cond_proj_dim.is_some());
        kind(&self.denoiser()) == kind(unet)
    }

    /// Whether it makes no difference which of the two a model's tensors are taken for.
    fn does_as(&self, other: &FamilyRow) -> bool {
        let habits = |row: &FamilyRow| (row.pipeline, row.sample_size, row.scaling_factor.to_bits(), row.scheduler);
        habits(self) == habits(other)
    }
}

/// What somebody wants in place of what the tensors suggest.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Choice {
    /// What the model predicts.
    pub prediction: Option<PredictionType>,
    /// The [`FamilyRow::id`] whose schedule and habits it has.
    pub family: Option<String>,
    /// Whether another autoencoder is given, so that the model need not have one.
    pub other_vae: bool,
}

/// What a file says of its training, beside its networks' tensors.
#[derive(Debug, Default)]
pub(super) struct Evidence {
    /// Training steps, where a checkpoint kept them.
    pub global_step: Option<u64>,
    /// What a note or a marker says that it predicts.
    pub prediction: Option<PredictionType>,
    /// Whether a marker says that its betas were rescaled to zero terminal SNR.
    pub zero_snr: bool,
}

/// A family, and why it was taken.
pub(super) struct Chosen {
    /// The row whose networks these are; `None` if no family has them.
    pub family: Option<&'static FamilyRow>,
    /// The row whose schedule is taken.
    pub schedule: &'static FamilyRow,
    /// What it may be taken for, `schedule` included, in the table's order.
    pub families: Vec<&'static FamilyRow>,
    /// What it predicts, if not what the schedule's row says.
    pub prediction: Option<PredictionType>,
    pub why: String,
}

/// The steps after which Stable Diffusion 2.0's and 2.1's base models were published; the others of the family predict v.
const BASE_STEPS: [u64; 2] = [875_000, 220_000];

/// The family of a denoiser. Stable Diffusion 2's says nothing of what it predicts: diffusers' rule is v, but for the base models' steps.
pub(super) fn choose(unet: &UNetConfig, evidence: &Evidence, choice: &Choice) -> Result<Chosen, Error> {
    let rows: Vec<&'static FamilyRow> = FAMILIES.iter().filter(|row| row.has(unet)).collect();
    let wished = choice.prediction.or(evidence.prediction);
    if let Some(id) = &choice.family {
        let row = FamilyRow::named(id)?;
        let family = rows.iter().any(|own| own.id == row.id).then_some(row);
        let families = candidates(unet, &rows, row);
        return Ok(Chosen { family, schedule: row, families, prediction: wished, why: "choice: it was asked for".into() });
    }
    let Some(first) = rows.first() else {
        let schedule = FamilyRow::named(likeness(unet))?;
        let why =
            format!("no known family has this denoiser: its configuration is what its tensors say, its schedule {}'s", schedule.title);
        return Ok(Chosen { family: None, schedule, families: candidates(unet, &rows, schedule), prediction: wished, why });
    };
    let told = rows.iter().any(|row| row.predicts_v()) && rows.iter().any(|row| !row.predicts_v());
    let base = evidence.global_step.is_some_and(|step| BASE_STEPS.contains(&step));
    let v = match wished {
        Some(prediction) => prediction == PredictionType::VPrediction,
        None => first.predicts_v() && !base,
    };
    let row = if told { rows.iter().find(|row| row.predicts_v() == v).unwrap_or(first) } else { first };
    let why = match (told, wished, evidence.global_step.filter(|_| base)) {
        (_, Some(kind), _) if choice.prediction.is_some() => format!("its tensors, and {} was asked for", prediction_name(kind)),
        (_, Some(kind), _) => format!("its tensors, and the file says {}", prediction_name(kind)),
        (true, None, Some(step)) => format!("its tensors, and {step} training steps, which is a base model's number"),
        (true, None, None) => "its tensors; nothing in the file says what it predicts, which diffusers takes for v".into(),
        (false, None, _) => "its tensors".into(),
    };
    Ok(Chosen { family: Some(row), schedule: row, families: candidates(unet, &rows, row), prediction: wished, why })
}

/// The families that a denoiser may be of: those of the same tensors, or, where there is none, of the same kind; of those that do the same,
/// one. What it was taken for is always among them.
fn candidates(unet: &UNetConfig, same: &[&'static FamilyRow], taken: &'static FamilyRow) -> Vec<&'static FamilyRow> {
    let mut found: Vec<&'static FamilyRow> = vec![];
    for row in FAMILIES {
        let fits = if same.is_empty() { row.is_like(unet) } else { same.iter().any(|own| own.id == row.id) };
        let doubled = row.does_as(taken) || found.iter().any(|other| other.does_as(row));
        if row.id == taken.id || fits && !doubled {
            found.push(row);
        }
    }
    found
}

/// diffusers' `prediction_type`.
pub(super) fn prediction_name(prediction: PredictionType) -> &'static str {
    match prediction {
        PredictionType::Epsilon => "epsilon",
        PredictionType::VPrediction => "v_prediction",
        PredictionType::Sample => "sample",
    }
}

/// The family whose schedule an unknown relative most likely has.
fn likeness(unet: &UNetConfig) -> &'static str {
    match unet {
        _ if unet.addition.is_some() => "sdxl",
        _ if unet.time_cond_proj_dim.is_some() => "lcm",
        _ if unet.use_linear_projection => "sd2-base",
        _ => "sd1",
    }
}
