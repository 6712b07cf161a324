//! How a picture is made with the memory there is: targets of the real models, fewer bytes with every plan and the same picture, a sentence
//! when nothing helps, and a session that goes on.
//! It is long because the pretended devices that it measures with are of use to no other test.

mod common;

use common::{devices, folder, largest_difference};
use decant_graph::device::{Executable, LocalFuture};
use decant_graph::{Caps, Cpu, Device, Encoding, Error as Graph, Limits, Program, WeightSet, WeightUse};
use decant_sd::Error;
use decant_sd::files::{Files, Folder};
use decant_sd::pipeline::{Memory, Options, Pipeline, Resident, Unobserved};
use decant_sd::request::{Preview, Request};
use pollster::block_on;
use std::cell::Cell;
use std::ops::Range;
use std::rc::Rc;

/// Stable Diffusion 1.5 at full size with no numbers in it: headers from the list of its weights, small files from the repository.
struct Hollow {
    small: Folder,
    /// Name, header, length of the file.
    weights: Vec<(String, Vec<u8>, u64)>,
}

impl Hollow {
    fn new() -> Hollow {
        let list = std::fs::read_to_string(folder("tests/golden/shapes-sd15.txt")).expect("the list is there");
        let file = |component: &str, stem: &str| {
            let (mut header, mut at) = (serde_json::Map::new(), 0u64);
            for line in list.lines().filter_map(|line| line.strip_prefix(component)?.strip_prefix(' ')) {
                let (name, shape) = line.split_once(' ').unwrap_or((line, ""));
                let shape: Vec<u64> = shape.split_whitespace().map(|n| n.parse().expect("a number")).collect();
                let end = at + 2 * shape.iter().product::<u64>();
                header.insert(name.into(), serde_json::json!({ "dtype": "F16", "shape": shape, "data_offsets": [at, end] }));
                at = end;
            }
            let json = serde_json::Value::Object(header).to_string().into_bytes();
            let header = [&(json.len() as u64).to_le_bytes()[..], &json].concat();
            let length = header.len() as u64 + at;
            (format!("{component}/{stem}.safetensors"), header, length)
        };
        let weights = [("text_encoder", "model"), ("unet", "diffusion_pytorch_model"), ("vae", "diffusion_pytorch_model")];
        let weights = weights.map(|(component, stem)| file(component, stem)).to_vec();
        Hollow { small: Folder::open(folder("models/digits")).expect("the embedded model is there"), weights }
    }

    fn json(name: &str) -> Option<&'static [u8]> {
        Some(match name {
            "model_index.json" => br#"{"scheduler": ["diffusers", "PNDMScheduler"]}"#,
            "unet/config.json" => br#"{"cross_attention_dim": 768}"#,
            "text_encoder/config.json" => {
                br#"{"hidden_size": 768, "intermediate_size": 3072, "num_attention_heads": 12, "eos_token_id": 2}"#
            }
            "vae/config.json" => {
                br#"{"block_out_channels": [128, 256, 512, 512], "layers_per_block": 2,
                "down_block_types": ["DownEncoderBlock2D", "DownEncoderBlock2D", "DownEncoderBlock2D", "DownEncoderBlock2D"],
                "up_block_types": ["UpDecoderBlock2D", "UpDecoderBlock2D", "UpDecoderBlock2D", "UpDecoderBlock2D"]}"#
            }
            "scheduler/scheduler_config.json" => br#"{"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear"}"#,
            _ => return None,
        })
    }
}

impl Files for Hollow {
    fn place(&self) -> String {
        "Stable Diffusion 1.5".into()
    }

    fn size<'a>(&'a self, name: &'a str) -> LocalFuture<'a, Result<Option<u64>, Error>> {
        let weights = self.weights.iter().find(|(file, ..)| file == name).map(|(.., length)| *length);
        match weights.or(Hollow::json(name).map(|json| json.len() as u64)) {
            None if name.starts_with("tokenizer/") => self.small.size(name),
            size => Box::pin(std::future::ready(Ok(size))),
        }
    }

    fn read<'a>(&'a self, name: &'a str, range: Range<u64>) -> LocalFuture<'a, Result<Vec<u8>, Error>> {
        let whole = self.weights.iter().find(|(file, ..)| file == name).map(|(_, header, _)| header.as_slice()).or(Hollow::json(name));
        let Some(whole) = whole else { return self.small.read(name, range) };
        let byte = |at: u64| whole.get(at as usize).copied().unwrap_or(0);
        Box::pin(std::future::ready(Ok(range.map(byte).collect())))
    }
}

/// A GPU as far as predictions go: WebGPU's limits, some memory, and the CPU's arithmetic. It can be told to have no room.
struct Pretend {
    limits: Limits,
    memory: u64,
    room: Rc<Room>,
}

/// What a pretended GPU refuses.
#[derive(Default)]
struct Room {
    /// How many more programs are made ready before there is no room any more, from 1; 0: there is always room.
    full: Cell<usize>,
    /// Of how many networks it has weights, and how many are too many to make a program ready; 0: none are.
    held: Cell<usize>,
    too_many: Cell<usize>,
    refused: Cell<usize>,
    /// That it refuses for another reason than memory.
    broken: Cell<bool>,
    /// How many programs were made ready.
    made: Cell<usize>,
}

impl Room {
    fn refuses(&self) -> bool {
        let left = self.full.get();
        self.full.set(if left > 1 { left - 1 } else { left });
        let refuses = left == 1 || self.too_many.get() > 0 && self.held.get() >= self.too_many.get();
        self.refused.set(self.refused.get() + usize::from(refuses));
        refuses
    }
}

impl Room {
    fn refusal(&self) -> Graph {
        match self.broken.get() {
            true => Graph::Device("the GPU refused: a shader".into()),
            false => Graph::OutOfMemory("the GPU is out of memory".into()),
        }
    }
}

impl Pretend {
    fn new(limits: Limits, memory: u64) -> Pretend {
        Pretend { limits, memory, room: Rc::default() }
    }
}

impl Device for Pretend {
    fn name(&self) -> String {
        "a pretended GPU".into()
    }

    fn caps(&self) -> Caps {
        Caps { limits: self.limits, ..Caps::default() }
    }

    fn memory(&self) -> u64 {
        self.memory
    }

    fn weight_set(&self) -> Box<dyn WeightSet> {
        Box::new(PretendWeights { set: Cpu.weight_set(), room: self.room.clone(), holds_any: false })
    }
}

struct PretendWeights {
    set: Box<dyn WeightSet>,
    room: Rc<Room>,
    holds_any: bool,
}

impl Drop for PretendWeights {
    fn drop(&mut self) {
        self.room.held.set(self.room.held.get() - usize::from(self.holds_any));
    }
}

impl WeightSet for PretendWeights {
    fn upload_rows(&mut self, weight: &WeightUse, first_row: usize, values: &[f32]) -> Result<(), Graph> {
        self.room.held.set(self.room.held.get() + usize::from(!self.holds_any));
        self.holds_any = true;
        self.set.upload_rows(weight, first_row, values)
    }

    fn holds(&self, name: &str) -> bool {
        self.set.holds(name)
    }

    fn retain(&mut self, keep: &mut dyn FnMut(&str) -> bool) {
        self.set.retain(keep);
    }

    fn clear(&mut self) {
        self.room.held.set(self.room.held.get() - usize::from(self.holds_any));
        self.holds_any = false;
        self.set.clear();
    }

    fn settle<'a>(&'a self) -> LocalFuture<'a, Result<(), Graph>> {
        self.set.settle()
    }

    fn ready<'a>(&'a self, program: Rc<Program>) -> LocalFuture<'a, Result<Box<dyn Executable>, Graph>> {
        if self.room.refuses() {
            return Box::pin(std::future::ready(Err(self.room.refusal())));
        }
        self.room.made.set(self.room.made.get() + 1);
        self.set.ready(program)
    }
}

const GIGABYTE: f64 = 1e9;

fn show(what: &str, memory: &Memory) {
    let part =
        |part: &decant_sd::pipeline::Part| format!("{} {:.0}+{:.0}", part.name, part.weights as f64 / 1e6, part.activations as f64 / 1e6);
    let parts: Vec<String> = memory.parts.iter().map(part).collect();
    println!("{what:24} {:5.2} GB {:?} ({} MB)", memory.peak() as f64 / GIGABYTE, memory.placement, parts.join(", "));
}

#[test]
fn stable_diffusion_at_512_pixels_keeps_its_targets_within_webgpus_guarantees() {
    for (limits, adapter) in
        [(Limits::default(), "guaranteed limits"), (Limits { binding: 4 << 30, buffer: 4 << 30, ..Limits::default() }, "no limits")]
    {
        let device = Rc::new(Pretend::new(limits, u64::MAX));
        let pipeline = block_on(Pipeline::open(Rc::new(Hollow::new()), device, Options::default())).expect("the headers are sound");
        let predictions = pipeline.predictions(512, 512, true).expect("512 is on the grid");
        for (encoding, most) in [(Encoding::F16, 2.8), (Encoding::Q8_0, 1.8), (Encoding::Q4_0, 1.3)] {
            let prediction = predictions.iter().find(|p| p.encoding == Some(encoding)).expect("every encoding is predicted");
            show(&format!("{} {adapter}", encoding.row().name), &prediction.memory);
            assert!(prediction.memory.fits(), "{:?}", prediction.memory.problem());
            let peak = prediction.memory.peak() as f64 / GIGABYTE;
            assert!(peak <= most, "{}: {peak:.2} GB, {most} GB is the target", encoding.row().name);
            assert_eq!(prediction.file_bytes, 2 * 1_032_071_643, "f16 files, less the half of the autoencoder that nobody asks for");
        }
    }
}

#[test]
fn scarce_memory_is_answered_by_thriftier_plans_down_to_a_sentence() {
    let at = |budget: f64| {
        let device = Rc::new(Pretend::new(Limits::default(), u64::MAX));
        let options = Options { weights: Some(Encoding::Q4_0), budget: Some((budget * GIGABYTE) as u64), ..Options::default() };
        let pipeline = block_on(Pipeline::open(Rc::new(Hollow::new()), device, options)).expect("the headers are sound");
        pipeline.memory(512, 512, true).expect("512 is on the grid")
    };
    let mut before = f64::INFINITY;
    for budget in [4.0, 1.2, 1.0, 0.9, 0.8, 0.7] {
        let memory = at(budget);
        show(&format!("q4_0 in {budget} GB"), &memory);
        let peak = memory.peak() as f64 / GIGABYTE;
        assert!(memory.fits() && peak <= budget.min(before), "{budget} GB: {peak:.2} GB, {:?}", memory.problem());
        before = peak;
    }
    let memory = at(0.3);
    assert!(!memory.fits(), "0.3 GB is less than the denoiser's weights");
    assert_eq!(memory.placement.resident, Resident::Nothing);
}

/// The tiny model's pipeline on a device.
fn tiny(device: Rc<dyn Device>, options: Options) -> Pipeline {
    let files = Rc::new(Folder::open(folder("tests/models/sd1-tiny")).expect("the model is there"));
    block_on(Pipeline::load(files, device, options, &mut |_| {})).expect("the model is sound")
}

fn request() -> Request {
    Request { prompt: "a cat".into(), steps: Some(2), width: Some(64), height: Some(64), ..Request::default() }
}

#[test]
fn looking_at_other_pictures_leaves_what_is_ready() {
    let device = Rc::new(Pretend::new(Limits::default(), u64::MAX));
    let room = device.room.clone();
    let mut pipeline = tiny(device, Options::default());
    let first = block_on(pipeline.generate(&request(), &mut Unobserved)).expect("it runs");
    assert_eq!(first.memory.placement.resident, Resident::Everything);
    let made = room.made.get();
    for width in [16, 24, 32] {
        pipeline.check(&Request { width: Some(width), ..request() }).expect("it fits");
    }
    let again = block_on(pipeline.generate(&request(), &mut Unobserved)).expect("it runs");
    assert_eq!((again.picture, room.made.get()), (first.picture, made), "nothing is made ready anew");
    block_on(pipeline.generate(&Request { width: Some(24), ..request() }, &mut Unobserved)).expect("it runs");
    assert!(room.made.get() > made, "another size is");
}

#[test]
fn every_plan_makes_the_same_picture() {
    let plenty = || Rc::new(Pretend::new(Limits::default(), u64::MAX));
    let mut whole = tiny(plenty(), Options::default());
    let expected = block_on(whole.generate(&request(), &mut Unobserved)).expect("it runs");
    let mut plans = vec![expected.memory.placement];
    let mut budget = expected.memory.peak();
    // Each budget is one byte less than the last plan's peak, so every plan that saves anything is met.
    loop {
        budget = expected.memory.peak().min(budget) - 1;
        let options = Options { budget: Some(budget), ..Options::default() };
        let files = Rc::new(Folder::open(folder("tests/models/sd1-tiny")).expect("the model is there"));
        let mut pipeline = match block_on(Pipeline::load(files, plenty(), options, &mut |_| {})) {
            Err(Error::ModelMemory { .. }) => break,
            loaded => loaded.expect("the model is sound"),
        };
        let generated = match block_on(pipeline.generate(&request(), &mut Unobserved)) {
            Err(Error::Memory { need, most, .. }) if need > most => break,
            generated => generated.expect("it runs"),
        };
        show("sd1-tiny", &generated.memory);
        assert!(generated.memory.peak() <= budget);
        let difference = largest_difference(&expected.picture.values, &generated.picture.values);
        assert!(difference < 1e-4, "{:?}: pictures differ by {difference:.1e}", generated.memory.placement);
        let again = block_on(pipeline.generate(&request(), &mut Unobserved)).expect("it runs again");
        assert_eq!(again.picture, generated.picture, "{:?} a second time", generated.memory.placement);
        budget = generated.memory.peak();
        plans.push(generated.memory.placement);
    }
    for resident in [Resident::Everything, Resident::Weights, Resident::Denoiser, Resident::Nothing] {
        assert!(plans.iter().any(|plan| plan.resident == resident), "{resident:?} is never met: {plans:?}");
    }
    assert!(plans.iter().any(|plan| plan.halves) && plans.iter().any(|plan| plan.bands > 1), "{plans:?}");
}

#[test]
fn a_device_without_room_ends_the_run_in_a_sentence_and_the_next_run_works() {
    let device = Rc::new(Pretend::new(Limits::default(), u64::MAX));
    let room = device.room.clone();
    let mut pipeline = tiny(device, Options::default());
    for program in 1..=3 {
        room.full.set(program);
        let error = block_on(pipeline.generate(&request(), &mut Unobserved)).expect_err("there is no room").to_string();
        let (start, end) = (
            "64×64 would take ",
            "on a pretended GPU: the GPU is out of memory; ask for a smaller picture, weights kept as q4_0, or a TAESD as the decoder",
        );
        assert!(error.starts_with(start) && error.ends_with(end), "{error}");
        room.full.set(0);
        block_on(pipeline.generate(&request(), &mut Unobserved)).expect("there is room again");
        pipeline.set_encoding(None); // so that everything is made ready anew
    }
}

#[test]
fn what_a_device_refuses_for_another_reason_than_memory_is_not_called_lack_of_memory() {
    let device = Rc::new(Pretend::new(Limits::default(), u64::MAX));
    let room = device.room.clone();
    let mut pipeline = tiny(device, Options::default());
    room.broken.set(true);
    room.full.set(1);
    let error = block_on(pipeline.generate(&request(), &mut Unobserved)).expect_err("it is refused");
    assert_eq!(error.to_string(), "the GPU refused: a shader");
    assert_eq!((room.refused.get(), room.held.get()), (1, 3), "it is not tried again, and no weights are given back for it");
}

#[test]
fn a_driver_with_less_room_than_it_said_is_given_back_what_can_be_read_again_and_the_picture_is_the_same() {
    let make = |too_many: usize| {
        let device = Rc::new(Pretend::new(Limits::default(), u64::MAX));
        let room = device.room.clone();
        let mut pipeline = tiny(device, Options::default());
        assert_eq!(room.held.get(), 3, "text encoder, denoiser and autoencoder");
        room.too_many.set(too_many);
        let pictures = [1, 2].map(|_| block_on(pipeline.generate(&request(), &mut Unobserved)).expect("there is room for one").picture);
        assert_eq!(pictures[0], pictures[1]);
        (pictures[0].clone(), room.refused.get())
    };
    let (expected, refused) = make(0);
    assert_eq!(refused, 0);
    for too_many in [2, 3] {
        let (picture, refused) = make(too_many);
        assert_eq!(picture, expected);
        assert!(refused > 0, "with the weights of {too_many} networks there is no room");
    }
}

#[test]
fn predictions_are_what_the_device_counts() {
    let devices = devices();
    let gpu = devices.iter().find(|device| device.used().is_some()).expect("the GPU counts its bytes");
    for (budget, preview) in [(None, Preview::Decoder), (Some(2 << 20), Preview::None)] {
        let mut pipeline = tiny(gpu.clone(), Options { budget, ..Options::default() });
        let request = Request { width: Some(128), height: Some(128), preview, ..request() };
        gpu.reset_peak();
        let generated = block_on(pipeline.generate(&request, &mut Unobserved)).expect("it runs");
        let measured = gpu.used().expect("it counts").peak;
        let predicted = generated.memory.peak();
        println!("{:?}: predicted {predicted}, measured {measured}", generated.memory.placement);
        assert!((measured as f64 / predicted as f64 - 1.0).abs() < 0.1, "predicted {predicted}, measured {measured}");
    }
}
