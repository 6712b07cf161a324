//! The conversions agree with each other: known x0 and eps come back, in both scales, from all three outputs.

use decant_solver::PredictionType::{Epsilon, Sample, VPrediction};
use decant_solver::prediction::{from_alpha, from_sigma};

#[test]
fn every_output_gives_back_x0_and_eps() {
    let parts = [(0.5f32, -1.0f32), (-3.0, 0.25), (0.0, 2.0), (1e3, 1e-3)];
    for sigma in [0.03f32, 1.0, 14.6, 4096.0] {
        let alpha = 1.0 / (1.0 + sigma * sigma);
        let (a, b) = (alpha.sqrt(), (1.0 - alpha).sqrt());
        for (x0, eps) in parts {
            let (small, large) = (a * x0 + b * eps, x0 + sigma * eps);
            for (kind, output) in [(Epsilon, eps), (VPrediction, a * eps - b * x0), (Sample, x0)] {
                let one = from_alpha(kind, &[small], &[output], alpha);
                let two = from_sigma(kind, &[large], &[output], sigma);
                // Rounding of x, divided by the factor of what is sought in it.
                let bound_x0 = 1e-6 * (x0.abs() + sigma * eps.abs()) * 2.0;
                let bound_eps = 1e-6 * (eps.abs() + x0.abs() / b.min(sigma)) * 2.0;
                for got in [one, two] {
                    let off = ((got.x0[0] - x0).abs(), (got.eps[0] - eps).abs());
                    let what = format!("{kind:?} at sigma {sigma}: expected {x0}, {eps}, got {got:?}");
                    assert!(off.0 <= bound_x0 && off.1 <= bound_eps, "{what}");
                }
            }
        }
    }
}
