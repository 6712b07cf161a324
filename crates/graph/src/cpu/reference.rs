//! The meaning of a program: every operation through candle-core in f32 or f64, one after the other. Every kernel, on a CPU or a GPU, is
//! compared with it.

use crate::program::ValueRef;
use crate::{Error, Input, Program, WeightUse};
use candle_core::{DType, Device as Candle, Tensor};
use std::collections::HashMap;

/// Weights by name, shaped as in the file and rounded as their encoding rounds.
pub type CpuWeights = HashMap<String, Tensor>;

/// A weight as a tensor, through its encoding and back, so that the CPU sees the very numbers that a kernel decodes.
pub fn tensor(weight: &WeightUse, values: &[f32]) -> Result<Tensor, Error> {
    shaped(weight, weight.seen(0, values)?)
}

pub(super) fn shaped(weight: &WeightUse, seen: Vec<f32>) -> Result<Tensor, Error> {
    Ok(Tensor::from_vec(seen, weight.layout.shape(), &Candle::Cpu)?)
}

/// Runs a program once in the given float type (f32 or f64); values are freed after their last reader.
pub fn run(program: &Program, weights: &CpuWeights, inputs: &[(&str, Input)], dtype: DType) -> Result<Vec<Vec<f32>>, Error> {
    let weights: candle_core::Result<Vec<Tensor>> = weights_of(program, weights)?.iter().map(|weight| weight.to_dtype(dtype)).collect();
    let weights = weights?;
    let mut values: Vec<Option<Tensor>> = vec![None; program.values.len()];
    for (input, given) in program.inputs.iter().zip(program.match_inputs(inputs)?) {
        let shape = program.values[input.value].shape.as_slice();
        values[input.value] = Some(match given {
            Input::F32(numbers) => Tensor::from_slice(numbers, shape, &Candle::Cpu)?.to_dtype(dtype)?,
            Input::U32(ids) => Tensor::from_slice(ids, shape, &Candle::Cpu)?,
        });
    }
    let last_reader = program.last_readers();
    for (at, step) in program.steps.iter().enumerate() {
        let operands: Result<Vec<Tensor>, Error> = step
            .operands
            .iter()
            .map(|from| match from {
                ValueRef::Weight(w) => Ok(weights[*w].clone()),
                ValueRef::Value(v) => value(program, &values, *v),
            })
            .collect();
        values[step.result] = Some(step.op.cpu(&operands?)?);
        for from in &step.operands {
            if let ValueRef::Value(v) = from {
                let root = program.values[*v].root;
                if last_reader[root] == at {
                    values[root] = None;
                }
            }
        }
    }
    let read = |(_, v): &(String, usize)| Ok(value(program, &values, *v)?.flatten_all()?.to_dtype(DType::F32)?.to_vec1()?);
    program.outputs.iter().map(read).collect()
}

/// The program's weights in its own order.
fn weights_of(program: &Program, weights: &CpuWeights) -> Result<Vec<Tensor>, Error> {
    let missing = |name: &str| Error::Weight { name: name.into(), problem: "it was never uploaded".into() };
    program.weights.iter().map(|w| weights.get(&w.name).cloned().ok_or_else(|| missing(&w.name))).collect()
}

/// A value under its own shape, which may be a view of another's.
fn value(program: &Program, values: &[Option<Tensor>], v: usize) -> Result<Tensor, Error> {
    let info = &program.values[v];
    let tensor = values[info.root].as_ref().ok_or_else(|| Error::Candle(format!("value {v} is read after it was freed")))?;
    Ok(tensor.reshape(info.shape.as_slice())?)
}
