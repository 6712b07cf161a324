//! A LoRA on a quantized base: what the quantized weights give, plus the LoRA in full.

use crate::common::{devices, folder, relative_rms};
use crate::{lora, used};
use decant_graph::{ENCODINGS, Encoding, Graph, Input, WeightUse, cpu};
use decant_sd::Error;
use decant_sd::component::Component;
use decant_sd::config::UNetConfig;
use decant_sd::files::Folder;
use decant_sd::picture::{channels_first, channels_last};
use decant_sd::pipeline::{Event, Observer, Options, Pipeline};
use decant_sd::request::Request;
use decant_sd::unet;
use decant_sd::weights::Checkpoint;
use decant_solver::Sampler;
use pollster::block_on;
use std::rc::Rc;

const SIZE: [usize; 2] = [4, 6];
const WEIGHT: f32 = 0.75;

/// What the denoiser was told and what it said, at the only step.
#[derive(Default)]
struct Heard {
    context: Vec<f32>,
    sample: Vec<f32>,
    timestep: f32,
    prediction: Vec<f32>,
}

impl Observer for Heard {
    async fn event(&mut self, event: Event<'_>) -> Result<(), Error> {
        match event {
            Event::Text { embeddings, .. } => self.context = embeddings.to_vec(),
            Event::Start { noise, schedule, .. } => (self.sample, self.timestep) = (noise.to_vec(), schedule.timesteps[0]),
            Event::Step { eps, .. } => self.prediction = eps.cond.clone(),
            _ => {}
        }
        Ok(())
    }
}

#[test]
fn the_base_stays_quantized_and_the_lora_is_added_in_full() {
    let root = folder("tests/models/sd1-tiny");
    let files = Rc::new(Folder::open(&root).expect("the model is there"));
    for (device, on_all) in devices().into_iter().zip([true, false]) {
        for row in ENCODINGS.iter().filter(|row| on_all || row.encoding == Encoding::Q4_0) {
            let options = Options { weights: Some(row.encoding), ..Options::default() };
            let mut pipeline = block_on(Pipeline::load(files.clone(), device.clone(), options, &mut |_| {})).expect("the model is sound");
            block_on(pipeline.add_lora("x", lora("kohya"))).expect("it fits");
            let request = Request {
                width: Some(8 * SIZE[1]),
                height: Some(8 * SIZE[0]),
                steps: Some(1),
                guidance: Some(1.0),
                sampler: Some(Sampler::Ddim),
                loras: vec![used("x", WEIGHT)],
                ..Request::default()
            };
            let mut heard = Heard::default();
            block_on(pipeline.generate(&request, &mut heard)).expect("the run is sound");
            let expected = merged(&files, row.encoding, &heard);
            let error = relative_rms(&expected, &heard.prediction);
            println!("{} on {}: {error:.2e}", row.name, device.name());
            assert!(error < 1e-5, "{} on {}: {error:.2e}", row.name, device.name());
        }
    }
}

/// The denoiser without LoRA, whose weights are what the encoding left of the file's, with the products of the LoRA's matrices added.
fn merged(files: &Folder, encoding: Encoding, heard: &Heard) -> Vec<f32> {
    let config = block_on(UNetConfig::read(files, "unet")).expect("the configuration is sound");
    let component = block_on(Component::open(files, "unet", Some(encoding))).expect("the weights are there");
    let program = component.program(|graph: &Graph| unet::unet(graph, &config, 1, SIZE, 77)).expect("the graph fits");
    let lora_files = lora("kohya");
    let lora = block_on(Checkpoint::open_file(&*lora_files, "kohya.safetensors")).expect("the LoRA is sound");
    let read = |name: &str| block_on(lora.read(&*lora_files, name)).expect("it can be read");
    let mut changed = 0;
    let weights = program.weights.iter().map(|weight| {
        let values = block_on(component.checkpoint().read(files, &weight.name)).expect("it can be read");
        let mut seen = weight.seen(0, &values).expect("as many numbers");
        let called = format!("lora_unet_{}", weight.name.trim_end_matches(".weight").replace('.', "_"));
        if lora.tensors().contains_key(&format!("{called}.alpha")) {
            let [down, up, alpha] = ["lora_down.weight", "lora_up.weight", "alpha"].map(|part| read(&format!("{called}.{part}")));
            let (width, rank) = (seen.len() / weight.rows(), up.len() / weight.rows());
            for (i, number) in seen.iter_mut().enumerate() {
                let product: f32 = (0..rank).map(|r| up[i / width * rank + r] * down[r * width + i % width]).sum();
                *number += WEIGHT * alpha[0] / rank as f32 * product;
            }
            changed += 1;
        }
        let exact = WeightUse { encoding: Encoding::F32, ..weight.clone() };
        (weight.name.clone(), cpu::tensor(&exact, &seen).expect("as many numbers"))
    });
    let weights = weights.collect();
    assert_eq!(changed, 6);
    let sample = channels_last(&heard.sample, config.in_channels);
    let inputs = [("sample", Input::F32(&sample)), ("timestep", Input::F32(&[heard.timestep])), ("context", Input::F32(&heard.context))];
    let out = cpu::run(&program, &weights, &inputs, candle_core::DType::F32).expect("it runs");
    channels_first(&out[0], config.out_channels)
}
