//! Which noise levels a run visits, where the timesteps do not say: curves between two ends, and lists.
//!
//! It decides between the run's choice and the configuration's, and computes in double as diffusers does.
//! What the model is then told, and where the last step ends, is in `sigmas.rs`.

use crate::linspace::linspace;
use crate::setup::Setup;
use crate::sigma_rule::SigmaRule;
use crate::{Error, Sigmas, ays, beta};

/// A curve of sigmas.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Curve {
    /// Those of the timesteps.
    Model,
    Karras,
    Exponential,
    Beta,
    /// Exponential, with the timesteps rounded.
    Lu,
    /// One more than steps.
    List(Vec<f32>),
}

impl Curve {
    /// Which curve: the run's choice, else the configuration's, for classes that know any.
    pub fn of(setup: &Setup<'_>, rule: SigmaRule) -> Result<Curve, Error> {
        let config = setup.config;
        let chosen = match &setup.options.sigmas {
            Sigmas::Config | Sigmas::Model => Curve::Model,
            Sigmas::Karras => Curve::Karras,
            Sigmas::Exponential => Curve::Exponential,
            Sigmas::Beta => Curve::Beta,
            Sigmas::Ays => Curve::List(ays::interpolate(&ays::SD, setup.steps()?)),
            Sigmas::AysXl => Curve::List(ays::interpolate(&ays::SDXL, setup.steps()?)),
            Sigmas::List(list) => Curve::List(checked(setup, list)?),
        };
        if setup.options.sigmas != Sigmas::Config || !setup.class.curves {
            return Ok(chosen);
        }
        let lu = config.use_lu_lambdas && rule.reads.lu;
        match (config.use_karras_sigmas, config.use_exponential_sigmas, config.use_beta_sigmas) {
            (true, false, false) => Ok(Curve::Karras),
            (false, false, false) if lu => Ok(Curve::Lu),
            (false, true, false) => Ok(if lu { Curve::Lu } else { Curve::Exponential }),
            (false, false, true) => Ok(if lu { Curve::Lu } else { Curve::Beta }),
            (false, false, false) => Ok(Curve::Model),
            _ => Err(Error::Value {
                key: "use_karras_sigmas, use_exponential_sigmas and use_beta_sigmas",
                got: "true more than once".into(),
                expected: "at most one of them to be true".into(),
                hint: "choose one",
            }),
        }
    }

    /// Its sigmas between `ends`, in as many steps; a list has one more. None where the timesteps say which.
    pub fn sigmas(&self, setup: &Setup<'_>, rule: SigmaRule, ends: (f64, f64)) -> Option<Vec<f64>> {
        let (config, n) = (setup.config, setup.options.steps);
        let chosen = (config.sigma_min.unwrap_or(ends.0), config.sigma_max.unwrap_or(ends.1));
        let (low, high) = match self {
            Curve::Karras if !rule.reads.karras_ends => ends,
            Curve::Lu => ends,
            _ => chosen,
        };
        match self {
            Curve::Model => None,
            Curve::Karras => Some(karras(low, high, n)),
            Curve::Exponential | Curve::Lu => Some(linspace(high.ln(), low.ln(), n).into_iter().map(f64::exp).collect()),
            Curve::Beta => Some(linspace(0.0, 1.0, n).into_iter().map(|p| low + beta::quantile(1.0 - p) * (high - low)).collect()),
            Curve::List(list) => Some(list.iter().map(|&sigma| f64::from(sigma)).collect()),
        }
    }
}

/// The largest sigma of a list. Models are trained to 14.6, with zero-terminal SNR to 4096; beyond, squares soon overflow.
const MOST: f32 = 100_000.0;

/// A list of sigmas that can be sampled along.
fn checked(setup: &Setup<'_>, list: &[f32]) -> Result<Vec<f32>, Error> {
    let falling = list.windows(2).all(|pair| pair[0] > pair[1]);
    let (first, last) = (list.first().copied().unwrap_or(f32::NAN), list.last().copied().unwrap_or(f32::NAN));
    if list.len() == setup.steps()? + 1 && falling && first <= MOST && last >= 0.0 {
        return Ok(list.to_vec());
    }
    Err(Error::SigmaList { length: list.len(), first, last, expected: setup.options.steps + 1, most: MOST })
}

/// Sigmas evenly spaced in their seventh root
/// (Karras et al., Elucidating the Design Space of Diffusion-Based Generative Models, <https://arxiv.org/abs/2206.00364>, equation 5).
fn karras(low: f64, high: f64, n: usize) -> Vec<f64> {
    let rho = 7.0;
    let (low, high) = (low.powf(1.0 / rho), high.powf(1.0 / rho));
    linspace(0.0, 1.0, n).into_iter().map(|ramp| (high + ramp * (low - high)).powf(rho)).collect()
}
