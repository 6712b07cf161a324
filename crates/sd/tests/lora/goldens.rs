//! diffusers' latents for each layout, and for several LoRAs at once.

use crate::common::run::{in_trace, load, trace};
use crate::common::{Golden, all_on_gpu, devices, relative_rms};
use crate::{lora, request};
use decant_sd::request::Request;
use pollster::block_on;

/// Largest relative RMS of latents.
const LATENTS: f64 = 1e-4;

/// One pipeline for all goldens of a model: LoRAs come and go, and nothing of one is left in the next.
#[test]
fn diffusers_agrees_on_every_layout() {
    for (device, on_all) in devices().into_iter().zip([true, false]) {
        let mut pipelines = [load("sd1-tiny", device.clone()), load("sdxl-tiny", device.clone())];
        for name in Golden::names("lora-") {
            if !on_all && !all_on_gpu() && !matches!(name.as_str(), "lora-three" | "lora-loha") {
                continue; // a sample: kernels are the same
            }
            let golden = Golden::open(&name);
            let pipeline = &mut pipelines[(golden.setting("model") == "sdxl-tiny") as usize];
            let request = request(&golden);
            for lora_use in &request.loras {
                let info = block_on(pipeline.add_lora(&lora_use.name, lora(&lora_use.name))).expect("it fits the model");
                assert_eq!(info.unmatched, Vec::<String>::new(), "{name}");
            }
            let (_, plain) = trace(pipeline, &Request { loras: vec![], ..request.clone() });
            let (_, got) = trace(pipeline, &request);
            for tensor in golden.tensors() {
                let error = relative_rms(&golden.get(&tensor), &got.get(&in_trace(&tensor)));
                println!("{name:16} {tensor:16} {:50} {error:.2e}", device.name());
                let change = relative_rms(&golden.get(&tensor), &plain.get(&in_trace(&tensor)));
                assert!(change > 0.01, "{name}: {tensor} is the same without: {change:.2e}");
                assert!(error <= LATENTS, "{name}: {tensor} on {}: error {error:.2e}, at most {LATENTS:.0e} is allowed", device.name());
            }
            request.loras.iter().for_each(|lora| pipeline.remove_lora(&lora.name).expect("it was added"));
        }
    }
}
