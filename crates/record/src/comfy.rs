//! ComfyUI's `prompt` text: a graph of nodes as JSON, `{"3": {"class_type": "KSampler", "inputs": {"seed": 1, "positive": ["6", 0], …}}}`.
//!
//! The row of nodes from a sampler back to its texts, its latents and its checkpoint is followed; other nodes are named in a note.

use crate::gathered::{Gathered, problem, short};
use crate::names::{self, Tongue};
use crate::read::{Source, desktop_prompts, foreign};
use crate::{Error, Found, Model};
use serde_json::{Map, Value, json};

/// The PNG text's keyword.
pub(crate) const KEYWORD: &str = "prompt";
/// Nodes between a sampler and what it uses; also what ends a graph that runs in a circle.
const MOST_HOPS: usize = 64;
/// Inputs that lead on to the same kind of thing.
const ONWARD: &[&str] =
    &["conditioning", "conditioning_1", "conditioning_to", "positive", "clip", "model", "samples", "latent_image", "pixels"];

/// The settings of a graph's first sampler that begins from nothing.
pub(crate) fn read(text: &str) -> Result<Found, Error> {
    let unreadable = |problem: String| Error::Unreadable { place: "ComfyUI's graph", problem };
    let nodes: Map<String, Value> = serde_json::from_str(&without_nan(text)).map_err(|error| unreadable(problem(&error)))?;
    let graph = Graph(&nodes);
    let samplers: Vec<&Value> = nodes.values().filter(|node| is_sampler(node)).collect();
    let first = samplers.iter().find(|node| graph.row(node, "latent_image").iter().any(|node| is_empty_latent(node))).or(samplers.first());
    let sampler = *first.ok_or_else(|| unreadable(format!("expected a KSampler among its {} nodes, found none", nodes.len())))?;
    let mut gathered = Gathered::default();
    if samplers.len() > 1 {
        gathered.note(format!("the graph has {} samplers; the first that begins from nothing is taken", samplers.len()));
    }
    desktop_prompts(&mut gathered, Tongue::Comfy);
    take_sampler(&mut gathered, sampler);
    for (input, field) in [("positive", "prompt"), ("negative", "negative")] {
        match graph.text(sampler, input) {
            Some(text) => gathered.set(field, text),
            None => gathered.note(format!("no text leads to the {input} prompt")),
        }
    }
    take_latents(&mut gathered, &graph, sampler);
    let model = take_model(&mut gathered, &graph, sampler);
    Ok(foreign(gathered, model, Source::Comfy))
}

fn take_sampler(gathered: &mut Gathered, sampler: &Value) {
    let number = |name: &str| input(sampler, name).filter(|value| value.is_number()).cloned();
    for (theirs, field) in [("steps", "steps"), ("cfg", "guidance"), ("seed", "seed"), ("noise_seed", "seed")] {
        number(theirs).into_iter().for_each(|value| gathered.set(field, value));
    }
    if let Some(strength) = number("denoise").filter(|value| value.as_f64().is_some_and(|value| value < 1.0)) {
        gathered.set("strength", strength);
    }
    if let Some(begin) = number("start_at_step").filter(|value| value.as_f64() != Some(0.0)) {
        gathered.note(format!("start_at_step {begin} is not followed"));
    }
    if let Some(name) = input(sampler, "sampler_name").and_then(Value::as_str) {
        names::take(gathered, Tongue::Comfy, name, input(sampler, "scheduler").and_then(Value::as_str));
    }
}

fn take_latents(gathered: &mut Gathered, graph: &Graph, sampler: &Value) {
    let row = graph.row(sampler, "latent_image");
    let Some(latents) = row.iter().find(|node| is_empty_latent(node)) else {
        return gathered.note("the picture that it began with is not in the file".into());
    };
    for side in ["width", "height"] {
        input(latents, side).filter(|value| value.is_number()).into_iter().for_each(|value| gathered.set(side, value.clone()));
    }
}

/// The checkpoint at the end of the row, the LoRAs on the way there, and where the text encoder's layers were cut off.
fn take_model(gathered: &mut Gathered, graph: &Graph, sampler: &Value) -> Model {
    let mut model = Model::default();
    let mut loras = vec![];
    for node in graph.row(sampler, "model") {
        let text = |name: &str| input(node, name).and_then(Value::as_str);
        if let Some(name) = text("ckpt_name").or(text("unet_name")) {
            model.name = short(name);
        } else if let Some(name) = text("lora_name") {
            let weight = input(node, "strength_model").and_then(Value::as_f64).unwrap_or(1.0);
            loras.push(json!({"name": name, "weight": weight}));
        }
    }
    if !loras.is_empty() {
        gathered.set("loras", loras);
    }
    let layer = graph.row(sampler, "positive").into_iter().find_map(|node| input(node, "stop_at_clip_layer")?.as_i64());
    if let Some(layer @ ..=-1) = layer {
        gathered.set("clipSkip", layer.unsigned_abs() - 1);
    }
    model
}

/// Nodes by number.
struct Graph<'a>(&'a Map<String, Value>);

impl<'a> Graph<'a> {
    /// The nodes behind an input, nearest first: along the inputs that lead on to the same kind of thing.
    fn row(&self, node: &Value, name: &str) -> Vec<&'a Value> {
        let mut row = vec![];
        let mut next = input(node, name).and_then(|link| self.behind(link));
        while let Some(node) = next.filter(|_| row.len() < MOST_HOPS) {
            row.push(node);
            let same = |onward: &&&str| name != "model" || **onward == name;
            next = ONWARD.iter().filter(same).find_map(|onward| self.behind(input(node, onward)?));
        }
        row
    }

    /// The text that reaches a sampler's input: written there, or in a node that only holds it.
    fn text(&self, sampler: &Value, name: &str) -> Option<&'a str> {
        let names = ["text", "text_g", "value", "string", "prompt"];
        let written = |node: &'a Value| {
            names.iter().find_map(|name| {
                let value = input(node, name)?;
                let held = || self.behind(value).and_then(|node| names.iter().find_map(|name| input(node, name)?.as_str()));
                value.as_str().or_else(held)
            })
        };
        self.row(sampler, name).into_iter().find_map(written)
    }

    /// The node that a link `["6", 0]` comes from.
    fn behind(&self, link: &Value) -> Option<&'a Value> {
        self.0.get(link.as_array()?.first()?.as_str()?)
    }
}

fn input<'a>(node: &'a Value, name: &str) -> Option<&'a Value> {
    node.get("inputs")?.get(name)
}

fn is_sampler(node: &Value) -> bool {
    ["sampler_name", "steps", "cfg"].iter().all(|name| input(node, name).is_some())
}

fn is_empty_latent(node: &Value) -> bool {
    node.get("class_type").and_then(Value::as_str).is_some_and(|class| class.starts_with("Empty") && class.contains("Latent"))
}

/// Python writes NaN where JSON has no word for it (ComfyUI's `is_changed`); null stands for it.
fn without_nan(text: &str) -> String {
    let mut pieces = String::with_capacity(text.len());
    let (mut inside, mut escaped, mut rest) = (false, false, text);
    while let Some(c) = rest.chars().next() {
        let word = ["-Infinity", "Infinity", "NaN"].into_iter().find(|word| !inside && rest.starts_with(word));
        if let Some(word) = word {
            pieces.push_str("null");
            rest = &rest[word.len()..];
            continue;
        }
        inside ^= c == '"' && !escaped;
        escaped = inside && c == '\\' && !escaped;
        pieces.push(c);
        rest = &rest[c.len_utf8()..];
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;
    use decant_solver::{Rng, Sampler, Sigmas};

    /// A graph of the usual row, with a LoRA, a cut text encoder and a second sampler that goes on from the first.
    fn usual() -> Value {
        json!({
            "10": {"class_type": "KSampler", "inputs": {"seed": 9, "steps": 8, "cfg": 5.0, "sampler_name": "euler", "scheduler": "normal",
                "denoise": 0.5, "model": ["4", 0], "positive": ["6", 0], "negative": ["7", 0], "latent_image": ["3", 0]}},
            "3": {"class_type": "KSampler", "inputs": {"seed": 156680208700286u64, "steps": 20, "cfg": 7.5, "sampler_name": "dpmpp_2m",
                "scheduler": "karras", "denoise": 1, "model": ["11", 0], "positive": ["6", 0], "negative": ["7", 0], "latent_image": ["5", 0]}},
            "4": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "digits.safetensors"}},
            "5": {"class_type": "EmptyLatentImage", "inputs": {"width": 512, "height": 256, "batch_size": 1}},
            "6": {"class_type": "CLIPTextEncode", "inputs": {"text": "a \"blue\"\nseven NaN", "clip": ["12", 0]}, "is_changed": ["x"]},
            "7": {"class_type": "CLIPTextEncode", "inputs": {"text": ["8", 0], "clip": ["12", 0]}},
            "8": {"class_type": "PrimitiveString", "inputs": {"value": "blurry"}},
            "11": {"class_type": "LoraLoader", "inputs": {"lora_name": "ink", "strength_model": 0.5, "model": ["4", 0], "clip": ["4", 1]}},
            "12": {"class_type": "CLIPSetLastLayer", "inputs": {"stop_at_clip_layer": -2, "clip": ["11", 1]}},
        })
    }

    #[test]
    fn the_usual_row_is_followed() {
        let text = usual().to_string().replace("[\"x\"]", "[NaN, -Infinity]");
        let found = read(&text).expect("it is a graph");
        let s = &found.record.settings;
        assert_eq!((s.prompt.as_str(), s.negative.as_str()), ("a \"blue\"\nseven NaN", "blurry"));
        assert_eq!((s.steps, s.guidance, s.seed, s.sampler), (Some(20), Some(7.5), 156680208700286, Some(Sampler::Dpmpp2m)));
        assert_eq!((s.width, s.height, found.record.model.name.as_str()), (Some(512), Some(256), "digits.safetensors"));
        assert_eq!((&s.sigmas, s.rng, s.strength), (&Sigmas::Karras, Rng::Cpu, None));
        assert_eq!((s.clip_skip, s.emphasis, s.loras[0].name.as_str(), s.loras[0].weight), (1, true, "ink", 0.5));
        assert_eq!(found.notes[0], "the graph has 2 samplers; the first that begins from nothing is taken");
    }

    #[test]
    fn hostile_graphs_are_read_or_refused() {
        let mut circle = usual();
        circle["6"]["inputs"] = json!({"conditioning": ["7", 0]});
        circle["7"]["inputs"] = json!({"conditioning": ["6", 0]});
        circle["4"] = json!({"inputs": {"model": ["4", 0]}});
        let found = read(&circle.to_string()).expect("it has a sampler");
        assert!(found.notes.contains(&"no text leads to the positive prompt".to_string()), "{:?}", found.notes);
        let odd = json!({"1": {"inputs": {"sampler_name": [], "steps": "x", "cfg": null, "seed": -1, "positive": 7, "model": ["9"]}}});
        assert_eq!(read(&odd.to_string()).expect("it has a sampler").record.settings.steps, None);
        for (text, problem) in [("", "EOF"), ("[]", "invalid type"), ("{\"1\": 3}", "expected a KSampler among its 1 nodes, found none")] {
            let said = read(text).expect_err(text).to_string();
            assert!(said.starts_with(&format!("the settings (ComfyUI's graph) cannot be read: {problem}")), "{said}");
        }
    }
}
