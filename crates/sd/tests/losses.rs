//! Runs that are pulled by losses, against torch's autograd on diffusers' modules (`tests/golden/make/losses.py`).

mod common;

use common::run::load;
use common::{Golden, all_on_gpu, devices, rms};
use decant_graph::{Cpu, Device};
use decant_sd::Error;
use decant_sd::pipeline::{Event, Observer};
use decant_sd::request::Request;
use pollster::block_on;
use std::rc::Rc;

/// Largest RMS of final latents; largest relative difference of gradients.
const NEAR: f64 = 1e-3;

const MODELS: [&str; 3] = ["sd1-tiny", "sd2-tiny", "digits"];

/// The losses and gradients of the steps that were pulled.
#[derive(Default)]
struct Pulls(Vec<(usize, f64, Vec<f32>)>);

impl Observer for Pulls {
    async fn event(&mut self, event: Event<'_>) -> Result<(), Error> {
        if let Event::Step { step, pulling: Some(pulling), .. } = event {
            self.0.push((step.index, pulling.loss, pulling.gradient.clone()));
        }
        Ok(())
    }
}

fn request(golden: &Golden, name: &str) -> Request {
    let [sampler, loss, how]: [&str; 3] = name.split('.').collect::<Vec<_>>().try_into().expect("three words");
    let loss = match loss {
        "blue" => r#"{"expression":"mean(abs(blue - 0.9))","scale":30}"#,
        "mixed" => r#"{"expression":"mean((red - x)^2) + 0.1 * max(green) - mean(min(red, blue)) ^ 2","scale":20}"#,
        "palette" => r##"{"palette":["#204080","#e0c080","#101010"],"scale":20}"##,
        other => panic!("the test does not know {other}"),
    };
    let setting = |key: &str| golden.setting(key);
    let exact = how == "exact";
    let json = format!(
        r#"{{"sampler":"{sampler}","steps":{},"guidance":{},"losses":[{loss}],"lossEvery":{},"lossExact":{exact}}}"#,
        setting("steps"),
        setting("guidance"),
        setting("every")
    );
    let size = setting("size").parse().ok();
    let seed = setting("seed").parse().expect("a whole number");
    let chosen = Request::from_json(&json).expect("names of ours");
    Request { prompt: setting("prompt"), negative: setting("negative"), seed, width: size, height: size, ..chosen }
}

fn compare(model: &str, device: Rc<dyn Device>, wanted: impl Fn(&str) -> bool) {
    let golden = Golden::open(&format!("losses-{model}"));
    let mut pipeline = load(model, device);
    let (mut wrong, mut worst) = (vec![], [0.0f64; 3]);
    for name in golden.tensors().iter().filter(|name| name.split('.').count() == 3 && wanted(name)) {
        let mut pulls = Pulls::default();
        let generated = block_on(pipeline.generate(&request(&golden, name), &mut pulls)).expect("the run is sound");
        let mut errors = [rms(&golden.get(name), &generated.latents.values), 0.0, 0.0];
        assert_eq!(pulls.0.iter().map(|pull| pull.0).collect::<Vec<_>>(), [0, 2, 4], "{name}");
        for (step, loss, gradient) in &pulls.0 {
            let expected = golden.get(&format!("{name}.gradient.{step}"));
            let zero = vec![0.0; expected.len()];
            errors[1] = errors[1].max(rms(&expected, gradient) / rms(&expected, &zero));
            let expected = f64::from(golden.get(&format!("{name}.loss.{step}"))[0]);
            errors[2] = errors[2].max((expected - loss).abs() / expected.abs());
        }
        if errors.iter().any(|error| error.is_nan() || *error > NEAR) {
            wrong.push(format!("{model} {name}: latents {:.1e}, gradient {:.1e}, loss {:.1e}", errors[0], errors[1], errors[2]));
        }
        (0..3).for_each(|i| worst[i] = worst[i].max(errors[i]));
    }
    println!("{model}: latents {:.1e}, gradients {:.1e} relative, losses {:.1e} relative", worst[0], worst[1], worst[2]);
    assert!(wrong.is_empty(), "above {NEAR}:\n{}", wrong.join("\n"));
}

#[test]
fn a_pulled_run_is_torchs_from_eps() {
    compare(MODELS[0], Rc::new(Cpu), |_| true);
}

#[test]
fn a_pulled_run_is_torchs_from_v() {
    compare(MODELS[1], Rc::new(Cpu), |_| true);
}

/// Its weights stay q8_0; the judge has what they decode to.
#[test]
fn a_pulled_run_of_a_quantized_model_is_torchs() {
    compare(MODELS[2], Rc::new(Cpu), |_| true);
}

#[test]
fn a_gpu_is_pulled_as_far() {
    let sample = ["ddim.blue.exact", "euler.mixed.decoder"];
    let wanted = |name: &str| all_on_gpu() || sample.contains(&name);
    MODELS.iter().for_each(|model| compare(model, devices().pop().expect("the second one"), wanted));
}
