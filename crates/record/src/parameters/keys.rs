//! Every name that the settings line of stable-diffusion-webui and its relatives is known to have, and what becomes of each here.
//!
//! It is data: a block for each tool with where its names were looked up and when. A name that no row fits is named as unknown.

mod others;
mod webui;

use crate::builder::{RequestBuilder, short};
use others::{EXTENSIONS, FOOOCUS, SDNEXT, SITES};
use webui::{FORGE, OLD_WEBUI, WEBUI};

/// What becomes of a setting.
#[derive(Debug, Clone, Copy)]
pub enum Does {
    /// It is a setting of Decant's.
    Taken(fn(&mut RequestBuilder, &str)),
    /// It is read together with others (`read.rs`).
    Together,
    /// It says nothing about how the pixels came, or what other settings or the texts say already.
    Nothing,
    /// It changes the picture and is named, unless it is one of these values, which mean that it is off.
    Unless(&'static [&'static str]),
    /// One of many settings of one thing, which is named once, by this name.
    PartOf(&'static str),
    /// The names of textual inversions.
    Inversions,
}

/// A name, or the beginning of several names where it ends in `*`; capitals do not matter.
pub struct Row(pub &'static str, pub Does);

/// One tool's names.
#[cfg_attr(not(test), expect(dead_code, reason = "where a table comes from is for those who read it; a test holds that it is said"))]
pub struct Block {
    /// The tool.
    pub tool: &'static str,
    /// Where its names were looked up.
    pub source: &'static str,
    /// When, and in which version.
    pub date: &'static str,
    /// Its names.
    pub rows: &'static [Row],
}

/// Named whenever it is there and not off.
const LOST: Does = Does::Unless(&[]);

/// All tools.
pub const BLOCKS: &[Block] = &[WEBUI, OLD_WEBUI, FORGE, SDNEXT, FOOOCUS, EXTENSIONS, SITES];

/// Row and block of a name; the exact ones before those that only begin so.
pub(super) fn find(name: &str) -> Option<&'static Row> {
    let rows = || BLOCKS.iter().flat_map(|block| block.rows);
    let exact = rows().find(|row| row.0.eq_ignore_ascii_case(name));
    exact.or_else(|| rows().find(|row| row.0.strip_suffix('*').is_some_and(|start| begins(name, start))))
}

fn begins(name: &str, start: &str) -> bool {
    name.get(..start.len()).is_some_and(|beginning| beginning.eq_ignore_ascii_case(start))
}

/// Follows one setting, or names it.
pub(super) fn take(to: &mut RequestBuilder, name: &str, value: &str) {
    let off = |values: &[&str]| ["", "None", "False"].iter().chain(values).any(|off| off.eq_ignore_ascii_case(value));
    match find(name).map(|row| row.1) {
        Some(Does::Taken(take)) => take(to, value),
        Some(Does::Together | Does::Nothing) => {}
        Some(Does::Unless(values)) if off(values) => {}
        Some(Does::Unless(_)) => to.lose(format!("{} {}", short(name), short(value))),
        Some(Does::PartOf(whole)) => to.lose(whole),
        // `name: hash, name: hash` or `name, name`.
        Some(Does::Inversions) => value.split(',').for_each(|one| to.inversion(one.split(':').next().unwrap_or_default())),
        None => to.unknown(format!("{} {}", short(name), short(value))),
    }
}

fn clip_skip(to: &mut RequestBuilder, value: &str) {
    match value.trim().trim_start_matches('-').parse::<u64>() {
        Ok(layers @ 1..) => to.set("clipSkip", layers - 1),
        // SD.Next and others write 0 for what is usual.
        Ok(0) => {}
        Err(_) => to.lose(format!("Clip skip {}", short(value))),
    }
}

/// Civitai's list of what a picture was made with; its own generator names LoRAs nowhere else.
fn resources(to: &mut RequestBuilder, value: &str) {
    let listed: Vec<serde_json::Value> = serde_json::from_str(value).unwrap_or_default();
    for resource in listed {
        let text = |key: &str| resource.get(key).and_then(serde_json::Value::as_str).unwrap_or_default();
        let (kind, name) = (text("type"), short(text("modelName")));
        match kind {
            "checkpoint" => {}
            "embed" | "embedding" => to.inversion(&name),
            _ => to.lose(format!("{} {name} {}", short(kind), resource.get("weight").map(ToString::to_string).unwrap_or_default())),
        }
    }
}

#[cfg(test)]
mod tests;
