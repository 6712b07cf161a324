//! What each channel of latents is like, in four numbers.

use serde::{Serialize, Serializer};

/// One channel's numbers.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Statistics {
    /// Their mean.
    #[serde(serialize_with = "whole")]
    pub mean: f32,
    /// The root of their mean square distance from it.
    #[serde(serialize_with = "whole")]
    pub deviation: f32,
    /// The smallest.
    #[serde(serialize_with = "whole")]
    pub least: f32,
    /// The largest.
    #[serde(serialize_with = "whole")]
    pub largest: f32,
}

/// With all digits, as JavaScript has the number: the few that tell a float32 from the next are another number there.
fn whole<S: Serializer>(value: &f32, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_f64(f64::from(*value))
}

/// Of each channel of `[channels, places]`.
///
/// ```
/// let [two] = decant_sd::latents::statistics(&[1.0, 3.0], 1)[..] else { panic!("one channel") };
/// assert_eq!((two.mean, two.deviation, two.least, two.largest), (2.0, 1.0, 1.0, 3.0));
/// ```
pub fn statistics(values: &[f32], channels: usize) -> Vec<Statistics> {
    values.chunks((values.len() / channels.max(1)).max(1)).map(of_one).collect()
}

fn of_one(values: &[f32]) -> Statistics {
    let count = values.len() as f64;
    let mean = values.iter().map(|value| f64::from(*value)).sum::<f64>() / count;
    let square = values.iter().map(|value| (f64::from(*value) - mean).powi(2)).sum::<f64>() / count;
    let (least, largest) = values.iter().fold((f32::INFINITY, f32::NEG_INFINITY), |(low, high), value| (low.min(*value), high.max(*value)));
    Statistics { mean: mean as f32, deviation: square.sqrt() as f32, least, largest }
}
