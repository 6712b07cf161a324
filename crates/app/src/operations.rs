//! This browser's machine put to the test, operation by operation: is it right? For the tests, and for people with a new GPU.
//!
//! Kernels are compiled by the browser, and browsers compile differently: what is right natively can be wrong in one of them.

use crate::failure::Failure;
use crate::js::object;
use crate::machine::{DeviceChoice, choose};
use decant_graph::Error;
use decant_graph::check::Reference;
use decant_graph::op::{Case, OPS};
use decant_sd::error::Sentence;
use js_sys::Array;
use std::rc::Rc;
use wasm_bindgen::prelude::*;

/// Every operation at every size of its own list on that device, compared with candle's f64: `{ operation, sizes, error, tolerance, path }`
/// each, the error relative to the root mean square of what is right; `path` is how the CPU computed, null on a GPU.
#[wasm_bindgen(js_name = checkOperations)]
pub async fn check_operations(device: String) -> Result<Array, Failure> {
    let device = choose(DeviceChoice::parse(&device)?).await?.device;
    let rows = Array::new();
    for row in OPS {
        for case in (row.cases)().iter().filter(|case| !case.real) {
            let error = error_of(&device, case)
                .await
                .map_err(|error| Failure::new("device", Sentence::english(format!("{}: {error}", case.name))))?;
            rows.push(&object([
                ("operation", row.name.into()),
                ("sizes", case.name.as_str().into()),
                ("error", error.into()),
                ("tolerance", row.tolerance.into()),
                ("path", device.path().map_or(JsValue::NULL, JsValue::from)),
            ]));
        }
    }
    Ok(rows)
}

async fn error_of(device: &Rc<dyn decant_graph::Device>, case: &Case) -> Result<f64, Error> {
    let reference = Reference::new(case)?;
    Ok(reference.error(&reference.run(&**device).await?))
}
