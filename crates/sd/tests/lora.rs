//! LoRAs: diffusers' numbers for each layout, what a quantized base gives, what is read and kept, what is refused.

mod common;

use common::{Golden, devices, folder, relative_rms};
use decant_graph::Device;
use decant_sd::Error;
use decant_sd::files::{Files, Folder};
use decant_sd::lora::LoraUse;
use decant_sd::pipeline::{Event, Observer, Options, Pipeline};
use decant_sd::request::Request;
use decant_sd::trace::Trace;
use decant_solver::Sampler;
use pollster::block_on;
use std::rc::Rc;

/// Largest relative RMS of latents.
const LATENTS: f64 = 1e-4;

fn lora(name: &str) -> Rc<dyn Files> {
    let end = if name == "old" { "bin" } else { "safetensors" };
    Rc::new(Folder::open(folder(&format!("tests/models/lora/{name}.{end}"))).expect("the LoRA is there"))
}

fn model(name: &str, device: Rc<dyn Device>) -> Pipeline {
    let files = Rc::new(Folder::open(folder("tests/models").join(name)).expect("the model is there"));
    block_on(Pipeline::load(files, device, Options::default(), &mut |_| {})).expect("the model is sound")
}

fn used(name: &str, weight: f32) -> LoraUse {
    LoraUse { name: name.into(), weight, text: None }
}

/// A golden's request, and the names of its LoRAs.
fn request(golden: &Golden) -> Request {
    let loras: Vec<(String, f32)> = serde_json::from_str(&golden.setting("loras")).expect("a list of names and weights");
    Request {
        prompt: golden.setting("prompt"),
        negative: golden.setting("negative"),
        steps: golden.setting("steps").parse().ok(),
        guidance: golden.setting("guidance").parse().ok(),
        seed: golden.setting("seed").parse().expect("a whole number"),
        sampler: Some(Sampler::from_id(&golden.setting("sampler")).expect("a sampler of ours")),
        width: golden.setting("width").parse().ok(),
        height: golden.setting("height").parse().ok(),
        loras: loras.iter().map(|(name, weight)| used(name, *weight)).collect(),
        ..Request::default()
    }
}

/// Keeps a run's trace.
struct Tracing(Trace);

impl Observer for Tracing {
    async fn event(&mut self, event: Event<'_>) -> Result<(), Error> {
        self.0.note(&event);
        Ok(())
    }
}

fn trace(pipeline: &mut Pipeline, request: &Request) -> Golden {
    let mut watcher = Tracing(Trace::default());
    let generated = block_on(pipeline.generate(request, &mut watcher)).expect("the run is sound");
    Golden::from_bytes(watcher.0.finish(&generated).expect("the trace can be written"))
}

/// One pipeline for all goldens of a model: LoRAs come and go, and nothing of one is left in the next.
#[test]
fn diffusers_agrees_on_every_layout() {
    for (device, on_all) in devices().into_iter().zip([true, false]) {
        let mut pipelines = [model("sd1-tiny", device.clone()), model("sdxl-tiny", device.clone())];
        for name in Golden::names("lora-") {
            if !on_all && !matches!(name.as_str(), "lora-three" | "lora-loha") {
                continue; // a sample: kernels are the same
            }
            let golden = Golden::open(&name);
            let pipeline = &mut pipelines[(golden.setting("model") == "sdxl-tiny") as usize];
            let request = request(&golden);
            for lora_use in &request.loras {
                let info = block_on(pipeline.add_lora(&lora_use.name, lora(&lora_use.name))).expect("it fits the model");
                assert_eq!(info.unmatched, Vec::<String>::new(), "{name}");
            }
            let without = trace(pipeline, &Request { loras: vec![], ..request.clone() });
            let got = trace(pipeline, &request);
            for tensor in golden.tensors() {
                let error = relative_rms(&golden.get(&tensor), &got.get(&tensor));
                println!("{name:16} {tensor:16} {:50} {error:.2e}", device.name());
                let change = relative_rms(&golden.get(&tensor), &without.get(&tensor));
                assert!(change > 0.01, "{name}: {tensor} is the same without: {change:.2e}");
                assert!(error <= LATENTS, "{name}: {tensor} on {}: error {error:.2e}, at most {LATENTS:.0e} is allowed", device.name());
            }
            request.loras.iter().for_each(|lora| pipeline.remove_lora(&lora.name).expect("it was added"));
        }
    }
}
