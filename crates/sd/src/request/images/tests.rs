//! What a run starts from, and the sentences for what it cannot.

use super::*;
use crate::request::{Defaults, Settings};
use decant_solver::Sampler;

fn resolve(request: Request) -> Result<Settings, Error> {
    request.resolve(&Defaults::of_tests(10), 8)
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
        assert!(resolve(request).is_ok(), "{pad:?}");
    }
}

#[test]
fn strength_is_counted_as_diffusers_counts_it() {
    // int(steps * strength) in Python's doubles; 0.7 as a float would be 6 of 10 steps.
    for (strength, steps, first) in
        [(0.7, 10, 3), (0.3, 10, 7), (0.29, 100, 72), (1.0, 10, 0), (0.1, 10, 9), (0.8, 1000, 200), (0.99, 10, 1), (0.15, 20, 17)]
    {
        let request = Request { strength: Some(strength), steps: Some(steps), images: picture(8, 8), ..Request::default() };
        assert_eq!(resolve(request).expect("it is sound").first_step, Some(first), "strength {strength} of {steps}");
    }
    let usual = resolve(Request { images: picture(8, 8), ..Request::default() }).expect("it is sound");
    assert_eq!((usual.first_step, usual.request.strength), (Some(2), Some(0.8)));
    let step = resolve(Request { images: picture(8, 8), start_step: Some(9), ..Request::default() }).expect("it is sound");
    assert_eq!((step.first_step, step.request.strength), (Some(9), None));
    let masked = resolve(Request { images: picture(8, 8), pad: [0, 8, 0, 0], ..Request::default() }).expect("it is sound");
    assert_eq!((masked.first_step, masked.request.strength, masked.width), (None, Some(1.0), 16));
}

#[test]
fn a_latent_consistency_model_takes_all_its_steps() {
    let spread_of = |sampler, json: &str| {
        let request = Request { sampler: Some(sampler), images: picture(8, 8), ..Request::from_json(json).expect("well-formed") };
        let settings = request.resolve(&Defaults { spreads: true, ..Defaults::of_tests(4) }, 8).expect("it is sound");
        (settings.first_step, settings.spread, settings.sampling().strength)
    };
    assert_eq!(spread_of(Sampler::Lcm, r#"{"strength":0.1}"#), (Some(0), 0.1, 0.1));
    assert_eq!(spread_of(Sampler::Tcd, "{}"), (Some(0), 0.8, 0.8));
    assert_eq!(spread_of(Sampler::Lcm, r#"{"startStep":2}"#), (Some(2), 1.0, 1.0));
    assert_eq!(spread_of(Sampler::Ddim, r#"{"strength":0.5}"#), (Some(2), 1.0, 1.0), "which knows no distilled timesteps");
}

#[test]
fn latents_are_what_their_file_or_the_request_says() {
    let first = |images: Images, strength| resolve(Request { images, strength, ..Request::default() }).map(|settings| settings.first_step);
    assert_eq!(first(latents(Level::Unknown), None).expect("noise"), None);
    assert_eq!(first(latents(Level::Unknown), Some(0.5)).expect("a picture's"), Some(5));
    assert_eq!(first(latents(Level::Clean), None).expect("a picture's"), Some(2));
    assert_eq!(first(latents(Level::Noise), None).expect("noise"), None);
    let sentence = first(latents(Level::Noise), Some(0.5)).expect_err("noise is no picture").to_string();
    assert!(sentence.contains("there is no picture to start from"), "{sentence}");
}

#[test]
fn the_size_follows_what_is_started_from() {
    let size = |request: Request| resolve(request).map(|settings| [settings.width, settings.height]).expect("it fits");
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
    let mask = next.images.mask.as_ref().expect("it stays");
    assert_eq!((mask.width, mask.height, mask.grey[63], mask.grey[64]), (8, 16, 255, 0));
    let settings = resolve(next).expect("it is sound");
    assert_eq!((settings.width, settings.height, settings.request.seed, settings.request.pad), (8, 16, 1, [0; 4]));
    let plain = Request { pad: [8; 4], keep_unmasked: true, images: picture(8, 8), ..Request::default() };
    let next = plain.fed_back(Picture { width: 24, height: 24, values: vec![0.5; 3 * 576] });
    assert_eq!(resolve(next).expect("it is sound").request.strength, Some(STRENGTH));
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
        assert_eq!(resolve(request).expect_err("it cannot work").to_string(), sentence);
    }
}
