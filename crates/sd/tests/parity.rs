//! The judge is diffusers: its numbers in `tests/golden/` against ours, on the CPU runner and on the GPU.
//!
//! Text embeddings, denoiser, encoder and decoder within 1e-4 relative RMS, noise within 1e-6, whole pictures within 1e-3 RMS of 0…1.

mod common;

use common::net::Net;
use common::run::{in_trace, load_as};
use common::{Golden, all_on_gpu, devices, folder, largest_difference, relative_rms, rms};
use decant_graph::{Device, Input};
use decant_sd::Error;
use decant_sd::clip::{Hidden, Reading};
use decant_sd::config::{ClipConfig, TinyConfig, UNetConfig, VaeConfig};
use decant_sd::files::Folder;
use decant_sd::picture::{Picture, channels_first, channels_last};
use decant_sd::pipeline::{Event, Observer, Options};
use decant_sd::request::{Decoder, Preview, Request};
use decant_sd::trace::{Beside, Trace};
use decant_sd::{clip, tiny, unet, vae};
use pollster::block_on;
use std::rc::Rc;

/// Largest relative RMS of a network's output.
const NETWORK: f64 = 1e-4;
/// Largest RMS of a whole picture in 0…1.
const PICTURE: f64 = 1e-3;

/// One run of one of a component's programs.
fn run(component: &mut Net, files: &Folder, build: impl FnOnce(&decant_graph::Graph), inputs: &[(&str, Input)]) -> Vec<f32> {
    run_all(component, files, build, inputs).remove(0)
}

/// The same, with all outputs.
fn run_all(component: &mut Net, files: &Folder, build: impl FnOnce(&decant_graph::Graph), inputs: &[(&str, Input)]) -> Vec<Vec<f32>> {
    let program = component.program(build);
    block_on(component.ready(files, &program).run(inputs)).expect("the program runs")
}

fn check(what: &str, device: &dyn Device, error: f64, bound: f64) {
    println!("{what:44} {:50} {error:.2e}", device.name());
    assert!(error <= bound, "{what} on {}: error {error:.2e}, at most {bound:.0e} is allowed", device.name());
}

#[test]
fn text_encoders_agree() {
    for model in ["sd1-tiny", "sd2-tiny"] {
        let golden = Golden::open(&format!("text-{model}"));
        let files = Folder::open(folder("tests/models").join(model)).expect("the model is there");
        let config = block_on(ClipConfig::read(&files, "text_encoder")).expect("the configuration is sound");
        let (ids, tokens) = (golden.get("ids"), config.max_position_embeddings);
        let ids: Vec<u32> = ids.iter().map(|id| *id as u32).collect();
        let batch = ids.len() / tokens;
        let positions: Vec<u32> = (0..batch).flat_map(|_| 0..tokens as u32).collect();
        let inputs = [("ids", Input::U32(&ids)), ("positions", Input::U32(&positions))];
        for device in devices() {
            let mut text = Net::open(&files, "text_encoder", &*device);
            for (name, hidden) in [("last", Hidden::Normed.into()), ("penultimate", Reading { skip: 1, ..Hidden::Normed.into() })] {
                let got = run(&mut text, &files, |g| clip::text_encoder(g, &config, batch, hidden), &inputs);
                check(&format!("text {model} {name}"), &*device, relative_rms(&golden.get(name), &got), NETWORK);
            }
        }
    }
}

#[test]
fn the_two_text_encoders_of_xl_agree() {
    let golden = Golden::open("text-sdxl-tiny");
    let files = Folder::open(folder("tests/models/sdxl-tiny")).expect("the model is there");
    for (number, component, hidden) in [("1", "text_encoder", Hidden::Penultimate), ("2", "text_encoder_2", Hidden::Projected)] {
        let config = block_on(ClipConfig::read(&files, component)).expect("the configuration is sound");
        let ids: Vec<u32> = golden.get(&format!("{number}.ids")).iter().map(|id| *id as u32).collect();
        let tokens = config.max_position_embeddings;
        let positions: Vec<u32> = (0..ids.len() / tokens).flat_map(|_| 0..tokens as u32).collect();
        let inputs = [("ids", Input::U32(&ids)), ("positions", Input::U32(&positions))];
        for device in devices() {
            let mut text = Net::open(&files, component, &*device);
            let outputs = run_all(&mut text, &files, |g| clip::text_encoder(g, &config, ids.len() / tokens, hidden), &inputs);
            let error = relative_rms(&golden.get(&format!("{number}.penultimate")), &outputs[0]);
            check(&format!("text sdxl-tiny {number} penultimate"), &*device, error, NETWORK);
            let Some(projected) = outputs.get(1) else { continue };
            let width = projected.len() / ids.len();
            let pooled = ids.chunks(tokens).enumerate().flat_map(|(row, ids)| {
                let at = row * tokens + config.pooled_token(ids);
                projected[at * width..][..width].to_vec()
            });
            let error = relative_rms(&golden.get(&format!("{number}.pooled")), &pooled.collect::<Vec<f32>>());
            check(&format!("text sdxl-tiny {number} pooled"), &*device, error, NETWORK);
        }
    }
}

#[test]
fn denoisers_agree() {
    let variants = ["no-mid", "only-cross", "downsample-padding-0", "inpaint"];
    let models = ["sd1-tiny", "sd2-tiny", "sdxl-tiny", "lcm-tiny", "bk-sdm-tiny", "inpaint-tiny", "turbo-tiny"];
    let models = models.map(|model| (model, format!("tests/models/{model}"), "unet"));
    for (name, place, component) in models.into_iter().chain(variants.map(|v| (v, "tests/models/unet-variants".into(), v))) {
        let golden = Golden::open(&format!("unet-{name}"));
        let files = Folder::open(folder(&place)).expect("the model is there");
        let config = block_on(UNetConfig::read(&files, component)).expect("the configuration is sound");
        for device in devices() {
            let mut net = Net::open(&files, component, &*device);
            for case in golden.cases() {
                let shape = golden.shape(&format!("{case}.sample"));
                let (batch, size) = (shape[0], [shape[2], shape[3]]);
                let per_picture =
                    |values: &[f32], f: &dyn Fn(&[f32]) -> Vec<f32>| values.chunks(values.len() / batch).flat_map(f).collect::<Vec<f32>>();
                let sample = per_picture(&golden.get(&format!("{case}.sample")), &|x| channels_last(x, config.in_channels));
                let context = golden.get(&format!("{case}.context"));
                let timestep = vec![golden.get(&format!("{case}.timestep"))[0]; batch];
                let mut inputs =
                    vec![("sample", Input::F32(&sample)), ("timestep", Input::F32(&timestep)), ("context", Input::F32(&context))];
                let more = ["text_embeds", "time_ids", "timestep_cond"].map(|input| (input, golden.find(&format!("{case}.{input}"))));
                inputs.extend(more.iter().filter_map(|(input, values)| Some((*input, Input::F32(values.as_ref()?)))));
                let got = run(&mut net, &files, |g| unet::unet(g, &config, batch, size, 77), &inputs);
                let got = per_picture(&got, &|x| channels_first(x, config.out_channels));
                check(&format!("unet {name} {case}"), &*device, relative_rms(&golden.get(&format!("{case}.out")), &got), NETWORK);
            }
        }
    }
}

#[test]
fn autoencoders_agree() {
    for model in ["sd1-tiny", "sd2-tiny", "sdxl-tiny"] {
        let golden = Golden::open(&format!("vae-{model}"));
        let files = Folder::open(folder("tests/models").join(model)).expect("the model is there");
        let config = block_on(VaeConfig::read(&files, "vae")).expect("the configuration is sound");
        for device in devices() {
            let mut net = Net::open(&files, "vae", &*device);
            for case in golden.cases() {
                let latents = golden.shape(&format!("{case}.latents"));
                let (batch, c, h, w) = (latents[0], latents[1], latents[2], latents[3]);
                let picture = golden.shape(&format!("{case}.image"));
                for i in 0..batch {
                    let one = |name: &str| golden.one(&format!("{case}.{name}"), batch, i);
                    let input = channels_last(&one("latents"), c);
                    let got = run(&mut net, &files, |g| vae::decoder(g, &config, [h, w], 1), &[("latents", Input::F32(&input))]);
                    let error = relative_rms(&one("decoded"), &channels_first(&got, 3));
                    check(&format!("decoder {model} {case} {i}"), &*device, error, NETWORK);
                    let input = channels_last(&one("image"), 3);
                    let size = [picture[2], picture[3]];
                    let got = run(&mut net, &files, |g| vae::encoder(g, &config, size, 1), &[("image", Input::F32(&input))]);
                    let got = channels_first(&got, 2 * c);
                    let (mean, logvar) = got.split_at(c * h * w);
                    check(&format!("encoder mean {model} {case} {i}"), &*device, relative_rms(&one("mean"), mean), NETWORK);
                    check(&format!("encoder logvar {model} {case} {i}"), &*device, relative_rms(&one("logvar"), logvar), NETWORK);
                }
            }
        }
    }
}

#[test]
fn tiny_autoencoders_agree() {
    for model in ["taesd-tiny", "taesdxl-tiny"] {
        let golden = Golden::open(&format!("tiny-{model}"));
        let files = Folder::open(folder("tests/models").join(model)).expect("the model is there");
        let config = block_on(TinyConfig::read(&files, ".")).expect("the configuration is sound");
        for device in devices() {
            let mut net = Net::open(&files, ".", &*device);
            for case in golden.cases() {
                let (latents, picture) = (golden.shape(&format!("{case}.latents")), golden.shape(&format!("{case}.image")));
                let input = tiny::soften(&channels_last(&golden.get(&format!("{case}.latents")), latents[1]));
                let size = [latents[2], latents[3]];
                let got = run(&mut net, &files, |g| tiny::decoder(g, &config, size, 1), &[("latents", Input::F32(&input))]);
                let error = relative_rms(&golden.get(&format!("{case}.decoded")), &channels_first(&got, 3));
                check(&format!("decoder {model} {case}"), &*device, error, NETWORK);
                let (input, size) = (channels_last(&golden.get(&format!("{case}.image")), 3), [picture[2], picture[3]]);
                let got = run(&mut net, &files, |g| tiny::encoder(g, &config, size, 1), &[("image", Input::F32(&input))]);
                let error = relative_rms(&golden.get(&format!("{case}.encoded")), &channels_first(&got, latents[1]));
                check(&format!("encoder {model} {case}"), &*device, error, NETWORK);
            }
        }
    }
}

/// Keeps a run's trace, and what each step was shown with.
struct Watching {
    trace: Trace,
    previews: Vec<Picture>,
}

impl Observer for Watching {
    async fn event(&mut self, event: Event<'_>) -> Result<(), Error> {
        self.trace.note(&event);
        if let Event::Step { preview_denoised: Some(picture), .. } = event {
            self.previews.push(picture);
        }
        Ok(())
    }
}

/// The RMS of two pictures, neither of which may be cut off at black and white for the most part: what is cut off compares as equal.
fn shown(expected: &[f32], got: &[f32]) -> f64 {
    let cut = expected.iter().filter(|value| **value <= 0.0 || **value >= 1.0).count();
    assert!(cut * 5 < expected.len(), "{cut} of {} numbers of this golden are black or white", expected.len());
    rms(expected, got)
}

/// Goldens that the GPU runs, too, one of each family and of each way to the picture: kernels are the same for all.
const ON_GPU: &[&str] = &[
    "pipeline-digits-ddim-seed0",
    "pipeline-inpaint-tiny-ddim-guided",
    "pipeline-lcm-tiny-lcm",
    "pipeline-sd1-tiny-euler-guided",
    "pipeline-sd2-tiny-ddim-alone",
    "pipeline-sdxl-tiny-taesdxl",
    "pipeline-turbo-tiny-euler-one-step",
];

#[test]
fn whole_pictures_agree() {
    for name in Golden::names("pipeline-") {
        let golden = Golden::open(&name);
        let (decoder, preview) = if golden.has_setting("tiny") { (Decoder::Tiny, Preview::Tiny) } else { Default::default() };
        let request = Request { decoder, preview, ..golden.request() };
        for (device, on_all) in devices().into_iter().zip([true, false]) {
            if !on_all && !all_on_gpu() && !ON_GPU.contains(&name.as_str()) {
                continue;
            }
            // The golden's own weights: f16 files run in float32.
            let mut options = Options::default();
            if golden.has_setting("tiny") {
                let tiny = Folder::open(folder("tests/models").join(golden.setting("tiny"))).expect("the tiny autoencoder is there");
                options.preview = Some(Rc::new(tiny));
            }
            let mut pipeline = load_as(&golden.setting("model"), device.clone(), options);
            let mut watcher = Watching { trace: Trace::default(), previews: vec![] };
            let generated = block_on(pipeline.generate(&request, &mut watcher)).expect("the run is sound");
            let trace = Golden::from_bytes(watcher.trace.finish(&generated, Beside::default()));
            assert!(largest_difference(&golden.get("noise"), &trace.get("noise")) <= 1e-6, "{name}: noise");
            for tensor in golden.tensors() {
                if let Some(step) = tensor.strip_prefix("preview_") {
                    let picture = &watcher.previews[step.parse::<usize>().expect("a step")];
                    check(&format!("{name} {tensor}"), &*device, shown(&golden.get(&tensor), &picture.values), PICTURE);
                    continue;
                }
                let (expected, got) = (golden.get(&tensor), trace.get(&in_trace(&tensor)));
                assert_eq!(golden.shape(&tensor), trace.shape(&in_trace(&tensor)), "{name}: {tensor}");
                if tensor == "image" {
                    check(&name, &*device, shown(&expected, &got), PICTURE);
                } else {
                    let error = relative_rms(&expected, &got);
                    assert!(error <= 1e-3, "{name}: {tensor}: error {error:.2e}");
                }
            }
        }
    }
}
