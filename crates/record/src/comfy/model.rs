//! From a sampler back to its checkpoint: the LoRAs on the way, where the text encoder's layers were cut off, and what was done to the model.

use super::graph::{Graph, Link, class, input};
use super::text;
use crate::builder::{RequestBuilder, short};
use crate::{Model, loras};
use decant_sd::lora;
use decant_sd::sentence;
use serde_json::Value;

/// What a graph says of the model besides a picture's settings.
#[derive(Default)]
pub(super) struct Opened {
    pub model: Model,
    pub prediction: Option<&'static str>,
    pub zero_snr: bool,
}

/// Inputs that lead on to a model, and to a text encoder, where a node is unknown.
const MODELS: [&str; 2] = ["model", "MODEL"];
const CLIPS: [&str; 2] = ["clip", "CLIP"];

/// Follows the model of a sampler, and the encoder of its prompt where that is known.
pub(super) fn take<'a>(to: &mut RequestBuilder, graph: &Graph<'a>, sampler: &'a Value, encoder: Option<&'a Value>) -> Opened {
    let mut opened = Opened::default();
    let model_input = graph.having(sampler, &["model"], &["guider", "sigmas"]);
    let row = model_input.map(|(node, name)| graph.row(node, name, &MODELS)).unwrap_or_default();
    let clips = encoder.map(|encoder| graph.row(encoder, "clip", &CLIPS)).unwrap_or_default();
    for node in row.iter().filter_map(|link| graph.node(*link)) {
        done_to(to, graph, node, &mut opened);
    }
    // A loader that reads the texts itself brings its encoder along.
    let encoders = clips.iter().filter_map(|link| graph.node(*link)).chain(encoder);
    encoders.for_each(|node| skipped(to, graph, node));
    used(to, graph, &row, &clips, encoder);
    opened
}

/// The checkpoint's name, and what a node changes of how the model is sampled.
fn done_to<'a>(to: &mut RequestBuilder, graph: &Graph<'a>, node: &'a Value, opened: &mut Opened) {
    let named = ["ckpt_name", "unet_name", "model_path"].iter().find_map(|name| word(to, graph, node, name));
    if let Some(name) = named.filter(|_| opened.model.name.is_empty()) {
        opened.model.name = short(&name);
    }
    match class(node) {
        "RescaleCFG" => match text::number(graph, node, "multiplier") {
            Some(multiplier) => to.set("rescale", multiplier),
            None => to.lose("RescaleCFG"),
        },
        "ModelSamplingDiscrete" => {
            match word(to, graph, node, "sampling").as_deref() {
                Some("v_prediction") => opened.prediction = Some("v_prediction"),
                Some("x0") => opened.prediction = Some("sample"),
                Some("eps") => {}
                other => to.lose(format!("ModelSamplingDiscrete {}", other.unwrap_or_default())),
            }
            opened.zero_snr |= input(node, "zsnr").and_then(Value::as_bool).unwrap_or(false);
        }
        _ => {}
    }
}

/// The text encoder's layers that were left out: −1 is none.
fn skipped<'a>(to: &mut RequestBuilder, graph: &Graph<'a>, node: &'a Value) {
    let layer = ["stop_at_clip_layer", "clip_skip"].iter().find_map(|name| text::number(graph, node, name));
    if let Some(layer) = layer.filter(|layer| (-100.0..=-1.0).contains(layer) && to.get("clipSkip").is_none()) {
        to.set("clipSkip", (-layer) as u64 - 1);
    }
}

/// One LoRA that a node loads: its name, its weights in denoiser and text encoder.
struct Loaded(String, f64, f64);

/// LoRAs of a graph that are taken over.
const MOST: usize = 100;

/// A LoRA changes the denoiser where its node lies on the model's way, and the text encoder where it lies on the encoder's.
fn used<'a>(to: &mut RequestBuilder, graph: &Graph<'a>, row: &[Link<'a>], clips: &[Link<'a>], encoder: Option<&'a Value>) {
    let lies_on = |way: &[Link], id: &str| way.iter().any(|link| link.0 == id);
    let only_there = clips.iter().filter(|link| !lies_on(row, link.0));
    let mut all = vec![];
    for link in row.iter().chain(only_there) {
        let Some(node) = graph.node(*link) else { continue };
        // A loader that reads the texts itself, or an encoder whose way cannot be seen, has the LoRA in it.
        let heard = lies_on(clips, link.0) || clips.is_empty() || encoder.is_some_and(|encoder| std::ptr::eq(encoder, node));
        for Loaded(name, weight, text) in loaded(to, graph, node) {
            let (weight, text) = (if lies_on(row, link.0) { weight } else { 0.0 }, if heard { text } else { 0.0 });
            if (weight, text) != (0.0, 0.0) && all.len() < MOST {
                all.push(loras::lora(&name, weight, Some(text)));
            }
        }
    }
    loras::set(to, all);
}

/// Stacks behind one another that are followed.
const MOST_STACKS: usize = 16;

/// What a node loads, and what comes into it as a stack.
fn loaded<'a>(to: &mut RequestBuilder, graph: &Graph<'a>, node: &'a Value) -> Vec<Loaded> {
    let mut all = own(to, graph, node);
    let mut next = graph.link(node, "lora_stack");
    for _ in 0..MOST_STACKS {
        let Some(stack) = next.and_then(|link| graph.through(link)) else { break };
        all.extend(own(to, graph, stack));
        next = graph.link(stack, "lora_stack");
    }
    all
}

fn own<'a>(to: &mut RequestBuilder, graph: &Graph<'a>, node: &'a Value) -> Vec<Loaded> {
    match class(node) {
        "Power Lora Loader (rgthree)" => power(node),
        "Lora Loader Stack (rgthree)" => numbered(to, graph, node, &|n| [format!("lora_0{n}"), format!("strength_0{n}"), String::new()]),
        "CR LoRA Stack" => {
            let on = |n: usize| input(node, &format!("switch_{n}")).and_then(Value::as_str) == Some("On");
            let name = |n: usize| if on(n) { format!("lora_name_{n}") } else { String::new() };
            numbered(to, graph, node, &|n| [name(n), format!("model_weight_{n}"), format!("clip_weight_{n}")])
        }
        "LoRA Stacker" => {
            let count = text::number(graph, node, "lora_count").unwrap_or(50.0) as usize;
            let simple = input(node, "input_mode").and_then(Value::as_str) == Some("simple");
            let name = |n: usize| if n <= count { format!("lora_name_{n}") } else { String::new() };
            match simple {
                true => numbered(to, graph, node, &|n| [name(n), format!("lora_wt_{n}"), String::new()]),
                false => numbered(to, graph, node, &|n| [name(n), format!("model_str_{n}"), format!("clip_str_{n}")]),
            }
        }
        "LoraTagLoader" => {
            let tags = lora::tags(&text::text(to, graph, node, "text", 0).unwrap_or_default());
            let one = |tag: lora::Tag| Loaded(tag.used.name, tag.used.weight.into(), tag.used.text.unwrap_or(tag.used.weight).into());
            tags.into_iter().take(MOST).map(one).collect()
        }
        _ => single(to, graph, node),
    }
}

/// `lora_name`, `strength_model`, `strength_clip`, under these names or the efficiency nodes'.
fn single<'a>(to: &mut RequestBuilder, graph: &Graph<'a>, node: &'a Value) -> Vec<Loaded> {
    let Some(name) = word(to, graph, node, "lora_name").filter(|name| name != "None") else { return vec![] };
    let mut weight = |names: [&str; 3], usual: f64| {
        let there = names.iter().find(|name| input(node, name).is_some());
        let found = there.map(|name| text::number(graph, node, name));
        if let Some(None) = found {
            let name = short(&name);
            to.note(sentence!("the weight of the LoRA {name} is not found in the graph: {usual} is taken", name, usual));
        }
        found.flatten().unwrap_or(usual)
    };
    let model = weight(["strength_model", "lora_model_strength", "strength"], 1.0);
    let clip = if class(node) == "LoraLoaderModelOnly" { 0.0 } else { weight(["strength_clip", "lora_clip_strength", "strength"], model) };
    vec![Loaded(name, model, clip)]
}

/// Up to fifty, by the names of their inputs: file, weight, the text encoder's weight.
fn numbered<'a>(to: &mut RequestBuilder, graph: &Graph<'a>, node: &'a Value, names: &dyn Fn(usize) -> [String; 3]) -> Vec<Loaded> {
    let one = |n: usize| {
        let [file, model, clip] = names(n);
        let name = word(to, graph, node, &file).filter(|name| !name.is_empty() && name != "None")?;
        let model = text::number(graph, node, &model).unwrap_or(1.0);
        Some(Loaded(name, model, text::number(graph, node, &clip).unwrap_or(model)))
    };
    (1..=50).filter_map(one).collect()
}

/// `"lora_1": {"on": true, "lora": "ink.safetensors", "strength": 0.8, "strengthTwo": null}`.
fn power(node: &Value) -> Vec<Loaded> {
    let inputs = node.get("inputs").and_then(Value::as_object).into_iter().flatten();
    let one = |(name, value): (&String, &Value)| {
        let is = name.to_lowercase().starts_with("lora_") && value.get("on").and_then(Value::as_bool) == Some(true);
        let weight = value.get("strength").and_then(Value::as_f64).unwrap_or(1.0);
        let text = value.get("strengthTwo").and_then(Value::as_f64).unwrap_or(weight);
        let file = value.get("lora").and_then(Value::as_str).filter(|file| is && *file != "None")?;
        Some(Loaded(file.into(), weight, text))
    };
    inputs.filter_map(one).take(MOST).collect()
}

/// A name, which some nodes keep with a picture of it: `{"content": "ink.safetensors", "image": null}`.
fn word<'a>(to: &mut RequestBuilder, graph: &Graph<'a>, node: &'a Value, name: &str) -> Option<String> {
    let kept = input(node, name).and_then(|value| value.get("content")).and_then(Value::as_str);
    kept.map(String::from).or_else(|| text::text(to, graph, node, name, 0))
}
