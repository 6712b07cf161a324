//! Flags about LoRAs.

use super::help;
use crate::{Failure, source};
use clap::Args;
use decant_sd::config::ModelConfig;
use decant_sd::files::Files;
use decant_sd::lora::{LoraUse, stem};
use decant_sd::pipeline::Pipeline;
use decant_sd::request::Request;
use decant_solver::Sampler;
use std::path::Path;
use std::rc::Rc;

#[derive(Args)]
pub(crate) struct Lora {
    #[arg(long = "lora", value_name = "FILE[:WEIGHT]", help = help("loras"))]
    loras: Vec<String>,
    /// A way to use the model that it brings along (decant inspect lists them): emoji has fast, of 4 steps without guidance
    #[arg(long)]
    pub gear: Option<String>,
}

/// What one flag says.
struct LoraFlag<'a> {
    file: &'a str,
    /// As typed; none where it was left out.
    weight: Option<f32>,
    /// The file's name without its end; with a number where another one is called the same.
    name: String,
}

impl Lora {
    /// What was typed, as what it means.
    pub fn apply(&self, request: &mut Request) {
        for LoraFlag { name, weight, .. } in self.flags() {
            // A record that the run starts from may use it already.
            match request.loras.iter_mut().find(|used| stem(&used.name) == stem(&name)) {
                // A weight that is typed is for the text encoders, too.
                Some(used) => (used.weight, used.text) = weight.map_or((used.weight, used.text), |weight| (weight, None)),
                None => request.loras.push(LoraUse { name, weight: weight.unwrap_or(1.0), text: None }),
            }
        }
    }

    /// What the gear stands for, where one was typed: its LoRA, and its steps, guidance and sampler where `request` says nothing of them.
    pub fn shift(&self, config: &ModelConfig, request: &mut Request) -> Result<(), Failure> {
        let Some(name) = &self.gear else { return Ok(()) };
        let known: Vec<&str> = config.gears.iter().map(|gear| gear.name.as_str()).collect();
        let Some(gear) = config.gears.iter().find(|gear| gear.name == *name) else {
            let known = if known.is_empty() { "none".into() } else { known.join(", ") };
            return Err(format!("--gear {name}: {} brings along {known}; leave it out", config.title).into());
        };
        if !request.loras.iter().any(|used| used.name == gear.lora) {
            request.loras.push(LoraUse { name: gear.lora.clone(), weight: 1.0, text: None });
        }
        if request.sigmas.steps().is_none() {
            request.steps.get_or_insert(gear.steps);
        }
        request.guidance.get_or_insert(gear.guidance);
        request.sampler.get_or_insert(Sampler::from_id(&gear.sampler)?);
        Ok(())
    }

    /// The files that are read, as they were typed.
    pub fn read(&self) -> impl Iterator<Item = &Path> {
        self.loras.iter().map(|typed| Path::new(split(typed).0))
    }

    /// Loads the files beside the model, and says of each what it changes.
    pub fn load(&self, pipeline: &mut Pipeline, quiet: bool) -> Result<(), Failure> {
        for LoraFlag { file, name, .. } in self.flags() {
            let info = pollster::block_on(pipeline.add_lora(&name, opened(file)?))?;
            let unused = match &info.unmatched[..] {
                [] => String::new(),
                [first, ..] => format!("; {} parts are not applied, for instance {first}", info.unmatched.len()),
            };
            if !quiet || !unused.is_empty() {
                let words = if info.words.is_empty() { String::new() } else { format!("; its words: {}", info.words.join(", ")) };
                note!(
                    "LoRA {name}: {} layers of the denoiser, {} of the text encoders, rank {}{words}{unused}",
                    info.unet,
                    info.text,
                    info.rank
                );
            }
        }
        Ok(())
    }

    fn flags(&self) -> Vec<LoraFlag<'_>> {
        let mut all: Vec<LoraFlag> = vec![];
        for typed in &self.loras {
            let (file, weight) = split(typed);
            // An address may end in a query.
            let own = stem(if file.contains("://") { file.split(['?', '#']).next().unwrap_or(file) } else { file });
            let free = |name: &String| all.iter().all(|other| other.name != *name);
            let name = std::iter::once(own.to_string()).chain((2..).map(|n| format!("{own} {n}"))).find(free).unwrap_or_default();
            all.push(LoraFlag { file, weight, name });
        }
        all
    }
}

/// The LoRA's files. Where there are none, what follows a colon may have been meant as a weight.
fn opened(file: &str) -> Result<Rc<dyn Files>, Failure> {
    match file.rsplit_once(':') {
        Some((place, weight)) if !Path::new(file).exists() && Path::new(place).exists() => {
            Err(format!("--lora {file}: the weight {weight:?} is no number; expected FILE:WEIGHT such as {place}:0.8").into())
        }
        _ => source::open_as(file, "LoRA's file or folder"),
    }
}

/// The file and its weight. A colon may also be part of a name or an address: then no number follows it, or there is such a file.
fn split(typed: &str) -> (&str, Option<f32>) {
    let weight = |(file, weight): (&'_ str, &str)| Some((file.len(), weight.parse::<f32>().ok()?));
    match typed.rsplit_once(':').and_then(weight) {
        Some((end, weight)) if !Path::new(typed).exists() => (&typed[..end], Some(weight)),
        _ => (typed, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_weight_follows_the_last_colon() {
        for (typed, file, weight) in [
            ("ink.safetensors", "ink.safetensors", None),
            ("ink.safetensors:0.6", "ink.safetensors", Some(0.6)),
            ("C:\\loras\\ink.safetensors", "C:\\loras\\ink.safetensors", None),
            ("http://127.0.0.1:8000/ink.safetensors:-1", "http://127.0.0.1:8000/ink.safetensors", Some(-1.0)),
            ("http://127.0.0.1:8000/ink.safetensors", "http://127.0.0.1:8000/ink.safetensors", None),
        ] {
            assert_eq!(split(typed), (file, weight), "{typed}");
        }
    }

    #[test]
    fn two_files_of_one_name_have_two_names() {
        let lora = Lora { gear: None, loras: ["a/ink.safetensors:2", "b/ink.bin", "c/"].map(String::from).into() };
        let names: Vec<String> = lora.flags().into_iter().map(|flag| flag.name).collect();
        assert_eq!(names, ["ink", "ink 2", "c"]);
    }
}
