//! What is left on a device by runs and questions that were cancelled or failed, or that needed more than the next one does: no more than
//! the plan counts, so that the next run fits the memory that was promised.

mod common;

use common::folder;
use decant_graph::{Device, Processor};
use decant_sd::Error;
use decant_sd::files::Folder;
use decant_sd::picture::Picture;
use decant_sd::pipeline::{Event, Generated, Memory, Observer, Options, Pipeline, Resident, Unobserved};
use decant_sd::request::{Decoder, Images, Preview, Request};
use pollster::block_on;
use std::rc::Rc;

/// Cancels at an event, counted from 0.
struct CancelAt(usize);

impl Observer for CancelAt {
    async fn event(&mut self, _: Event<'_>) -> Result<(), Error> {
        let now = self.0 == 0;
        self.0 = self.0.wrapping_sub(1);
        if now { Err(Error::Cancelled) } else { Ok(()) }
    }
}

/// The tiny model on a CPU that counts its bytes, with so many for it.
fn open(budget: Option<u64>) -> (Pipeline, Rc<Processor>) {
    let device = Rc::new(Processor::new(None, Some(1)).expect("every machine has its own kernels"));
    let files = Rc::new(Folder::open(folder("tests/models/sd1-tiny")).expect("the model is there"));
    let options = Options { budget, ..Options::default() };
    let pipeline = block_on(Pipeline::load(files, device.clone(), options, &mut |_| {})).expect("the model is sound");
    (pipeline, device)
}

fn request(prompt: &str) -> Request {
    let (preview, side) = (Preview::Decoder, Some(64));
    Request { prompt: prompt.into(), steps: Some(2), width: side, height: side, preview, ..Request::default() }
}

fn from_a_picture(preview: Preview) -> Request {
    let picture = Picture { width: 64, height: 64, values: vec![0.3; 3 * 64 * 64] };
    let images = Images { picture: Some(Rc::new(picture)), ..Images::default() };
    Request { images, strength: Some(1.0), preview, ..request("a cat") }
}

fn make(pipeline: &mut Pipeline, request: &Request) -> Generated {
    block_on(pipeline.generate(request, &mut Unobserved)).expect("it runs")
}

/// Budgets that lead to each way to keep weights, and what a run then takes.
fn budgets(preview: Preview) -> Vec<(u64, Memory)> {
    let mut found: Vec<(u64, Memory)> = vec![];
    let mut budget = u64::MAX;
    loop {
        let device = Rc::new(Processor::new(None, Some(1)).expect("every machine has its own kernels"));
        let files = Rc::new(Folder::open(folder("tests/models/sd1-tiny")).expect("the model is there"));
        let options = Options { budget: Some(budget), ..Options::default() };
        let pipeline = block_on(Pipeline::open(files, device, options)).expect("the model is sound");
        let memory = pipeline.memory_for(&from_a_picture(preview)).expect("a request as any");
        if !memory.fits() {
            return found;
        }
        budget = memory.peak();
        if found.iter().all(|(_, other)| other.placement.resident != memory.placement.resident) {
            found.push((budget, memory));
        }
        budget -= 1;
    }
}

/// Allocations begin at multiples of a cache line, which predictions leave out.
fn about(bytes: u64) -> u64 {
    bytes + bytes / 20
}

#[test]
fn a_cancelled_run_leaves_what_its_plan_counts() {
    let previews = [Preview::Decoder, Preview::None];
    let budgets =
        previews.into_iter().flat_map(|preview| budgets(preview).into_iter().map(move |(budget, memory)| (preview, budget, memory)));
    let budgets: Vec<(Preview, u64, Memory)> = budgets.collect();
    for way in [Resident::Everything, Resident::Weights, Resident::Denoiser, Resident::Nothing] {
        assert!(budgets.iter().any(|(.., memory)| memory.placement.resident == way), "{way:?} is never met");
    }
    for (preview, budget, memory) in budgets {
        let request = from_a_picture(preview);
        let (mut pipeline, device) = open(Some(budget));
        // Text, start, two steps, decoding.
        for at in 0..5 {
            let error = block_on(pipeline.generate(&request, &mut CancelAt(at))).expect_err("it was cancelled");
            assert!(matches!(error, Error::Cancelled), "{error}");
            let left = device.used().expect("it counts").now;
            let what = format!("{:?}, cancelled at event {at}", memory.placement);
            assert!(left <= about(memory.resident()), "{what}: {left} bytes are left, {} stay", memory.resident());
            device.reset_peak();
            make(&mut pipeline, &Request { prompt: format!("dog {at}"), ..request.clone() });
            let peak = device.used().expect("it counts").peak;
            assert!(peak <= about(memory.peak()), "{what}: the next run takes {peak} bytes of {}", memory.peak());
        }
    }
}

#[test]
fn a_question_that_fails_leaves_what_its_plan_counts() {
    let (budget, memory) = budgets(Preview::None).pop().expect("the thriftiest");
    let (mut pipeline, device) = open(Some(budget));
    // A picture of no numbers, which the encoder refuses once its weights are there.
    let broken = Picture { width: 64, height: 64, values: vec![] };
    block_on(pipeline.encode(&broken, None)).expect_err("it holds no picture");
    assert_eq!((memory.placement.resident, device.used().expect("it counts").now), (Resident::Nothing, 0));
}

#[test]
fn weights_of_the_encoder_go_with_the_last_picture_that_needs_them() {
    let thrifty = |(_, memory): &(u64, Memory)| memory.placement.resident == Resident::Weights;
    let (budget, with) = budgets(Preview::None).into_iter().find(thrifty).expect("one of them");
    let plain = Request { preview: Preview::None, ..request("a cat") };
    let left = |requests: &[&Request]| {
        let (mut pipeline, device) = open(Some(budget));
        let made: Vec<Generated> = requests.iter().map(|request| make(&mut pipeline, request)).collect();
        (device.used().expect("it counts").now, made.last().expect("one at least").memory.standing())
    };
    let (after_a_picture, standing) = left(&[&from_a_picture(Preview::None), &plain]);
    assert_eq!(after_a_picture, left(&[&plain]).0, "as if there had been no picture before");
    assert!(standing < with.standing() && after_a_picture <= about(standing), "{after_a_picture} bytes are left, {standing} stay");
}

#[test]
fn a_tiny_autoencoder_that_nobody_asks_for_takes_no_memory() {
    let device = Rc::new(Processor::new(None, Some(1)).expect("every machine has its own kernels"));
    let files = |model: &str| Rc::new(Folder::open(folder(model)).expect("the model is there"));
    let options = Options { preview: Some(files("tests/models/taesd-tiny")), ..Options::default() };
    let mut pipeline =
        block_on(Pipeline::load(files("tests/models/sd1-tiny"), device.clone(), options, &mut |_| {})).expect("both are sound");
    let has_tiny = |memory: &Memory| memory.parts.iter().any(|part| part.name == "preview");
    let unseen = Request { preview: Preview::None, ..request("a cat") };
    let (shown, drawn) = (Request { preview: Preview::Tiny, ..unseen.clone() }, Request { decoder: Decoder::Tiny, ..unseen.clone() });
    for (request, tiny) in [(&unseen, false), (&request("a cat"), false), (&shown, true), (&drawn, true)] {
        let memory = make(&mut pipeline, request).memory;
        assert_eq!(has_tiny(&memory), tiny, "{:?}, {:?}", request.preview, request.decoder);
        let left = device.used().expect("it counts").now;
        assert!(left <= about(memory.standing()), "{left} bytes are left, {} stay", memory.standing());
    }
}
