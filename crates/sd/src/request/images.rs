//! What a run may start from besides noise, and how much of that is kept: the part of a request that is pictures and latents.
//!
//! Names and meanings are those of diffusers' `StableDiffusionImg2ImgPipeline` and `StableDiffusionInpaintPipeline`.

use super::{MOST_PIXELS, Request, setting};
use crate::error::{Error, Sentence, ToValue, Value};
use crate::latents::{Latents, Level};
use crate::picture::{MOST_AREA, Mask, Picture};
use crate::sentence;
use std::fmt;
use std::rc::Rc;

/// Pictures and latents that a request comes with. They are no part of its JSON.
#[derive(Clone, Default, PartialEq)]
pub struct Images {
    /// What to start from, of any size: it is resized to the request's.
    pub picture: Option<Rc<Picture>>,
    /// Which of the picture's pixels to paint anew; of the picture's own size.
    pub mask: Option<Rc<Mask>>,
    /// Latents to start from, instead of a picture or instead of the noise that a seed gives.
    pub latents: Option<Rc<Latents>>,
    /// What a loss wants the picture to resemble, of any size.
    pub loss: Option<Rc<Picture>>,
}

/// Sizes only: the values are too many to read.
impl fmt::Debug for Images {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let picture = self.picture.as_ref().map(|picture| (picture.width, picture.height));
        let mask = self.mask.as_ref().map(|mask| (mask.width, mask.height));
        let latents = self.latents.as_ref().map(|latents| (latents.shape, latents.level));
        let loss = self.loss.as_ref().map(|picture| (picture.width, picture.height));
        f.debug_struct("Images").field("picture", &picture).field("mask", &mask).field("latents", &latents).field("loss", &loss).finish()
    }
}

/// How much of a picture is noised where nothing else is asked for, without a mask (diffusers' default).
pub const STRENGTH: f64 = 0.8;

impl Request {
    /// One request for each picture that is asked for: seeds count up from the request's, so that each can be made again alone.
    ///
    /// # Errors
    /// A sentence where `count` is 0 or absurd.
    pub fn each(&self) -> Result<impl Iterator<Item = Request> + use<>, Error> {
        let count = self.count;
        let row = setting("count");
        if !row.holds(count as f64) {
            let [least, most] = row.range.expect("pictures are counted");
            return Err(refused(
                Value::setting("count"),
                sentence!("{count} pictures cannot be made", count),
                sentence!("ask for {least} to {most}", least, most),
            ));
        }
        let one = self.clone();
        Ok((0..count as u64).map(move |i| Request { count: 1, seed: one.seed.wrapping_add(i), ..one.clone() }))
    }

    /// The same again from the picture that came out, with the next seed. A mask stays where it was; padding and a second pass are done.
    pub fn fed_back(&self, picture: Picture) -> Request {
        let (width, height) = (picture.width, picture.height);
        let mask = self.images.mask.as_ref().map(|mask| Rc::new(mask.padded(self.pad).resized(width, height)));
        Request {
            seed: self.seed.wrapping_add(1),
            width: Some(width),
            height: Some(height),
            pad: [0; 4],
            keep_unmasked: self.keep_unmasked && mask.is_some(),
            images: Images { picture: Some(Rc::new(picture)), mask, latents: None, loss: self.images.loss.clone() },
            ..self.without_second_pass()
        }
    }

    /// Whether there is something whose details could stay: a picture, or latents without noise.
    pub fn starts_from_a_picture(&self) -> bool {
        self.images.picture.is_some() || self.images.latents.as_ref().is_some_and(|latents| self.cleans(latents))
    }

    /// Latents of unknown kind are a picture's where a part of them is to stay, else unit noise: as diffusers' pipelines take them.
    fn cleans(&self, latents: &Latents) -> bool {
        let part = self.strength.is_some() || self.start_step.is_some();
        matches!(latents.level, Level::Clean) || latents.level == Level::Unknown && part
    }

    /// The first of `steps` steps that is taken, where the run starts from a picture. Where a strength `spreads` the steps, that is the first.
    ///
    /// # Errors
    /// A sentence where nothing would be left to do, and for a strength or a step without a picture.
    pub(super) fn first_step(&self, steps: usize, spreads: bool) -> Result<Option<usize>, Error> {
        if let (Some(strength), Some(step)) = (self.strength, self.start_step) {
            let (strength, step) = (with("strength", strength), with("startStep", step));
            let problem = sentence!("both {strength} and {step} say where to start", strength, step);
            return Err(refused(sentence!("settings").to_value(), problem, sentence!("leave one out")));
        }
        if !self.starts_from_a_picture() {
            let named = self.strength.map(|s| with("strength", s)).or(self.start_step.map(|s| with("startStep", s)));
            return match named {
                Some(named) => {
                    Err(refused(named, sentence!("there is no picture to start from"), sentence!("give a picture, or leave it out")))
                }
                None => Ok(None),
            };
        }
        match self.start_step {
            Some(step) if step >= steps => {
                let problem = sentence!("the run has {steps}", steps = counted(steps));
                Err(refused(with("startStep", step), problem, sentence!("0 to {last} can be the first", last = steps.max(1) - 1)))
            }
            Some(step) => Ok(Some(step)),
            // Under a mask, all of the steps begin with noise alone; without one, the picture shines through a little even then.
            None if self.masks() && self.strength_or_usual() == 1.0 => Ok(None),
            None if spreads => part(self.strength_or_usual()).map(|_| Some(0)),
            None => Ok(Some(steps - steps_left(self.strength_or_usual(), steps)?)),
        }
    }

    /// Whether a part of the picture stays: by a mask, or around which there is padding.
    pub fn masks(&self) -> bool {
        self.images.mask.is_some() || self.pad != [0; 4]
    }

    fn strength_or_usual(&self) -> f64 {
        self.strength.unwrap_or(if self.masks() { 1.0 } else { STRENGTH })
    }

    /// The strength that is meant, where one is.
    pub(super) fn resolved_strength(&self) -> Option<f64> {
        (self.starts_from_a_picture() && self.start_step.is_none()).then(|| self.strength_or_usual())
    }

    /// Mask and padding have a picture that they fit.
    pub(super) fn check_mask(&self) -> Result<(), Error> {
        let Images { picture, mask, latents, .. } = &self.images;
        let Some(picture) = picture else {
            let named = [("mask", mask.is_some()), ("pad", self.pad != [0; 4]), ("keepUnmasked", self.keep_unmasked)];
            let missing = named.into_iter().find(|(_, given)| *given);
            return missing.map_or(Ok(()), |(name, _)| {
                Err(refused(Value::setting(name), sentence!("there is no picture that it belongs to"), sentence!("give a picture")))
            });
        };
        if latents.is_some() {
            return Err(refused(
                sentence!("latents").to_value(),
                sentence!("a picture was given, too"),
                sentence!("start from one of the two"),
            ));
        }
        if self.pad.iter().any(|pixels| !setting("pad").holds(*pixels as f64)) {
            return Err(refused(
                Value::setting("pad"),
                sentence!("{sides} is too much", sides = format!("{:?}", self.pad)),
                sentence!("up to {most} pixels each are added", most = MOST_PIXELS),
            ));
        }
        let [top, right, bottom, left] = self.pad;
        let [width, height] = [left + picture.width + right, top + picture.height + bottom];
        if self.pad != [0; 4] && width * height > MOST_AREA {
            let sides = format!("{:?}", self.pad);
            let problem = sentence!("{sides} makes {width}×{height} pixels of the picture", sides, width, height);
            let advice = sentence!("at most {most} million are taken; pad less", most = MOST_AREA / 1_000_000);
            return Err(refused(Value::setting("pad"), problem, advice));
        }
        match mask {
            Some(mask) => mask_fits([mask.width, mask.height], [picture.width, picture.height]),
            None if self.keep_unmasked && self.pad == [0; 4] => {
                Err(refused(Value::setting("keepUnmasked"), sentence!("there is no mask"), sentence!("give one, or leave it out")))
            }
            _ => Ok(()),
        }
    }

    /// A mask paints something that the denoiser can tell apart.
    pub(super) fn check_painted(&self, [width, height]: [usize; 2], factor: usize) -> Result<(), Error> {
        let Some(mask) = &self.images.mask else { return Ok(()) };
        let mask = mask.padded(self.pad);
        if !mask.painted().any(|painted| painted) {
            let problem = sentence!("it paints nothing: what is black stays, what is white is painted");
            return Err(refused(sentence!("mask").to_value(), problem, sentence!("make white what is to change, or leave the mask out")));
        }
        let mask = if (mask.width, mask.height) == (width, height) { mask } else { mask.resized(width, height) };
        if mask.over_latents(factor).contains(&1.0) {
            return Ok(());
        }
        let problem = sentence!("what it paints is smaller than what the model tells apart, {factor}×{factor} pixels", factor);
        Err(refused(sentence!("mask").to_value(), problem, sentence!("paint more around it")))
    }

    /// Width and height where the request leaves them out: those of what it starts from, rounded down to the autoencoder's `factor`.
    pub(super) fn size_of_start(&self, factor: usize) -> [Option<usize>; 2] {
        let given = [self.width, self.height];
        let Images { picture, latents, .. } = &self.images;
        let own = match (picture, latents) {
            (Some(picture), _) => {
                let [top, right, bottom, left] = self.pad;
                [picture.width.saturating_add(left).saturating_add(right), picture.height.saturating_add(top).saturating_add(bottom)]
            }
            (None, Some(latents)) => [latents.shape[2].saturating_mul(factor), latents.shape[1].saturating_mul(factor)],
            _ => return given,
        };
        let fits = |pixels: f64| (pixels as usize / factor * factor).max(factor);
        match given {
            [Some(width), None] => [Some(width), Some(fits(width as f64 * own[1] as f64 / own[0] as f64))],
            [None, Some(height)] => [Some(fits(height as f64 * own[0] as f64 / own[1] as f64)), Some(height)],
            [None, None] => own.map(|side| Some(fits(side as f64))),
            both => both,
        }
    }
}

/// A strength that is one.
fn part(strength: f64) -> Result<f64, Error> {
    if setting("strength").holds(strength) {
        return Ok(strength);
    }
    Err(refused(
        with("strength", strength),
        sentence!("it is no part of the steps"),
        sentence!("0 to 1 is needed: 0.2 keeps most of the picture, 1 next to nothing"),
    ))
}

/// The steps that a strength leaves: `int(steps * strength)`, as diffusers' `get_timesteps` counts them.
fn steps_left(strength: f64, steps: usize) -> Result<usize, Error> {
    let steps_left = ((steps as f64 * part(strength)?) as usize).min(steps);
    if steps_left == 0 {
        let least = 1.0 / steps.max(1) as f64;
        let problem = sentence!("of {steps} not one would be taken, so the picture would be unchanged", steps = counted(steps));
        let least = format!("{:.2}", (least * 100.0).ceil() / 100.0);
        return Err(refused(with("strength", strength), problem, sentence!("ask for {least} or more, or for more steps", least)));
    }
    Ok(steps_left)
}

/// Pixels above, right, below and left, as flags spell them: `0,64,0,64`, or one number for all four.
///
/// # Errors
/// What was expected.
pub fn sides(typed: &str) -> Result<[usize; 4], String> {
    let numbers: Option<Vec<usize>> = typed.split(',').map(|side| side.trim().parse().ok()).collect();
    match numbers.as_deref() {
        Some([all]) => Ok([*all; 4]),
        Some([top, right, bottom, left]) => Ok([*top, *right, *bottom, *left]),
        _ => Err("expected pixels above,right,below,left, such as 0,64,0,64, or one number for all four".into()),
    }
}

fn counted(steps: usize) -> Sentence {
    if steps == 1 { sentence!("1 step") } else { sentence!("{n} steps", n = steps) }
}

/// A mask belongs to a picture of its own width and height; else [`Error::Start`]. Both may be known before anything is decoded.
pub fn mask_fits(mask: [usize; 2], picture: [usize; 2]) -> Result<(), Error> {
    if mask == picture {
        return Ok(());
    }
    let ([width, height], [across, down]) = (mask, picture);
    let problem = sentence!("it has {width}×{height} pixels, the picture {across}×{down}", width, height, across, down);
    Err(refused(sentence!("mask").to_value(), problem, sentence!("give a mask of the picture's size")))
}

pub(super) fn refused(what: Value, problem: Sentence, advice: Sentence) -> Error {
    Error::Start { what, problem, advice }
}

/// A setting and what it is.
pub(crate) fn with(name: &str, got: impl ToValue) -> Value {
    sentence!("{name} {got}", name = Value::setting(name), got).to_value()
}

#[cfg(test)]
mod tests;
