//! Flags about what is written beside the pixels, and about several runs in one file.

use crate::{Failure, reading};
use clap::Args;
use clap::builder::{OsStringValueParser, TypedValueParser};
use decant_record::{Found, Grid, setting};
use decant_sd::request::{Preview, Request};
use std::ffi::OsString;
use std::path::PathBuf;

/// The most bytes of a file that settings are read from.
const MOST_BYTES: u64 = 256 << 20;

#[derive(Args)]
pub(crate) struct Records {
    /// Start from the settings of a picture (PNG, JPEG or WebP, other tools' too), of a JSON file, or of a web UI's text; flags override them
    #[arg(long, value_name = "FILE")]
    pub settings: Option<PathBuf>,
    /// Settings of --settings that are as usual again, such as strength or guidance-curve; may be given several times
    #[arg(long, value_name = "NAME,…", value_delimiter = ',', requires = "settings")]
    pub without: Vec<String>,
    /// Leave the settings out of the picture's file
    #[arg(long)]
    pub no_metadata: bool,
    /// Write the settings as JSON beside the picture, too
    #[arg(long)]
    pub sidecar: bool,
    /// One labelled sheet of all combinations: steps=8,16,32, seed=1..4, prompt:cat=cat,dog; up to three times, for columns, rows and blocks
    #[arg(long, value_name = "NAME=VALUE,…", conflicts_with_all = ["trace", "animate"])]
    pub grid: Vec<String>,
    /// The run as an animation, noisy latents beside the predicted picture: FILE.gif, or FILE.png for an animated PNG
    #[arg(long, value_name = "FILE", value_parser = OsStringValueParser::new().try_map(animation))]
    pub animate: Option<PathBuf>,
}

impl Records {
    /// What the settings file says; all as usual where none was given.
    pub fn found(&self) -> Result<Option<Found>, Failure> {
        let Some(path) = &self.settings else { return Ok(None) };
        let failure = |what: String| format!("{}: {what}", path.display());
        let bytes = reading::file(path, MOST_BYTES, "picture").map_err(failure)?;
        Ok(Some(decant_record::read(&bytes).map_err(|error| failure(error.to_string()))?))
    }

    /// Those settings, less what is to be as usual.
    pub fn start(&self, found: Option<&Found>) -> Result<Request, Failure> {
        let settings = found.map(|found| found.record.settings.clone()).unwrap_or_default();
        let less = |request: Request, name: &String| request.without(&setting(name));
        Ok(self.without.iter().try_fold(settings, less).map_err(|error| format!("--without: {error}"))?)
    }

    /// An animation needs pictures of the steps.
    pub fn apply(&self, request: &mut Request) {
        if self.animate.is_some() && request.preview == Preview::None {
            request.preview = Preview::Auto;
        }
    }

    /// The axes, where there are any.
    pub fn grid(&self) -> Result<Option<Grid>, Failure> {
        if self.grid.is_empty() { Ok(None) } else { Ok(Some(Grid::new(&self.grid)?)) }
    }
}

fn animation(typed: OsString) -> Result<PathBuf, String> {
    let path = PathBuf::from(typed);
    let known = path.extension().is_some_and(|end| end.eq_ignore_ascii_case("gif") || end.eq_ignore_ascii_case("png"));
    if known { Ok(path) } else { Err("expected a file that ends in .gif or .png".into()) }
}
