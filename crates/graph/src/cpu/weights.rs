//! Weights on a host, packed for its kernels, shared by every program made ready on them.

use super::executable::Ready;
use super::host::{Host, Memory};
use super::packing::Packed;
use crate::device::{Executable, LocalFuture, WeightSet};
use crate::lowering::packed_bytes;
use crate::{Error, Program, WeightUse};
use std::collections::HashMap;
use std::rc::Rc;

pub(super) struct CpuWeightSet {
    host: Rc<dyn Host>,
    wanted: Option<&'static str>,
    weights: HashMap<String, Packed>,
}

impl CpuWeightSet {
    pub fn new(host: Rc<dyn Host>, wanted: Option<&'static str>) -> CpuWeightSet {
        CpuWeightSet { host, wanted, weights: HashMap::new() }
    }

    fn memory(&self, wanted: &WeightUse) -> Result<Rc<dyn Memory>, Error> {
        let problem = match self.weights.get(&wanted.name) {
            Some(packed) if packed.held == *wanted && packed.complete() => return Ok(packed.memory.clone()),
            Some(packed) if packed.held == *wanted => format!("{} of its {} rows were uploaded", packed.rows, wanted.rows()),
            Some(Packed { held, .. }) => format!(
                "it was uploaded as {:?} {:?}, the program wants {:?} {:?}",
                held.layout, held.encoding, wanted.layout, wanted.encoding
            ),
            None => "it was never uploaded".into(),
        };
        Err(Error::Weight { name: wanted.name.clone(), problem })
    }
}

impl WeightSet for CpuWeightSet {
    fn upload_rows(&mut self, weight: &WeightUse, first_row: usize, values: &[f32]) -> Result<(), Error> {
        let mut packed = match self.weights.remove(&weight.name) {
            Some(coming) if first_row > 0 => coming,
            held => {
                drop(held); // before its successor is allocated
                let memory = self.host.allocate(packed_bytes(weight, self.host.set()))?;
                Packed::new(weight.clone(), memory, self.host.set().tile())
            }
        };
        packed.push(weight, first_row, values)?;
        self.weights.insert(weight.name.clone(), packed);
        Ok(())
    }

    fn retain(&mut self, keep: &mut dyn FnMut(&str) -> bool) {
        self.weights.retain(|name, _| keep(name));
    }

    fn clear(&mut self) {
        self.weights.clear();
    }

    fn holds(&self, name: &str) -> bool {
        self.weights.get(name).is_some_and(Packed::complete)
    }

    fn settle<'a>(&'a self) -> LocalFuture<'a, Result<(), Error>> {
        Box::pin(async { Ok(()) })
    }

    fn ready<'a>(&'a self, program: Rc<Program>) -> LocalFuture<'a, Result<Box<dyn Executable>, Error>> {
        Box::pin(async move {
            let weights: Result<Vec<Rc<dyn Memory>>, Error> = program.weights.iter().map(|weight| self.memory(weight)).collect();
            Ok(Box::new(Ready::new(self.host.clone(), program, weights?, self.wanted)?) as Box<dyn Executable>)
        })
    }
}
