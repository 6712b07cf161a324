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
        /// The configuration's key that says so.
        key: &'static str,
    },
    /// A choice of the run's that this sampler cannot follow.
    Choice {
        /// The sampler's id.
        sampler: &'static str,
        /// The field of [`crate::Options`].
        choice: &'static str,
        /// The value found.
        got: String,
        /// What would have been right.
        expected: String,
        /// What to do about it.
        hint: &'static str,
    },
    /// CFG++ with a sampler that it is not defined for.
    Cfgpp {
        /// The sampler's id.
        sampler: &'static str,
        /// Those that it is defined for.
        able: Vec<&'static str>,
    },
    /// Text that names no noise levels.
    Sigmas {
        /// The text.
        got: String,
        /// The names there are; a list of numbers is right, too.
        known: Vec<&'static str>,
        /// The nearest of them, if any is near.
        nearest: Option<String>,
    },
    /// A list of noise levels that cannot be sampled along.
    SigmaList {
        /// How many there are.
        length: usize,
        /// The first; NaN where there is none.
        first: f32,
        /// The last; NaN where there is none.
        last: f32,
        /// How many falling ones are needed, to 0 or more.
        expected: usize,
        /// The largest that the first may be.
        most: f32,
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
    /// Numbers that stopped being numbers: no picture can come of them.
    NotFinite {
        /// `the model's prediction` or `the latents`.
        what: &'static str,
        /// The model call, from 1.
        call: usize,
        /// Of how many.
        total: usize,
        /// The timestep the model was asked about.
        timestep: f32,
        /// How many of the values are NaN or infinite, and of how many.
        bad: (usize, usize),
    },
    /// Noise that does not have the latents' length.
    Noise {
        /// The latents' length.
        expected: usize,
        /// The noise's length.
        got: usize,
    },
    /// A name that is not in a table.
    Name {
        /// What it should name.
        what: &'static str,
        /// The name asked for.
        got: String,
        /// The names there are.
        expected: String,
        /// The nearest of them, if any is near.
        nearest: Option<String>,
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
            Self::Steps { got, most, key } => {
                write!(f, "sampling with {got} steps: expected 1 to {most} ({key}); choose a number in that range")
            }
            Self::Choice { sampler, choice, got, expected, hint } => {
                write!(f, "the sampler {sampler} cannot follow {choice} {got}, expected {expected}; {hint}")
            }
            Self::Cfgpp { sampler, able } => write!(
                f,
                "the sampler {sampler} cannot follow cfgpp true, expected false: it is defined for {}; choose one of these",
                able.join(", ")
            ),
            Self::Sigmas { got, known, nearest } => {
                write!(f, "sigmas are {got:?}, expected a list of numbers or one of {}; ", known.join(", "))?;
                did_you_mean(nearest.as_deref(), f)
            }
            Self::SigmaList { length, first, last, expected, most } => write!(
                f,
                "sigmas are a list of {length} from {first} to {last}, expected {expected} falling numbers from {most} at most to 0 or more; \
                 give one more than steps: where the last step ends"
            ),
            Self::Length { timestep, expected, got } => write!(
                f,
                "the model's prediction at timestep {timestep} has {got} values, expected {expected}, as many as the latents; \
                 the model's output shape must be its input shape"
            ),
            Self::NotFinite { what, call, total, timestep, bad: (bad, of) } => write!(
                f,
                "step {call} of {total} (timestep {timestep}): {bad} of {of} values of {what} are NaN or infinite, so the run ends here; \
                 lower the guidance or choose another sampler, and if it stays so, keep the weights as f32 or download the model again"
            ),
            Self::Noise { expected, got } => {
                write!(f, "new noise has {got} values, expected {expected}, as many as the latents; draw as many as are asked for")
            }
            Self::Name { what, got, expected, nearest } => {
                write!(f, "no {what} is called {got:?}, expected one of {expected}; ")?;
                did_you_mean(nearest.as_deref(), f)
            }
        }
    }
}

fn did_you_mean(nearest: Option<&str>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match nearest {
        Some(name) => write!(f, "did you mean {name}?"),
        None => write!(f, "choose one of these"),
    }
}

impl std::error::Error for Error {}

/// The error for a name that is in no row.
pub(crate) fn unknown(what: &'static str, got: &str, ids: impl Iterator<Item = &'static str> + Clone) -> Error {
    let expected = ids.clone().collect::<Vec<_>>().join(", ");
    Error::Name { what, got: got.to_owned(), expected, nearest: nearest(got, ids) }
}

/// The names nearest to what was typed, if they share more with it than they differ; several are joined by "or".
pub fn nearest<'a>(got: &str, ids: impl Iterator<Item = &'a str>) -> Option<String> {
    // Long nonsense is near to nothing, and costs nothing.
    let plain = |text: &str| -> Vec<char> { text.chars().take(64).filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect() };
    let given = plain(&got.replace("++", "pp"));
    let far: Vec<(usize, &str)> = ids.map(|id| (distance(&given, &plain(id)), id)).filter(|(far, id)| far * 2 <= id.len()).collect();
    let least = far.iter().map(|(far, _)| *far).min()?;
    let names: Vec<&str> = far.iter().filter(|(far, _)| *far == least).map(|(_, id)| *id).collect();
    Some(names.join(" or "))
}

/// Levenshtein's: how many letters must be added, taken away or changed.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut corner = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let changed = corner + usize::from(x != y);
            corner = row[j + 1];
            row[j + 1] = changed.min(corner + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}
