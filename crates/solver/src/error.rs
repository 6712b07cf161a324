//! The one error of this crate: what, where, expected, got, and what to do.
//!
//! ```
//! use decant_solver::{Sampler, SchedulerConfig, schedule};
//!
//! let error = schedule(Sampler::Ddim, &SchedulerConfig::default(), 0).expect_err("no steps");
//! assert_eq!(
//!     error.to_string(),
//!     "sampling with 0 steps: expected 1 to 1000 (num_train_timesteps); choose a number in that range"
//! );
//! ```

use std::fmt;

/// Everything that can be wrong with what the solver is given.
#[derive(Clone, Debug, PartialEq)]
pub enum Error {
    /// A value in the scheduler configuration that no sampler could use.
    Value {
        /// The key, as diffusers spells it.
        key: &'static str,
        /// The value found.
        got: String,
        /// What would have been right.
        expected: String,
        /// What to do about it.
        hint: &'static str,
    },
    /// A value in the scheduler configuration that is legal, but not with this sampler, or not yet.
    Unsupported {
        /// The sampler's id.
        sampler: &'static str,
        /// The key, as diffusers spells it.
        key: &'static str,
        /// The value found.
        got: String,
        /// Why not.
        reason: String,
        /// What to do about it.
        hint: &'static str,
    },
    /// A number of steps that cannot be taken.
    Steps {
        /// The number asked for.
        got: usize,
        /// The largest number possible.
        most: usize,
    },
    /// A prediction that does not have the latents' length.
    Length {
        /// The timestep the model was asked about.
        timestep: f32,
        /// The latents' length.
        expected: usize,
        /// The prediction's length.
        got: usize,
    },
    /// A sampler id that is not in the table.
    Sampler {
        /// The id asked for.
        got: String,
        /// The ids there are.
        expected: String,
    },
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value { key, got, expected, hint } => {
                write!(f, "scheduler configuration: {key} is {got}, expected {expected}; {hint}")
            }
            Self::Unsupported { sampler, key, got, reason, hint } => {
                write!(f, "scheduler configuration: {key} is {got}, which the sampler {sampler} cannot follow: {reason}; {hint}")
            }
            Self::Steps { got, most } => {
                write!(f, "sampling with {got} steps: expected 1 to {most} (num_train_timesteps); choose a number in that range")
            }
            Self::Length { timestep, expected, got } => write!(
                f,
                "the model's prediction at timestep {timestep} has {got} values, expected {expected}, as many as the latents; \
                 the model's output shape must be its input shape"
            ),
            Self::Sampler { got, expected } => {
                write!(f, "no sampler is called {got}, expected one of {expected}; choose one of these")
            }
        }
    }
}

impl std::error::Error for Error {}
