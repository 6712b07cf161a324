//! What a request says about guidance: checked, and as the solver takes it.

use super::{Defaults, Request, Settings, setting};
use crate::error::{Error, ToValue, Value};
use crate::sentence;
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
        let range = |name, got: Value, expected, hint| Error::Range { name, got, expected, hint };
        if let Some(got) = scales.find(|scale| self.cfgpp && !(0.0..=1.0).contains(*scale)) {
            return Err(range(
                "guidance",
                got.to_value(),
                sentence!("0 to 1 with CFG++"),
                sentence!("0.6 is about what 7.5 is without it"),
            ));
        }
        if !setting("rescale").holds(f64::from(self.rescale)) {
            return Err(range(
                "rescale",
                self.rescale.to_value(),
                sentence!("0 to 1"),
                sentence!("0.7 is usual for models that predict v, 0 leaves the prediction alone"),
            ));
        }
        let ends = [("guidanceFrom", self.guidance_from), ("guidanceUntil", self.guidance_until)];
        if let Some((name, got)) = ends.into_iter().find(|(name, share)| !setting(name).holds(*share)) {
            return Err(range(name, got.to_value(), sentence!("0 to 1, a share of the run"), sentence!("0 is its beginning, 1 its end")));
        }
        if self.guidance_from >= self.guidance_until {
            let expected = sentence!("more than {name}", name = Value::setting("guidanceFrom"));
            let hint = sentence!("let it end after it begins; a guidance of 1 turns it off");
            return Err(range("guidanceUntil", self.guidance_until.to_value(), expected, hint));
        }
        Ok(guidance)
    }
}

impl Settings {
    /// How the run is guided, if its model is asked with and without the prompt.
    pub fn guide(&self) -> Guidance {
        let Request { guidance_curve, guidance_from, guidance_until, rescale, cfgpp, .. } = &self.request;
        let (from, until) = (*guidance_from, *guidance_until);
        Guidance { scale: self.guidance, curve: guidance_curve.clone(), from, until, rescale: *rescale, cfgpp: *cfgpp }
    }

    /// Whether a model that can be is asked with the prompt and without, at some call of the run at least.
    pub fn guided(&self) -> bool {
        self.guide().ever()
    }

    /// Refuses guidance that is asked for, and in a run of so many model calls comes to none.
    pub(crate) fn guides_any(&self, calls: usize) -> Result<(), Error> {
        let guide = self.guide();
        if (0..calls).any(|call| guide.scale(call, calls).is_some()) {
            return Ok(());
        }
        let calls = if calls == 1 { sentence!("1 model call") } else { sentence!("{n} model calls", n = calls) };
        let problem = match guide.curve.is_empty() {
            true => sentence!(
                "{first} {from} to {last} {until} guides none of the run's {calls}; take more steps, guide for more of them, or turn guidance off with 1",
                first = Value::setting("guidanceFrom"),
                from = guide.from,
                last = Value::setting("guidanceUntil"),
                until = guide.until,
                calls
            ),
            false => sentence!(
                "{name} guides none of the run's {calls}; take more steps, guide for more of them, or turn guidance off with 1",
                name = Value::setting("guidanceCurve"),
                calls
            ),
        };
        Err(Error::Settings { problem })
    }

    /// What is asked for that only a model can follow that is asked with and without the prompt.
    pub(crate) fn needs_two(&self) -> Option<&'static str> {
        let Request { guidance_curve, guidance_from, guidance_until, rescale, cfgpp, .. } = &self.request;
        let given = [
            ("guidanceCurve", !guidance_curve.is_empty()),
            ("guidanceFrom", *guidance_from > 0.0),
            ("guidanceUntil", *guidance_until < 1.0),
            ("rescale", *rescale > 0.0),
            ("cfgpp", *cfgpp),
        ];
        given.into_iter().find(|(_, given)| *given).map(|(name, _)| name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolve(json: &str) -> Result<Settings, Error> {
        Request::from_json(json).expect("well-formed").resolve(&Defaults::of_tests(20), 8)
    }

    #[test]
    fn json_reaches_the_solver() {
        let plain = resolve("{}").expect("all as usual");
        assert_eq!((plain.guide(), plain.needs_two()), (Guidance::constant(7.5), None));
        let json = r#"{"guidance":3,"rescale":0.7,"guidanceFrom":0.25,"guidanceUntil":0.75,"guidanceCurve":[1,3.5]}"#;
        let guide = Guidance { scale: 3.0, curve: vec![1.0, 3.5], from: 0.25, until: 0.75, rescale: 0.7, cfgpp: false };
        let settings = resolve(json).expect("all in range");
        assert_eq!((settings.guide(), settings.needs_two()), (guide, Some("guidanceCurve")));
        assert_eq!(resolve(r#"{"cfgpp":true}"#).expect("a scale of its own").guide(), Guidance { cfgpp: true, ..Guidance::constant(0.6) });
        let read = Request::from_json(json).expect("well-formed");
        assert_eq!(Request::from_json(&read.to_json()).expect("just written"), read);
    }

    #[test]
    fn guidance_that_comes_to_nothing_is_refused() {
        let guides = |json: &str, calls| resolve(json).expect("well-formed").guides_any(calls).map_err(|error| error.to_string());
        let narrow = r#"{"guidanceFrom": 0.5, "guidanceUntil": 0.52}"#;
        let sentence = "settings: guidanceFrom 0.5 to guidanceUntil 0.52 guides none of the run's 20 model calls; \
                        take more steps, guide for more of them, or turn guidance off with 1";
        assert_eq!(guides(narrow, 20).expect_err("none lies between"), sentence);
        guides(narrow, 50).expect("one does");
        guides("{}", 1).expect("the only one");
        let curve = r#"{"guidanceCurve": [1, 7.5, 1]}"#;
        assert!(
            guides(curve, 2).expect_err("both ends are 1").starts_with("settings: guidanceCurve guides none of the run's 2 model calls;")
        );
        guides(curve, 3).expect("the middle one");
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
            let error = resolve(json).expect_err("out of range").to_string();
            assert!(error.starts_with(sentence), "{error}");
        }
    }
}
