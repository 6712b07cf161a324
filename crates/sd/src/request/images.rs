//! What a run may start from besides noise, and how much of that is kept: the part of a request that is pictures and latents.
//!
//! Names and meanings are those of diffusers' `StableDiffusionImg2ImgPipeline` and `StableDiffusionInpaintPipeline`.

use super::{MOST_PIXELS, Request, setting};
use crate::error::Error;
use crate::latents::{Latents, Level};
use crate::picture::{MOST_AREA, Mask, Picture};
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
}

/// Sizes only: the values are too many to read.
impl fmt::Debug for Images {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let picture = self.picture.as_ref().map(|picture| (picture.width, picture.height));
        let mask = self.mask.as_ref().map(|mask| (mask.width, mask.height));
        let latents = self.latents.as_ref().map(|latents| (latents.shape, latents.level));
        f.debug_struct("Images").field("picture", &picture).field("mask", &mask).field("latents", &latents).finish()
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
            return Err(refused("count", format!("{count} pictures cannot be made"), format!("ask for {least} to {most}")));
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
            images: Images { picture: Some(Rc::new(picture)), mask, latents: None },
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
            let problem = format!("both strength {strength} and startStep {step} say where to start");
            return Err(refused("settings", problem, "leave one out"));
        }
        if !self.starts_from_a_picture() {
            let named = self.strength.map(|s| format!("strength {s}")).or(self.start_step.map(|s| format!("startStep {s}")));
            return match named {
                Some(named) => Err(refused(&named, "there is no picture to start from", "give a picture, or leave it out")),
                None => Ok(None),
            };
        }
        match self.start_step {
            Some(step) if step >= steps => {
                let (problem, advice) = (format!("the run has {}", counted(steps)), format!("0 to {} can be the first", steps.max(1) - 1));
                Err(refused(&format!("startStep {step}"), problem, advice))
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
        let Images { picture, mask, latents } = &self.images;
        let Some(picture) = picture else {
            let named = [("mask", mask.is_some()), ("pad", self.pad != [0; 4]), ("keepUnmasked", self.keep_unmasked)];
            let missing = named.into_iter().find(|(_, given)| *given);
            return missing.map_or(Ok(()), |(name, _)| Err(refused(name, "there is no picture that it belongs to", "give a picture")));
        };
        if latents.is_some() {
            return Err(refused("latents", "a picture was given, too", "start from one of the two"));
        }
        if self.pad.iter().any(|pixels| !setting("pad").holds(*pixels as f64)) {
            return Err(refused("pad", format!("{:?} is too much", self.pad), format!("up to {MOST_PIXELS} pixels each are added")));
        }
        let [top, right, bottom, left] = self.pad;
        let [width, height] = [left + picture.width + right, top + picture.height + bottom];
        if self.pad != [0; 4] && width * height > MOST_AREA {
            let problem = format!("{:?} makes {width}×{height} pixels of the picture", self.pad);
            return Err(refused("pad", problem, format!("at most {} million are taken; pad less", MOST_AREA / 1_000_000)));
        }
        match mask {
            Some(mask) => mask_fits([mask.width, mask.height], [picture.width, picture.height]),
            None if self.keep_unmasked && self.pad == [0; 4] => {
                Err(refused("keepUnmasked", "there is no mask", "give one, or leave it out"))
            }
            _ => Ok(()),
        }
    }

    /// A mask paints something that the denoiser can tell apart.
    pub(super) fn check_painted(&self, [width, height]: [usize; 2], factor: usize) -> Result<(), Error> {
        let Some(mask) = &self.images.mask else { return Ok(()) };
        let mask = mask.padded(self.pad);
        if !mask.painted().any(|painted| painted) {
            let problem = "it paints nothing: what is black stays, what is white is painted";
            return Err(refused("mask", problem, "make white what is to change, or leave the mask out"));
        }
        let mask = if (mask.width, mask.height) == (width, height) { mask } else { mask.resized(width, height) };
        if mask.over_latents(factor).contains(&1.0) {
            return Ok(());
        }
        let problem = format!("what it paints is smaller than what the model tells apart, {factor}×{factor} pixels");
        Err(refused("mask", problem, "paint more around it"))
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
        &format!("strength {strength}"),
        "it is no part of the steps",
        "0 to 1 is needed: 0.2 keeps most of the picture, 1 next to nothing",
    ))
}

/// The steps that a strength leaves: `int(steps * strength)`, as diffusers' `get_timesteps` counts them.
fn steps_left(strength: f64, steps: usize) -> Result<usize, Error> {
    let steps_left = ((steps as f64 * part(strength)?) as usize).min(steps);
    if steps_left == 0 {
        let least = 1.0 / steps.max(1) as f64;
        let problem = format!("of {} not one would be taken, so the picture would be unchanged", counted(steps));
        return Err(refused(
            &format!("strength {strength}"),
            problem,
            format!("ask for {:.2} or more, or for more steps", (least * 100.0).ceil() / 100.0),
        ));
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

fn counted(steps: usize) -> String {
    format!("{steps} step{}", if steps == 1 { "" } else { "s" })
}

/// A mask belongs to a picture of its own width and height; else [`Error::Start`]. Both may be known before anything is decoded.
pub fn mask_fits(mask: [usize; 2], picture: [usize; 2]) -> Result<(), Error> {
    if mask == picture {
        return Ok(());
    }
    let problem = format!("it has {}×{} pixels, the picture {}×{}", mask[0], mask[1], picture[0], picture[1]);
    Err(refused("mask", problem, "give a mask of the picture's size"))
}

pub(super) fn refused(what: &str, problem: impl Into<String>, advice: impl Into<String>) -> Error {
    Error::Start { what: what.into(), problem: problem.into(), advice: advice.into() }
}

#[cfg(test)]
mod tests;
