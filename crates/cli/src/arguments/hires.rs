//! Flags about a second, larger pass.

use clap::{Args, builder::PossibleValuesParser};
use decant_sd::request::{HIRES_WAYS, Request};

#[derive(Args)]
pub(crate) struct Hires {
    /// Make the picture once more, so many times larger each way: enlarged, it goes through a part of the steps again
    #[arg(long, value_name = "TIMES")]
    hires: Option<f64>,
    /// How it is enlarged between the passes (latent where left out)
    #[arg(long, value_parser = PossibleValuesParser::new(HIRES_WAYS.iter().map(|row| row.id)))]
    hires_by: Option<String>,
    /// The part of the steps that the second pass goes through (0.7 where left out)
    #[arg(long, value_name = "0…1")]
    hires_strength: Option<f64>,
    /// The second pass's steps, of which it takes that part (as many as the first pass's where left out)
    #[arg(long, value_name = "N")]
    hires_steps: Option<usize>,
}

impl Hires {
    /// What was typed, as what it means.
    pub fn apply(&self, request: &mut Request) {
        request.hires = self.hires.or(request.hires);
        request.hires_strength = self.hires_strength.or(request.hires_strength);
        request.hires_steps = self.hires_steps.or(request.hires_steps);
        let row = HIRES_WAYS.iter().find(|row| Some(row.id) == self.hires_by.as_deref());
        request.hires_by = row.map_or(request.hires_by, |row| row.by);
    }
}
