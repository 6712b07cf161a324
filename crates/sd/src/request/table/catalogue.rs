//! The rows as JSON: `Catalog.settings` of the page and of the npm package.

use super::{SETTINGS, SettingRow};
use serde_json::{Value, json};

/// Every row as an object, in their order: `Setting` in `web/api/decant.d.ts`.
pub fn settings_catalogue() -> Value {
    SETTINGS.iter().map(object).collect()
}

fn object(row: &SettingRow) -> Value {
    json!({
        "name": row.name,
        "kind": row.kind.id(),
        "choices": row.kind.choices(),
        "range": row.range.map(numbers),
        "form": row.form.map(numbers),
        "usual": row.usual,
        "group": row.group.id(),
        "readsText": row.reads_text,
        "inGrid": row.in_grid,
        "help": row.help,
    })
}

/// Whole ones as such: they are read by people, too.
fn numbers(range: [f64; 2]) -> Value {
    let is_whole = |number: f64| number.fract() == 0.0 && number.abs() < 1e15;
    range.iter().map(|&number| if is_whole(number) { json!(number as i64) } else { json!(number) }).collect()
}
