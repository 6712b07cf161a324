//! What a `scheduler_config.json` says, as plain fields.
//!
//! It is not JSON (the crate that reads files parses it) and does not compute anything.
//! Each sampler reads the keys that its diffusers class reads, and ignores the rest as `from_config` does.
//! A key that is `None` was absent from the file: it takes that class's own default (`class.rs`).
//!
//! ```
//! use decant_solver::{BetaSchedule, SchedulerConfig};
//!
//! let stable_diffusion_1 = SchedulerConfig {
//!     beta_start: Some(0.00085),
//!     beta_end: Some(0.012),
//!     beta_schedule: Some("scaled_linear".parse()?),
//!     steps_offset: 1,
//!     set_alpha_to_one: Some(false),
//!     clip_sample: Some(false),
//!     ..SchedulerConfig::default()
//! };
//! assert_eq!(stable_diffusion_1.beta_schedule, Some(BetaSchedule::ScaledLinear));
//! assert!("cosine".parse::<BetaSchedule>().is_err());
//! # Ok::<(), decant_solver::Error>(())
//! ```

use crate::values::{
    AlgorithmType, BetaSchedule, FinalSigmas, Interpolation, PredictionType, SolverType, TimestepSpacing, TimestepType, VarianceType,
};

/// A scheduler configuration; field names and defaults are diffusers'.
#[derive(Clone, Debug, PartialEq)]
pub struct SchedulerConfig {
    /// Length of the training schedule.
    pub num_train_timesteps: usize,
    /// First beta; absent: 0.0001, or 0.00085 with Heun, DPM2, DPM++ SDE, LCM and TCD.
    pub beta_start: Option<f64>,
    /// Last beta; absent: 0.02, or 0.012 with the same.
    pub beta_end: Option<f64>,
    /// How betas run from first to last; absent: linear, or scaled linear with LCM and TCD.
    pub beta_schedule: Option<BetaSchedule>,
    /// All betas spelled out; overrides the three above.
    pub trained_betas: Option<Vec<f32>>,
    /// Shift betas so that the last timestep is pure noise. Read by DDPM, DDIM, Euler, Euler ancestral, DPM++ 2M, UniPC, LCM, TCD.
    pub rescale_betas_zero_snr: bool,
    /// What the model's output is.
    pub prediction_type: PredictionType,
    /// How inference timesteps are spread; absent: leading for DDPM, DDIM and PNDM, linspace for the others. DPM++ 2S, LCM and TCD do not read it.
    pub timestep_spacing: Option<TimestepSpacing>,
    /// Added to timesteps with leading spacing.
    pub steps_offset: usize,
    /// DDIM, PNDM: end at alpha 1 rather than at the alpha of timestep 0; absent: yes with DDIM, no with PNDM.
    pub set_alpha_to_one: Option<bool>,
    /// DDPM, DDIM, Heun, LCM: clamp the predicted x0; absent: yes with DDPM and DDIM.
    pub clip_sample: Option<bool>,
    /// To plus and minus this.
    pub clip_sample_range: f32,
    /// DDPM, DDIM, LCM and the multistep solvers: dynamic thresholding (Imagen), instead of clamping; the whole slice counts as one picture.
    pub thresholding: bool,
    /// The quantile of |x0| that becomes the threshold.
    pub dynamic_thresholding_ratio: f32,
    /// The largest threshold.
    pub sample_max_value: f32,
    /// DDPM: how much noise comes back; absent: the posterior's variance.
    pub variance_type: Option<VarianceType>,
    /// PNDM: begin with two steps of lower order rather than three Runge–Kutta steps of four calls each.
    pub skip_prk_steps: bool,
    /// Euler: how sigmas are found between training timesteps.
    pub interpolation_type: Interpolation,
    /// The sigmas of Karras et al.; read by every sampler with [`crate::SamplerRow::curves`] but Euler ancestral, like the next two.
    pub use_karras_sigmas: bool,
    /// Sigmas evenly spaced in their logarithm.
    pub use_exponential_sigmas: bool,
    /// Sigmas at the quantiles of a beta distribution.
    pub use_beta_sigmas: bool,
    /// DPM++ 2M: as exponential sigmas, but rounded to training timesteps.
    pub use_lu_lambdas: bool,
    /// Smallest sigma of the curves above.
    pub sigma_min: Option<f64>,
    /// Largest sigma of the curves above.
    pub sigma_max: Option<f64>,
    /// Euler, DPM++ 2M, 2S, UniPC: where the last step ends.
    pub final_sigmas_type: FinalSigmas,
    /// Euler: what the model is told as its timestep.
    pub timestep_type: TimestepType,
    /// DPM++ 2M, 2S: skip the timesteps whose half log signal-to-noise ratio is below this.
    pub lambda_min_clipped: f64,
    /// DPM++ 2M and 2S, UniPC, DEIS: the order, 1 to 3.
    pub solver_order: usize,
    /// DPM++ 2M and 2S: which equation is solved; absent: dpmsolver++. DPM++ 2M SDE is sde-dpmsolver++ whatever this says, DEIS only itself.
    pub algorithm_type: Option<AlgorithmType>,
    /// DPM++ 2M and 2S, UniPC: which of two formulas of that order; absent: midpoint, bh2.
    pub solver_type: Option<SolverType>,
    /// DPM++ 2M and 2S, UniPC, DEIS: lower order in the last steps; absent: yes, except with DPM++ 2S.
    pub lower_order_final: Option<bool>,
    /// DPM++ 2M: first order in the last step.
    pub euler_at_final: bool,
    /// UniPC: solve in x0 rather than in the noise.
    pub predict_x0: bool,
    /// UniPC: the steps after which nothing is corrected.
    pub disable_corrector: Vec<usize>,
    /// LCM, TCD: as many steps as the model was distilled from.
    pub original_inference_steps: usize,
    /// LCM: how fast the boundary condition fades with the timestep.
    pub timestep_scaling: f32,
}

impl Default for SchedulerConfig {
    fn default() -> Self {
        Self {
            num_train_timesteps: 1000,
            beta_start: None,
            beta_end: None,
            beta_schedule: None,
            trained_betas: None,
            rescale_betas_zero_snr: false,
            prediction_type: PredictionType::Epsilon,
            timestep_spacing: None,
            steps_offset: 0,
            set_alpha_to_one: None,
            clip_sample: None,
            clip_sample_range: 1.0,
            thresholding: false,
            dynamic_thresholding_ratio: 0.995,
            sample_max_value: 1.0,
            variance_type: None,
            skip_prk_steps: false,
            interpolation_type: Interpolation::Linear,
            use_karras_sigmas: false,
            use_exponential_sigmas: false,
            use_beta_sigmas: false,
            use_lu_lambdas: false,
            sigma_min: None,
            sigma_max: None,
            final_sigmas_type: FinalSigmas::Zero,
            timestep_type: TimestepType::Discrete,
            lambda_min_clipped: f64::NEG_INFINITY,
            solver_order: 2,
            algorithm_type: None,
            solver_type: None,
            lower_order_final: None,
            euler_at_final: false,
            predict_x0: true,
            disable_corrector: Vec::new(),
            original_inference_steps: 50,
            timestep_scaling: 10.0,
        }
    }
}
