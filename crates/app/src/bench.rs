//! The page's own benchmark: operations at Stable Diffusion's sizes on this browser's GPU (or CPU), one row at a time.

use crate::failure::Failure;
use crate::js::{self, object};
use crate::machine::{DeviceChoice, choose};
use decant_graph::bench::{Measured, measure};
use decant_graph::op::OPS;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

/// Measures every operation whose name and size contain `only`, tells `on_row({operation, seconds, flops, bytes})` of each, and resolves to
/// the machine's name.
#[wasm_bindgen]
pub async fn bench(device: String, only: String, on_row: js_sys::Function) -> Result<JsValue, JsValue> {
    let machine = choose(DeviceChoice::parse(&device)?).await?;
    let now = || js::now() / 1e3;
    for row in OPS {
        for case in (row.cases)().iter().filter(|case| case.real) {
            let operation = format!("{} {}", row.name, case.name);
            if !operation.contains(&only) {
                continue;
            }
            let measured = measure(&*machine.device, case, &now).await;
            let Measured { seconds, flops, bytes, .. } = measured.map_err(|error| Failure::from(decant_sd::Error::from(error)))?;
            let numbers = [("seconds", seconds), ("flops", flops as f64), ("bytes", bytes as f64)].map(|(name, v)| (name, v.into()));
            let [seconds, flops, bytes] = numbers;
            on_row.call1(&JsValue::NULL, &object([("operation", operation.into()), seconds, flops, bytes]))?;
        }
    }
    Ok(machine.name.into())
}
