//! Settings that are lists, as values of a grid's axis: in the spelling of their flags, as what the settings' JSON holds.

use decant_sd::loss::Loss;
use decant_sd::request::{Mix, Request, Swap, sides};
use serde_json::{Value, json};

/// A setting that is a list.
pub(super) struct List {
    /// Its name in JSON.
    field: &'static str,
    /// A value as JSON, or what was expected.
    pub read: fn(&str) -> Result<Value, String>,
}

const LISTS: [List; 5] = [
    List { field: "guidanceCurve", read: curve },
    List { field: "losses", read: |typed| one(typed, |typed| Ok(json!(typed.parse::<Loss>()?))) },
    List { field: "swaps", read: |typed| one(typed, |typed| Ok(json!(typed.parse::<Swap>()?))) },
    List { field: "mixes", read: |typed| one(typed, |typed| Ok(json!(typed.parse::<Mix>()?))) },
    List { field: "pad", read: |typed| if typed.is_empty() { Ok(json!(Request::default().pad)) } else { Ok(json!(sides(typed)?)) } },
];

impl List {
    /// The list of that name; none where the setting is none.
    pub fn of(field: &str) -> Option<&'static List> {
        LISTS.iter().find(|list| list.field == field)
    }
}

/// A list of one thing, or of none.
fn one(typed: &str, read: impl Fn(&str) -> Result<Value, String>) -> Result<Value, String> {
    if typed.is_empty() { Ok(json!([])) } else { Ok(json!([read(typed)?])) }
}

fn curve(typed: &str) -> Result<Value, String> {
    let scales: Option<Vec<f32>> = typed.split(',').filter(|_| !typed.is_empty()).map(|scale| scale.trim().parse().ok()).collect();
    scales.map(|scales| json!(scales)).ok_or_else(|| "expected numbers such as 1\\,7.5\\,3".into())
}
