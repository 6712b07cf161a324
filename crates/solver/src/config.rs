//! What a `scheduler_config.json` says, as plain fields.
//!
//! It is not JSON (the crate that reads files parses it) and does not compute anything.
//! Each sampler reads the keys that its diffusers class reads, and ignores the rest as `from_config` does:
//!
//! | keys                                                                            | DDIM | Euler |
//! |---------------------------------------------------------------------------------|------|-------|
//! | `num_train_timesteps`, `beta_*`, `trained_betas`, `rescale_betas_zero_snr`       | yes  | yes   |
//! | `prediction_type`, `timestep_spacing`, `steps_offset`                            | yes  | yes   |
//! | `set_alpha_to_one`, `clip_sample*`, `thresholding` and its two numbers           | yes  | –     |
//! | `interpolation_type`, `use_*_sigmas`, `sigma_min/max`, `final_sigmas_type`, `timestep_type` | – | yes |
//!
//! ```
//! use decant_solver::{BetaSchedule, SchedulerConfig};
//!
//! let stable_diffusion_1 = SchedulerConfig {
//!     beta_start: 0.00085,
//!     beta_end: 0.012,
//!     beta_schedule: "scaled_linear".parse()?,
//!     steps_offset: 1,
//!     set_alpha_to_one: false,
//!     clip_sample: false,
//!     ..SchedulerConfig::default()
//! };
//! assert_eq!(stable_diffusion_1.beta_schedule, BetaSchedule::ScaledLinear);
//! assert!("cosine".parse::<BetaSchedule>().is_err());
//! # Ok::<(), decant_solver::Error>(())
//! ```

use crate::Error;
use std::str::FromStr;

/// A scheduler configuration; field names and defaults are diffusers' (DDIM's, and Euler's where only Euler has the key).
#[derive(Clone, Debug, PartialEq)]
pub struct SchedulerConfig {
    /// Length of the training schedule.
    pub num_train_timesteps: usize,
    /// First beta.
    pub beta_start: f64,
    /// Last beta.
    pub beta_end: f64,
    /// How betas run from first to last.
    pub beta_schedule: BetaSchedule,
    /// All betas spelled out; overrides the three above.
    pub trained_betas: Option<Vec<f32>>,
    /// Shift betas so that the last timestep is pure noise.
    pub rescale_betas_zero_snr: bool,
    /// What the model's output is.
    pub prediction_type: PredictionType,
    /// How inference timesteps are spread; `None` (key absent from the file) is the sampler class's own default:
    /// leading for DDIM, linspace for Euler.
    pub timestep_spacing: Option<TimestepSpacing>,
    /// Added to timesteps with leading spacing.
    pub steps_offset: usize,
    /// DDIM: end at alpha 1 rather than at the alpha of timestep 0.
    pub set_alpha_to_one: bool,
    /// DDIM: clamp the predicted x0.
    pub clip_sample: bool,
    /// DDIM: to plus and minus this.
    pub clip_sample_range: f32,
    /// DDIM: dynamic thresholding (Imagen) instead of clamping; the whole slice counts as one picture.
    pub thresholding: bool,
    /// DDIM: the quantile of |x0| that becomes the threshold.
    pub dynamic_thresholding_ratio: f32,
    /// DDIM: the largest threshold.
    pub sample_max_value: f32,
    /// Euler: how sigmas are found between training timesteps.
    pub interpolation_type: Interpolation,
    /// Euler: the sigmas of Karras et al.
    pub use_karras_sigmas: bool,
    /// Euler: sigmas evenly spaced in their logarithm.
    pub use_exponential_sigmas: bool,
    /// Euler: sigmas by the beta distribution; refused, see [`Error::Unsupported`].
    pub use_beta_sigmas: bool,
    /// Euler: smallest sigma for Karras and exponential sigmas.
    pub sigma_min: Option<f64>,
    /// Euler: largest sigma for Karras and exponential sigmas.
    pub sigma_max: Option<f64>,
    /// Euler: where the last step ends.
    pub final_sigmas_type: FinalSigmas,
    /// Euler: what the model is told as its timestep.
    pub timestep_type: TimestepType,
}

impl Default for SchedulerConfig {
    fn default() -> Self {
        Self {
            num_train_timesteps: 1000,
            beta_start: 0.0001,
            beta_end: 0.02,
            beta_schedule: BetaSchedule::Linear,
            trained_betas: None,
            rescale_betas_zero_snr: false,
            prediction_type: PredictionType::Epsilon,
            timestep_spacing: None,
            steps_offset: 0,
            set_alpha_to_one: true,
            clip_sample: true,
            clip_sample_range: 1.0,
            thresholding: false,
            dynamic_thresholding_ratio: 0.995,
            sample_max_value: 1.0,
            interpolation_type: Interpolation::Linear,
            use_karras_sigmas: false,
            use_exponential_sigmas: false,
            use_beta_sigmas: false,
            sigma_min: None,
            sigma_max: None,
            final_sigmas_type: FinalSigmas::Zero,
            timestep_type: TimestepType::Discrete,
        }
    }
}

/// `beta_schedule`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BetaSchedule {
    /// Betas evenly spaced.
    Linear,
    /// Square roots of betas evenly spaced (latent diffusion).
    ScaledLinear,
    /// Alphas follow a squared cosine (Nichol & Dhariwal 2021).
    SquaredcosCapV2,
}

/// `prediction_type`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PredictionType {
    /// The noise.
    Epsilon,
    /// The velocity `sqrt(alpha) eps - sqrt(1 - alpha) x0` (Salimans & Ho 2022).
    VPrediction,
    /// The picture.
    Sample,
}

/// `timestep_spacing` (Lin et al. 2024, Table 2, <https://arxiv.org/abs/2305.08891>).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimestepSpacing {
    /// Multiples of `num_train_timesteps / steps` from 0.
    Leading,
    /// From 0 to the last timestep, both included.
    Linspace,
    /// Multiples counted down from the last timestep.
    Trailing,
}

/// `interpolation_type`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interpolation {
    /// Sigmas linear between training timesteps.
    Linear,
    /// Sigmas evenly spaced in their logarithm, whatever the timesteps.
    LogLinear,
}

/// `final_sigmas_type`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FinalSigmas {
    /// No noise left.
    Zero,
    /// The smallest sigma of training.
    SigmaMin,
}

/// `timestep_type`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimestepType {
    /// The training timestep.
    Discrete,
    /// `ln(sigma) / 4` for models that predict v (EDM); others still get the training timestep, as in diffusers.
    Continuous,
}

/// The names diffusers gives to a key's values.
type Names<T> = &'static [(&'static str, T)];

const BETA_SCHEDULES: Names<BetaSchedule> = &[
    ("linear", BetaSchedule::Linear),
    ("scaled_linear", BetaSchedule::ScaledLinear),
    ("squaredcos_cap_v2", BetaSchedule::SquaredcosCapV2),
];
const PREDICTION_TYPES: Names<PredictionType> =
    &[("epsilon", PredictionType::Epsilon), ("v_prediction", PredictionType::VPrediction), ("sample", PredictionType::Sample)];
const TIMESTEP_SPACINGS: Names<TimestepSpacing> =
    &[("leading", TimestepSpacing::Leading), ("linspace", TimestepSpacing::Linspace), ("trailing", TimestepSpacing::Trailing)];
const INTERPOLATIONS: Names<Interpolation> = &[("linear", Interpolation::Linear), ("log_linear", Interpolation::LogLinear)];
const FINAL_SIGMAS: Names<FinalSigmas> = &[("zero", FinalSigmas::Zero), ("sigma_min", FinalSigmas::SigmaMin)];
const TIMESTEP_TYPES: Names<TimestepType> = &[("discrete", TimestepType::Discrete), ("continuous", TimestepType::Continuous)];

impl FromStr for BetaSchedule {
    type Err = Error;
    fn from_str(name: &str) -> Result<Self, Error> {
        named("beta_schedule", BETA_SCHEDULES, name)
    }
}

impl FromStr for PredictionType {
    type Err = Error;
    fn from_str(name: &str) -> Result<Self, Error> {
        named("prediction_type", PREDICTION_TYPES, name)
    }
}

impl FromStr for TimestepSpacing {
    type Err = Error;
    fn from_str(name: &str) -> Result<Self, Error> {
        named("timestep_spacing", TIMESTEP_SPACINGS, name)
    }
}

impl FromStr for Interpolation {
    type Err = Error;
    fn from_str(name: &str) -> Result<Self, Error> {
        named("interpolation_type", INTERPOLATIONS, name)
    }
}

impl FromStr for FinalSigmas {
    type Err = Error;
    fn from_str(name: &str) -> Result<Self, Error> {
        named("final_sigmas_type", FINAL_SIGMAS, name)
    }
}

impl FromStr for TimestepType {
    type Err = Error;
    fn from_str(name: &str) -> Result<Self, Error> {
        named("timestep_type", TIMESTEP_TYPES, name)
    }
}

fn named<T: Copy>(key: &'static str, names: Names<T>, got: &str) -> Result<T, Error> {
    names.iter().find(|(name, _)| *name == got).map(|&(_, value)| value).ok_or_else(|| Error::Value {
        key,
        got: format!("{got:?}"),
        expected: format!("one of {}", names.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")),
        hint: "the model's scheduler needs code that is not written yet",
    })
}
