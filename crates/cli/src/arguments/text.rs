//! Flags about words: what long prompts do, how CLIP is read, and which words mean something else.

use crate::{Failure, source};
use clap::{
    Args,
    builder::{PossibleValue, PossibleValuesParser},
};
use decant_sd::files::read_all;
use decant_sd::pipeline::Pipeline;
use decant_sd::request::{LONGS, Mix, Request, Share, Swap};

#[derive(Args)]
pub(crate) struct Text {
    /// Leave out so many of CLIP's last layers for the prompt (1 is what other tools call 2)
    #[arg(long, value_name = "LAYERS")]
    clip_skip: Option<usize>,
    /// What prompts of more than 75 tokens do
    #[arg(long, value_parser = PossibleValuesParser::new(LONGS.iter().map(|row| PossibleValue::new(row.id).help(row.summary))))]
    long: Option<String>,
    /// (word), [word] and (word:1.3) in prompts stress words; \( is a bracket
    #[arg(long)]
    emphasis: bool,
    /// A word of the prompt means another, or a sum of several (in equal shares where no weight is given); may be given several times
    #[arg(long = "swap", value_name = "WORD=WORD[:W]+WORD[:W]", value_parser = swap)]
    swaps: Vec<Swap>,
    /// Another prompt that is mixed in, 0 not at all, 1 in the prompt's place; may be given several times
    #[arg(long = "mix", value_name = "PROMPT:FACTOR", value_parser = mix)]
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

    /// Loads textual inversions beside the model, and says what each is called.
    pub fn load(&self, pipeline: &mut Pipeline, quiet: bool) -> Result<(), Failure> {
        for file in &self.inversions {
            let (name, bytes) = pollster::block_on(whole(file))?;
            for word in pollster::block_on(pipeline.add_textual_inversion(&name, bytes))? {
                if !quiet {
                    let vectors = if word.vectors == 1 { "1 vector".into() } else { format!("{} vectors", word.vectors) };
                    eprintln!("textual inversion {}: {vectors}; in a prompt it is {}", word.name, word.tokens.join(" or "));
                }
            }
        }
        Ok(())
    }

    /// The pictures of a run over to another prompt, in order; where none is asked for, the one that is.
    pub fn frames(&self, request: &Request) -> Vec<Request> {
        let (Some(prompt), Some(frames)) = (&self.interpolate, self.frames) else { return vec![request.clone()] };
        let frame = |at: u16| {
            let mut frame = request.clone();
            frame.mixes.push(Mix { prompt: prompt.clone(), factor: f32::from(at) / f32::from(frames - 1) });
            frame
        };
        (0..frames).map(frame).collect()
    }
}

/// Most bytes of a textual inversion's file.
const MOST_BYTES: u64 = 64 << 20;

/// A file's name and bytes, from a disk or an address.
async fn whole(place: &str) -> Result<(String, Vec<u8>), Failure> {
    let files = source::open(place)?;
    match &files.names().await?.unwrap_or_default()[..] {
        [name] => Ok((name.clone(), read_all(&*files, name, MOST_BYTES).await?)),
        _ => Err(format!("{place}: this is a folder; give a textual inversion's .bin, .pt or .safetensors file").into()),
    }
}

/// `puppy=skunk`, `puppy=puppy:0.5+skunk:0.5`.
fn swap(typed: &str) -> Result<Swap, String> {
    let expected = || "expected WORD=WORD[:WEIGHT]+WORD[:WEIGHT], for instance puppy=puppy:0.5+skunk:0.5".to_string();
    let (token, with) = typed.split_once('=').ok_or_else(expected)?;
    let parts: Vec<&str> = with.split('+').collect();
    let equal = 1.0 / parts.len() as f32;
    let share = |part: &str| match part.rsplit_once(':') {
        Some((token, weight)) => Ok(Share { token: token.trim().into(), weight: weight.trim().parse().map_err(|_| expected())? }),
        None => Ok(Share { token: part.trim().into(), weight: equal }),
    };
    Ok(Swap { token: token.trim().into(), with: parts.into_iter().map(share).collect::<Result<_, String>>()? })
}

/// `a skunk:0.5`.
fn mix(typed: &str) -> Result<Mix, String> {
    let parse = |(prompt, factor): (&str, &str)| Some(Mix { prompt: prompt.into(), factor: factor.trim().parse().ok()? });
    typed.rsplit_once(':').and_then(parse).ok_or_else(|| "expected PROMPT:FACTOR, for instance \"a skunk:0.5\"".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_swapped_for_sums() {
        let share = |token: &str, weight| Share { token: token.into(), weight };
        for (typed, token, with) in [
            ("puppy=skunk", "puppy", vec![share("skunk", 1.0)]),
            ("puppy=puppy:0.5+skunk:0.25", "puppy", vec![share("puppy", 0.5), share("skunk", 0.25)]),
            (" cat = <birb-style> + dog ", "cat", vec![share("<birb-style>", 0.5), share("dog", 0.5)]),
            ("king=king+man:-1", "king", vec![share("king", 0.5), share("man", -1.0)]),
        ] {
            assert_eq!(swap(typed), Ok(Swap { token: token.into(), with }), "{typed}");
        }
        assert!(swap("puppy").is_err() && swap("a=b:c").is_err());
        assert_eq!(mix("a: b:0.5"), Ok(Mix { prompt: "a: b".into(), factor: 0.5 }));
        assert!(mix("a skunk").is_err() && mix("a:b").is_err());
    }
}
