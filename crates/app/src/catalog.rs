//! What there is to choose from, whatever the model: the solver's tables and that of the settings as plain objects. The page's menus, limits
//! and lists are made from it.

use crate::js::object;
use decant_sd::request::{GRID_CELLS, LONGS, settings_catalogue};
use decant_solver::{RNGS, SAMPLERS, SIGMAS, SamplerRow, Sigmas, TIMESTEP_SPACINGS};
use js_sys::Array;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

/// `Catalog` in `web/api/decant.d.ts`; needs no model.
#[wasm_bindgen]
pub fn catalog() -> JsValue {
    let sigmas = SIGMAS.iter().map(|row| choice(row.id, row.name, row.docs));
    let spacings = TIMESTEP_SPACINGS.iter().map(|(id, spacing)| choice(id, id, spacing.docs()));
    let rngs = RNGS.iter().map(|row| choice(row.id, row.name, row.docs));
    object([
        ("samplers", SAMPLERS.iter().map(sampler).collect::<Array>().into()),
        ("sigmas", sigmas.collect::<Array>().into()),
        ("spacings", spacings.collect::<Array>().into()),
        ("longs", LONGS.iter().map(|row| choice(row.id, row.id, row.summary)).collect::<Array>().into()),
        ("rngs", rngs.collect::<Array>().into()),
        ("settings", settings()),
        ("gridCells", object([("range", cells(GRID_CELLS[0])), ("form", cells(GRID_CELLS[1]))])),
    ])
}

/// `Setting[]` in `web/api/decant.d.ts`, through JSON: so it is what a test compares.
fn settings() -> JsValue {
    js_sys::JSON::parse(&settings_catalogue().to_string()).expect("what is written as JSON is read as JSON")
}

/// From one to the most.
fn cells(most: usize) -> JsValue {
    [1, most].into_iter().map(JsValue::from).collect::<Array>().into()
}

/// `Entry` in `web/api/decant.d.ts`.
fn choice(id: &str, name: &str, docs: &str) -> JsValue {
    object([("id", id.into()), ("name", name.into()), ("docs", docs.into())])
}

/// When a sampler reads how timesteps are spread: `Sampler.spacing` in `web/api/decant.d.ts`.
fn spacing(row: &SamplerRow) -> &'static str {
    match (row.reads_spacing(&Sigmas::Model), row.reads_spacing(&Sigmas::Karras)) {
        (true, true) => "always",
        (true, false) => "timesteps",
        _ => "never",
    }
}

/// `Sampler` in `web/api/decant.d.ts`.
fn sampler(row: &SamplerRow) -> JsValue {
    object([
        ("id", row.id.into()),
        ("name", row.name.into()),
        ("docs", row.summary().into()),
        ("curves", row.follows_sigmas().into()),
        ("spacing", spacing(row).into()),
        ("cfgpp", row.cfgpp.into()),
        ("eta", row.eta().map_or(JsValue::NULL, JsValue::from)),
        ("zeroSnr", row.zero_snr().into()),
        ("highestOrder", row.highest_order().map_or(JsValue::NULL, JsValue::from)),
    ])
}
