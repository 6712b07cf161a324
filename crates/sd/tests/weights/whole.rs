//! One GGUF file that is a whole model: what `decant quantize --out x.gguf` writes opens as the folder that it was made of.

use super::repository;
use decant_graph::Encoding;
use decant_sd::Error;
use decant_sd::files::{Memory, read_all};
use decant_sd::layout;
use decant_sd::weights::Checkpoint;
use decant_sd::weights::quantize::{plan, write};
use pollster::block_on;
use std::rc::Rc;

/// The tiny model's networks in one file with these notes, opened.
fn opened(notes: &[(&str, &str)], prefixed: bool) -> Result<layout::Opened, Error> {
    let folder = repository("tests/models/sd1-tiny");
    let components = ["text_encoder", "unet", "vae"];
    let checkpoints = components.map(|component| block_on(Checkpoint::open(&folder, component)).expect(component));
    let planned =
        components.iter().zip(&checkpoints).flat_map(|(component, checkpoint)| plan(component, checkpoint, Encoding::F32, &[], prefixed));
    let notes: Vec<(String, String)> = notes.iter().map(|(key, text)| (key.to_string(), text.to_string())).collect();
    let mut file = Vec::new();
    block_on(write(&folder, &planned.collect::<Vec<_>>(), &notes, &mut file, &mut |_| {})).expect("it can be written");
    block_on(layout::open(Rc::new(Memory::new("memory", [("any name", file)]))))
}

#[test]
fn its_networks_and_texts_are_those_it_was_made_of() {
    let notes = [("decant.layout", "components"), ("decant.file.unet/config.json", "{}"), ("decant.file.../outside", "x"), ("other", "y")];
    let model = opened(&notes, true).expect("a whole model");
    assert_eq!((model.layout, model.family), ("whole model", None));
    assert_eq!(model.components().collect::<Vec<_>>(), ["text_encoder", "unet", "vae"]);
    let folder = repository("tests/models/sd1-tiny");
    for component in model.components() {
        let (ours, theirs) =
            (model.checkpoint(component).expect(component), block_on(Checkpoint::open(&folder, component)).expect(component));
        for (name, info) in theirs.tensors().iter().filter(|(name, _)| !name.ends_with("position_ids")) {
            assert_eq!(ours.tensors()[name].shape, info.shape, "{component} {name}");
            let (ours, theirs) = (block_on(ours.read(&*model.files, name)), block_on(theirs.read(&folder, name)));
            assert_eq!(ours.expect(name), theirs.expect(name), "{component} {name}");
        }
    }
    assert_eq!(block_on(read_all(&*model.files, "unet/config.json", 10)).expect("a note"), b"{}");
    let names = block_on(model.files.names()).expect("it can list").expect("it can list");
    assert_eq!(names, ["any name", "unet/config.json"], "no name leads out of the folder");
}

#[test]
fn a_tensor_of_no_network_is_named() {
    let error = opened(&[("decant.layout", "components")], false).err().expect("names without a network").to_string();
    assert!(error.starts_with("any name: tensor ") && error.ends_with("the file says that it holds these"), "{error}");
}
