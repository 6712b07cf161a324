//! What diffusers' classes do differently with noise levels; a sampler names where its class differs from the plain two.
//!
//! What they do alike is in `sigmas.rs`, which reads these columns.

use crate::{Scale, TimestepSpacing};

/// How a class finds its noise levels.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SigmaRule {
    /// Exploding: fractional timesteps, curves between the ends of these.
    /// Preserving: whole timesteps with one interval more, curves between the ends of training.
    pub scale: Scale,
    /// Its own spacing, whatever is asked for.
    pub spacing: Option<TimestepSpacing>,
    /// What it reads of a configuration.
    pub reads: Reads,
    /// Which curves' timesteps are rounded.
    pub rounds: Rounds,
    /// Where the last step ends.
    pub end: End,
}

/// Keys of a configuration that some classes know.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reads {
    /// `interpolation_type`.
    pub interpolation: bool,
    /// `sigma_min` and `sigma_max` for Karras' curve.
    pub karras_ends: bool,
    /// `use_lu_lambdas`.
    pub lu: bool,
    /// `lambda_min_clipped`.
    pub lambda_min: bool,
}

/// Which curves' timesteps are rounded; those of a list are wherever timesteps are whole.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Rounds {
    None,
    Karras,
    /// Karras' and Lu's, except with cosine betas.
    KarrasAndLu,
}

/// Where the last step ends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum End {
    /// Without noise.
    Zero,
    /// As `final_sigmas_type` says: without noise, or at the smallest sigma of training.
    Chosen,
    /// The same, with the smallest sigma of a curve where there is one.
    ChosenOfCurve,
    /// At that one, never without noise.
    Curve,
}

impl SigmaRule {
    /// k-diffusion's samplers: as Heun.
    pub const EXPLODING: SigmaRule = SigmaRule {
        scale: Scale::Exploding,
        spacing: None,
        reads: Reads { interpolation: false, karras_ends: true, lu: false, lambda_min: false },
        rounds: Rounds::None,
        end: End::Zero,
    };
    /// The multistep solvers: as UniPC.
    pub const PRESERVING: SigmaRule =
        SigmaRule { scale: Scale::Preserving, rounds: Rounds::Karras, end: End::ChosenOfCurve, ..SigmaRule::EXPLODING };
}

impl Reads {
    /// The plain ones.
    pub const PLAIN: Reads = SigmaRule::EXPLODING.reads;
}
