//! Whole runs against diffusers, for every sampler and every variant of guidance: final latents, and a few pictures.
//!
//! Two tiny models: one predicts the noise, the other v. What a single step does is compared in `crates/solver/tests`.

mod common;

use common::run::load;
use common::{Golden, all_on_gpu, devices, rms};
use decant_graph::{Cpu, Device};
use decant_sd::Error;
use decant_sd::pipeline::{Event, Generated, Observer, Unobserved};
use decant_sd::request::Request;
use decant_solver::SAMPLERS;
use pollster::block_on;
use std::collections::BTreeMap;
use std::rc::Rc;

/// Largest RMS of latents and pictures.
const NEAR: f64 = 1e-3;

const MODELS: [&str; 2] = ["sd1-tiny", "sd2-tiny"];

/// What every golden of a file has in common.
fn plain(golden: &Golden) -> Request {
    let size = golden.setting("size").parse().ok();
    let seed = golden.setting("seed").parse().expect("a whole number");
    Request { prompt: golden.setting("prompt"), seed, guidance: Some(1.0), width: size, height: size, ..Request::default() }
}

fn latents(generated: &Generated) -> &[f32] {
    &generated.latents.values
}

/// `SAMPLER.SIGMAS.STEPS` as settings.
fn request(golden: &Golden, name: &str) -> Request {
    let [sampler, sigmas, steps]: [&str; 3] = name.split('.').collect::<Vec<_>>().try_into().expect("three words");
    // Without new noise, where the judge draws its own.
    let eta = if sampler.starts_with("dpmpp") && sampler.ends_with("_sde") && sampler != "dpmpp_2m_sde" { ",\"eta\":0" } else { "" };
    let json = format!(r#"{{"sampler":"{sampler}","sigmas":"{sigmas}","steps":{steps}{eta}}}"#);
    let chosen = Request::from_json(&json).expect("names of ours");
    let Request { sampler, sigmas, steps, eta, .. } = chosen;
    Request { sampler, sigmas, steps, eta, ..plain(golden) }
}

#[test]
fn every_sampler_makes_the_references_picture_from_eps() {
    compare("sd1-tiny", Rc::new(Cpu));
}

#[test]
fn every_sampler_makes_the_references_picture_from_v() {
    compare("sd2-tiny", Rc::new(Cpu));
}

fn compare(model: &str, device: Rc<dyn Device>) {
    let mut worst: BTreeMap<&str, f64> = BTreeMap::new();
    let mut wrong = vec![];
    let golden = Golden::open(&format!("samplers-{model}"));
    let mut pipeline = load(model, device);
    for name in golden.tensors().iter().filter(|name| !name.starts_with("picture.")) {
        let request = request(&golden, name);
        let generated = block_on(pipeline.generate(&request, &mut Unobserved)).expect("the run is sound");
        let mut error = rms(&golden.get(name), latents(&generated));
        if let Some(picture) = golden.find(&format!("picture.{name}")) {
            error = error.max(rms(&picture, &generated.picture.values));
        }
        if error.is_nan() || error > NEAR {
            wrong.push(format!("{model} {name}: {error:.1e}"));
        }
        let most = worst.entry(request.sampler.expect("a sampler of ours").row().id).or_default();
        *most = most.max(error);
    }
    let summary: Vec<String> = worst.iter().map(|(id, error)| format!("{id} {error:.1e}")).collect();
    println!("{model}: largest RMS of final latents and pictures: {}", summary.join(", "));
    assert!(wrong.is_empty(), "above {NEAR}:\n{}", wrong.join("\n"));
    for row in SAMPLERS {
        assert!(worst.contains_key(row.id), "{} has no golden", row.id);
    }
}

#[test]
fn a_gpu_makes_them_too() {
    if all_on_gpu() {
        MODELS.iter().for_each(|model| compare(model, devices().pop().expect("the second one")));
        MODELS.iter().for_each(|model| guidance(model, devices().pop().expect("the second one")));
        return;
    }
    let sample = ["pndm.config.4", "dpmpp_2m.karras.9", "euler_a.config.4", "dpmpp_sde.karras.4", "unipc.config.9"];
    let sample = sample.iter().chain(&["lcm.config.4"]);
    for (at, name) in sample.enumerate() {
        let model = MODELS[at % 2];
        let golden = Golden::open(&format!("samplers-{model}"));
        let gpu = devices().pop().expect("the second one");
        let generated = block_on(load(model, gpu).generate(&request(&golden, name), &mut Unobserved)).expect("the run is sound");
        let error = rms(&golden.get(name), latents(&generated));
        println!("{model} {name}: {error:.1e}");
        assert!(error <= NEAR, "{model} {name}: {error:.1e}");
    }
}

#[test]
fn every_variant_of_guidance_is_the_references() {
    MODELS.iter().for_each(|model| guidance(model, Rc::new(Cpu)));
}

fn guidance(model: &str, device: Rc<dyn Device>) {
    let golden = Golden::open(&format!("guidance-{model}"));
    let mut pipeline = load(model, device);
    for name in golden.tensors() {
        let (sampler, case) = name.split_once('.').expect("two words");
        let steps = golden.setting("steps");
        let more = match case {
            "rescale" => r#""guidance":7.5,"rescale":0.7"#,
            "part" => r#""guidance":7.5,"guidanceFrom":0.25,"guidanceUntil":0.75"#,
            "curve" => r#""guidanceCurve":[1,7.5,3]"#,
            "cfgpp" => r#""guidance":0.6,"cfgpp":true"#,
            other => panic!("the test does not know {other}"),
        };
        let chosen = Request::from_json(&format!(r#"{{"sampler":"{sampler}","steps":{steps},{more}}}"#)).expect("well-formed");
        let Request { prompt, seed, width, height, .. } = plain(&golden);
        let request = Request { prompt, seed, width, height, negative: golden.setting("negative"), ..chosen };
        let mut calls = Unconds(vec![]);
        let generated = block_on(pipeline.generate(&request, &mut calls)).expect("the run is sound");
        // Where guidance rests, the model is asked once; what is predicted is then the memory of one picture.
        let (twice, rests) = match case {
            "part" => ([false, true, true, true, false, false], true),
            "curve" => ([false, true, true, true, true, true], true),
            _ => ([true; 6], false),
        };
        assert_eq!((calls.0.as_slice(), generated.memory.placement.halves), (&twice[..], rests), "{model} {name}");
        let error = rms(&golden.get(&name), latents(&generated));
        println!("{model} {name}: {error:.1e}");
        assert!(error <= NEAR, "{model} {name}: {error:.1e}");
    }
}

/// At which calls the model was asked with the prompt and without.
struct Unconds(Vec<bool>);

impl Observer for Unconds {
    async fn event(&mut self, event: Event<'_>) -> Result<(), Error> {
        if let Event::Step { eps, .. } = event {
            self.0.push(eps.uncond.is_some());
        }
        Ok(())
    }
}

#[test]
fn what_a_model_or_sampler_cannot_follow_is_refused() {
    let refusal = |model: &str, json: &str| {
        let request = Request::from_json(json).expect("well-formed");
        block_on(load(model, Rc::new(Cpu)).generate(&request, &mut Unobserved)).expect_err(json).to_string()
    };
    let sentence = refusal("lcm-tiny", r#"{"rescale":0.7}"#);
    assert_eq!(
        sentence,
        "rescale changes how two answers become one, but this model is told the guidance scale and asked once; leave rescale out"
    );
    let cases = [
        (r#"{"sampler":"heun","cfgpp":true}"#, "it is defined for ddim, euler, euler_a; choose one of these"),
        (r#"{"sampler":"ddim","sigmas":"karras"}"#, "leave the sigmas alone, or choose euler or another sampler that steps through sigmas"),
        (r#"{"sampler":"euler","sigmas":"1,3,0"}"#, "sigmas are a list of 3 from 1 to 0, expected 3 falling numbers from 100000"),
        (r#"{"sampler":"euler","sigmas":"3,1,0","steps":5}"#, "expected 6 falling numbers"),
        (r#"{"steps":1001}"#, "sampling with 1001 steps: expected 1 to 1000"),
        (r#"{"sampler":"ddim","eta":1.5}"#, "the sampler ddim cannot follow eta 1.5, expected 0 to 1"),
        (r#"{"sampler":"lms","order":5}"#, "the sampler lms cannot follow order 5, expected 1 to 4"),
    ];
    for (json, part) in cases {
        let sentence = refusal("sd1-tiny", json);
        assert!(sentence.contains(part), "{sentence}");
    }
}
