//! Flags about sampling and guidance. What each name means comes from the solver's tables.

use super::help;
use crate::Failure;
use clap::Args;
use decant_sd::request::Request;
use decant_solver::{RNGS, SAMPLERS, SIGMAS, Sampler, SamplerRow, TIMESTEP_SPACINGS, TimestepSpacing};

#[derive(Args)]
pub(crate) struct Sampling {
    #[arg(long, value_name = "ID", help_heading = "Sampling", help = help("sampler"), long_help = samplers())]
    pub sampler: Option<String>,
    #[arg(long, value_name = "ID or LIST", help_heading = "Sampling", help = help("sigmas"), long_help = sigmas())]
    pub sigmas: Option<String>,
    #[arg(long, value_name = "ID", help_heading = "Sampling", help = help("spacing"), long_help = spacings())]
    pub spacing: Option<String>,
    #[arg(long, value_name = "SHARE", help_heading = "Sampling", help = with("eta", those(|row| Some(format!("{}: {}", row.id, row.eta()?)))))]
    pub eta: Option<f64>,
    #[arg(long, value_name = "N", help_heading = "Sampling", help = with("order", those(|row| Some(format!("{}: {}", row.id, row.highest_order()?)))))]
    pub order: Option<usize>,
    #[arg(long, value_name = "ID", help_heading = "Sampling", help = help("rng"), long_help = rngs())]
    pub rng: Option<String>,
    #[arg(long, help_heading = "Sampling", help = with("zeroSnr", those(|row| row.zero_snr().then(|| row.id.into()))))]
    pub zero_snr: bool,
    #[arg(long, value_name = "SHARE", help_heading = "Guidance", help = help("rescale"))]
    pub rescale: Option<f32>,
    #[arg(long, value_name = "SHARE", help_heading = "Guidance", help = help("guidanceFrom"))]
    pub guidance_from: Option<f64>,
    #[arg(long, value_name = "SHARE", help_heading = "Guidance", help = help("guidanceUntil"))]
    pub guidance_until: Option<f64>,
    #[arg(long, value_name = "SCALES", value_delimiter = ',', help_heading = "Guidance", help = help("guidanceCurve"))]
    pub guidance_curve: Option<Vec<f32>>,
    #[arg(long, help_heading = "Guidance", help = with("cfgpp", those(|row| row.cfgpp.then(|| row.id.into()))))]
    pub cfgpp: bool,
}

impl Sampling {
    /// What was given; the rest stays as it is.
    pub fn apply(&self, request: &mut Request) -> Result<(), Failure> {
        if let Some(id) = &self.sampler {
            let sampler = Sampler::from_id(id)?;
            request.sampler = Some(sampler);
            // What a record's own sampler read; what is typed beside this one comes after, and is refused.
            request.zero_snr &= !self.zero_snr;
            (request.eta, request.order) = (request.eta.filter(|_| self.eta.is_none()), request.order.filter(|_| self.order.is_none()));
            request.leave_out_unread(sampler).iter().for_each(|note| note!("settings: {note}"));
        }
        if let Some(sigmas) = &self.sigmas {
            request.sigmas = sigmas.parse()?;
        }
        if let Some(id) = &self.spacing {
            request.spacing = Some(TimestepSpacing::from_id(id)?);
        }
        if let Some(id) = &self.rng {
            request.rng = id.parse()?;
        }
        request.eta = self.eta.or(request.eta);
        request.order = self.order.or(request.order);
        request.zero_snr |= self.zero_snr;
        request.rescale = self.rescale.unwrap_or(request.rescale);
        request.guidance_from = self.guidance_from.unwrap_or(request.guidance_from);
        request.guidance_until = self.guidance_until.unwrap_or(request.guidance_until);
        self.guidance_curve.iter().for_each(|curve| request.guidance_curve.clone_from(curve));
        request.cfgpp |= self.cfgpp;
        Ok(())
    }
}

fn samplers() -> String {
    list(&format!("{}:", help("sampler")), SAMPLERS.iter().map(|row| (row.id, row.summary())))
}

fn sigmas() -> String {
    let about = format!("{}: falling numbers such as 14.6,3,0.5,0, one more than steps, or", help("sigmas"));
    list(&about, SIGMAS.iter().map(|row| (row.id, row.docs.into())))
}

fn spacings() -> String {
    list(&format!("{}:", help("spacing")), TIMESTEP_SPACINGS.iter().map(|(id, spacing)| (*id, spacing.docs().into())))
}

fn rngs() -> String {
    list(&format!("{}:", help("rng")), RNGS.iter().map(|row| (row.id, row.docs.into())))
}

/// A setting's help, and which samplers read it.
fn with(name: &str, able: String) -> String {
    format!("{} ({able})", help(name))
}

/// The samplers that something can be said of.
fn those(say: impl Fn(&SamplerRow) -> Option<String>) -> String {
    SAMPLERS.iter().filter_map(say).collect::<Vec<_>>().join(", ")
}

fn list(about: &str, rows: impl Iterator<Item = (&'static str, String)>) -> String {
    rows.fold(about.to_string(), |list, (id, docs)| format!("{list}\n- {id}: {docs}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::{CommandFactory, FromArgMatches};

    #[derive(clap::Parser)]
    struct Alone {
        #[command(flatten)]
        sampling: Sampling,
    }

    fn applied(words: &str) -> Result<Request, Failure> {
        let matches = Alone::command().get_matches_from(std::iter::once("decant").chain(words.split_whitespace()));
        let mut request = Request::default();
        Alone::from_arg_matches(&matches)?.sampling.apply(&mut request)?;
        Ok(request)
    }

    #[test]
    fn every_flag_reaches_the_request() {
        let words = "--sampler tcd --sigmas 3,1,0 --spacing trailing --eta 0.5 --order 2 --rng cuda --zero-snr \
                     --rescale 0.7 --guidance-from 0.1 --guidance-until 0.9 --guidance-curve 1,7.5,3 --cfgpp";
        let json = r#"{"sampler":"tcd","sigmas":"3,1,0","spacing":"trailing","eta":0.5,"order":2,"rng":"cuda","zeroSnr":true,
                       "rescale":0.7,"guidanceFrom":0.1,"guidanceUntil":0.9,"guidanceCurve":[1,7.5,3],"cfgpp":true}"#;
        assert_eq!(applied(words).expect("all of it is sound"), Request::from_json(json).expect("all of it is sound"));
        assert_eq!(applied("").expect("nothing is asked"), Request::default());
    }

    #[test]
    fn what_has_no_row_is_told_the_nearest() {
        for (words, hint) in [
            ("--sampler DPM++2M", "did you mean dpmpp_2m?"),
            ("--sigmas karas", "did you mean karras?"),
            ("--spacing lead", "did you mean leading?"),
            ("--rng gpu", "did you mean cpu?"),
        ] {
            let error = applied(words).expect_err("no such row").to_string();
            assert!(error.ends_with(hint), "{error}");
        }
    }

    #[test]
    fn headings_are_over_their_own_flags_alone() {
        let command = crate::arguments::Arguments::command();
        let generate = command.get_subcommands().find(|command| command.get_name() == "generate").expect("there is one");
        let under = |heading| generate.get_arguments().filter(|flag| flag.get_help_heading() == Some(heading)).count();
        let own = Alone::command();
        for (heading, flags) in [("Sampling", 7), ("Guidance", 5)] {
            assert_eq!(
                (under(heading), own.get_arguments().filter(|flag| flag.get_help_heading() == Some(heading)).count()),
                (flags, flags)
            );
        }
    }

    #[test]
    fn help_has_every_row() {
        let help = Alone::command().render_long_help().to_string();
        let ids = SAMPLERS.iter().map(|row| row.id).chain(SIGMAS.iter().map(|row| row.id)).chain(RNGS.iter().map(|row| row.id));
        for id in ids {
            assert!(help.contains(&format!("- {id}: ")), "{id} is missing from:\n{help}");
        }
    }
}
