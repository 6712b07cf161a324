//! What a diffusers class makes of a configuration: its defaults for absent keys, and the keys that it does not read.
//!
//! [`Setup`] is all that a sampler is built from: the class, the file's keys and what the run chose ([`Options`]).
//! It computes no schedule (`schedule.rs`, `sigmas.rs`).

use crate::prediction::Bound;
use crate::sampler::{Denoiser, Letters};
use crate::{BetaSchedule, Error, Options, PredictionType, SamplerRow, SchedulerConfig, SolverType, TimestepSpacing, VarianceType};

/// A class's defaults, where classes differ.
#[derive(Debug)]
pub(crate) struct Class {
    /// `beta_start`, `beta_end`, `beta_schedule`.
    pub betas: (f64, f64, BetaSchedule),
    pub spacing: TimestepSpacing,
    pub set_alpha_to_one: bool,
    pub clip_sample: bool,
    pub lower_order_final: bool,
    pub zero_snr: ZeroSnr,
    /// Whether it knows `use_karras_sigmas` and the like.
    pub curves: bool,
    /// `eta` where a run chooses none; absent: it is not read.
    pub eta: Option<f64>,
    /// The highest order that a run may choose; absent: it has one order only.
    pub highest_order: Option<usize>,
}

/// Where the last step ends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum FinalAlpha {
    /// At ᾱ 1: no noise is left (`set_alpha_to_one`).
    One,
    /// At the ᾱ of timestep 0.
    FirstTimestep,
}

/// What becomes of `rescale_betas_zero_snr`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum ZeroSnr {
    /// The class has no such key.
    Unread,
    /// The last alpha is 0.
    Exact,
    /// The last alpha is 2^-24, which keeps the first sigma finite: about 4096.
    Near,
}

impl Class {
    /// DDPM, DDIM and what followed.
    pub const DISCRETE: Class = Class {
        betas: (0.0001, 0.02, BetaSchedule::Linear),
        spacing: TimestepSpacing::Leading,
        set_alpha_to_one: true,
        clip_sample: true,
        lower_order_final: true,
        zero_snr: ZeroSnr::Exact,
        curves: false,
        eta: None,
        highest_order: None,
    };
    /// Euler and LMS.
    pub const EULER: Class =
        Class { spacing: TimestepSpacing::Linspace, clip_sample: false, zero_snr: ZeroSnr::Near, curves: true, ..Class::DISCRETE };
    /// The classes of two calls a step.
    pub const TWO_CALLS: Class = Class { betas: (0.00085, 0.012, BetaSchedule::Linear), zero_snr: ZeroSnr::Unread, ..Class::EULER };
    /// Consistency models.
    pub const DISTILLED: Class = Class { betas: (0.00085, 0.012, BetaSchedule::ScaledLinear), clip_sample: false, ..Class::DISCRETE };
}

/// Everything a sampler is built from.
pub(crate) struct Setup<'a> {
    pub row: &'static SamplerRow,
    pub config: &'a SchedulerConfig,
    pub options: &'a Options,
}

impl Setup<'_> {
    pub fn kind(&self) -> PredictionType {
        self.config.prediction_type
    }

    pub fn spacing(&self) -> TimestepSpacing {
        self.options.spacing.or(self.config.timestep_spacing).unwrap_or(self.row.class.spacing)
    }

    pub fn beta_schedule(&self) -> BetaSchedule {
        self.config.beta_schedule.unwrap_or(self.row.class.betas.2)
    }

    pub fn zero_snr(&self) -> ZeroSnr {
        if self.config.rescale_betas_zero_snr || self.options.zero_snr { self.row.class.zero_snr } else { ZeroSnr::Unread }
    }

    /// What `set_alpha_to_one` says.
    pub fn final_alpha(&self) -> FinalAlpha {
        match self.config.set_alpha_to_one.unwrap_or(self.row.class.set_alpha_to_one) {
            true => FinalAlpha::One,
            false => FinalAlpha::FirstTimestep,
        }
    }

    pub fn lower_order_final(&self) -> bool {
        self.config.lower_order_final.unwrap_or(self.row.class.lower_order_final)
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
        let most = self.row.class.highest_order.unwrap_or(1);
        let order = self.options.order.unwrap_or(from_config);
        if (1..=most).contains(&order) {
            return Ok(order);
        }
        Err(Error::Choice {
            sampler: self.row.id,
            choice: "order",
            got: order.to_string(),
            expected: format!("1 to {most}"),
            hint: "choose a number in that range",
        })
    }

    /// `eta`, how much of the noise is new: 0 is none, 1 as much as the process that was trained.
    pub fn eta(&self) -> Result<f64, Error> {
        let eta = self.options.eta.or(self.row.class.eta).unwrap_or(0.0);
        if (0.0..=1.0).contains(&eta) {
            return Ok(eta);
        }
        Err(Error::Choice {
            sampler: self.row.id,
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
        match self.config.clip_sample.unwrap_or(self.row.class.clip_sample) {
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
        Error::Unsupported { sampler: self.row.id, key, got, reason: reason.into(), hint }
    }
}

fn out_of_range(key: &'static str, got: f32, expected: &str) -> Error {
    let hint = "correct it in the model's scheduler configuration";
    Error::Value { key, got: got.to_string(), expected: expected.into(), hint }
}
