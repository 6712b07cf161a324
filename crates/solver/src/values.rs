//! The values that a `scheduler_config.json` gives by name, and diffusers' names for them.

use crate::Error;
use crate::error::unknown;
use std::str::FromStr;

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

impl TimestepSpacing {
    /// The spacing that a run chooses by its name in [`TIMESTEP_SPACINGS`].
    pub fn from_id(id: &str) -> Result<Self, Error> {
        let row = TIMESTEP_SPACINGS.iter().find(|(name, _)| *name == id);
        row.map(|row| row.1).ok_or_else(|| unknown("timestep spacing", id, TIMESTEP_SPACINGS.iter().map(|row| row.0)))
    }

    /// Its name in [`TIMESTEP_SPACINGS`].
    pub fn id(self) -> &'static str {
        TIMESTEP_SPACINGS.iter().find(|row| row.1 == self).expect("all three are there").0
    }
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

/// `variance_type`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VarianceType {
    /// The variance of the posterior.
    FixedSmall,
    /// The same, by way of its logarithm.
    FixedSmallLog,
    /// Beta itself.
    FixedLarge,
    /// In diffusers a square root of a negative logarithm: no sampler can follow it.
    FixedLargeLog,
    /// Said by the model beside its prediction: no model of Stable Diffusion's does, and no sampler here follows it.
    Learned,
    /// The same, between two bounds.
    LearnedRange,
}

/// `algorithm_type` of the multistep classes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AlgorithmType {
    /// DPM-Solver: the equation of the noise (Lu et al. 2022, <https://arxiv.org/abs/2206.00927>).
    Dpmsolver,
    /// DPM-Solver++: the equation of the picture (Lu et al. 2022, <https://arxiv.org/abs/2211.01095>).
    DpmsolverPlusPlus,
    /// DPM-Solver for the stochastic equation.
    SdeDpmsolver,
    /// DPM-Solver++ for the stochastic equation.
    SdeDpmsolverPlusPlus,
    /// DEIS; the others take their default for it.
    Deis,
}

/// `solver_type`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SolverType {
    /// DPM-Solver's default of second order.
    Midpoint,
    /// DPM-Solver's exact integral of the linear term.
    Heun,
    /// UniPC with `B(h) = h`.
    Bh1,
    /// UniPC with `B(h) = exp(h) - 1`.
    Bh2,
    /// DEIS; the others take their default for it.
    Logrho,
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
/// All spacings; menus and help are made from this table.
pub const TIMESTEP_SPACINGS: &[(&str, TimestepSpacing)] =
    &[("leading", TimestepSpacing::Leading), ("linspace", TimestepSpacing::Linspace), ("trailing", TimestepSpacing::Trailing)];
const INTERPOLATIONS: Names<Interpolation> = &[("linear", Interpolation::Linear), ("log_linear", Interpolation::LogLinear)];
const FINAL_SIGMAS: Names<FinalSigmas> = &[("zero", FinalSigmas::Zero), ("sigma_min", FinalSigmas::SigmaMin)];
const TIMESTEP_TYPES: Names<TimestepType> = &[("discrete", TimestepType::Discrete), ("continuous", TimestepType::Continuous)];

const VARIANCE_TYPES: Names<VarianceType> = &[
    ("fixed_small", VarianceType::FixedSmall),
    ("fixed_small_log", VarianceType::FixedSmallLog),
    ("fixed_large", VarianceType::FixedLarge),
    ("fixed_large_log", VarianceType::FixedLargeLog),
    ("learned", VarianceType::Learned),
    ("learned_range", VarianceType::LearnedRange),
];
const ALGORITHM_TYPES: Names<AlgorithmType> = &[
    ("dpmsolver", AlgorithmType::Dpmsolver),
    ("dpmsolver++", AlgorithmType::DpmsolverPlusPlus),
    ("sde-dpmsolver", AlgorithmType::SdeDpmsolver),
    ("sde-dpmsolver++", AlgorithmType::SdeDpmsolverPlusPlus),
    ("deis", AlgorithmType::Deis),
];
const SOLVER_TYPES: Names<SolverType> = &[
    ("midpoint", SolverType::Midpoint),
    ("heun", SolverType::Heun),
    ("bh1", SolverType::Bh1),
    ("bh2", SolverType::Bh2),
    ("logrho", SolverType::Logrho),
];

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

impl TimestepSpacing {
    /// What it does, for menus and help.
    pub fn docs(self) -> &'static str {
        match self {
            TimestepSpacing::Leading => "Every so-many-th timestep from 0: never quite the noisiest.",
            TimestepSpacing::Linspace => "Evenly from the noisiest timestep to 0, both included.",
            TimestepSpacing::Trailing => {
                "Every so-many-th timestep counted down from the noisiest (Lin et al. 2024, arXiv:2305.08891, table 2)."
            }
        }
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

impl FromStr for VarianceType {
    type Err = Error;
    fn from_str(name: &str) -> Result<Self, Error> {
        named("variance_type", VARIANCE_TYPES, name)
    }
}

impl FromStr for AlgorithmType {
    type Err = Error;
    fn from_str(name: &str) -> Result<Self, Error> {
        named("algorithm_type", ALGORITHM_TYPES, name)
    }
}

impl AlgorithmType {
    /// diffusers' name for it.
    pub fn id(self) -> &'static str {
        ALGORITHM_TYPES.iter().find(|row| row.1 == self).expect("all five are there").0
    }

    /// Whether it solves the stochastic equation: new noise in each step.
    pub fn is_stochastic(self) -> bool {
        matches!(self, AlgorithmType::SdeDpmsolver | AlgorithmType::SdeDpmsolverPlusPlus)
    }

    /// Whether it solves the equation of the noise rather than of the picture.
    pub(crate) fn of_noise(self) -> bool {
        matches!(self, AlgorithmType::Dpmsolver | AlgorithmType::SdeDpmsolver)
    }
}

impl FromStr for SolverType {
    type Err = Error;
    fn from_str(name: &str) -> Result<Self, Error> {
        named("solver_type", SOLVER_TYPES, name)
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
