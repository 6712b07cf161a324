//! What a request says about sampling, as the solver takes it.

use super::{Request, Settings};
use decant_solver::{Noise, Options};

impl Settings {
    /// The run's choices for [`decant_solver::schedule`] and [`decant_solver::sample`], from the first model call on.
    ///
    /// What a sampler cannot follow, those two refuse.
    pub fn sampling(&self) -> Options {
        let Request { sigmas, spacing, eta, order, cfgpp, .. } = &self.asked;
        let (sigmas, spacing, eta) = (sigmas.clone(), *spacing, *eta);
        Options { sigmas, spacing, eta, order: *order, cfgpp: *cfgpp, ..Options::steps(self.steps) }
    }

    /// The generator of the run's noise, as the seed leaves it.
    pub fn noise(&self) -> Noise {
        Noise::new(self.asked.rng, self.asked.seed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::Defaults;
    use decant_solver::{Rng, Sampler, Sigmas, TimestepSpacing};

    fn defaults() -> Defaults {
        Defaults { prompt: String::new(), steps: 20, guidance: 7.5, sampler: Sampler::Ddim, width: 512, height: 512 }
    }

    #[test]
    fn json_reaches_the_solver() {
        let json = r#"{"sampler":"tcd","sigmas":"karras","spacing":"trailing","eta":0.25,"order":2,"rng":"cuda"}"#;
        let request = Request::from_json(json).expect("all of it is sound");
        let settings = request.settle(&defaults(), 8).expect("defaults fit");
        let spacing = Some(TimestepSpacing::Trailing);
        let options = Options { sigmas: Sigmas::Karras, spacing, eta: Some(0.25), order: Some(2), ..Options::steps(20) };
        assert_eq!((settings.sampling(), request.to_json().as_str()), (options, json));
        assert_eq!(settings.noise().randn(20), Noise::new(Rng::Cuda, 0).randn(20));
        let plain = Request::default().settle(&defaults(), 8).expect("defaults fit");
        assert_eq!(plain.sampling(), Options::steps(20));
    }

    #[test]
    fn a_list_of_sigmas_says_how_many_steps() {
        let request = Request::from_json(r#"{"sigmas":"14.6, 3.5,0"}"#).expect("a list");
        assert_eq!(request.to_json(), r#"{"sigmas":"14.6,3.5,0"}"#);
        assert_eq!(request.settle(&defaults(), 8).expect("defaults fit").steps, 2);
    }

    #[test]
    fn unknown_names_are_told_the_nearest() {
        for (json, near) in [
            (r#"{"sampler":"eular"}"#, "sampler: no sampler is called \"eular\""),
            (r#"{"sigmas":"karas"}"#, "did you mean karras?"),
            (r#"{"spacing":"lagging"}"#, "did you mean leading?"),
            (r#"{"rng":"gpu"}"#, "did you mean cpu?"),
        ] {
            let error = Request::from_json(json).expect_err("no such row").to_string();
            assert!(error.contains(near), "{error}");
        }
    }
}
