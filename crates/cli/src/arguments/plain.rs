//! Flags that mean what their settings do: each is made from its setting's row, so that a new setting needs none of its own here.

use crate::Failure;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches};
use decant_sd::request::{Flag, Kind, Request, SETTINGS, SettingRow};
use serde_json::Value;

/// What was typed: settings' names in JSON, and their values.
pub(crate) struct Plain {
    given: Vec<(&'static str, Value)>,
}

impl Plain {
    /// What was typed, as what it means.
    pub fn apply(&self, request: &mut Request) -> Result<(), Failure> {
        for (name, value) in &self.given {
            *request = request.with(name, value.clone())?;
        }
        Ok(())
    }
}

impl Args for Plain {
    fn augment_args(command: Command) -> Command {
        command.args(rows().map(argument))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Plain::augment_args(command)
    }
}

impl FromArgMatches for Plain {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Plain, clap::Error> {
        let value = |row: &SettingRow| match row.kind {
            Kind::Switch => matches.get_flag(row.name).then_some(Value::Bool(true)),
            _ => matches.get_one::<Value>(row.name).cloned(),
        };
        Ok(Plain { given: rows().filter_map(|row| Some((row.name, value(row)?))).collect() })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        self.given.extend(Plain::from_arg_matches(matches)?.given);
        Ok(())
    }
}

fn rows() -> impl Iterator<Item = &'static SettingRow> {
    SETTINGS.iter().filter(|row| matches!(row.flag, Flag::Plain(..)))
}

fn argument(row: &'static SettingRow) -> Arg {
    let Flag::Plain(flag, value) = row.flag else { unreachable!("the others are declared in the files beside this one") };
    let argument = Arg::new(row.name).long(flag).help(row.help);
    match row.kind {
        Kind::Switch => argument.action(ArgAction::SetTrue),
        Kind::Text => argument.value_name(value).allow_hyphen_values(true).value_parser(|typed: &str| Ok::<_, String>(Value::from(typed))),
        Kind::Whole => argument.value_name(value).value_parser(whole),
        Kind::Real => argument.value_name(value).value_parser(real),
        Kind::Choice(ids) => argument.value_name(value).value_parser(PossibleValuesParser::new(ids()).map(Value::from)),
        Kind::Numbers | Kind::List => panic!("{}: a list has a flag of its own, since only it knows how one is spelled", row.name),
    }
}

fn whole(typed: &str) -> Result<Value, std::num::ParseIntError> {
    typed.parse::<usize>().map(Value::from)
}

fn real(typed: &str) -> Result<Value, String> {
    let number = typed.parse::<f64>().map_err(|error| error.to_string())?;
    // JSON knows no other.
    if number.is_finite() { Ok(Value::from(number)) } else { Err("expected a number that is finite".into()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arguments::Arguments;
    use clap::CommandFactory;

    #[test]
    fn every_setting_with_a_flag_is_an_argument_that_says_what_its_row_says() {
        let arguments = Arguments::command();
        let generate = arguments.find_subcommand("generate").expect("it is a command");
        for row in SETTINGS {
            let Some(flag) = row.flag.name() else { continue };
            let argument = generate.get_arguments().find(|argument| argument.get_long() == Some(flag));
            let argument = argument.unwrap_or_else(|| panic!("{}: there is no --{flag}", row.name));
            let help = argument.get_help().expect("every flag has help").to_string();
            // What depends on the sampler is listed behind it.
            assert!(help == row.help || help.starts_with(&format!("{} (", row.help)), "--{flag}: {help}");
            // What is left out is as a record says that the run starts from.
            assert!(argument.get_default_values().is_empty(), "--{flag}");
            let offered: Vec<String> = argument.get_possible_values().iter().map(|value| value.get_name().to_string()).collect();
            let is_switch = matches!(argument.get_action(), ArgAction::SetTrue);
            match row.name {
                // One of two decoders.
                "decoder" => assert!(is_switch),
                _ => assert_eq!(is_switch, matches!(row.kind, Kind::Switch), "--{flag}"),
            }
            if !is_switch && !offered.is_empty() {
                assert_eq!(offered, row.kind.choices(), "--{flag}");
            }
        }
    }

    #[test]
    fn what_is_typed_reaches_the_request() {
        let typed = ["x", "--hires", "1.5", "--hires-by", "lanczos", "--hires-strength", "0.6", "--hires-steps", "12"];
        let json = r#"{"guidance":7.3,"hires":1.5,"hiresBy":"lanczos","hiresStrength":0.6,"hiresSteps":12}"#;
        let matches = Plain::augment_args(Command::new("x")).get_matches_from(typed);
        let mut request = Request { guidance: Some(7.3), ..Request::default() };
        Plain::from_arg_matches(&matches).expect("all is known").apply(&mut request).expect("all of it is sound");
        assert_eq!(request.to_json(), json);
        for wrong in [["--hires", "nan"], ["--hires", "big"], ["--hires-steps", "-1"], ["--hires-by", "magic"]] {
            let typed = ["x"].into_iter().chain(wrong);
            assert!(Plain::augment_args(Command::new("x")).try_get_matches_from(typed).is_err(), "{wrong:?}");
        }
    }
}
