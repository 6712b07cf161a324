//! All that a sampler is built from: its class, the file's keys and what the run chose ([`Options`]), each choice where it is decided.
//!
//! It computes no schedule (`timesteps.rs`, `sigmas.rs`).

use crate::class::{Class, FinalAlpha, ZeroSnr};
use crate::prediction::Bound;
use crate::sampler::{Denoiser, Letters};
use crate::{BetaSchedule, Error, FinalSigmas, Options, PredictionType, SchedulerConfig, SolverType, TimestepSpacing, VarianceType};

/// Everything a sampler is built from.
pub(crate) struct Setup<'a> {
    /// The sampler's name, for errors.
    pub sampler: &'static str,
    pub class: &'static Class,
    pub config: &'a SchedulerConfig,
    pub options: &'a Options,
}

impl Setup<'_> {
    pub fn kind(&self) -> PredictionType {
        self.config.prediction_type
    }

    pub fn spacing(&self) -> TimestepSpacing {
        self.options.spacing.or(self.config.timestep_spacing).unwrap_or(self.class.spacing)
    }

    pub fn beta_schedule(&self) -> BetaSchedule {
        self.config.beta_schedule.unwrap_or(self.class.betas.2)
    }

    pub fn zero_snr(&self) -> ZeroSnr {
        if self.config.rescale_betas_zero_snr || self.options.zero_snr { self.class.zero_snr } else { ZeroSnr::Unread }
    }

    /// What `set_alpha_to_one` says.
    pub fn final_alpha(&self) -> FinalAlpha {
        match self.config.set_alpha_to_one.unwrap_or(self.class.set_alpha_to_one) {
            true => FinalAlpha::One,
            false => FinalAlpha::FirstTimestep,
        }
    }

    pub fn lower_order_final(&self) -> bool {
        self.config.lower_order_final.unwrap_or(self.class.lower_order_final)
    }

    /// Whether the last step is to be one of first order because no noise is left after it: as diffusers' `final_sigmas_type` says, or
    /// because a run's own list of sigmas ends there.
    pub fn to_zero(&self, sigmas: &[f32]) -> bool {
        self.config.final_sigmas_type == FinalSigmas::Zero || sigmas.ends_with(&[0.0])
    }

    /// Whether `solver_type` is `kind`; one that the class does not know is its default, as in diffusers.
    pub fn solver_is(&self, kind: SolverType) -> bool {
        self.config.solver_type == Some(kind)
    }

    /// The number of steps, if there are as many training timesteps.
    pub fn steps(&self) -> Result<usize, Error> {
        let (got, most) = (self.options.steps, self.config.num_train_timesteps);
        if (1..=most).contains(&got) { Ok(got) } else { Err(Error::Steps { got, most, key: "num_train_timesteps" }) }
    }

    /// The order asked for, or the configuration's `solver_order`.
    pub fn order(&self, from_config: usize) -> Result<usize, Error> {
        let most = self.class.highest_order.unwrap_or(1);
        let order = self.options.order.unwrap_or(from_config);
        if (1..=most).contains(&order) {
            return Ok(order);
        }
        Err(Error::Choice {
            sampler: self.sampler,
            choice: "order",
            got: order.to_string(),
            expected: format!("1 to {most}"),
            hint: "choose a number in that range",
        })
    }

    /// `eta`, how much of the noise is new: 0 is none, 1 as much as the process that was trained.
    pub fn eta(&self) -> Result<f64, Error> {
        let eta = self.options.eta.or(self.class.eta).unwrap_or(0.0);
        if (0.0..=1.0).contains(&eta) {
            return Ok(eta);
        }
        Err(Error::Choice {
            sampler: self.sampler,
            choice: "eta",
            got: eta.to_string(),
            expected: "0 to 1".into(),
            hint: "choose a number in that range",
        })
    }

    /// How the model's raw outputs are read.
    pub fn denoiser(&self, letters: Letters, bound: Bound) -> Denoiser {
        Denoiser { kind: self.kind(), letters, bound }
    }

    /// What is done to the predicted x0 by classes that clamp and threshold.
    pub fn bound(&self) -> Result<Bound, Error> {
        if self.config.thresholding { self.threshold() } else { self.clip() }
    }

    /// The same for classes that only clamp.
    pub fn clip(&self) -> Result<Bound, Error> {
        let range = self.config.clip_sample_range;
        match self.config.clip_sample.unwrap_or(self.class.clip_sample) {
            false => Ok(Bound::None),
            true if (0.0..=f32::MAX).contains(&range) => Ok(Bound::Clip(range)),
            true => Err(out_of_range("clip_sample_range", range, "0 or more")),
        }
    }

    /// The same for classes that only threshold.
    pub fn threshold(&self) -> Result<Bound, Error> {
        let (ratio, most) = (self.config.dynamic_thresholding_ratio, self.config.sample_max_value);
        if !self.config.thresholding {
            Ok(Bound::None)
        } else if !(0.0..=1.0).contains(&ratio) {
            Err(out_of_range("dynamic_thresholding_ratio", ratio, "0 to 1"))
        } else if !(f32::MIN_POSITIVE..=f32::MAX).contains(&most) {
            Err(out_of_range("sample_max_value", most, "a finite number above 0"))
        } else {
            Ok(Bound::Threshold { ratio, most })
        }
    }

    /// Refuses a variance that the model would have to say.
    pub fn no_learned_variance(&self) -> Result<(), Error> {
        let got = match self.config.variance_type {
            Some(VarianceType::Learned) => "learned",
            Some(VarianceType::LearnedRange) => "learned_range",
            _ => return Ok(()),
        };
        let reason = "the denoiser says no variance beside its prediction";
        Err(self.unsupported("variance_type", got.into(), reason, "correct it in the model's scheduler configuration"))
    }

    /// A value in the configuration that this sampler cannot follow.
    pub fn unsupported(&self, key: &'static str, got: String, reason: &str, hint: &'static str) -> Error {
        Error::Unsupported { sampler: self.sampler, key, got, reason: reason.into(), hint }
    }
}

fn out_of_range(key: &'static str, got: f32, expected: &str) -> Error {
    let hint = "correct it in the model's scheduler configuration";
    Error::Value { key, got: got.to_string(), expected: expected.into(), hint }
}
