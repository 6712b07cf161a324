//! What a run may choose beside its sampler; everything left alone is what diffusers' pipeline would do.
//!
//! ```
//! use decant_solver::{Options, Sampler, SchedulerConfig, Sigmas, schedule};
//!
//! let config = SchedulerConfig::default();
//! let plain = schedule(Sampler::Euler, &config, 10)?; // a number of steps is all that is needed
//! let karras = schedule(Sampler::Euler, &config, Options { sigmas: "karras".parse()?, ..Options::steps(10) })?;
//! assert!(karras.sigmas[8] < plain.sigmas[8]); // more of them near the picture
//! let mine: Sigmas = "14.6, 3, 0.5, 0".parse()?; // three steps
//! let steps = mine.steps().unwrap_or(20);
//! assert_eq!(schedule(Sampler::Euler, &config, Options { sigmas: mine, ..Options::steps(steps) })?.timesteps.len(), 3);
//! # Ok::<(), decant_solver::Error>(())
//! ```

use crate::error::nearest;
use crate::{Error, TimestepSpacing};
use std::fmt;
use std::str::FromStr;

/// A run's choices.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// Steps; a step is one model call or two ([`crate::SamplerRow::calls`]).
    pub steps: usize,
    /// Noise levels instead of the configuration's.
    pub sigmas: Sigmas,
    /// Spread of the timesteps instead of the configuration's. DPM++ 2S, LCM and TCD have their own.
    pub spacing: Option<TimestepSpacing>,
    /// How much of the noise is new in each step, 0 to 1; absent: 0 for DDIM, 0.3 for TCD, 1 for DPM++ SDE and 3M SDE. Others do not read it.
    pub eta: Option<f64>,
    /// The order; absent: 4 for LMS, the configuration's `solver_order` for DPM++ 2M and 2S, UniPC and DEIS. Others do not read it.
    pub order: Option<usize>,
    /// Euler: noise added in each step and taken away again, spread over all steps (Karras et al., algorithm 2).
    pub s_churn: f32,
    /// Euler: the lowest sigma with churn.
    pub s_tmin: f32,
    /// Euler: the highest sigma with churn.
    pub s_tmax: f32,
    /// Euler's churn, DPM++ SDE, DPM++ 3M SDE: the new noise's standard deviation.
    pub s_noise: f32,
    /// Gradient descent, momentum, Adam: the run ends when the predicted noise is smaller than this (its root mean square in the latents,
    /// whose own is about 1).
    pub enough: f32,
    /// LCM, TCD: the share of the distilled timesteps, from the picture's end on, that the run is spread over
    /// (`strength` of `LatentConsistencyModelImg2ImgPipeline`). Others do not read it.
    pub strength: f64,
    /// Betas rescaled so that the last timestep is pure noise, also where the configuration's `rescale_betas_zero_snr` does not say so.
    pub zero_snr: bool,
    /// CFG++: the step adds back the noise of [`crate::Run::renoise`], not that of the guided prediction.
    pub cfgpp: bool,
    /// Begin at this model call, the first of a step, with latents as [`crate::Schedule::add_noise`] makes them; absent: begin with unit noise.
    pub begin: Option<usize>,
}

impl Options {
    /// diffusers' defaults, in so many steps.
    pub fn steps(steps: usize) -> Self {
        Self {
            steps,
            sigmas: Sigmas::Config,
            spacing: None,
            eta: None,
            order: None,
            s_churn: 0.0,
            s_tmin: 0.0,
            s_tmax: f32::INFINITY,
            s_noise: 1.0,
            enough: 0.05,
            strength: 1.0,
            zero_snr: false,
            cfgpp: false,
            begin: None,
        }
    }
}

impl From<usize> for Options {
    fn from(steps: usize) -> Self {
        Self::steps(steps)
    }
}

/// Which noise levels a run visits.
#[derive(Clone, Debug, PartialEq, Default)]
pub enum Sigmas {
    /// As the model's configuration says.
    #[default]
    Config,
    /// Those of the training timesteps, whatever the configuration says.
    Model,
    /// Evenly spaced in their seventh root.
    Karras,
    /// Evenly spaced in their logarithm.
    Exponential,
    /// At the quantiles of a beta distribution.
    Beta,
    /// Align Your Steps, found for Stable Diffusion 1.
    Ays,
    /// Align Your Steps, found for Stable Diffusion XL.
    AysXl,
    /// These, falling; the last is where the last step ends, so there is one more than steps.
    List(Vec<f32>),
}

impl Sigmas {
    /// How many steps a list makes, which [`Options::steps`] must then be; other choices make any number.
    pub fn steps(&self) -> Option<usize> {
        if let Sigmas::List(list) = self { list.len().checked_sub(1) } else { None }
    }
}

/// Everything there is to say about a choice of sigmas that has a name.
#[derive(Debug)]
pub struct SigmasRow {
    /// The choice.
    pub sigmas: Sigmas,
    /// Its name in files, addresses and command lines.
    pub id: &'static str,
    /// Its name in menus.
    pub name: &'static str,
    /// What it does, and where that was published.
    pub docs: &'static str,
}

/// All choices of sigmas that have a name; menus, help and tests are made from this table.
pub const SIGMAS: &[SigmasRow] = &[
    SigmasRow { sigmas: Sigmas::Config, id: "config", name: "As the model says", docs: "What the model's scheduler configuration says." },
    SigmasRow { sigmas: Sigmas::Model, id: "model", name: "Training", docs: "The noise levels of the training timesteps." },
    SigmasRow {
        sigmas: Sigmas::Karras,
        id: "karras",
        name: "Karras",
        docs: "Evenly spaced in their seventh root: more steps near the picture (Karras et al. 2022, arXiv:2206.00364, equation 5).",
    },
    SigmasRow { sigmas: Sigmas::Exponential, id: "exponential", name: "Exponential", docs: "Evenly spaced in their logarithm." },
    SigmasRow {
        sigmas: Sigmas::Beta,
        id: "beta",
        name: "Beta",
        docs: "At the quantiles of the beta distribution with both parameters 0.6: more steps near both ends (Lee et al. 2024, arXiv:2407.12173).",
    },
    SigmasRow {
        sigmas: Sigmas::Ays,
        id: "ays",
        name: "Align Your Steps (SD 1)",
        docs: "Found by optimisation for ten steps of Stable Diffusion 1, interpolated in the logarithm for others (Sabour et al. 2024, arXiv:2404.14507).",
    },
    SigmasRow { sigmas: Sigmas::AysXl, id: "ays_xl", name: "Align Your Steps (SDXL)", docs: "The same, found for Stable Diffusion XL." },
];

impl fmt::Display for Sigmas {
    /// What [`Sigmas::from_str`] reads.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self, SIGMAS.iter().find(|row| row.sigmas == *self)) {
            (_, Some(row)) => f.write_str(row.id),
            (Sigmas::List(list), None) => f.write_str(&list.iter().map(f32::to_string).collect::<Vec<_>>().join(",")),
            (_, None) => unreachable!("a test looks for the row of every choice but a list"),
        }
    }
}

impl FromStr for Sigmas {
    type Err = Error;

    /// An id of [`SIGMAS`], or a list of numbers separated by commas.
    fn from_str(text: &str) -> Result<Self, Error> {
        if let Some(row) = SIGMAS.iter().find(|row| row.id == text) {
            return Ok(row.sigmas.clone());
        }
        let numbers: Result<Vec<f32>, _> = text.split(',').map(|number| number.trim().parse()).collect();
        numbers.map(Sigmas::List).map_err(|_| Error::Sigmas {
            got: text.into(),
            known: SIGMAS.iter().map(|row| row.id).collect(),
            nearest: nearest(text, SIGMAS.iter().map(|row| row.id)),
        })
    }
}
