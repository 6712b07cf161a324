//! LoRAs: diffusers' numbers for each layout, what a quantized base gives, what is read and kept, what is refused.

#[path = "../common/mod.rs"]
mod common;

mod goldens;
mod layouts;
mod quantized;
mod kept;
mod refused;

use common::{Golden, f32s, folder, safetensors};
use decant_sd::files::{Files, Folder, Memory};
use decant_sd::lora::LoraUse;
use decant_sd::request::Request;
use std::collections::BTreeMap;
use std::rc::Rc;

fn lora(name: &str) -> Rc<dyn Files> {
    let end = if name == "old" { "bin" } else { "safetensors" };
    Rc::new(Folder::open(folder(&format!("tests/models/lora/{name}.{end}"))).expect("the LoRA is there"))
}

fn used(name: &str, weight: f32) -> LoraUse {
    LoraUse { name: name.into(), weight, text: None }
}

/// A golden's request, and the names of its LoRAs.
fn request(golden: &Golden) -> Request {
    let loras: Vec<(String, f32)> = serde_json::from_str(&golden.setting("loras")).expect("a list of names and weights");
    Request { loras: loras.iter().map(|(name, weight)| used(name, *weight)).collect(), ..golden.request() }
}

/// A safetensors file: each tensor's name, type, shape and bytes.
type Tensors = BTreeMap<String, (&'static str, Vec<usize>, Vec<u8>)>;

fn file(bytes: Vec<u8>) -> Rc<dyn Files> {
    Rc::new(Memory::new("a LoRA", [("lora.safetensors", bytes)]))
}
