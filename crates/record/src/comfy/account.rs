//! Every node that a sampler's inputs reach, and each of its inputs: followed, meaning nothing, or named.

use super::graph::{Graph, class, input, link};
use super::nodes::{self, Is, Row};
use crate::builder::{RequestBuilder, short};
use serde_json::Value;

/// Inputs that lead on where a node is unknown.
const ONWARD: [&str; 14] = [
    "model",
    "clip",
    "positive",
    "negative",
    "conditioning",
    "conditioning_1",
    "conditioning_to",
    "samples",
    "latent_image",
    "latent",
    "sigmas",
    "guider",
    "sampler",
    "noise",
];

/// Names what was not followed.
pub(super) fn take<'a>(to: &mut RequestBuilder, graph: &Graph<'a>, sampler: &'a Value) {
    let own = nodes::find(class(sampler));
    match own {
        Some(row) => inputs(to, sampler, row),
        None => to.unknown(short(class(sampler))),
    }
    for (id, node, row) in graph.reached(sampler, &ONWARD) {
        match row {
            Some(Row(class, Is::Loses(_), _)) => to.lose(class),
            Some(Row(_, Is::Runs, _)) => {}
            Some(row) => inputs(to, node, row),
            None if graph.read_from.borrow().contains(id) => {}
            None => to.unknown(short(if class(node).is_empty() { "a node without a name" } else { class(node) })),
        }
    }
    for node in graph.nodes.values() {
        match class(node) {
            // Decoding comes after the sampler, where it is not reached.
            "VAELoader" => to.lose(format!("VAE {}", short(input(node, "vae_name").and_then(Value::as_str).unwrap_or_default()))),
            name if nodes::is_after(name) => to.lose(name),
            _ => {}
        }
    }
}

/// Inputs of a known node that its row does not know.
fn inputs(to: &mut RequestBuilder, node: &Value, Row(_, is, known): &Row) {
    let held: &[&str] = match is {
        Is::Holds(names) | Is::Joins(names) | Is::Sizes(names) => names,
        _ => &[],
    };
    let all = node.get("inputs").and_then(Value::as_object).into_iter().flatten();
    for (name, value) in all.filter(|(name, value)| link(value).is_none() && !value.is_null() && !held.contains(&name.as_str())) {
        if !known.iter().any(|known| means_nothing(known, name, value)) {
            to.lose(format!("{} {}", short(name), short(&value.as_str().map_or_else(|| value.to_string(), String::from))));
        }
    }
}

/// Whether `name`, or `name=value`, or `*` says it of an input.
fn means_nothing(known: &str, name: &str, value: &Value) -> bool {
    match known.split_once('=') {
        None => known == "*" || known == name,
        Some((known, usual)) => {
            let same = match value {
                Value::Number(number) => usual.parse::<f64>().is_ok_and(|usual| number.as_f64() == Some(usual)),
                Value::String(text) => text.eq_ignore_ascii_case(usual),
                Value::Bool(is) => usual.parse() == Ok(*is),
                _ => false,
            };
            known == name && same
        }
    }
}
