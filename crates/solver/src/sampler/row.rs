//! What there is to say about a sampler, in one row.

use super::Built;
use crate::class::{Class, ReadsSpacing, ZeroSnr};
use crate::setup::Setup;
use crate::{Error, Options, SchedulerConfig, Sigmas};

/// A way to solve the equation. [`SAMPLERS`] says what each is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "each has its row, with a sentence and its source")]
pub enum Sampler {
    Ddim,
    Ddpm,
    Pndm,
    Lms,
    Euler,
    EulerA,
    Heun,
    Dpm2,
    Dpm2A,
    Dpmpp2m,
    Dpmpp2mSde,
    Dpmpp2s,
    DpmppSde,
    Dpmpp3mSde,
    UniPc,
    Deis,
    Lcm,
    Tcd,
    Sgd,
    Momentum,
    Adam,
}

/// Everything there is to say about a sampler.
#[derive(Debug)]
pub struct SamplerRow {
    /// The sampler.
    pub sampler: Sampler,
    /// Its name in files, addresses and command lines.
    pub id: &'static str,
    /// Its name in menus.
    pub name: &'static str,
    /// What the tests compare it with: a scheduler class of diffusers, where nothing else is said. A model that names a class is opened with the
    /// first row that has it: a variant of another row says which it is in words.
    pub reference: &'static str,
    /// What it does, and where that was published.
    pub docs: &'static str,
    /// Its order of convergence with default options, where it is deterministic: half as long steps make an error 2^order times smaller.
    pub order: usize,
    /// Model calls a step; the last step may take one less, PNDM's first ones more.
    pub calls: usize,
    /// Whether it draws new noise on the way with default options.
    pub stochastic: bool,
    /// Whether a step adds predicted noise back to predicted x0, so that CFG++ can say which ([`crate::Options::cfgpp`]).
    pub cfgpp: bool,
    /// What its class makes of a configuration.
    pub(crate) class: Class,
    /// Its schedule and its steps.
    pub(crate) build: fn(&Setup<'_>) -> Result<Built, Error>,
}

impl SamplerRow {
    /// What a row says where it says nothing: one call a step of first order, no new noise, a configuration read as Euler's class does.
    /// The other columns each row has of its own; a test looks for them.
    pub(super) const PLAIN: SamplerRow = SamplerRow {
        sampler: Sampler::Euler,
        id: "",
        name: "",
        reference: "",
        docs: "",
        order: 1,
        calls: 1,
        stochastic: false,
        cfgpp: false,
        class: Class::EULER,
        build: |_| unreachable!("each row has its own"),
    };

    /// What this sampler is built from, with a model's configuration and a run's choices.
    pub(super) fn setup<'a>(&'static self, config: &'a SchedulerConfig, options: &'a Options) -> Setup<'a> {
        Setup { sampler: self.id, class: &self.class, config, options }
    }

    /// What a help text says: what it does, and what that costs.
    pub fn summary(&self) -> String {
        let Self { docs, order, calls, .. } = self;
        let calls = if *calls == 1 { "one model call a step" } else { "two model calls a step" };
        let kind = if self.stochastic { "draws new noise on the way" } else { "no new noise on the way" };
        format!("{docs} Order {order}, {calls}, {kind}.")
    }

    /// Whether it can follow sigmas that a run chooses ([`crate::Sigmas`]).
    pub fn follows_sigmas(&self) -> bool {
        self.class.follows_sigmas
    }

    /// Whether it reads how timesteps are spread ([`crate::Options::spacing`]) along these sigmas; along those that a model's configuration
    /// says, it may.
    pub fn reads_spacing(&self, sigmas: &Sigmas) -> bool {
        match self.class.reads_spacing {
            ReadsSpacing::Always => true,
            ReadsSpacing::AlongTimesteps => matches!(sigmas, Sigmas::Config | Sigmas::Model),
            ReadsSpacing::Never => false,
        }
    }

    /// What [`crate::Options::eta`] is where a run chooses none; `None` where it is not read.
    pub fn eta(&self) -> Option<f64> {
        self.class.eta
    }

    /// Whether it reads a configuration's `rescale_betas_zero_snr`, and so can be asked for it ([`crate::Options::zero_snr`]).
    pub fn zero_snr(&self) -> bool {
        self.class.zero_snr != ZeroSnr::Unread
    }

    /// The highest order that a run may choose ([`crate::Options::order`]); `None` where that is not read.
    pub fn highest_order(&self) -> Option<usize> {
        self.class.highest_order
    }
}
