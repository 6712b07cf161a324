//! Align Your Steps: noise levels found by optimisation, as a table and its interpolation.
//!
//! The figures are those that the authors published for ten steps
//! (Sabour, Fidler & Kreis, Align Your Steps, <https://arxiv.org/abs/2404.14507>); diffusers' `AysSchedules` has them to three digits.

use crate::linspace::linspace;

/// Where each of ten steps starts, and where the table ends; the last step goes to 0 instead.
pub(crate) type Table = [f64; 11];

pub(crate) const SD: Table = [
    14.6146412293,
    6.4745760956,
    3.8636745985,
    2.6946151520,
    1.8841921177,
    1.3943805092,
    0.9642583904,
    0.6523686016,
    0.3977456272,
    0.1515232662,
    0.0291671582,
];

pub(crate) const SDXL: Table = [
    14.6146412293,
    6.3184485287,
    3.7681790315,
    2.1811480769,
    1.3405244945,
    0.8620721141,
    0.5550693289,
    0.3798540708,
    0.2332364134,
    0.1114188177,
    0.0291671582,
];

/// `steps + 1` sigmas, linear in their logarithm between the table's, and 0 at the end.
pub(crate) fn interpolate(table: &Table, steps: usize) -> Vec<f32> {
    let between = |at: f64| {
        let below = (at.floor() as usize).min(table.len() - 2);
        let (low, high) = (table[below].ln(), table[below + 1].ln());
        (low + (high - low) * (at - below as f64)).exp() as f32
    };
    let mut sigmas: Vec<f32> = linspace(0.0, (table.len() - 1) as f64, steps + 1).into_iter().map(between).collect();
    sigmas[steps] = 0.0;
    sigmas
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `AysSchedules.StableDiffusionSigmas` and `StableDiffusionXLSigmas` of diffusers 0.42.1.
    #[test]
    fn ten_steps_are_diffusers() {
        let sd = [14.615, 6.475, 3.861, 2.697, 1.886, 1.396, 0.963, 0.652, 0.399, 0.152, 0.0];
        let xl = [14.615, 6.315, 3.771, 2.181, 1.342, 0.862, 0.555, 0.380, 0.234, 0.113, 0.0];
        for (table, want) in [(SD, sd), (SDXL, xl)] {
            for (got, want) in interpolate(&table, 10).into_iter().zip(want) {
                assert!((got - want).abs() < 0.005, "expected {want}, got {got}");
            }
        }
    }

    #[test]
    fn any_number_of_steps_falls_to_zero() {
        for steps in [1, 2, 7, 10, 31, 1000] {
            let sigmas = interpolate(&SD, steps);
            assert_eq!((sigmas.len(), sigmas[0], sigmas[steps]), (steps + 1, SD[0] as f32, 0.0));
            assert!(sigmas.windows(2).all(|pair| pair[0] > pair[1]), "{steps}: {sigmas:?}");
        }
    }
}
