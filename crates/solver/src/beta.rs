//! Quantiles of the symmetric beta distribution with parameter 0.6, for beta sigmas
//! (Lee et al., Beta Sampling is All You Need, <https://arxiv.org/abs/2407.12173>).
//!
//! It is `scipy.stats.beta.ppf(p, 0.6, 0.6)` and nothing more of statistics.

/// Both parameters, diffusers' default.
const SHAPE: f64 = 0.6;
/// `B(0.6, 0.6) = Γ(0.6)² / Γ(1.2)`.
const COMPLETE: f64 = 2.415_344_208_002_472_3;

/// The x in [0, 1] below which a share `p` of the distribution lies.
pub(crate) fn quantile(p: f64) -> f64 {
    // The density is symmetric; near 0, halving keeps all digits.
    if p > 0.5 {
        return 1.0 - quantile(1.0 - p);
    }
    let (mut low, mut high) = (0.0, 0.5);
    for _ in 0..200 {
        let middle = (low + high) / 2.0;
        if share_below(middle) < p { low = middle } else { high = middle }
    }
    high * f64::from(u8::from(p > 0.0))
}

/// The regularized incomplete beta function `I_x(0.6, 0.6)` for x up to 0.5, by its power series
/// (Abramowitz & Stegun, 26.5.4): the terms fall at least like 0.5^n.
fn share_below(x: f64) -> f64 {
    let (mut sum, mut term) = (1.0 / SHAPE, 1.0);
    for n in 1..80 {
        let n = f64::from(n);
        term *= x * (n - SHAPE) / n;
        sum += term / (SHAPE + n);
    }
    x.powf(SHAPE) * sum / COMPLETE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_and_the_middle_are_known() {
        assert_eq!((quantile(0.0), quantile(1.0)), (0.0, 1.0));
        assert!((quantile(0.5) - 0.5).abs() < 1e-14);
        assert!((share_below(0.5) - 0.5).abs() < 1e-14, "the complete integral: {:e}", share_below(0.5) - 0.5);
    }
}
