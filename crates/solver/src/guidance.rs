//! Guidance: how strongly the prompt pulls, at which model calls, and what is done to the answer.
//!
//! It is formulas on two predictions, and says when two are needed; asking the model twice is the caller's affair.
//!
//! ```
//! use decant_solver::Guidance;
//!
//! let (uncond, cond) = ([0.0, 1.0], [1.0, 1.5]);
//! assert_eq!(decant_solver::classifier_free(&uncond, &cond, 7.5), [7.5, 4.75]);
//! assert_eq!(decant_solver::classifier_free(&uncond, &cond, 1.0), cond); // 1 = the prompt alone
//!
//! let late = Guidance { from: 0.5, ..Guidance::constant(7.5) };
//! assert_eq!((late.scale(4, 10), late.scale(5, 10)), (None, Some(7.5))); // the first five calls of ten ask once
//! ```

/// How a run is guided.
#[derive(Clone, Debug, PartialEq)]
pub struct Guidance {
    /// diffusers' `guidance_scale`; 1 or less is none, except with `cfgpp`, where it is 0 to 1.
    pub scale: f32,
    /// Scales instead of that one: the first at the first call, the last at the last, the others evenly between, and straight lines from
    /// one to the next. Empty: one scale for all.
    pub curve: Vec<f32>,
    /// The share of the run's model calls before guidance begins, rounded down to a call (as `start` of diffusers' `ClassifierFreeGuidance`).
    pub from: f64,
    /// The share of the run's model calls after which it ends, rounded down to a call (`stop` there).
    pub until: f64,
    /// diffusers' `guidance_rescale`: how much of the guided prediction's spread is set back to that of the prompt's alone.
    pub rescale: f32,
    /// CFG++: the step adds back the noise that was predicted without the prompt ([`crate::Options::cfgpp`]).
    pub cfgpp: bool,
}

impl Guidance {
    /// The same at all calls.
    pub fn constant(scale: f32) -> Self {
        Self { scale, curve: Vec::new(), from: 0.0, until: 1.0, rescale: 0.0, cfgpp: false }
    }

    /// The scale at `call` of so many, or None where the model is asked once, with the prompt alone.
    pub fn scale(&self, call: usize, calls: usize) -> Option<f32> {
        let at = |share: f64| (share * calls as f64) as usize;
        let scale = if self.curve.is_empty() { self.scale } else { self.on_the_curve(call, calls) };
        (at(self.from)..at(self.until)).contains(&call).then_some(scale).filter(|scale| self.cfgpp || *scale > 1.0)
    }

    /// Whether two predictions are needed at any call.
    pub fn ever(&self) -> bool {
        self.cfgpp || if self.curve.is_empty() { self.scale > 1.0 } else { self.curve.iter().any(|scale| *scale > 1.0) }
    }

    /// Whether one may be enough at some call.
    pub fn rests(&self) -> bool {
        self.from > 0.0 || self.until < 1.0 || !self.cfgpp && self.curve.iter().any(|scale| *scale <= 1.0)
    }

    fn on_the_curve(&self, call: usize, calls: usize) -> f32 {
        let last = self.curve.len() - 1;
        let place = if calls > 1 { call as f64 / (calls - 1) as f64 * last as f64 } else { 0.0 };
        let below = (place as usize).min(last);
        let (low, high) = (self.curve[below], self.curve[(below + 1).min(last)]);
        low + (high - low) * (place - below as f64) as f32
    }

    /// Both predictions as one, at a scale of [`Guidance::scale`].
    ///
    /// # Panics
    /// When the two predictions differ in length: they come from one batch, so that is the caller's bug.
    pub fn combine(&self, uncond: &[f32], cond: &[f32], scale: f32) -> Vec<f32> {
        let guided = classifier_free(uncond, cond, scale);
        if self.rescale > 0.0 { rescaled(guided, cond, self.rescale) } else { guided }
    }
}

/// `uncond + scale * (cond - uncond)`, in diffusers' order of operations
/// (Ho & Salimans, Classifier-Free Diffusion Guidance, <https://arxiv.org/abs/2207.12598>, equation 6;
/// diffusers' `scale` is the paper's `1 + w`).
///
/// # Panics
/// When the two predictions differ in length: they come from one batch, so that is the caller's bug.
pub fn classifier_free(uncond: &[f32], cond: &[f32], scale: f32) -> Vec<f32> {
    assert_eq!(uncond.len(), cond.len(), "guidance needs two predictions of one length");
    uncond.iter().zip(cond).map(|(u, c)| u + scale * (c - u)).collect()
}

/// The guided prediction, so much of it as `share` says scaled to the spread that the prompt's own prediction has
/// (Lin et al., Common Diffusion Noise Schedules and Sample Steps are Flawed, <https://arxiv.org/abs/2305.08891>, equations 15 and 16;
/// diffusers' `rescale_noise_cfg`).
fn rescaled(guided: Vec<f32>, cond: &[f32], share: f32) -> Vec<f32> {
    let factor = (deviation(cond) / deviation(&guided)) as f32;
    // A flat prediction has no spread to restore.
    let factor = if factor.is_finite() { factor } else { 1.0 };
    guided.into_iter().map(|x| share * (x * factor) + (1.0 - share) * x).collect()
}

/// `torch.std`: of a sample, hence one less than its length.
fn deviation(values: &[f32]) -> f64 {
    let count = values.len() as f64;
    let mean = values.iter().map(|&x| f64::from(x)).sum::<f64>() / count;
    (values.iter().map(|&x| (f64::from(x) - mean).powi(2)).sum::<f64>() / (count - 1.0)).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guidance_begins_and_ends_at_whole_calls() {
        let scales = |from, until, calls| -> Vec<bool> {
            let guidance = Guidance { from, until, ..Guidance::constant(2.0) };
            (0..calls).map(|call| guidance.scale(call, calls).is_some()).collect()
        };
        assert_eq!(scales(0.0, 1.0, 3), [true; 3]);
        assert_eq!(scales(0.2, 0.8, 4), [true, true, true, false]); // 0.8 and 3.2, rounded down
        assert_eq!(scales(0.5, 1.0, 5), [false, false, true, true, true]);
        assert_eq!(scales(0.0, 0.9, 1), [false]);
        assert_eq!(Guidance::constant(1.0).scale(0, 1), None);
        assert!(!Guidance::constant(1.0).ever() && !Guidance::constant(2.0).rests());
        assert_eq!(Guidance { cfgpp: true, ..Guidance::constant(0.6) }.scale(0, 1), Some(0.6));
    }

    #[test]
    fn a_curve_goes_through_its_scales() {
        let curve = |curve: &[f32], calls| -> Vec<Option<f32>> {
            let guidance = Guidance { curve: curve.to_vec(), ..Guidance::constant(9.0) };
            (0..calls).map(|call| guidance.scale(call, calls)).collect()
        };
        assert_eq!(curve(&[3.0, 7.0], 5), [3.0, 4.0, 5.0, 6.0, 7.0].map(Some));
        assert_eq!(curve(&[2.0, 4.0, 1.0], 5), [Some(2.0), Some(3.0), Some(4.0), Some(2.5), None]); // 1 asks once
        assert_eq!(curve(&[5.0], 2), [Some(5.0); 2]);
        let pausing = Guidance { curve: vec![5.0, 1.0], ..Guidance::constant(0.0) };
        assert!(pausing.ever() && pausing.rests());
        assert_eq!(curve(&[5.0, 1.0], 1), [Some(5.0)]);
    }

    #[test]
    fn rescaling_restores_the_prompts_spread() {
        let (uncond, cond) = ([0.5, -1.0, 2.0, 0.0], [1.0, -2.0, 2.5, 0.25]);
        let whole = Guidance { rescale: 1.0, ..Guidance::constant(7.5) }.combine(&uncond, &cond, 7.5);
        assert!((deviation(&whole) - deviation(&cond)).abs() < 1e-6);
        let half = Guidance { rescale: 0.5, ..Guidance::constant(7.5) }.combine(&uncond, &cond, 7.5);
        let plain = classifier_free(&uncond, &cond, 7.5);
        assert!(half.iter().zip(&plain).zip(&whole).all(|((half, plain), whole)| (half - (plain + whole) / 2.0).abs() < 1e-5));
        let flat = Guidance { rescale: 1.0, ..Guidance::constant(2.0) }.combine(&[0.0; 3], &[0.0; 3], 2.0);
        assert_eq!(flat, [0.0; 3]);
    }
}
