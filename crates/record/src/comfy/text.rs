//! From a sampler's conditioning back to words.
//!
//! ComfyUI reads a text a little otherwise than Decant does with stressed words on: square brackets are text there, `embedding:NAME` is a
//! textual inversion, and `<lora:…>` is nothing. What comes out here means the same to Decant.

use super::graph::{Graph, Link, class, input, link};
use super::nodes::{self, Is};
use crate::builder::{RequestBuilder, short};
use decant_sd::error::Sentence;
use decant_sd::sentence;
use decant_sd::{inversion, prompt};
use serde_json::Value;

/// What reaches one of a sampler's two inputs.
pub(super) struct Conditioning<'a> {
    pub text: String,
    /// Other prompts that are mixed in, with their shares.
    pub mixes: Vec<(String, f64)>,
    /// The text encoder that read the (first) text.
    pub encoder: &'a Value,
}

/// Conditionings, or texts, that lie behind one another.
const MOST_HOPS: usize = 64;
/// Bytes of a text that others are joined to; a graph can join one to itself over and over.
const MOST_TEXT: usize = 1 << 20;
/// Inputs that lead on where a node is unknown.
const ONWARD: [&str; 4] = ["conditioning", "conditioning_1", "conditioning_to", "cond"];
/// Inputs of unknown nodes, and of text encoders, in which texts stand.
const TEXTS: [&str; 9] = ["text", "text_g", "clip_l", "clip_g", "t5xxl", "string", "value", "prompt", "text_l"];

/// Follows one conditioning; `role` is `positive` or `negative`.
pub(super) fn conditioning<'a>(
    to: &mut RequestBuilder,
    graph: &Graph<'a>,
    from: Link<'a>,
    role: &str,
    hops: usize,
) -> Option<Conditioning<'a>> {
    let node = graph.node(from).filter(|_| hops < MOST_HOPS && graph.may_look())?;
    let behind = |to: &mut RequestBuilder, name: &str| conditioning(to, graph, graph.link(node, name)?, role, hops + 1);
    match (class(node), nodes::find(class(node)).map(|row| row.1)) {
        ("ConditioningConcat", _) => {
            let (mut first, second) = (behind(to, "conditioning_to")?, behind(to, "conditioning_from"));
            // Its 75 tokens follow the first text's, as after BREAK.
            second.into_iter().for_each(|second| first.text = format!("{} BREAK {}", first.text, second.text));
            Some(first).filter(|first| first.text.len() < MOST_TEXT)
        }
        ("ConditioningAverage", _) => {
            let (mut first, second) = (behind(to, "conditioning_to")?, behind(to, "conditioning_from"));
            let strength = number(graph, node, "conditioning_to_strength").unwrap_or(1.0);
            first.mixes.extend(second.map(|second| (second.text, 1.0 - strength)));
            Some(first).filter(|first| first.mixes.len() < MOST_HOPS)
        }
        ("ConditioningCombine", _) => {
            let (first, second) = (behind(to, "conditioning_1"), behind(to, "conditioning_2"));
            second.into_iter().for_each(|second| to.lose(second_prompt(role, &short(&second.text))));
            first
        }
        ("ConditioningZeroOut", _) => Some(Conditioning { text: String::new(), ..behind(to, "conditioning")? }),
        (_, Some(Is::Says)) => encoded(to, graph, node),
        (_, Some(Is::Leads(leads) | Is::Loses(leads))) => {
            let name = leads.get(from.1).or(leads.first())?;
            let onward = graph.onward(node, from.1, &[]).or_else(|| graph.link(node, name));
            let leads_on = onward.and_then(|link| conditioning(to, graph, link, role, hops + 1));
            leads_on.or_else(|| Some(Conditioning { text: text(to, graph, node, name, 0)?, mixes: vec![], encoder: node }))
        }
        (_, Some(_)) => None,
        (_, None) => unknown(to, graph, node, from.1, role, hops),
    }
}

fn second_prompt(role: &str, text: &str) -> Sentence {
    match role {
        "positive" => sentence!("the second positive prompt “{text}”", text),
        _ => sentence!("the second negative prompt “{text}”", text),
    }
}

/// By what an unknown node's inputs are called. A node with both prompts passes them on in this order.
fn unknown<'a>(
    to: &mut RequestBuilder,
    graph: &Graph<'a>,
    node: &'a Value,
    output: usize,
    role: &str,
    hops: usize,
) -> Option<Conditioning<'a>> {
    let both = ["positive", "negative"].iter().all(|name| input(node, name).is_some());
    let own = match output {
        0 if both => "positive",
        1 if both => "negative",
        _ => role,
    };
    let onward = [own].into_iter().chain(ONWARD).find_map(|name| conditioning(to, graph, graph.link(node, name)?, role, hops + 1));
    let here = || {
        let named = format!("text_{own}");
        let text = [own, named.as_str()].into_iter().chain(TEXTS).find_map(|name| text(to, graph, node, name, 0))?;
        let class = short(class(node));
        to.note(match role {
            "positive" => sentence!("the positive prompt is read from {class}, a node that is not known here", class),
            _ => sentence!("the negative prompt is read from {class}, a node that is not known here", class),
        });
        let id = graph.nodes.iter().find(|(_, other)| std::ptr::eq(*other, node)).map(|(id, _)| id.as_str());
        graph.read_from.borrow_mut().extend(id);
        Some(Conditioning { text, mixes: vec![], encoder: node })
    };
    onward.or_else(here)
}

/// What a text encoder was given.
fn encoded<'a>(to: &mut RequestBuilder, graph: &Graph<'a>, node: &'a Value) -> Option<Conditioning<'a>> {
    let first = TEXTS.iter().find(|name| input(node, name).is_some())?;
    let words = text(to, graph, node, first, 0)?;
    // Stable Diffusion XL's two encoders may be given two texts; here both read one.
    for other in TEXTS.iter().filter(|name| *name != first && input(node, name).is_some()) {
        match text(to, graph, node, other, 0) {
            Some(second) if second == words || second.trim().is_empty() => {}
            Some(second) => to.lose(format!("{other} “{}”", short(&second))),
            None => to.lose(other),
        }
    }
    Some(Conditioning { text: words, mixes: vec![], encoder: node })
}

/// A text that stands in an input, or behind its link.
pub(super) fn text<'a>(to: &mut RequestBuilder, graph: &Graph<'a>, node: &'a Value, name: &str, hops: usize) -> Option<String> {
    let value = input(node, name)?;
    if let Some(text) = value.as_str() {
        return Some(text.into());
    }
    let link = link(value).filter(|_| hops < MOST_HOPS && graph.may_look())?;
    let behind = graph.through(link)?;
    match nodes::find(class(behind)).map(|row| row.1) {
        Some(Is::Joins(parts)) => {
            let between = text(to, graph, behind, "delimiter", hops + 1).unwrap_or_default().replace("\\n", "\n");
            let texts: Vec<String> = parts.iter().filter_map(|part| text(to, graph, behind, part, hops + 1)).collect();
            Some(texts.join(&between)).filter(|text| text.len() < MOST_TEXT)
        }
        Some(Is::Holds(outputs) | Is::Leads(outputs)) => {
            text(to, graph, behind, outputs.get(link.1).filter(|name| !name.is_empty())?, hops + 1)
        }
        Some(_) => None,
        None => {
            let found = [name].into_iter().chain(TEXTS).find_map(|name| text(to, graph, behind, name, hops + 1))?;
            let (text, class) = (short(&found), short(class(behind)));
            to.note(sentence!("“{text}” is read from {class}, a node that is not known here", text, class));
            graph.read_from.borrow_mut().insert(link.0);
            Some(found)
        }
    }
}

/// A number that stands in an input, or behind its link.
pub(super) fn number<'a>(graph: &Graph<'a>, node: &'a Value, name: &str) -> Option<f64> {
    let held: &Value = input(node, name)?;
    match link(held) {
        None => held.as_f64(),
        Some(link) => {
            let behind = graph.through(link)?;
            let held = match nodes::find(class(behind)).map(|row| row.1) {
                Some(Is::Holds(outputs)) => outputs.get(link.1).copied().unwrap_or_default(),
                _ => name,
            };
            input(behind, held)?.as_f64()
        }
    }
}

/// How a textual inversion is named.
const EMBEDDING: &str = "embedding:";

/// A text as it means the same here.
pub(super) fn ours(to: &mut RequestBuilder, text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut from = 0;
    for range in prompt::tag_ranges(text) {
        kept.push_str(&text[std::mem::replace(&mut from, range.end)..range.start]);
        to.lose(sentence!("{tag} in a text", tag = short(&text[range])));
    }
    kept.push_str(&text[from..]);
    words(to, &brackets(&kept))
}

/// Square brackets stand for themselves.
fn brackets(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut escaped = false;
    for c in text.chars() {
        if matches!(c, '[' | ']') && !escaped {
            kept.push('\\');
        }
        escaped = c == '\\' && !escaped;
        kept.push(c);
    }
    kept
}

/// `embedding:NAME` is the word's name alone.
fn words(to: &mut RequestBuilder, text: &str) -> String {
    let (mut kept, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(at) = rest.find(EMBEDDING) {
        let (before, after) = rest.split_at(at);
        let after = &after[EMBEDDING.len()..];
        let name = &after[..after.find(|c: char| c.is_whitespace() || matches!(c, ',' | '(' | ')' | ':')).unwrap_or(after.len())];
        let begins_here = !before.ends_with(|c: char| c.is_alphanumeric() || c == '_') && !name.is_empty();
        kept.push_str(before);
        match begins_here {
            true => {
                to.inversion(name);
                kept.push_str(inversion::plain(name));
                rest = &after[name.len()..];
            }
            false => {
                kept.push_str(EMBEDDING);
                rest = after;
            }
        }
    }
    kept + rest
}
