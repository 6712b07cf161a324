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
            ..self.first_pass()
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
            let asked = self.strength.map(|s| format!("strength {s}")).or(self.start_step.map(|s| format!("startStep {s}")));
            return match asked {
                Some(asked) => Err(refused(&asked, "there is no picture to start from", "give a picture, or leave it out")),
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
            None if self.masks() && self.asked_strength() == 1.0 => Ok(None),
            None if spreads => part(self.asked_strength()).map(|_| Some(0)),
            None => Ok(Some(steps - kept(self.asked_strength(), steps)?)),
        }
    }

    /// Whether a part of the picture stays: by a mask, or around which there is padding.
    pub fn masks(&self) -> bool {
        self.images.mask.is_some() || self.pad != [0; 4]
    }

    fn asked_strength(&self) -> f64 {
        self.strength.unwrap_or(if self.masks() { 1.0 } else { STRENGTH })
    }

    /// The strength that is meant, where one is.
    pub(super) fn settled_strength(&self) -> Option<f64> {
        (self.starts_from_a_picture() && self.start_step.is_none()).then(|| self.asked_strength())
    }

    /// Mask and padding have a picture that they fit.
    pub(super) fn check_mask(&self) -> Result<(), Error> {
        let Images { picture, mask, latents } = &self.images;
        let Some(picture) = picture else {
            let named = [("mask", mask.is_some()), ("pad", self.pad != [0; 4]), ("keepUnmasked", self.keep_unmasked)];
            let without = named.into_iter().find(|(_, given)| *given);
            return without.map_or(Ok(()), |(name, _)| Err(refused(name, "there is no picture that it belongs to", "give a picture")));
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
        let asked = [self.width, self.height];
        let Images { picture, latents, .. } = &self.images;
        let own = match (picture, latents) {
            (Some(picture), _) => {
                let [top, right, bottom, left] = self.pad;
                [picture.width.saturating_add(left).saturating_add(right), picture.height.saturating_add(top).saturating_add(bottom)]
            }
            (None, Some(latents)) => [latents.shape[2].saturating_mul(factor), latents.shape[1].saturating_mul(factor)],
            _ => return asked,
        };
        let fits = |pixels: f64| (pixels as usize / factor * factor).max(factor);
        match asked {
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
fn kept(strength: f64, steps: usize) -> Result<usize, Error> {
    let kept = ((steps as f64 * part(strength)?) as usize).min(steps);
    if kept == 0 {
        let least = 1.0 / steps.max(1) as f64;
        let problem = format!("of {} not one would be taken, so the picture would be unchanged", counted(steps));
        return Err(refused(
            &format!("strength {strength}"),
            problem,
            format!("ask for {:.2} or more, or for more steps", (least * 100.0).ceil() / 100.0),
        ));
    }
    Ok(kept)
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
mod tests {
    use super::*;
    use crate::request::{Defaults, Settings};
    use decant_solver::Sampler;

    fn settle(request: Request) -> Result<Settings, Error> {
        request.settle(&Defaults::of_tests(10), 8)
    }

    fn picture(width: usize, height: usize) -> Images {
        let picture = Picture { width, height, values: vec![0.5; 3 * width * height] };
        Images { picture: Some(Rc::new(picture)), ..Images::default() }
    }

    fn latents(level: Level) -> Images {
        let latents = Latents { shape: [4, 3, 5], values: vec![0.0; 60], level };
        Images { latents: Some(Rc::new(latents)), ..Images::default() }
    }

    /// A mask of 16×16 with one painted pixel where no place of the latents looks.
    fn speck() -> Mask {
        let mut mask = Mask::none(16, 16);
        mask.grey[16 * 3 + 3] = 255;
        mask
    }

    #[test]
    fn a_mask_may_paint_all_or_only_what_is_added() {
        for (mask, pad) in [(Mask::whole(8, 8), [0; 4]), (Mask::none(8, 8), [8, 0, 0, 0])] {
            let request = Request { pad, images: Images { mask: Some(Rc::new(mask)), ..picture(8, 8) }, ..Request::default() };
            assert!(settle(request).is_ok(), "{pad:?}");
        }
    }

    #[test]
    fn strength_is_counted_as_diffusers_counts_it() {
        // int(steps * strength) in Python's doubles; 0.7 as a float would be 6 of 10 steps.
        for (strength, steps, first) in
            [(0.7, 10, 3), (0.3, 10, 7), (0.29, 100, 72), (1.0, 10, 0), (0.1, 10, 9), (0.8, 1000, 200), (0.99, 10, 1), (0.15, 20, 17)]
        {
            let request = Request { strength: Some(strength), steps: Some(steps), images: picture(8, 8), ..Request::default() };
            assert_eq!(settle(request).expect("it is sound").first_step, Some(first), "strength {strength} of {steps}");
        }
        let usual = settle(Request { images: picture(8, 8), ..Request::default() }).expect("it is sound");
        assert_eq!((usual.first_step, usual.asked.strength), (Some(2), Some(0.8)));
        let step = settle(Request { images: picture(8, 8), start_step: Some(9), ..Request::default() }).expect("it is sound");
        assert_eq!((step.first_step, step.asked.strength), (Some(9), None));
        let masked = settle(Request { images: picture(8, 8), pad: [0, 8, 0, 0], ..Request::default() }).expect("it is sound");
        assert_eq!((masked.first_step, masked.asked.strength, masked.width), (None, Some(1.0), 16));
    }

    #[test]
    fn a_latent_consistency_model_takes_all_its_steps() {
        let settled = |sampler, json: &str| {
            let request = Request { sampler: Some(sampler), images: picture(8, 8), ..Request::from_json(json).expect("well-formed") };
            let settings = request.settle(&Defaults { spreads: true, ..Defaults::of_tests(4) }, 8).expect("it is sound");
            (settings.first_step, settings.spread, settings.sampling().strength)
        };
        assert_eq!(settled(Sampler::Lcm, r#"{"strength":0.1}"#), (Some(0), 0.1, 0.1));
        assert_eq!(settled(Sampler::Tcd, "{}"), (Some(0), 0.8, 0.8));
        assert_eq!(settled(Sampler::Lcm, r#"{"startStep":2}"#), (Some(2), 1.0, 1.0));
        assert_eq!(settled(Sampler::Ddim, r#"{"strength":0.5}"#), (Some(2), 1.0, 1.0), "which knows no distilled timesteps");
    }

    #[test]
    fn latents_are_what_their_file_or_the_request_says() {
        let first =
            |images: Images, strength| settle(Request { images, strength, ..Request::default() }).map(|settings| settings.first_step);
        assert_eq!(first(latents(Level::Unknown), None).expect("noise"), None);
        assert_eq!(first(latents(Level::Unknown), Some(0.5)).expect("a picture's"), Some(5));
        assert_eq!(first(latents(Level::Clean), None).expect("a picture's"), Some(2));
        assert_eq!(first(latents(Level::Noise), None).expect("noise"), None);
        let sentence = first(latents(Level::Noise), Some(0.5)).expect_err("noise is no picture").to_string();
        assert!(sentence.contains("there is no picture to start from"), "{sentence}");
    }

    #[test]
    fn the_size_follows_what_is_started_from() {
        let size = |request: Request| settle(request).map(|settings| [settings.width, settings.height]).expect("it fits");
        assert_eq!(size(Request::default()), [512, 512]);
        assert_eq!(size(Request { images: picture(101, 67), ..Request::default() }), [96, 64]);
        assert_eq!(size(Request { images: picture(1, 3), ..Request::default() }), [8, 8]);
        assert_eq!(size(Request { images: picture(101, 67), width: Some(200), ..Request::default() }), [200, 128]);
        assert_eq!(size(Request { images: picture(100, 50), height: Some(64), ..Request::default() }), [128, 64]);
        assert_eq!(size(Request { images: picture(100, 50), width: Some(8), height: Some(8), ..Request::default() }), [8, 8]);
        assert_eq!(size(Request { images: picture(32, 32), pad: [8, 0, 16, 24], ..Request::default() }), [56, 56]);
        assert_eq!(size(Request { images: latents(Level::Noise), ..Request::default() }), [40, 24]);
    }

    #[test]
    fn each_picture_has_the_next_seed() {
        let request = Request { seed: u64::MAX, count: 3, ..Request::default() };
        let seeds: Vec<(u64, usize)> = request.each().expect("three").map(|one| (one.seed, one.count)).collect();
        assert_eq!(seeds, [(u64::MAX, 1), (0, 1), (1, 1)]);
        for count in [0, 10_001] {
            let sentence = Request { count, ..Request::default() }.each().err().expect("it cannot be").to_string();
            assert_eq!(sentence, format!("count: {count} pictures cannot be made; ask for 1 to 10000"));
        }
    }

    #[test]
    fn what_is_fed_back_keeps_its_mask_in_place() {
        let mask = Some(Rc::new(Mask::none(8, 8)));
        let request = Request { pad: [8, 0, 0, 0], keep_unmasked: true, images: Images { mask, ..picture(8, 8) }, ..Request::default() };
        let made = Picture { width: 8, height: 16, values: vec![0.5; 3 * 128] };
        let next = request.fed_back(made);
        let kept = next.images.mask.as_ref().expect("it stays");
        assert_eq!((kept.width, kept.height, kept.grey[63], kept.grey[64]), (8, 16, 255, 0));
        let settings = settle(next).expect("it is sound");
        assert_eq!((settings.width, settings.height, settings.asked.seed, settings.asked.pad), (8, 16, 1, [0; 4]));
        let plain = Request { pad: [8; 4], keep_unmasked: true, images: picture(8, 8), ..Request::default() };
        let next = plain.fed_back(Picture { width: 24, height: 24, values: vec![0.5; 3 * 576] });
        assert_eq!(settle(next).expect("it is sound").asked.strength, Some(STRENGTH));
    }

    #[test]
    fn what_cannot_work_is_refused_in_a_sentence() {
        let mask = |width: usize, height: usize| Some(Rc::new(Mask::whole(width, height)));
        let with = |images: Images, strength| Request { images, strength, ..Request::default() };
        let cases = [
            (
                with(picture(8, 8), Some(0.0)),
                "strength 0: of 10 steps not one would be taken, so the picture would be unchanged; ask for 0.10 or more, or for more steps",
            ),
            (
                with(picture(8, 8), Some(0.09)),
                "strength 0.09: of 10 steps not one would be taken, so the picture would be unchanged; ask for 0.10 or more, or for more steps",
            ),
            (
                with(picture(8, 8), Some(1.5)),
                "strength 1.5: it is no part of the steps; 0 to 1 is needed: 0.2 keeps most of the picture, 1 next to nothing",
            ),
            (
                with(picture(8, 8), Some(f64::NAN)),
                "strength NaN: it is no part of the steps; 0 to 1 is needed: 0.2 keeps most of the picture, 1 next to nothing",
            ),
            (with(Images::default(), Some(0.5)), "strength 0.5: there is no picture to start from; give a picture, or leave it out"),
            (
                Request { start_step: Some(3), ..Request::default() },
                "startStep 3: there is no picture to start from; give a picture, or leave it out",
            ),
            (Request { start_step: Some(10), ..with(picture(8, 8), None) }, "startStep 10: the run has 10 steps; 0 to 9 can be the first"),
            (
                Request { start_step: Some(1), ..with(picture(8, 8), Some(0.5)) },
                "settings: both strength 0.5 and startStep 1 say where to start; leave one out",
            ),
            (
                with(Images { mask: mask(8, 9), ..picture(8, 8) }, None),
                "mask: it has 8×9 pixels, the picture 8×8; give a mask of the picture's size",
            ),
            (
                with(Images { mask: Some(Rc::new(Mask::none(8, 8))), ..picture(8, 8) }, None),
                "mask: it paints nothing: what is black stays, what is white is painted; make white what is to change, or leave the mask out",
            ),
            (
                with(Images { mask: Some(Rc::new(speck())), ..picture(16, 16) }, None),
                "mask: what it paints is smaller than what the model tells apart, 8×8 pixels; paint more around it",
            ),
            (with(Images { mask: mask(8, 8), ..Images::default() }, None), "mask: there is no picture that it belongs to; give a picture"),
            (Request { pad: [8, 0, 0, 0], ..Request::default() }, "pad: there is no picture that it belongs to; give a picture"),
            (Request { keep_unmasked: true, ..with(picture(8, 8), None) }, "keepUnmasked: there is no mask; give one, or leave it out"),
            (
                with(Images { latents: latents(Level::Clean).latents, ..picture(8, 8) }, None),
                "latents: a picture was given, too; start from one of the two",
            ),
            (
                Request { pad: [16385, 0, 0, 0], ..with(picture(8, 8), None) },
                "pad: [16385, 0, 0, 0] is too much; up to 16384 pixels each are added",
            ),
            (
                Request { pad: [0, 0, 16384, 0], ..with(picture(8, 8), None) },
                "height 16392 does not fit the model: a multiple of 8 from 8 to 16384 is needed, for instance 16384",
            ),
        ];
        for (request, sentence) in cases {
            assert_eq!(settle(request).expect_err("it cannot work").to_string(), sentence);
        }
    }
}
