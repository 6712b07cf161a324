//! This browser's GPU put to the test, operation by operation: is it right? For the tests, and for people with a new GPU.
//!
//! Kernels are compiled by the browser, and browsers compile differently: what is right natively can be wrong in one of them.

use crate::failure::Failure;
use crate::js::object;
use crate::machine::{Choice, choose};
use candle_core::DType;
use decant_graph::op::{Case, OPS, awkward};
use decant_graph::{Device, Error, Input, cpu};
use js_sys::Array;
use std::rc::Rc;
use wasm_bindgen::prelude::*;

/// Every operation at every size of its own list on the GPU, compared with the CPU's f64: `{ operation, sizes, error, tolerance }` each,
/// the error relative to the root mean square of what is right.
#[wasm_bindgen(js_name = checkOperations)]
pub async fn check_operations() -> Result<Array, Failure> {
    let gpu = choose(Choice::Gpu).await?.device;
    let rows = Array::new();
    for row in OPS {
        for case in (row.cases)().iter().filter(|case| !case.real) {
            let error = relative_error(&*gpu, case).await.map_err(|error| Failure::new("device", format!("{}: {error}", case.name)))?;
            rows.push(&object([
                ("operation", row.name.into()),
                ("sizes", case.name.as_str().into()),
                ("error", error.into()),
                ("tolerance", row.tolerance.into()),
            ]));
        }
    }
    Ok(rows)
}

async fn relative_error(device: &dyn Device, case: &Case) -> Result<f64, Error> {
    let program = Rc::new(case.program()?);
    let mut set = device.weight_set();
    let mut weights = cpu::CpuWeights::new();
    for (i, weight) in program.weights.iter().enumerate() {
        let values = awkward(weight.numbers(), 1000 + i as u64);
        set.upload(weight, &values)?;
        weights.insert(weight.name.clone(), cpu::tensor(weight, &values)?);
    }
    let ids: Vec<Option<Vec<u32>>> = (0..case.inputs().len()).map(|i| case.ids_for(i)).collect();
    let numbers: Vec<Vec<f32>> = (0..case.inputs().len()).map(|i| case.numbers(i)).collect();
    let input = |i: usize| ids[i].as_deref().map_or(Input::F32(&numbers[i]), Input::U32);
    let inputs: Vec<(&str, Input)> = case.inputs().iter().enumerate().map(|(i, c)| (c.name.as_str(), input(i))).collect();
    let expected = cpu::run(&program, &weights, &inputs, DType::F64)?.remove(0);
    let got = set.ready(program).await?.run(&inputs).await?.remove(0);
    let squares = |values: &mut dyn Iterator<Item = f64>| values.map(|v| v * v).sum::<f64>();
    let difference = squares(&mut expected.iter().zip(&got).map(|(e, g)| f64::from(*e) - f64::from(*g)));
    Ok((difference / squares(&mut expected.iter().map(|e| f64::from(*e))).max(1e-30)).sqrt())
}
