//! Decant's solver: the part of Stable Diffusion that is a differential equation and a random number.
//!
//! It is: samplers, noise schedules, eps/v/x0 conversion, guidance, and PyTorch's random numbers (CPU and CUDA), as maths on `&[f32]`.
//! It is not: tensors, a GPU, prompts, files or JSON; it knows no model, it only awaits one ([`Run`]).
//! Anything may use it; it uses nothing but `std`, and runs the same natively and on wasm32.
//!
//! The reference of every number here is [diffusers](https://github.com/huggingface/diffusers); the tests hold its answers.
//!
//! | letter  | meaning                                                                                     |
//! |---------|---------------------------------------------------------------------------------------------|
//! | `t`     | timestep, what the model is told: near `num_train_timesteps` = noise, 0 = picture             |
//! | `alpha` | the cumulative product ᾱ_t of DDPM, diffusers' `alphas_cumprod[t]`                           |
//! | `sigma` | noise level `sqrt((1 - alpha) / alpha)` of k-diffusion                                       |
//! | `x`     | latents at a noise level: `sqrt(alpha) x0 + sqrt(1 - alpha) eps` or `x0 + sigma eps` ([`Scale`]) |
//! | `lambda`| half the logarithm of the signal-to-noise ratio, `-ln(sigma)`                                |
//! | `x0`    | the picture without noise, as predicted: `denoised`                                          |
//! | `eps`   | the unit noise in `x`, as predicted                                                          |
//! | `v`     | `sqrt(alpha) eps - sqrt(1 - alpha) x0`                                                       |
//!
//! ```
//! use decant_solver::{Generator, SAMPLERS, SchedulerConfig, schedule};
//!
//! let noise = Generator::new(42).randn(4 * 8 * 8); // what torch.randn gives for this seed
//! for row in SAMPLERS {
//!     let plan = schedule(row.sampler, &SchedulerConfig::default(), 20)?;
//!     println!("{}: {} model calls from sigma {}", row.name, plan.timesteps.len(), plan.sigmas[0]);
//! }
//! # assert_eq!(noise.len(), 256);
//! # Ok::<(), decant_solver::Error>(())
//! ```
#![warn(missing_docs)]

mod sampler;

pub mod compare;
pub mod guidance;
pub mod prediction;

mod ays;
mod beta;
mod betas;
mod class;
mod config;
mod curve;
mod linspace;
mod options;
mod schedule;
mod setup;
mod sigma_rule;
mod sigmas;
mod timesteps;
mod values;

mod error;
mod noise;
mod philox;
mod random;

pub use config::SchedulerConfig;
pub use error::{Error, nearest};
pub use guidance::{Guidance, classifier_free};
pub use noise::{Noise, RNGS, Rng, RngRow};
pub use options::{Options, SIGMAS, Sigmas, SigmasRow};
pub use philox::CudaGenerator;
pub use random::Generator;
pub use sampler::{LossAt, Run, SAMPLERS, Sampler, SamplerRow, Step, sample, schedule};
pub use schedule::{Scale, Schedule};
pub use values::{
    AlgorithmType, BetaSchedule, FinalSigmas, Interpolation, PredictionType, SolverType, TIMESTEP_SPACINGS, TimestepSpacing, TimestepType,
    VarianceType,
};
