//! Flags about words: what long prompts do, how CLIP is read, and which words mean something else.

use super::help;
use crate::{Failure, source};
use clap::{
    Args,
    builder::{PossibleValue, PossibleValuesParser},
};
use decant_sd::files::read_all;
use decant_sd::pipeline::Pipeline;
use decant_sd::request::{LONGS, Mix, Request, Swap};
use std::path::Path;

#[derive(Args)]
pub(crate) struct Text {
    #[arg(long, value_name = "LAYERS", help = help("clipSkip"))]
    clip_skip: Option<usize>,
    #[arg(long, help = help("long"), value_parser = PossibleValuesParser::new(LONGS.iter().map(|row| PossibleValue::new(row.id).help(row.summary))))]
    long: Option<String>,
    #[arg(long, help = help("emphasis"))]
    emphasis: bool,
    #[arg(long = "swap", value_name = "WORD=WORD[:W]+WORD[:W]", help = help("swaps"))]
    swaps: Vec<Swap>,
    #[arg(long = "mix", value_name = "PROMPT:FACTOR", help = help("mixes"))]
    mixes: Vec<Mix>,
    /// A textual inversion's file or address, used in prompts by its word or its file's name; may be given several times
    #[arg(long = "textual-inversion", value_name = "FILE")]
    inversions: Vec<String>,
    /// Go over to this prompt in --frames pictures, each with its number in its file's name
    #[arg(long, value_name = "PROMPT", requires = "frames", conflicts_with = "grid")]
    interpolate: Option<String>,
    /// Pictures from the prompt to that of --interpolate, both included
    #[arg(long, value_name = "N", requires = "interpolate", value_parser = clap::value_parser!(u16).range(2..=1000))]
    frames: Option<u16>,
}

impl Text {
    /// What was typed, as what it means.
    pub fn apply(&self, request: &mut Request) {
        request.clip_skip = self.clip_skip.unwrap_or(request.clip_skip);
        if let Some(row) = LONGS.iter().find(|row| self.long.as_deref() == Some(row.id)) {
            request.long = row.long;
        }
        request.emphasis |= self.emphasis;
        if !self.swaps.is_empty() {
            request.swaps.clone_from(&self.swaps);
        }
        if !self.mixes.is_empty() {
            request.mixes.clone_from(&self.mixes);
        }
    }

    /// The files that are read, as they were typed.
    pub fn read(&self) -> impl Iterator<Item = &Path> {
        self.inversions.iter().map(Path::new)
    }

    /// Loads textual inversions beside the model, and says what each is called.
    pub fn load(&self, pipeline: &mut Pipeline, quiet: bool) -> Result<(), Failure> {
        for file in &self.inversions {
            let (name, bytes) = pollster::block_on(whole(file))?;
            for word in pollster::block_on(pipeline.add_textual_inversion(&name, bytes))? {
                if !quiet {
                    let vectors = if word.vectors == 1 { "1 vector".into() } else { format!("{} vectors", word.vectors) };
                    note!("textual inversion {}: {vectors}; in a prompt it is {}", word.name, word.tokens.join(" or "));
                }
            }
        }
        Ok(())
    }

    /// The pictures of a run over to another prompt, in order; where none is asked for, the one that is.
    pub fn frames(&self, request: &Request) -> Vec<Request> {
        let (Some(prompt), Some(frames)) = (&self.interpolate, self.frames) else { return vec![request.clone()] };
        let frame = |at: u16| {
            let (mut frame, factor) = (request.clone(), f32::from(at) / f32::from(frames - 1));
            // What is mixed in gives way together with the prompt: the last picture is the other prompt's alone.
            frame.mixes.iter_mut().for_each(|mix| mix.factor *= 1.0 - factor);
            frame.mixes.push(Mix { prompt: prompt.clone(), factor });
            frame
        };
        (0..frames).map(frame).collect()
    }
}

/// Most bytes of a textual inversion's file.
const MOST_BYTES: u64 = 64 << 20;

/// A file's name and bytes, from a disk or an address.
async fn whole(place: &str) -> Result<(String, Vec<u8>), Failure> {
    let files = source::open_as(place, "textual inversion's file")?;
    match &files.names().await?.unwrap_or_default()[..] {
        [name] => Ok((name.clone(), read_all(&*files, name, MOST_BYTES).await?)),
        _ => Err(format!("{place}: this is a folder; give a textual inversion's .bin, .pt or .safetensors file").into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arguments::{Arguments, Command};
    use clap::Parser;

    #[test]
    fn what_is_mixed_in_gives_way_to_the_prompt_gone_over_to() {
        let words = ["decant", "generate", "--prompt", "a cat", "--out", "x.png"];
        let more = ["--mix", "a dog:0.5", "--interpolate", "a fox", "--frames", "3"];
        let Command::Generate(options) = Arguments::parse_from(words.into_iter().chain(more)).command else { unreachable!("it is typed") };
        let mut request = Request::default();
        options.text.apply(&mut request);
        let factors: Vec<Vec<f32>> =
            options.text.frames(&request).iter().map(|frame| frame.mixes.iter().map(|mix| mix.factor).collect()).collect();
        assert_eq!(factors, [[0.5, 0.0], [0.25, 0.5], [0.0, 1.0]]);
    }
}
