//! A sampler's own settings: numbers, sampler and schedule, and what it begins from.

use super::graph::{Graph, Link, Lookup, class, input, link};
use super::nodes::{self, Is};
use super::text;
use crate::builder::{RequestBuilder, short};
use crate::names::{self, Tool};
use decant_sd::error::{Sentence, ToValue, Value as Said};
use decant_sd::sentence;
use serde_json::{Value, json};

/// A setting of a sampler: what it is called there, behind which inputs it may be, and what it is here.
struct Setting {
    names: &'static [&'static str],
    behind: &'static [&'static str],
    field: &'static str,
}

const NUMBERS: [Setting; 3] = [
    Setting { names: &["seed", "noise_seed"], behind: &["noise"], field: "seed" },
    Setting { names: &["steps"], behind: &["sigmas"], field: "steps" },
    Setting { names: &["cfg", "cfg_conds"], behind: &["guider"], field: "guidance" },
];

/// Follows all of them; what cannot be found is said in one sentence.
pub(super) fn take<'a>(to: &mut RequestBuilder, graph: &Graph<'a>, sampler: &'a Value) {
    let mut missing = vec![];
    for Setting { names, behind, field } in NUMBERS {
        let found = graph.having(sampler, names, behind).map_or(Lookup::Absent, |(node, name)| graph.value(node, name));
        // A guider of one conditioning does not guide.
        let unguided = field == "guidance"
            && graph.link(sampler, "guider").and_then(|link| graph.through(link)).is_some_and(|guider| class(guider) == "BasicGuider");
        match take_number(to, found, field) {
            _ if unguided => to.set("guidance", 1),
            None => {}
            Some(class) => missing.push(lost(field, &class)),
        }
    }
    sampler_and_schedule(to, graph, sampler, &mut missing);
    begin(to, graph, sampler, &mut missing);
    last_step(to, graph, sampler);
    if !missing.is_empty() {
        to.note(sentence!("not found in the graph, and so as usual: {missing}", missing));
    }
}

fn guessed(field: &str, got: impl ToValue, class: &str) -> Sentence {
    let (field, class) = (Said::setting(field), short(class));
    sentence!("{field} {got} is read from {class}, a node that is not known here", field, got, class)
}

fn lost(field: &str, class: &str) -> Said {
    let field = Said::setting(field);
    if class.is_empty() { field } else { sentence!("{field} (from {class})", field, class).to_value() }
}

/// Sets a field; else the class of the node where the trace was lost.
fn take_number(to: &mut RequestBuilder, found: Lookup, field: &str) -> Option<String> {
    let mut set = |value: &Value| {
        // Some nodes keep whole numbers with a point.
        let whole = value.as_f64().filter(|number| field != "guidance" && number.fract() == 0.0 && (0.0..9e15).contains(number));
        to.set(field, whole.filter(|_| !value.is_u64()).map_or(value.clone(), |number| json!(number as u64)));
    };
    match found {
        Lookup::Value(value) if value.is_number() => set(value),
        Lookup::Guessed(value, class) if value.is_number() => {
            set(value);
            to.note(guessed(field, value.to_string(), class));
        }
        Lookup::Lost(class) => return Some(class),
        Lookup::Value(_) | Lookup::Guessed(..) | Lookup::Absent => return Some(String::new()),
    }
    None
}

/// A name: written in the node or behind its link.
fn word<'a>(to: &mut RequestBuilder, graph: &Graph<'a>, node: &'a Value, name: &str, missing: &mut Vec<Said>) -> Option<&'a str> {
    match graph.value(node, name) {
        Lookup::Value(value) => value.as_str(),
        Lookup::Guessed(value, class) => {
            let word = value.as_str()?;
            to.note(guessed(name, short(word), class));
            Some(word)
        }
        Lookup::Lost(class) => {
            missing.push(lost(name, &class));
            None
        }
        Lookup::Absent => None,
    }
}

fn sampler_and_schedule<'a>(to: &mut RequestBuilder, graph: &Graph<'a>, sampler: &'a Value, missing: &mut Vec<Said>) {
    let before = missing.len();
    let picked = graph.link(sampler, "sampler").and_then(|link| graph.through(link));
    let named = match picked.and_then(|node| Some((node, nodes::find(class(node))?.1))) {
        Some((node, Is::Picks(name))) if !name.is_empty() => {
            number_to(to, graph, node, "eta", "eta", 1.0);
            number_to(to, graph, node, "order", "order", 4.0);
            Some(name)
        }
        _ => graph.having(sampler, &["sampler_name"], &["sampler"]).and_then(|(node, name)| word(to, graph, node, name, missing)),
    };
    if named.is_none() && missing.len() == before {
        missing.push(Said::setting("sampler"));
    }
    let laid = graph.row(sampler, "sigmas", &["sigmas"]).into_iter().find_map(|link| {
        let node = graph.node(link)?;
        matches!(nodes::find(class(node))?.1, Is::Spaces(_)).then_some(node)
    });
    let before = missing.len();
    let schedule = match laid.and_then(|node| Some((node, nodes::find(class(node))?.1))) {
        Some((node, Is::Spaces(name))) if !name.is_empty() => Some(spaced(to, graph, node, name)),
        _ => graph.having(sampler, &["scheduler"], &["sigmas"]).and_then(|(node, name)| word(to, graph, node, name, missing)),
    };
    if schedule.is_none() && missing.len() == before {
        missing.push(Said::Text("scheduler".into()));
    }
    if let Some(named) = named {
        names::take(to, Tool::Comfy, named, Some(schedule.unwrap_or("")));
    }
    if let Some(node) = laid {
        listed(to, node);
    }
}

fn number_to<'a>(to: &mut RequestBuilder, graph: &Graph<'a>, node: &'a Value, name: &str, field: &str, usual: f64) {
    if let Some(number) = text::number(graph, node, name).filter(|number| *number != usual) {
        to.set(field, if field == "order" { json!(number as u64) } else { json!(number) });
    }
}

/// The schedule of a node that is one, by the name that its table has here.
fn spaced<'a>(to: &mut RequestBuilder, graph: &Graph<'a>, node: &'a Value, name: &'static str) -> &'static str {
    match name {
        // Whole tenths of the training steps, from the last: for one step, where trailing begins.
        "turbo" if text::number(graph, node, "steps").is_some_and(|steps| steps > 1.0) => {
            to.lose(class(node));
            "sgm_uniform"
        }
        "turbo" => "sgm_uniform",
        // Its numbers are taken over below.
        "manual" => "",
        name => name,
    }
}

/// Sigmas that stand in the node itself, and the table of another model.
fn listed(to: &mut RequestBuilder, node: &Value) {
    let text = |name: &str| input(node, name).and_then(Value::as_str).unwrap_or_default();
    match class(node) {
        "ManualSigmas" => {
            let list: Vec<&str> = text("sigmas").split([',', ' ', '\n']).filter(|part| !part.is_empty()).collect();
            to.set("sigmas", list.join(","));
        }
        "AlignYourStepsScheduler" if text("model_type") == "SDXL" => to.set("sigmas", "ays_xl"),
        "AlignYourStepsScheduler" if text("model_type") == "SVD" => to.lose("AlignYourStepsScheduler SVD"),
        _ => {}
    }
}

/// The latents of nothing that a sampler begins from.
pub(super) fn begins<'a>(graph: &Graph<'a>, sampler: &'a Value) -> Option<Link<'a>> {
    let row = graph.row(sampler, "latent_image", &["samples", "latent_image", "latent", "latents"]);
    row.into_iter().find(|link| graph.node(*link).is_some_and(is_empty))
}

fn is_empty(node: &Value) -> bool {
    match nodes::find(class(node)) {
        Some(row) => matches!(row.1, Is::Empty | Is::Sizes(_)) || input(node, "empty_latent_width").is_some(),
        None => class(node).starts_with("Empty") && class(node).contains("Latent"),
    }
}

/// The size, or that there was a picture and how much of it was drawn anew.
fn begin<'a>(to: &mut RequestBuilder, graph: &Graph<'a>, sampler: &'a Value, missing: &mut Vec<Said>) {
    let denoise = graph.having(sampler, &["denoise"], &["sigmas"]).and_then(|(node, name)| text::number(graph, node, name));
    let denoise = denoise.filter(|denoise| (0.0..1.0).contains(denoise));
    if let Some(latents) = begins(graph, sampler).and_then(|link| graph.node(link)) {
        denoise.into_iter().for_each(|denoise| to.lose(sentence!("denoise {denoise} of nothing", denoise)));
        for side in ["width", "height"] {
            match sized(graph, latents, side, 0) {
                Ok((pixels, None)) => to.set(side, pixels),
                Ok((pixels, Some(class))) => {
                    to.set(side, pixels);
                    to.note(guessed(side, pixels, &class));
                }
                Err(class) => missing.push(lost(side, &class)),
            }
        }
        return;
    }
    to.note(sentence!("the picture that it began with is not in the file"));
    let (Some(denoise), Some(steps)) = (denoise, to.get("steps").and_then(Value::as_u64)) else { return };
    // ComfyUI takes all of its steps, the last ones of a longer run; here a strength takes a part of the steps.
    let all = if denoise > 0.0 { (steps as f64 / denoise) as u64 } else { steps };
    to.set("steps", all);
    to.set("startStep", all.saturating_sub(steps));
}

/// One side of a node that makes latents or sizes, in pixels; with the class that it was guessed in, or where the trace was lost.
fn sized<'a>(graph: &Graph<'a>, node: &'a Value, side: &str, hops: usize) -> Result<(u64, Option<String>), String> {
    if let Some(chosen) = chosen(node) {
        return Ok((chosen[usize::from(side == "height")], None));
    }
    let empty = format!("empty_latent_{side}");
    let name = [side, empty.as_str()].into_iter().find(|name| input(node, name).is_some()).ok_or("")?;
    let behind = input(node, name).and_then(link).filter(|_| hops < 8).and_then(|link| Some((graph.through(link)?, link.1)));
    if let Some((behind, Is::Sizes(outputs), output)) = behind.and_then(|(node, output)| Some((node, nodes::find(class(node))?.1, output)))
    {
        let side = outputs.get(output).filter(|name| ["width", "height"].contains(name));
        return side.map_or(Err(short(class(behind))), |side| sized(graph, behind, side, hops + 1));
    }
    let pixels = |value: &Value| value.as_f64().filter(|pixels| (1.0..1e6).contains(pixels)).map(|pixels| pixels as u64);
    match graph.value(node, name) {
        Lookup::Value(value) => Ok((pixels(value).ok_or("")?, None)),
        Lookup::Guessed(value, class) => Ok((pixels(value).ok_or("")?, Some(short(class)))),
        Lookup::Lost(class) => Err(class),
        Lookup::Absent => Err(String::new()),
    }
}

/// A size that was chosen from a list: "16:9 landscape 1344x768", "1024 x 1024  (square)".
fn chosen(node: &Value) -> Option<[u64; 2]> {
    let label = ["aspect_ratio", "dimensions", "resolution"].iter().find_map(|name| input(node, name)?.as_str())?;
    let at = label.match_indices(['x', '×']).find_map(|(at, x)| {
        let number = |text: &str, from_end: bool| {
            let digit = |c: &char| c.is_ascii_digit();
            let digits: String = if from_end {
                text.trim_end().chars().rev().take_while(digit).collect::<Vec<_>>().into_iter().rev().collect()
            } else {
                text.trim_start().chars().take_while(digit).collect()
            };
            digits.parse::<u64>().ok().filter(|pixels| (16..100_000).contains(pixels))
        };
        Some([number(&label[..at], true)?, number(&label[at + x.len()..], false)?])
    })?;
    let swapped = input(node, "swap_dimensions").and_then(Value::as_str) == Some("On");
    Some(if swapped { [at[1], at[0]] } else { at })
}

/// A run that another sampler finishes.
fn last_step<'a>(to: &mut RequestBuilder, graph: &Graph<'a>, sampler: &'a Value) {
    let Some(end) = text::number(graph, sampler, "end_at_step") else { return };
    let whole = to.get("steps").and_then(Value::as_f64).is_some_and(|steps| end >= steps);
    if !whole {
        to.lose(format!("end_at_step {end}"));
    }
}
