//! A prompt that is typed again and again: what the text encoder makes of a negative prompt that stays is kept, to the bit.

mod common;

use common::folder;
use decant_graph::device::Timing;
use decant_graph::{Cpu, Device, Error as Graph, Executable, Input, LocalFuture, Program, WeightSet, WeightUse};
use decant_sd::files::Folder;
use decant_sd::pipeline::{Options, Pipeline, Unobserved};
use decant_sd::request::Request;
use pollster::block_on;
use std::cell::Cell;
use std::rc::Rc;

/// The CPU, which counts the texts that are encoded.
struct Counting(Rc<Cell<usize>>);

impl Device for Counting {
    fn name(&self) -> String {
        Cpu.name()
    }

    fn memory(&self) -> u64 {
        Cpu.memory()
    }

    fn weight_set(&self) -> Box<dyn WeightSet> {
        Box::new(Weights(Cpu.weight_set(), self.0.clone()))
    }
}

struct Weights(Box<dyn WeightSet>, Rc<Cell<usize>>);

impl WeightSet for Weights {
    fn upload_rows(&mut self, weight: &WeightUse, first_row: usize, values: &[f32]) -> Result<(), Graph> {
        self.0.upload_rows(weight, first_row, values)
    }

    fn holds(&self, name: &str) -> bool {
        self.0.holds(name)
    }

    fn retain(&mut self, keep: &mut dyn FnMut(&str) -> bool) {
        self.0.retain(keep);
    }

    fn clear(&mut self) {
        self.0.clear();
    }

    fn settle<'a>(&'a self) -> LocalFuture<'a, Result<(), Graph>> {
        self.0.settle()
    }

    fn ready<'a>(&'a self, program: Rc<Program>) -> LocalFuture<'a, Result<Box<dyn Executable>, Graph>> {
        Box::pin(async move { Ok(Box::new(Run(self.0.ready(program).await?, self.1.clone())) as Box<dyn Executable>) })
    }
}

struct Run(Box<dyn Executable>, Rc<Cell<usize>>);

impl Executable for Run {
    fn run<'a>(&'a mut self, inputs: &'a [(&'a str, Input<'a>)]) -> LocalFuture<'a, Result<Vec<Vec<f32>>, Graph>> {
        self.1.set(self.1.get() + usize::from(inputs.iter().any(|(name, _)| *name == "ids")));
        self.0.run(inputs)
    }

    fn profile<'a>(&'a mut self, inputs: &'a [(&'a str, Input<'a>)]) -> LocalFuture<'a, Result<Vec<Timing>, Graph>> {
        self.0.profile(inputs)
    }
}

fn digits(texts: &Rc<Cell<usize>>) -> Pipeline {
    let files = Rc::new(Folder::open(folder("models/digits")).expect("the model is there"));
    block_on(Pipeline::open(files, Rc::new(Counting(texts.clone())), Options::default())).expect("it opens")
}

fn latents(pipeline: &mut Pipeline, prompt: &str, negative: &str, skip: usize) -> Vec<f32> {
    let request = Request {
        prompt: prompt.into(),
        negative: negative.into(),
        clip_skip: skip,
        steps: Some(1),
        guidance: Some(3.0),
        ..Request::default()
    };
    block_on(pipeline.generate(&request, &mut Unobserved)).expect("it is made").latents.values
}

#[test]
fn only_what_changed_is_encoded_again() {
    let texts = Rc::new(Cell::new(0));
    let mut pipeline = digits(&texts);
    let mut last = 0;
    let mut encoded = |pipeline: &mut Pipeline, [prompt, negative]: [&str; 2], skip| {
        let made = latents(pipeline, prompt, negative, skip);
        let fresh = texts.get() - std::mem::replace(&mut last, texts.get());
        assert_eq!(made, latents(&mut digits(&Rc::default()), prompt, negative, skip), "{prompt} {negative} {skip}");
        fresh
    };
    assert_eq!(encoded(&mut pipeline, ["a red seven", "blue"], 0), 2);
    assert_eq!(encoded(&mut pipeline, ["a red seven", "blue"], 0), 0, "nothing changed");
    assert_eq!(encoded(&mut pipeline, ["a red eight", "blue"], 0), 1, "the prompt changed");
    assert_eq!(encoded(&mut pipeline, ["a red eight", "a red eight"], 0), 1, "what is the prompt's is not the negative prompt's");
    assert_eq!(encoded(&mut pipeline, ["a red eight", "a red eight"], 1), 2, "other layers are asked");
}
