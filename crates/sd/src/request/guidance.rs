//! What a request says about guidance: checked, and as the solver takes it.

use super::{Defaults, Request, Settings, setting};
use crate::error::Error;
use decant_solver::Guidance;

/// The scale of CFG++ where none is given: the paper's counterpart of 7.5 (arXiv:2406.08070, table 1).
const CFGPP: f32 = 0.6;

impl Request {
    /// The scale, after a look at all that is said of guidance.
    pub(super) fn checked_guidance(&self, defaults: &Defaults) -> Result<f32, Error> {
        let guidance = self.guidance.unwrap_or(if self.cfgpp { CFGPP } else { defaults.guidance });
        let mut scales = std::iter::once(&guidance).chain(&self.guidance_curve);
        if let Some(got) = scales.clone().find(|scale| !setting("guidance").holds(f64::from(**scale))) {
            return Err(Error::Guidance { got: *got });
        }
        let range = |name, got: String, expected, hint| Error::Range { name, got, expected, hint };
        if let Some(got) = scales.find(|scale| self.cfgpp && !(0.0..=1.0).contains(*scale)) {
            return Err(range("guidance", got.to_string(), "0 to 1 with CFG++", "0.6 is about what 7.5 is without it"));
        }
        if !setting("rescale").holds(f64::from(self.rescale)) {
            return Err(range(
                "rescale",
                self.rescale.to_string(),
                "0 to 1",
                "0.7 is usual for models that predict v, 0 leaves the prediction alone",
            ));
        }
        let ends = [("guidanceFrom", self.guidance_from), ("guidanceUntil", self.guidance_until)];
        if let Some((name, got)) = ends.into_iter().find(|(name, share)| !setting(name).holds(*share)) {
            return Err(range(name, got.to_string(), "0 to 1, a share of the run", "0 is its beginning, 1 its end"));
        }
        if self.guidance_from >= self.guidance_until {
            let hint = "let it end after it begins; a guidance of 1 turns it off";
            return Err(range("guidanceUntil", self.guidance_until.to_string(), "more than guidanceFrom", hint));
        }
        Ok(guidance)
    }
}

impl Settings {
    /// How the run is guided, if its model is asked with and without the prompt.
    pub fn guide(&self) -> Guidance {
        let Request { guidance_curve, guidance_from, guidance_until, rescale, cfgpp, .. } = &self.asked;
        let (from, until) = (*guidance_from, *guidance_until);
        Guidance { scale: self.guidance, curve: guidance_curve.clone(), from, until, rescale: *rescale, cfgpp: *cfgpp }
    }

    /// Whether a model that can be is asked with the prompt and without, at some call of the run at least.
    pub fn guided(&self) -> bool {
        self.guide().ever()
    }

    /// What is asked for that only a model can follow that is asked with and without the prompt.
    pub(crate) fn needs_two(&self) -> Option<&'static str> {
        let Request { guidance_curve, guidance_from, guidance_until, rescale, cfgpp, .. } = &self.asked;
        let asked = [
            ("guidanceCurve", !guidance_curve.is_empty()),
            ("guidanceFrom", *guidance_from > 0.0),
            ("guidanceUntil", *guidance_until < 1.0),
            ("rescale", *rescale > 0.0),
            ("cfgpp", *cfgpp),
        ];
        asked.into_iter().find(|(_, asked)| *asked).map(|(name, _)| name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settle(json: &str) -> Result<Settings, Error> {
        Request::from_json(json).expect("well-formed").settle(&Defaults::of_tests(20), 8)
    }

    #[test]
    fn json_reaches_the_solver() {
        let plain = settle("{}").expect("all as usual");
        assert_eq!((plain.guide(), plain.needs_two()), (Guidance::constant(7.5), None));
        let json = r#"{"guidance":3,"rescale":0.7,"guidanceFrom":0.25,"guidanceUntil":0.75,"guidanceCurve":[1,3.5]}"#;
        let guide = Guidance { scale: 3.0, curve: vec![1.0, 3.5], from: 0.25, until: 0.75, rescale: 0.7, cfgpp: false };
        let settings = settle(json).expect("all in range");
        assert_eq!((settings.guide(), settings.needs_two()), (guide, Some("guidanceCurve")));
        assert_eq!(settle(r#"{"cfgpp":true}"#).expect("a scale of its own").guide(), Guidance { cfgpp: true, ..Guidance::constant(0.6) });
        let read = Request::from_json(json).expect("well-formed");
        assert_eq!(Request::from_json(&read.to_json()).expect("just written"), read);
    }

    #[test]
    fn what_is_out_of_range_is_refused() {
        for (json, sentence) in [
            (r#"{"guidanceCurve":[3,1e39]}"#, "guidance is inf, expected -1000 to 1000; 1 turns guidance off, 7.5 is usual"),
            (r#"{"guidance":1e30}"#, "guidance is 1000000000000000000000000000000, expected -1000 to 1000; "),
            (r#"{"cfgpp":true,"guidance":7.5}"#, "guidance is 7.5, expected 0 to 1 with CFG++; 0.6 is about what 7.5 is without it"),
            (r#"{"rescale":-0.5}"#, "rescale is -0.5, expected 0 to 1; "),
            (r#"{"guidanceUntil":1.5}"#, "guidanceUntil is 1.5, expected 0 to 1, a share of the run; 0 is its beginning, 1 its end"),
            (r#"{"guidanceFrom":0.5,"guidanceUntil":0.5}"#, "guidanceUntil is 0.5, expected more than guidanceFrom; "),
        ] {
            let error = settle(json).expect_err("out of range").to_string();
            assert!(error.starts_with(sentence), "{error}");
        }
    }
}
