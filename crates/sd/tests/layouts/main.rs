//! Every layout of a model is the same model: tensors, configurations, pictures. And what is no model gets a sentence.

#[path = "../common/mod.rs"]
mod common;

mod twins;
mod names;
mod refused;

use common::folder;
use decant_sd::Error;
use decant_sd::files::{Files, Folder, Memory};
use decant_sd::layout::{self, Choice, Opened};
use pollster::block_on;
use std::rc::Rc;

/// A file or folder below `tests/models`.
fn models(path: &str) -> Rc<dyn Files> {
    Rc::new(Folder::open(folder("tests/models").join(path)).expect("it is committed"))
}

fn open(files: Rc<dyn Files>) -> Opened {
    open_as(files, &Choice::default())
}

fn open_as(files: Rc<dyn Files>, choice: &Choice) -> Opened {
    let place = files.place();
    block_on(layout::open_as(files, choice)).unwrap_or_else(|error| panic!("{place}: {error}"))
}

fn sentence(files: Rc<dyn Files>) -> String {
    match block_on(layout::open(files)) {
        Ok(opened) => panic!("this must be refused, but it is {} {:?}", opened.layout, opened.family),
        Err(error) => bounded(&error),
    }
}

/// One sentence, of a length that can be read.
fn bounded(error: &Error) -> String {
    let text = error.to_string();
    assert!(!text.contains('\n') && text.len() < 400, "{text}");
    text
}

/// A safetensors file of these tensors, all zeros, f16.
fn zeros(tensors: &[(&str, &[usize])]) -> Vec<u8> {
    let (mut entries, mut offset) = (vec![], 0);
    for (name, shape) in tensors {
        let end = offset + 2 * shape.iter().product::<usize>();
        entries.push(format!(r#""{name}":{{"dtype":"F16","shape":{shape:?},"data_offsets":[{offset},{end}]}}"#));
        offset = end;
    }
    let header = format!("{{{}}}", entries.join(","));
    [&(header.len() as u64).to_le_bytes()[..], header.as_bytes(), &vec![0; offset]].concat()
}

fn memory(files: &[(&str, Vec<u8>)]) -> Rc<dyn Files> {
    Rc::new(Memory::new("test", files.iter().map(|(name, bytes)| (*name, bytes.clone()))))
}
