//! Whether a device computes what operations mean: a case on it, against candle's f64. Tests hold it, and `decant bench --check` shows it on
//! the machine where somebody doubts it.

use crate::device::Device;
use crate::op::{Case, awkward};
use crate::{Error, Input, Program, cpu};
use candle_core::DType;
use std::rc::Rc;

/// A case with its numbers, and what candle makes of them in f64.
///
/// ```
/// use decant_graph::{Cpu, check::Reference, op::OPS};
/// let row = &OPS[0];
/// let reference = Reference::new(&(row.cases)()[0])?;
/// let got = pollster::block_on(reference.run(&Cpu))?;
/// assert!(reference.error(&got) <= row.tolerance);
/// # Ok::<(), decant_graph::Error>(())
/// ```
pub struct Reference {
    /// The case's program.
    pub program: Rc<Program>,
    weights: Vec<Vec<f32>>,
    inputs: Vec<(String, Numbers)>,
    expected: Vec<f32>,
}

enum Numbers {
    Activations(Vec<f32>),
    Ids(Vec<u32>),
}

impl Numbers {
    fn given(&self) -> Input<'_> {
        match self {
            Numbers::Activations(values) => Input::F32(values),
            Numbers::Ids(ids) => Input::U32(ids),
        }
    }
}

impl Reference {
    /// Awkward numbers for weights and inputs, and the reference's result.
    pub fn new(case: &Case) -> Result<Reference, Error> {
        let program = Rc::new(case.program()?);
        let weights: Vec<Vec<f32>> = program.weights.iter().enumerate().map(|(i, w)| awkward(w.numbers(), 1000 + i as u64)).collect();
        let tensor = |(w, values): (&crate::WeightUse, &Vec<f32>)| Ok((w.name.clone(), cpu::tensor(w, values)?));
        let tensors = program.weights.iter().zip(&weights).map(tensor).collect::<Result<_, Error>>()?;
        let numbers = |i| case.ids_for(i).map_or_else(|| Numbers::Activations(case.numbers(i)), Numbers::Ids);
        let inputs = case.inputs().iter().enumerate().map(|(i, input)| (input.name.clone(), numbers(i))).collect();
        let mut reference = Reference { program, weights, inputs, expected: vec![] };
        reference.expected = cpu::run(&reference.program, &tensors, &reference.inputs(), DType::F64)?.remove(0);
        Ok(reference)
    }

    fn inputs(&self) -> Vec<(&str, Input<'_>)> {
        self.inputs.iter().map(|(name, numbers)| (name.as_str(), numbers.given())).collect()
    }

    /// What the device makes of it. It runs twice, since a second run must not see what the first one left.
    pub async fn run(&self, device: &dyn Device) -> Result<Vec<f32>, Error> {
        let mut set = device.weight_set();
        for (weight, values) in self.program.weights.iter().zip(&self.weights) {
            set.upload(weight, values)?;
        }
        let mut ready = set.ready(self.program.clone()).await?;
        let once = ready.run(&self.inputs()).await?.remove(0);
        let again = ready.run(&self.inputs()).await?.remove(0);
        let same = once.iter().zip(&again).all(|(a, b)| a.to_bits() == b.to_bits());
        if same { Ok(once) } else { Err(Error::Device(format!("two runs on {} differ", device.name()))) }
    }

    /// Root of the mean square difference from what is expected, relative to the root mean square of that; infinite where a number is none.
    pub fn error(&self, got: &[f32]) -> f64 {
        let squares = |values: &mut dyn Iterator<Item = f64>| values.map(|v| v * v).sum::<f64>();
        let difference = squares(&mut self.expected.iter().zip(got).map(|(e, g)| *e as f64 - *g as f64));
        let error = (difference / squares(&mut self.expected.iter().map(|e| *e as f64)).max(1e-30)).sqrt();
        if error.is_nan() || got.len() != self.expected.len() { f64::INFINITY } else { error }
    }
}
