//! What there is to choose from, whatever the model: the solver's tables as plain objects. Menus on the page are made from it.

use crate::js::object;
use decant_sd::request::LONGS;
use decant_solver::{RNGS, SAMPLERS, SIGMAS, SamplerRow, TIMESTEP_SPACINGS};
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
    ])
}

/// `Entry` in `web/api/decant.d.ts`.
fn choice(id: &str, name: &str, docs: &str) -> JsValue {
    object([("id", id.into()), ("name", name.into()), ("docs", docs.into())])
}

/// `Sampler` in `web/api/decant.d.ts`.
fn sampler(row: &SamplerRow) -> JsValue {
    object([
        ("id", row.id.into()),
        ("name", row.name.into()),
        ("docs", row.summary().into()),
        ("curves", row.curves().into()),
        ("cfgpp", row.cfgpp.into()),
        ("eta", row.eta().map_or(JsValue::NULL, JsValue::from)),
        ("zeroSnr", row.zero_snr().into()),
        ("highestOrder", row.highest_order().map_or(JsValue::NULL, JsValue::from)),
    ])
}
