//! ComfyUI's `prompt` text: a graph of nodes as JSON, `{"3": {"class_type": "KSampler", "inputs": {"seed": 1, "positive": ["6", 0], …}}}`.
//!
//! From a sampler every value is followed through its link, back to texts, sizes, LoRAs and the checkpoint ([`graph`], [`text`], [`model`]).
//! Each node on the way and each of its inputs is followed, named in a note, or known to mean nothing ([`nodes`]).

mod account;
mod graph;
mod model;
mod nodes;
mod sampler;
mod text;

use crate::builder::{RequestBuilder, no_json};
use crate::found::{Source, foreign, predicts, zero_snr};
use crate::names::{self, Tool};
use crate::{Error, Found};
use decant_sd::error::Sentence;
use decant_sd::sentence;
use graph::{Graph, class, input};
use nodes::Is;
use serde_json::{Map, Value, json};

/// The PNG text's keyword.
pub(crate) const KEYWORD: &str = "prompt";

fn nothing_leads_to(role: &str) -> Sentence {
    if role == "positive" { sentence!("no text leads to the positive prompt") } else { sentence!("no text leads to the negative prompt") }
}

/// The settings of a graph's first sampler that begins from nothing.
pub(crate) fn read(text: &str) -> Result<Found, Error> {
    let unreadable = |problem| Error::Unreadable { place: "ComfyUI's graph", problem };
    let nodes: Map<String, Value> = serde_json::from_str(&without_nan(text)).map_err(|error| unreadable(no_json(&error)))?;
    let graph = Graph::new(&nodes);
    let samplers: Vec<&Value> = nodes.values().filter(|node| is_sampler(node)).collect();
    let first = samplers.iter().find(|node| sampler::begins(&graph, node).is_some()).or(samplers.first());
    let sampler =
        *first.ok_or_else(|| unreadable(sentence!("expected a KSampler among its {count} nodes, found none", count = nodes.len())))?;
    if input(sampler, "noise").is_some()
        && ["guider", "sampler", "sigmas"].iter().all(|name| graph.link(sampler, name).and_then(|link| graph.node(link)).is_none())
    {
        return Err(unreadable(sentence!("the nodes that its sampler is made of are not in the file")));
    }
    let mut builder = RequestBuilder::default();
    if samplers.len() > 1 {
        builder.note(sentence!("the graph has {count} samplers; the first that begins from nothing is taken", count = samplers.len()));
    }
    names::prompts(&mut builder, Tool::Comfy);
    sampler::take(&mut builder, &graph, sampler);
    let encoder = prompts(&mut builder, &graph, sampler);
    let opened = model::take(&mut builder, &graph, sampler, encoder);
    account::take(&mut builder, &graph, sampler);
    let mut found = foreign(builder, opened.model, Source::Comfy);
    opened.prediction.into_iter().for_each(|prediction| predicts(&mut found, prediction));
    if opened.zero_snr {
        zero_snr(&mut found);
    }
    Ok(found)
}

/// Both texts; gives the node that read the prompt.
fn prompts<'a>(to: &mut RequestBuilder, graph: &Graph<'a>, sampler: &'a Value) -> Option<&'a Value> {
    let mut encoder = None;
    for (role, field, inputs) in
        [("positive", "prompt", &["positive", "conditioning", "cond1"][..]), ("negative", "negative", &["negative"])]
    {
        let Some((node, name)) = graph.having(sampler, inputs, &["guider"]) else {
            // A guider of one conditioning has no negative prompt.
            if role == "positive" || input(sampler, "guider").is_none() {
                to.note(nothing_leads_to(role));
            }
            continue;
        };
        let conditioning = graph.link(node, name).and_then(|link| text::conditioning(to, graph, link, role, 0));
        let Some(conditioning) = conditioning else {
            to.note(nothing_leads_to(role));
            continue;
        };
        let words = text::ours(to, &conditioning.text);
        to.set(field, words);
        if role == "positive" {
            encoder = Some(conditioning.encoder);
            let mixes: Vec<Value> =
                conditioning.mixes.iter().map(|(text, factor)| json!({"prompt": text::ours(to, text), "factor": factor})).collect();
            if !mixes.is_empty() {
                to.set("mixes", mixes);
            }
        } else if !conditioning.mixes.is_empty() {
            to.lose(sentence!("ConditioningAverage of the negative prompt"));
        }
    }
    encoder
}

fn is_sampler(node: &Value) -> bool {
    match nodes::find(class(node)) {
        Some(row) => row.1 == Is::Runs,
        None => ["sampler_name", "steps", "cfg", "positive"].iter().all(|name| input(node, name).is_some()),
    }
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
mod tests;
