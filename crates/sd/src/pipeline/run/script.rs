//! What the text encoders will be told for one picture: tokens, their stress, and whose embeddings are replaced. Nothing runs here.

use crate::error::{Error, Sentence, Value};
use crate::pipeline::model::Model;
use crate::pipeline::model::text_encoder::{Role, TextEncoder, TextShape};
use crate::request::{Request, Settings, Swap};
use crate::sentence;
use crate::tokenizer::Tokens;
use std::collections::BTreeMap;

/// All texts of a picture.
pub(crate) struct Script {
    /// What each is for, and its tokens for each encoder. A negative prompt comes first, where an encoder is asked about one; then the prompt.
    pub texts: Vec<(Role, Vec<Tokens>)>,
    /// The negative prompt's tokens, where there is guidance.
    pub negative: Option<Tokens>,
    /// For each encoder: a token's number, and the tokens that replace it.
    pub swaps: Vec<BTreeMap<u32, Vec<(u32, f32)>>>,
    pub shape: TextShape,
}

impl Script {
    /// Reads all texts, and checks what is asked of them.
    pub fn read(model: &Model, settings: &Settings) -> Result<Script, Error> {
        let request = &settings.request;
        check(request, &model.texts)?;
        let guided = model.uses_cfg(settings);
        let zeros = request.negative.is_empty() && model.texts.len() > 1 && model.config.force_zeros_for_empty_prompt;
        let read =
            |text: &str| model.texts.iter().map(|encoder| encoder.reader.read(text, request.into())).collect::<Result<Vec<_>, Error>>();
        let negative = if guided { Some(read(&request.negative)?) } else { None };
        let mut texts: Vec<(Role, Vec<Tokens>)> = vec![];
        texts.extend(negative.clone().filter(|_| !zeros).map(|tokens| (Role::Negative, tokens)));
        texts.push((Role::Prompt, read(&request.prompt)?));
        for mix in &request.mixes {
            texts.push((Role::Mixed(mix.factor), read(&mix.prompt)?));
        }
        let swaps = model.texts.iter().enumerate().map(|(at, encoder)| {
            let present: Vec<&Tokens> = texts.iter().map(|(_, tokens)| &tokens[at]).collect();
            let mut swapped = BTreeMap::new();
            for swap in &request.swaps {
                let (token, shares) = encoder.swapped(swap, &present)?;
                if swapped.insert(token, shares).is_some() {
                    let problem = sentence!("has the token {token} swapped twice", token = Value::quoted(&swap.token));
                    let hint = sentence!("give all that stands in its place in one swap, such as a=b+c");
                    return Err(Error::Prompt { problem, hint });
                }
            }
            Ok(swapped)
        });
        let swaps: Vec<BTreeMap<_, _>> = swaps.collect::<Result<_, Error>>()?;
        let all = || texts.iter().flat_map(|(_, tokens)| tokens);
        let chunks = all().map(|tokens| tokens.chunks).max().unwrap_or(1);
        let given = !request.swaps.is_empty() || all().any(|tokens| tokens.pieces.iter().any(|piece| piece.inversion));
        let negative = negative.map(|mut tokens| tokens.swap_remove(0));
        Ok(Script { texts, negative, swaps, shape: TextShape { chunks, skip: request.clip_skip, given } })
    }
}

impl TextEncoder {
    /// A swap in numbers; its token stands in one of the texts.
    fn swapped(&self, swap: &Swap, present: &[&Tokens]) -> Result<(u32, Vec<(u32, f32)>), Error> {
        let id = self.reader.token(&swap.token)?;
        if !present.iter().any(|tokens| tokens.pieces.iter().any(|piece| piece.id == id)) {
            let problem = sentence!("has no token {token} that could be swapped", token = Value::quoted(&swap.token));
            return Err(Error::Prompt { problem, hint: sentence!("swap a word that stands in it") });
        }
        let share = |share: &crate::request::Share| Ok((self.reader.token(&share.token)?, share.weight));
        Ok((id, swap.with.iter().map(share).collect::<Result<_, Error>>()?))
    }
}

/// Factors and weights beyond are slips of the pen: nothing but overflow is drawn with them.
const LARGEST: f32 = 1000.0;

/// Numbers that no text encoder could follow.
fn check(request: &Request, encoders: &[TextEncoder]) -> Result<(), Error> {
    for encoder in encoders {
        let most = encoder.most_skipped();
        if request.clip_skip > most {
            let problem = sentence!("cannot be read with clip-skip {got}: expected 0 to {most}", got = request.clip_skip, most);
            let hint = sentence!("0 leaves out no layer, 1 is usual for models that were trained so");
            return Err(Error::Prompt { problem, hint });
        }
    }
    let sane = |what: Sentence, of: &str, number: f32| match (-LARGEST..=LARGEST).contains(&number) {
        true => Ok(()),
        false => Err(Error::Prompt {
            problem: sentence!(
                "cannot be mixed: the {what} of {of} is {number}, expected {least} to {most}",
                what,
                of = Value::quoted(of),
                number,
                least = -LARGEST,
                most = LARGEST
            ),
            hint: sentence!("0.5 is half of it"),
        }),
    };
    request.mixes.iter().try_for_each(|mix| sane(sentence!("factor"), &mix.prompt, mix.factor))?;
    request.swaps.iter().flat_map(|swap| &swap.with).try_for_each(|share| sane(sentence!("weight"), &share.token, share.weight))
}
