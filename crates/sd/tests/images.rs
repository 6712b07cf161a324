//! Runs that start from pictures and latents, against diffusers' image-to-image and inpainting pipelines (`tests/golden/make/images.py`),
//! and what must hold of them whatever the judge says.
//! It is long because each way to begin has its golden and its refusals, and they share how a run is set up.

mod common;

use common::run::load;
use common::{Golden, all_on_gpu, devices, folder, relative_rms, rms};
use decant_graph::Cpu;
use decant_sd::Error;
use decant_sd::latents::{Latents, Level};
use decant_sd::picture::{Mask, Picture};
use decant_sd::pipeline::{Event, Generated, Observer, Pipeline, Unobserved};
use decant_sd::request::{Images, Request};
use decant_solver::{Generator, Sampler};
use pollster::block_on;
use std::collections::BTreeMap;
use std::rc::Rc;

/// Largest relative RMS of latents, at the start and at the end.
const LATENTS: f64 = 1e-4;
/// Largest RMS of a whole picture in 0…1.
const PICTURE: f64 = 1e-3;

/// What a golden's cases start from.
fn images(golden: &Golden) -> Images {
    let plane = |name: &str| (golden.shape(name)[3], golden.shape(name)[2], golden.get(name));
    let (width, height, values) = plane("picture");
    let mask = golden.find("mask").map(|values| {
        let grey: Vec<u8> = values.iter().map(|v| (v * 255.0).round() as u8).collect();
        Rc::new(Mask { width, height, grey })
    });
    Images { picture: Some(Rc::new(Picture { width, height, values })), mask, ..Images::default() }
}

fn number(settings: &serde_json::Value, key: &str) -> Option<usize> {
    settings[key].as_u64().map(|number| number as usize)
}

fn request(golden: &Golden, settings: &serde_json::Value) -> Request {
    Request {
        prompt: golden.setting("prompt"),
        negative: golden.setting("negative_prompt"),
        sampler: settings["sampler"].as_str().map(|id| Sampler::from_id(id).expect("a sampler of ours")),
        steps: number(settings, "steps"),
        guidance: settings["guidance"].as_f64().map(|guidance| guidance as f32),
        seed: settings["seed"].as_u64().expect("a whole number"),
        strength: settings["strength"].as_f64(),
        start_step: number(settings, "start_step"),
        images: images(golden),
        ..Request::default()
    }
}

/// Keeps what the first step takes, and how many were taken.
#[derive(Default)]
struct Watched {
    start: Vec<f32>,
    begin: usize,
    calls: usize,
}

impl Observer for Watched {
    async fn event(&mut self, event: Event<'_>) -> Result<(), Error> {
        match event {
            Event::Start { latents, begin, .. } => (self.start, self.begin) = (latents.to_vec(), begin),
            Event::Step { .. } => self.calls += 1,
            _ => {}
        }
        Ok(())
    }
}

/// Every case on the CPU; those whose picture is kept on the GPU, too.
fn check(name: &str) {
    let golden = Golden::open(name);
    let cases: BTreeMap<String, serde_json::Value> = serde_json::from_str(&golden.setting("cases")).expect("the cases are JSON");
    for device in devices() {
        let mut pipelines: BTreeMap<String, Pipeline> = BTreeMap::new();
        for (case, settings) in &cases {
            let image = golden.find(&format!("{case}.image"));
            if device.used().is_some() && image.is_none() && !all_on_gpu() {
                continue;
            }
            let model = settings["model"].as_str().expect("a model");
            let pipeline = pipelines.entry(model.into()).or_insert_with(|| load(model, device.clone()));
            let mut watched = Watched::default();
            let generated = block_on(pipeline.generate(&request(&golden, settings), &mut watched)).expect("the run is sound");
            let start = golden.get(&format!("{case}.start"));
            // Where a sampler scales pure noise, its own first step does it.
            let scale = if watched.begin == 0 && name == "images-inpaint" { relative_scale(&start, &watched.start) } else { 1.0 };
            let first: Vec<f32> = watched.start.iter().map(|v| v * scale).collect();
            for (what, expected, got) in
                [("start", start, &first), ("latents", golden.get(&format!("{case}.latents")), &generated.latents.values)]
            {
                let error = relative_rms(&expected, got);
                println!("{name} {case:40} {what:8} {:50} {error:.2e}", device.name());
                assert!(error <= LATENTS, "{name} {case} {what} on {}: error {error:.2e}", device.name());
            }
            if let Some(expected) = image {
                let error = rms(&expected, &generated.picture.values);
                assert!(error <= PICTURE, "{name} {case}: picture on {}: error {error:.2e}", device.name());
            }
        }
    }
}

/// `init_noise_sigma`, from the first numbers.
fn relative_scale(expected: &[f32], got: &[f32]) -> f32 {
    expected[0] / got[0]
}

#[test]
fn pictures_from_pictures_agree() {
    check("images-img2img");
}

#[test]
fn latent_consistency_models_spread_their_steps_as_their_own_pipeline_does() {
    check("images-lcm");
}

#[test]
fn the_notebooks_start_step_agrees() {
    check("images-start-step");
}

#[test]
fn inpainting_agrees_with_denoisers_that_see_the_mask_and_that_do_not() {
    check("images-inpaint");
}

fn make(pipeline: &mut Pipeline, request: &Request) -> Generated {
    block_on(pipeline.generate(request, &mut Unobserved)).expect("the run is sound")
}

/// A cheap run of 32×24 pixels.
fn cheap(images: Images) -> Request {
    Request { prompt: "a cat".into(), steps: Some(3), guidance: Some(1.0), width: Some(32), height: Some(24), images, ..Request::default() }
}

fn with_latents(latents: Latents) -> Images {
    Images { latents: Some(Rc::new(latents)), ..Images::default() }
}

#[test]
fn latents_that_python_wrote_are_read_and_ours_are_numpys_bytes() {
    let expected = Generator::new(7).randn(60); // torch.randn
    for (file, digits) in [
        ("float16.npy", 1e-3),
        ("float32.npy", 1e-6),
        ("float64.npy", 1e-6),
        ("float16.safetensors", 1e-3),
        ("bfloat16.safetensors", 1e-2),
        ("float32.safetensors", 1e-6),
    ] {
        let bytes = std::fs::read(folder(&format!("tests/golden/latents-{file}"))).expect("the file is there");
        let latents = Latents::read(file, &bytes).expect("Python wrote it");
        assert_eq!((latents.shape, latents.level), ([4, 3, 5], Level::Unknown), "{file}");
        assert!(relative_rms(&expected, &latents.values) < digits, "{file}");
        if file == "float32.npy" {
            assert_eq!(latents.to_npy(), bytes, "what numpy.save writes");
        }
    }
}

/// Keeps the latents after one model call, as a file.
struct SavesLatents(usize, Vec<u8>, Option<decant_solver::Schedule>);

impl Observer for SavesLatents {
    async fn event(&mut self, event: Event<'_>) -> Result<(), Error> {
        match event {
            Event::Start { schedule, .. } => self.2 = Some(schedule.clone()),
            Event::Step { step, shape, .. } if step.index + 1 == self.0 => {
                let schedule = self.2.as_ref().expect("the start comes first");
                self.1 = Latents::after(schedule, step.index, shape, step.next).to_safetensors();
            }
            _ => {}
        }
        Ok(())
    }
}

#[test]
fn latents_kept_on_the_way_go_on_to_the_same_picture() {
    let mut pipeline = load("sd1-tiny", Rc::new(Cpu));
    // Samplers without a memory of earlier steps, in both scales.
    for (sampler, after) in [(Sampler::Ddim, 1), (Sampler::Ddim, 2), (Sampler::Euler, 2), (Sampler::Heun, 2), (Sampler::Heun, 4)] {
        let request = Request { sampler: Some(sampler), ..cheap(Images::default()) };
        let mut saver = SavesLatents(after, vec![], None);
        let whole = block_on(pipeline.generate(&request, &mut saver)).expect("the run is sound");
        let latents = Latents::read("kept", &saver.1).expect("just written");
        assert!(matches!(latents.level, Level::Noisy { .. }));
        let rest = make(&mut pipeline, &Request { images: with_latents(latents), ..request });
        assert_eq!(whole.picture, rest.picture, "{sampler:?} after {after} calls");
    }
}

#[test]
fn given_noise_is_that_of_its_seed_and_a_batch_is_its_single_runs() {
    let mut pipeline = load("sd1-tiny", Rc::new(Cpu));
    let request = Request { seed: 41, count: 2, ..cheap(Images::default()) };
    let batch: Vec<Generated> = request.each().expect("two").map(|one| make(&mut pipeline, &one)).collect();
    let single = make(&mut pipeline, &Request { seed: 42, ..cheap(Images::default()) });
    assert_eq!(batch[1].picture, single.picture);
    assert_ne!(batch[0].picture, single.picture);
    for level in [Level::Noise, Level::Unknown] {
        let noise = Latents { shape: [4, 3, 4], values: Generator::new(42).randn(48), level };
        assert_eq!(make(&mut pipeline, &cheap(with_latents(noise))).picture, single.picture);
    }
    // Again from what came out: the clean latents stand for the picture.
    let again = Request { sampler: Some(Sampler::Ddim), ..cheap(with_latents(single.latents.clone())) };
    let watched = &mut Watched::default();
    block_on(pipeline.generate(&again, watched)).expect("the run is sound");
    assert_eq!((watched.begin, watched.calls), (1, 2), "0.8 of three steps are two");
}

/// A picture that no network makes.
fn stripes(width: usize, height: usize) -> Picture {
    let bytes: Vec<u8> = (0..width * height).flat_map(|i| [(i * 37 % 256) as u8, (i / width * 9) as u8, 130]).collect();
    Picture::from_rgb8(width, height, &bytes).expect("as many as pixels")
}

#[test]
fn what_the_mask_leaves_stays() {
    for model in ["sd1-tiny", "inpaint-tiny"] {
        let mut pipeline = load(model, Rc::new(Cpu));
        let picture = stripes(32, 24);
        let mut grey = vec![0; 32 * 24];
        (0..24).for_each(|y| grey[y * 32 + 16..][..16].fill(255));
        let mask = Mask { width: 32, height: 24, grey };
        let images = Images { picture: Some(Rc::new(picture.clone())), mask: Some(Rc::new(mask)), ..Images::default() };
        let made = make(&mut pipeline, &Request { keep_unmasked: true, ..cheap(images) }).picture;
        let same = |x: usize| (0..24).all(|y| made.values[y * 32 + x] == picture.values[y * 32 + x]);
        assert!((0..16).all(same) && !(16..32).all(same), "{model}");
    }
}

#[test]
fn what_is_black_in_a_mask_leaves_the_pictures_own_latents() {
    let mut pipeline = load("sd1-tiny", Rc::new(Cpu));
    let (picture, seed) = (stripes(32, 24), 5);
    let mut mask = Mask::none(32, 24);
    mask.grey[0] = 255; // the first of 3×4 places
    let images = Images { picture: Some(Rc::new(picture.clone())), mask: Some(Rc::new(mask)), ..Images::default() };
    let made = make(&mut pipeline, &Request { seed, ..cheap(images) });
    let encoded = block_on(pipeline.encode(&picture, Some(seed))).expect("it fits");
    for (made, encoded) in made.latents.values.chunks(12).zip(encoded.values.chunks(12)) {
        assert_eq!(made[1..], encoded[1..]);
        assert_ne!(made[0], encoded[0]);
    }
}

#[test]
fn padding_is_painted_around_a_picture_that_stays() {
    let mut pipeline = load("sd1-tiny", Rc::new(Cpu));
    let picture = stripes(16, 8);
    let images = Images { picture: Some(Rc::new(picture.clone())), ..Images::default() };
    let request = Request { pad: [8, 0, 8, 16], keep_unmasked: true, width: None, height: None, ..cheap(images) };
    let made = make(&mut pipeline, &request).picture;
    assert_eq!((made.width, made.height), (32, 24));
    let row = |y: usize| &made.values[(8 + y) * 32 + 16..][..16];
    assert!((0..8).all(|y| row(y) == &picture.values[y * 16..][..16]));
    assert_ne!(made, picture.padded(request.pad), "the padding is no longer the repeated edge");
}

#[test]
fn the_autoencoder_alone_agrees() {
    let golden = Golden::open("vae-sd1-tiny");
    let mut pipeline = load("sd1-tiny", Rc::new(Cpu));
    let scaling = pipeline.config().vae.scaling_factor();
    let case = "1x6x10";
    let [height, width] = [2, 3].map(|side| golden.shape(&format!("{case}.image"))[side]);
    let values = golden.get(&format!("{case}.image")).iter().map(|v| v / 2.0 + 0.5).collect();
    let latents = block_on(pipeline.encode(&Picture { width, height, values }, None)).expect("it fits");
    let mean: Vec<f32> = golden.get(&format!("{case}.mean")).iter().map(|v| v * scaling).collect();
    assert_eq!((latents.shape, latents.level), ([4, height / 8, width / 8], Level::Clean));
    assert!(relative_rms(&mean, &latents.values) < 1e-4);
    let values: Vec<f32> = golden.get(&format!("{case}.latents")).iter().map(|v| v * scaling).collect();
    let [c, h, w] = [1, 2, 3].map(|side| golden.shape(&format!("{case}.latents"))[side]);
    let picture = block_on(pipeline.decode(&Latents { shape: [c, h, w], values, level: Level::Clean })).expect("it fits");
    let decoded: Vec<f32> = golden.get(&format!("{case}.decoded")).iter().map(|v| (v / 2.0 + 0.5).clamp(0.0, 1.0)).collect();
    assert!(relative_rms(&decoded, &picture.values) < 1e-4);
    let off = block_on(pipeline.encode(&stripes(12, 8), None)).expect_err("12 is no multiple of 8").to_string();
    assert_eq!(off, "width 12 does not fit the model: a multiple of 8 from 8 to 16384 is needed, for instance 8");
    let other = Latents { shape: [16, 1, 1], values: vec![0.0; 16], level: Level::Clean };
    let sentence = block_on(pipeline.decode(&other)).expect_err("another model's").to_string();
    assert_eq!(sentence, "latents: they have 16 channels, the autoencoder's have 4; give latents of this model");
}

#[test]
fn a_picture_to_start_from_is_part_of_the_memory() {
    let pipeline = load("sd1-tiny", Rc::new(Cpu));
    let images = Images { picture: Some(Rc::new(stripes(64, 64))), ..Images::default() };
    let sized = |images| Request { width: Some(256), height: Some(256), ..cheap(images) };
    let vae = |request: &Request| {
        let memory = pipeline.memory_for(request).expect("it is sound");
        memory.parts.iter().find(|part| part.name == "vae").expect("every model has one").weights
    };
    let (alone, encoding) = (vae(&sized(Images::default())), vae(&sized(images)));
    assert!(encoding > alone, "{encoding} bytes of weights with the encoder, {alone} without");
}

#[test]
fn latents_that_do_not_fit_the_run_are_refused_in_a_sentence() {
    let mut pipeline = load("sd1-tiny", Rc::new(Cpu));
    let noisy = Level::Noisy { sigma: 3.0, scale: decant_solver::Scale::Preserving };
    let mut sentence = |shape: [usize; 3], level| {
        let latents = Latents { shape, values: vec![0.0; shape.iter().product()], level };
        let request = Request { sampler: Some(Sampler::Ddim), ..cheap(with_latents(latents)) };
        block_on(pipeline.generate(&request, &mut Unobserved)).expect_err("it does not fit").to_string()
    };
    assert_eq!(
        sentence([4, 8, 8], Level::Noise),
        "latents: they have 4 channels of 8×8 places, the run has 4 of 3×4; give latents of this model and size"
    );
    assert_eq!(
        sentence([4, 3, 4], noisy),
        "latents: their noise level is 3.000, the run's steps start at 2.930, 0.936, 0.041; ask for the sampler, steps and sigmas that they were made with"
    );
}

/// Two of diffusers' pipelines in a row (tests/make_goldens_upscale.py), on the CPU: what a GPU does differently, a single pass shows.
#[test]
fn two_passes_are_diffusers_two_pipelines_in_a_row() {
    let golden = Golden::open("hires");
    let number = |key: &str| golden.setting(key).parse::<f64>().expect("a number");
    let cases: BTreeMap<String, serde_json::Value> = serde_json::from_str(&golden.setting("cases")).expect("the cases are JSON");
    let mut pipeline = load("sd1-tiny", Rc::new(Cpu));
    for (case, settings) in cases {
        let request = Request {
            prompt: golden.setting("prompt"),
            negative: golden.setting("negative_prompt"),
            seed: number("seed") as u64,
            guidance: Some(number("guidance") as f32),
            width: Some(number("width") as usize),
            height: Some(number("height") as usize),
            ..Request::from_json(&settings.to_string()).expect("settings of ours")
        };
        let generated = make(&mut pipeline, &request);
        let (shape, picture) = (golden.shape(&format!("{case}.image")), &generated.picture);
        assert_eq!([picture.height, picture.width], shape[2..], "{case}");
        let error = rms(&golden.get(&format!("{case}.image")), &picture.values);
        println!("{case}: {error:.2e}");
        assert!(error <= PICTURE, "{case}: {error:.2e}");
        let recorded = &generated.settings.request;
        assert_eq!(
            (recorded.hires, recorded.width, recorded.strength),
            (request.hires, Some(32), None),
            "{case}: the record is of the whole run"
        );
        assert!(generated.memory.peak() >= pipeline.memory_for(&request.without_second_pass()).expect("it fits").peak());
    }
}

/// How often a run began, and whether it said that it began again.
#[derive(Default)]
struct Passes(Vec<&'static str>);

impl Observer for Passes {
    async fn event(&mut self, event: Event<'_>) -> Result<(), Error> {
        self.0.extend(match event {
            Event::Start { .. } => Some("start"),
            Event::Decoding => Some("decoding"),
            Event::Again { size: [48, 32], .. } => Some("again"),
            _ => None,
        });
        Ok(())
    }
}

#[test]
fn a_second_pass_is_told_and_what_does_not_fit_one_is_refused() {
    let mut pipeline = load("sd1-tiny", Rc::new(Cpu));
    let twice = Request { hires: Some(2.0), width: Some(24), height: Some(16), ..cheap(Images::default()) };
    let mut passes = Passes::default();
    block_on(pipeline.generate(&twice, &mut passes)).expect("it runs");
    assert_eq!(passes.0, ["start", "again", "start", "decoding"], "latents are enlarged without a picture between");
    let mut refused = |request: Request| pipeline.check(&request).expect_err("it cannot be").to_string();
    assert_eq!(
        refused(Request { hires: Some(9.0), ..twice.clone() }),
        "hires 9: the second pass is 1 to 8 times as large each way; 2 is usual"
    );
    assert_eq!(
        refused(Request { hires: None, hires_steps: Some(3), ..twice.clone() }),
        "hiresSteps: there is no second pass that it belongs to; give hires, or leave it out"
    );
    let none = refused(Request { hires_strength: Some(0.0), ..twice.clone() });
    assert!(none.starts_with("hiresStrength 0: of "), "{none}");
    let beyond = refused(Request { hires_strength: Some(1.5), ..twice.clone() });
    assert!(beyond.starts_with("hiresStrength 1.5: it is no part of the steps"), "{beyond}");
    let many = refused(Request { hires_steps: Some(2000), ..twice.clone() });
    assert_eq!(many, "settings: hiresSteps is 2000, expected 1 to 1000");
    let large = refused(Request { hires: Some(8.0), width: Some(4096), height: Some(4096), ..twice });
    assert!(large.starts_with("width 32768 does not fit the model"), "{large}");
}
