//! What a diffusers class makes of a configuration: its defaults for absent keys, and the keys that it does not read.

use crate::{BetaSchedule, TimestepSpacing};

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
    /// Whether it reads `timestep_spacing`, or a run's.
    pub reads_spacing: ReadsSpacing,
    /// Whether its steps go through sigmas, and so can follow those that a run chooses.
    pub follows_sigmas: bool,
    /// Whether it knows a configuration's `use_karras_sigmas` and the like.
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

/// What becomes of `timestep_spacing`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum ReadsSpacing {
    /// It says which timesteps are visited, or between which a curve of sigmas goes.
    Always,
    /// The same, but a curve goes between the ends of training.
    AlongTimesteps,
    /// The class has a spacing of its own.
    Never,
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
        reads_spacing: ReadsSpacing::Always,
        follows_sigmas: false,
        curves: false,
        eta: None,
        highest_order: None,
    };
    /// Euler and LMS.
    pub const EULER: Class = Class {
        spacing: TimestepSpacing::Linspace,
        clip_sample: false,
        zero_snr: ZeroSnr::Near,
        follows_sigmas: true,
        curves: true,
        ..Class::DISCRETE
    };
    /// The classes of two calls a step.
    pub const TWO_CALLS: Class = Class { betas: (0.00085, 0.012, BetaSchedule::Linear), zero_snr: ZeroSnr::Unread, ..Class::EULER };
    /// Consistency models.
    pub const DISTILLED: Class = Class {
        betas: (0.00085, 0.012, BetaSchedule::ScaledLinear),
        clip_sample: false,
        reads_spacing: ReadsSpacing::Never,
        ..Class::DISCRETE
    };
}
