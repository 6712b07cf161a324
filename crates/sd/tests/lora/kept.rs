//! What is read and kept: the base's weights once, a LoRA's when its weight changes, and no byte that is not used any more.

use crate::common::run::load;
use crate::common::{devices, folder};
use crate::{lora, used};
use decant_graph::Cpu;
use decant_sd::Error;
use decant_sd::files::{Files, Folder, LocalFuture};
use decant_sd::pipeline::{Options, Pipeline, Unobserved};
use decant_sd::request::Request;
use pollster::block_on;
use std::cell::Cell;
use std::ops::Range;
use std::rc::Rc;

/// Files that count the bytes that are read.
struct Counted {
    files: Rc<dyn Files>,
    bytes: Cell<u64>,
}

impl Counted {
    fn new(files: Rc<dyn Files>) -> Rc<Counted> {
        Rc::new(Counted { files, bytes: Cell::new(0) })
    }
}

impl Files for Counted {
    fn place(&self) -> String {
        self.files.place()
    }

    fn size<'a>(&'a self, name: &'a str) -> LocalFuture<'a, Result<Option<u64>, Error>> {
        self.files.size(name)
    }

    fn read<'a>(&'a self, name: &'a str, range: Range<u64>) -> LocalFuture<'a, Result<Vec<u8>, Error>> {
        self.bytes.set(self.bytes.get() + range.end - range.start);
        self.files.read(name, range)
    }

    fn names<'a>(&'a self) -> LocalFuture<'a, Result<Option<Vec<String>>, Error>> {
        self.files.names()
    }
}

fn request(loras: &[(&str, f32)]) -> Request {
    Request {
        prompt: "a seven".into(),
        width: Some(32),
        height: Some(16),
        steps: Some(1),
        loras: loras.iter().map(|(name, weight)| used(name, *weight)).collect(),
        ..Request::default()
    }
}

#[test]
fn loras_come_go_and_change_without_a_byte_of_the_base() {
    let base = Counted::new(Rc::new(Folder::open(folder("tests/models/sd1-tiny")).expect("the model is there")));
    let kohya = Counted::new(lora("kohya"));
    let mut pipeline = block_on(Pipeline::load(base.clone(), Rc::new(Cpu), Options::default(), &mut |_| {})).expect("the model is sound");
    let latents = |pipeline: &mut Pipeline, loras: &[(&str, f32)]| {
        let (base_before, lora_before) = (base.bytes.get(), kohya.bytes.get());
        let latents = block_on(pipeline.generate(&request(loras), &mut Unobserved)).expect("the run is sound").latents;
        (latents, base.bytes.get() - base_before, kohya.bytes.get() - lora_before)
    };
    let (plain, _, _) = latents(&mut pipeline, &[]);
    block_on(pipeline.add_lora("a", kohya.clone())).expect("it fits");
    block_on(pipeline.add_lora("b", lora("peft"))).expect("it fits");
    let (first, read, all) = latents(&mut pipeline, &[("a", 0.5)]);
    assert_ne!(first, plain);
    assert_eq!(read, 0, "the base is there already");
    let (changed, read, ups) = latents(&mut pipeline, &[("a", 0.8)]);
    assert_ne!(changed, first);
    assert!(read == 0 && 0 < ups && ups < all, "of the base {read} bytes, of the LoRA {ups} of {all}");
    assert_eq!(latents(&mut pipeline, &[("a", 0.8)]), (changed, 0, 0), "nothing changed");
    let (both, read, _) = latents(&mut pipeline, &[("a", 0.5), ("b", 1.0)]);
    assert!(read == 0 && both != first);
    assert_eq!(latents(&mut pipeline, &[("b", 1.0), ("a", 0.2), ("a", 0.3)]).0, both, "their order is nothing, and weights add up");
    assert_eq!(latents(&mut pipeline, &[("b", 0.0), ("a", 0.5)]).0, first, "a weight of 0 is without");
    pipeline.remove_lora("b").expect("it was added");
    assert_eq!(latents(&mut pipeline, &[("a", 0.5)]).0, first);
    pipeline.remove_lora("a").expect("it was added");
    assert_eq!(latents(&mut pipeline, &[]), (plain, 0, 0));
}

#[test]
fn a_weight_of_its_own_for_the_text() {
    let mut pipeline = load("sd1-tiny", Rc::new(Cpu));
    block_on(pipeline.add_lora("a", lora("kohya"))).expect("it fits");
    let mut latents = |weight: f32, text: Option<f32>| {
        let mut request = request(&[("a", weight)]);
        request.loras[0].text = text;
        block_on(pipeline.generate(&request, &mut Unobserved)).expect("the run is sound").latents
    };
    let (both, unet, text, none) = (latents(0.5, None), latents(0.5, Some(0.0)), latents(0.0, Some(0.5)), latents(0.0, None));
    assert_eq!(latents(0.5, Some(0.5)), both);
    let all = [both, unet, text, none];
    for (i, one) in all.iter().enumerate() {
        assert!(all[i + 1..].iter().all(|other| other != one), "each is another picture");
    }
}

/// As much is predicted as a GPU then takes, and all of it is given back.
#[test]
fn memory_is_predicted_with_loras() {
    let device = devices().into_iter().find(|device| device.used().is_some()).expect("the GPU counts its bytes");
    let mut pipeline = load("sd1-tiny", device.clone());
    let peak = |pipeline: &mut Pipeline, loras: &[(&str, f32)]| {
        device.reset_peak();
        block_on(pipeline.generate(&request(loras), &mut Unobserved)).expect("the run is sound");
        let (used, predicted) = (device.used().expect("it counts"), pipeline.memory_for(&request(loras)).expect("it is planned"));
        let error = used.peak as f64 / predicted.peak() as f64 - 1.0;
        println!("{loras:?}: {} predicted, {} measured", predicted.peak(), used.peak);
        assert!(error.abs() < 0.1, "{loras:?}: {} predicted, {} measured", predicted.peak(), used.peak);
        (used.now, predicted.weights())
    };
    let (now, weights) = peak(&mut pipeline, &[]);
    for name in ["kohya", "loha"] {
        block_on(pipeline.add_lora(name, lora(name))).expect("it fits");
    }
    let (_, one) = peak(&mut pipeline, &[("kohya", 1.0)]);
    let (_, both) = peak(&mut pipeline, &[("kohya", 1.0), ("loha", 1.0)]);
    assert!(weights < one && one < both, "{weights}, {one}, {both}");
    assert_eq!(peak(&mut pipeline, &[]), (now, weights), "all is given back");
}

#[test]
fn a_tag_in_the_prompt_is_the_setting() {
    let mut pipeline = load("sd1-tiny", Rc::new(Cpu));
    block_on(pipeline.add_lora("kohya", lora("kohya"))).expect("it fits the model");
    let mut made = |request: Request| block_on(pipeline.generate(&request, &mut Unobserved)).expect("it runs");
    let stressed = Request { emphasis: true, ..request(&[]) };
    let tag = made(Request { prompt: "a <lora:kohya:0.5>seven".into(), ..stressed.clone() });
    let setting = made(request(&[("kohya", 0.5)]));
    assert_eq!(tag.latents, setting.latents);
    assert_ne!(tag.latents, made(stressed).latents);
    assert_eq!(made(tag.settings.request.clone()).latents, tag.latents, "its record makes it again");
}
