//! What a request says about sampling, as the solver takes it.

use super::{Request, Settings};
use crate::error::{Error, Sentence, Value};
use crate::sentence;
use decant_solver::{Noise, Options, SAMPLERS, Sampler, SamplerRow, Sigmas, TimestepSpacing};

/// A number that only some samplers read.
struct Choice {
    /// Its name in JSON.
    name: &'static str,
    value: fn(&Request) -> Option<String>,
    is_read: fn(&SamplerRow) -> bool,
    /// As usual again.
    clear: fn(&mut Request),
}

const CHOICES: [Choice; 3] = [
    Choice {
        name: "eta",
        value: |request| request.eta.map(|eta| eta.to_string()),
        is_read: |row| row.eta().is_some(),
        clear: |request| request.eta = None,
    },
    Choice {
        name: "order",
        value: |request| request.order.map(|order| order.to_string()),
        is_read: |row| row.highest_order().is_some(),
        clear: |request| request.order = None,
    },
    Choice {
        name: "zeroSnr",
        value: |request| request.zero_snr.then(|| "true".into()),
        is_read: SamplerRow::zero_snr,
        clear: |request| request.zero_snr = false,
    },
];

impl Request {
    /// What is asked for that this sampler does not read.
    fn unread(&self, row: &SamplerRow) -> Option<(&'static Choice, String)> {
        CHOICES.iter().filter(|choice| !(choice.is_read)(row)).find_map(|choice| Some((choice, (choice.value)(self)?)))
    }

    /// Refuses what the sampler does not read: it would change nothing, and be recorded as if it did.
    pub(super) fn check_choices(&self, sampler: Sampler) -> Result<(), Error> {
        let Some((choice, got)) = self.unread(sampler.row()) else { return Ok(()) };
        let able: Vec<&str> = SAMPLERS.iter().filter(|row| (choice.is_read)(row)).map(|row| row.id).collect();
        Err(Error::Unread { sampler: sampler.row().id, name: choice.name, got, able })
    }

    /// How the timesteps are spread, where that is read: some samplers have a spread of their own, others none along chosen sigmas. It is left
    /// out and not refused, for records and links that have it.
    pub(super) fn read_spacing(&self, sampler: Sampler) -> Option<TimestepSpacing> {
        self.spacing.filter(|_| sampler.row().reads_spacing(&self.sigmas))
    }

    /// Leaves out what this sampler does not read, and says so: for records of tools that write such numbers down whatever the sampler, and
    /// where a record's sampler is exchanged for another.
    pub fn leave_out_unread(&mut self, sampler: Sampler) -> Vec<Sentence> {
        let mut notes = vec![];
        notes.extend(self.unread_spacing(sampler));
        self.spacing = self.read_spacing(sampler);
        while let Some((choice, got)) = self.unread(sampler.row()) {
            (choice.clear)(self);
            let (name, sampler) = (Value::setting(choice.name), sampler.row().id);
            notes.push(sentence!("{name} {got} is left out: the sampler {sampler} does not read it", name, got, sampler));
        }
        notes
    }
}

impl Request {
    /// That a spacing which is asked for changes nothing with this sampler along these sigmas.
    pub fn unread_spacing(&self, sampler: Sampler) -> Option<Sentence> {
        let spacing = self.spacing.filter(|_| self.read_spacing(sampler).is_none())?;
        let (name, got, row) = (Value::setting("spacing"), spacing.id(), sampler.row());
        if !row.reads_spacing(&Sigmas::Config) {
            return Some(sentence!("{name} {got} is left out: the sampler {sampler} does not read it", name, got, sampler = row.id));
        }
        let sigmas = self.sigmas.to_string();
        Some(sentence!(
            "{name} {got} is left out: the sampler {sampler} does not read it along {sigmas}",
            name,
            got,
            sampler = row.id,
            sigmas
        ))
    }
}

impl Settings {
    /// The run's choices for [`decant_solver::schedule`] and [`decant_solver::sample`], from the first model call on.
    ///
    /// What a sampler cannot follow, those two refuse.
    pub fn sampling(&self) -> Options {
        let Request { sigmas, spacing, eta, order, zero_snr, cfgpp, .. } = &self.request;
        let (sigmas, spacing, eta) = (sigmas.clone(), *spacing, *eta);
        Options {
            sigmas,
            spacing,
            eta,
            order: *order,
            zero_snr: *zero_snr,
            cfgpp: *cfgpp,
            strength: self.spread,
            ..Options::steps(self.steps)
        }
    }

    /// The generator of the run's noise, as the seed leaves it.
    pub fn noise(&self) -> Noise {
        Noise::new(self.request.rng, self.request.seed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::Defaults;
    use decant_solver::Rng;

    fn defaults() -> Defaults {
        Defaults::of_tests(20)
    }

    #[test]
    fn json_reaches_the_solver() {
        let json = r#"{"sampler":"ddim","sigmas":"karras","spacing":"trailing","eta":0.25,"rng":"cuda"}"#;
        let request = Request::from_json(json).expect("all of it is sound");
        let settings = request.resolve(&defaults(), 8).expect("defaults fit");
        let spacing = Some(TimestepSpacing::Trailing);
        let options = Options { sigmas: Sigmas::Karras, spacing, eta: Some(0.25), ..Options::steps(20) };
        assert_eq!((settings.sampling(), request.to_json().as_str()), (options, json));
        assert_eq!(settings.noise().randn(20), Noise::new(Rng::Cuda, 0).randn(20));
        let plain = Request::default().resolve(&defaults(), 8).expect("defaults fit");
        assert_eq!(plain.sampling(), Options::steps(20));
    }

    #[test]
    fn what_the_sampler_does_not_read_is_refused_not_recorded() {
        for row in SAMPLERS {
            let resolve = |json: String| Request::from_json(&json).expect("well-formed").resolve(&defaults(), 8).map(|_| ());
            let eta = resolve(format!(r#"{{"sampler":"{}","eta":0.5}}"#, row.id));
            assert_eq!(eta.is_ok(), row.eta().is_some(), "{}", row.id);
            let order = resolve(format!(r#"{{"sampler":"{}","order":2}}"#, row.id));
            assert_eq!(order.is_ok(), row.highest_order().is_some(), "{}", row.id);
            let zero_snr = resolve(format!(r#"{{"sampler":"{}","zeroSnr":true}}"#, row.id));
            assert_eq!(zero_snr.is_ok(), row.zero_snr(), "{}", row.id);
        }
        let mut request = Request { sampler: Some(Sampler::Euler), eta: Some(0.5), order: Some(2), ..Request::default() };
        assert_eq!(
            request.resolve(&defaults(), 8).expect_err("euler reads neither").to_string(),
            "the sampler euler cannot follow eta 0.5, expected none: ddim, dpmpp_sde, dpmpp_3m_sde, tcd read it; leave it out, or choose one of these"
        );
        let notes = request.leave_out_unread(Sampler::Euler);
        assert_eq!(notes[1].to_string(), "order 2 is left out: the sampler euler does not read it");
        assert_eq!((notes.len(), request), (2, Request { sampler: Some(Sampler::Euler), ..Request::default() }));
    }

    #[test]
    fn a_spacing_that_is_not_read_is_not_recorded() {
        for (sampler, sigmas, is_read) in [
            (Sampler::Euler, Sigmas::Karras, true),
            (Sampler::Dpmpp2m, Sigmas::Config, true),
            (Sampler::Dpmpp2m, Sigmas::Ays, false),
            (Sampler::Lcm, Sigmas::Config, false),
        ] {
            let spacing = Some(TimestepSpacing::Trailing);
            let mut request = Request { sampler: Some(sampler), sigmas, spacing, ..Request::default() };
            let settings = request.resolve(&defaults(), 8).expect("as before");
            assert_eq!(settings.request.spacing, spacing.filter(|_| is_read), "{sampler:?}");
            let notes = request.leave_out_unread(sampler);
            assert_eq!((notes.is_empty(), request.spacing), (is_read, settings.request.spacing), "{notes:?}");
        }
        let request = Request { spacing: Some(TimestepSpacing::Trailing), sigmas: Sigmas::Ays, ..Request::default() };
        let note = request.unread_spacing(Sampler::Deis).expect("it is not read");
        assert_eq!(note.to_string(), "spacing trailing is left out: the sampler deis does not read it along ays");
    }

    #[test]
    fn a_list_of_sigmas_says_how_many_steps() {
        let request = Request::from_json(r#"{"sigmas":"14.6, 3.5,0"}"#).expect("a list");
        assert_eq!(request.to_json(), r#"{"sigmas":"14.6,3.5,0"}"#);
        assert_eq!(request.resolve(&defaults(), 8).expect("defaults fit").steps, 2);
    }

    #[test]
    fn unknown_names_are_refused_with_the_nearest() {
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
