//! Runs that start from pictures and latents, against diffusers' image-to-image and inpainting pipelines (`tests/golden/make/images.py`),
//! and what must hold of them whatever the judge says.

mod common;

use common::{Golden, devices, folder, relative_rms};
use decant_graph::Device;
use decant_sd::Error;
use decant_sd::files::Folder;
use decant_sd::picture::{Mask, Picture};
use decant_sd::pipeline::{Event, Observer, Options, Pipeline};
use decant_sd::request::{Images, Request};
use decant_solver::Sampler;
use pollster::block_on;
use std::collections::BTreeMap;
use std::rc::Rc;

/// Largest relative RMS of latents, at the start and at the end.
const LATENTS: f64 = 1e-3;
/// Largest RMS of a whole picture in 0…1.
const PICTURE: f64 = 1e-3;

fn open(model: &str, device: Rc<dyn Device>) -> Pipeline {
    let place = if model == "digits" { "models" } else { "tests/models" };
    let files = Rc::new(Folder::open(folder(place).join(model)).expect("the model is there"));
    block_on(Pipeline::open(files, device, Options::default())).expect("the model is sound")
}

/// What a golden's cases start from.
fn images(golden: &Golden) -> Images {
    let plane = |name: &str| (golden.shape(name)[3], golden.shape(name)[2], golden.get(name));
    let (width, height, values) = plane("picture");
    let mask = golden.find("mask").map(|values| {
        let grey: Vec<u8> = values.iter().map(|v| (v * 255.0).round() as u8).collect();
        Rc::new(Mask::from_grey8(width, height, &grey).expect("as many as pixels"))
    });
    Images { picture: Some(Rc::new(Picture { width, height, values })), mask, latents: None }
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
            if device.used().is_some() && image.is_none() {
                continue;
            }
            let model = settings["model"].as_str().expect("a model");
            let pipeline = pipelines.entry(model.into()).or_insert_with(|| open(model, device.clone()));
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
                let square = expected.iter().zip(&generated.picture.values).map(|(e, g)| (e - g).powi(2) as f64);
                let rms = (square.sum::<f64>() / expected.len() as f64).sqrt();
                assert!(rms <= PICTURE, "{name} {case}: picture on {}: error {rms:.2e}", device.name());
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
fn the_notebooks_start_step_agrees() {
    check("images-start-step");
}

#[test]
fn inpainting_agrees_with_denoisers_that_see_the_mask_and_that_do_not() {
    check("images-inpaint");
}
