//! Which family a model in one file is of: the one whose denoiser its tensors are; where several have the same tensors, [`choose`] says
//! which it is, and why.

use crate::Error;
use crate::config::UNetConfig;
use crate::families::{FAMILIES, FamilyRow};
use decant_solver::PredictionType;

impl FamilyRow {
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
    let prediction = choice.prediction.or(evidence.prediction);
    if let Some(id) = &choice.family {
        let row = FamilyRow::named(id)?;
        let family = rows.iter().any(|own| own.id == row.id).then_some(row);
        let families = candidates(unet, &rows, row);
        return Ok(Chosen { family, schedule: row, families, prediction, why: "choice: it was asked for".into() });
    }
    let Some(first) = rows.first() else {
        let schedule = FamilyRow::named(likeness(unet))?;
        let why =
            format!("no known family has this denoiser: its configuration is what its tensors say, its schedule {}'s", schedule.title);
        return Ok(Chosen { family: None, schedule, families: candidates(unet, &rows, schedule), prediction, why });
    };
    let ambiguous = rows.iter().any(|row| row.predicts_v()) && rows.iter().any(|row| !row.predicts_v());
    let base = evidence.global_step.is_some_and(|step| BASE_STEPS.contains(&step));
    let v = match prediction {
        Some(prediction) => prediction == PredictionType::VPrediction,
        None => first.predicts_v() && !base,
    };
    let row = if ambiguous { rows.iter().find(|row| row.predicts_v() == v).unwrap_or(first) } else { first };
    let why = match (ambiguous, prediction, evidence.global_step.filter(|_| base)) {
        (_, Some(kind), _) if choice.prediction.is_some() => format!("its tensors, and {} was asked for", prediction_name(kind)),
        (_, Some(kind), _) => format!("its tensors, and the file says {}", prediction_name(kind)),
        (true, None, Some(step)) => format!("its tensors, and {step} training steps, which is a base model's number"),
        (true, None, None) => "its tensors; nothing in the file says what it predicts, which diffusers takes for v".into(),
        (false, None, _) => "its tensors".into(),
    };
    Ok(Chosen { family: Some(row), schedule: row, families: candidates(unet, &rows, row), prediction, why })
}

/// The families that a denoiser may be of: those of the same tensors, or, where there is none, of the same kind; of those that do the same,
/// one. What it was taken for is always among them.
fn candidates(unet: &UNetConfig, same: &[&'static FamilyRow], taken: &'static FamilyRow) -> Vec<&'static FamilyRow> {
    let mut candidates: Vec<&'static FamilyRow> = vec![];
    for row in FAMILIES {
        let fits = if same.is_empty() { row.is_like(unet) } else { same.iter().any(|own| own.id == row.id) };
        let doubled = row.does_as(taken) || candidates.iter().any(|other| other.does_as(row));
        if row.id == taken.id || fits && !doubled {
            candidates.push(row);
        }
    }
    candidates
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
