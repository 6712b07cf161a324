//! A network's weights on a device: read from its files some rows at a time, kept beside matrices of LoRAs, and given back.

use super::Component;
use crate::error::Error;
use crate::files::Files;
use crate::lora::{MadeOf, Stack};
use decant_graph::{Device, Executable, Program, WeightSet, WeightUse};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// Numbers that are read and uploaded at once: 16 MB as f32.
const AT_ONCE: usize = 4 << 20;

/// What of one network is on a device.
pub struct DeviceWeights {
    set: Box<dyn WeightSet>,
    /// What is there beside the file's weights, and what each was made of.
    added: BTreeMap<String, MadeOf>,
}

impl DeviceWeights {
    /// Nothing yet.
    pub fn new(device: &dyn Device) -> DeviceWeights {
        DeviceWeights { set: device.weight_set(), added: BTreeMap::new() }
    }

    /// Brings the program's weights to the device, some rows of a tensor at a time, so that no tensor is ever whole in memory. `tick` hears
    /// the file's bytes of each. What is not in the file, [`DeviceWeights::upload_added`] brings.
    pub async fn upload(
        &mut self,
        component: &Component,
        files: &dyn Files,
        program: &Program,
        tick: &mut dyn FnMut(u64),
    ) -> Result<(), Error> {
        for weight in &program.weights {
            let Some(tensor) = component.checkpoint().tensors().get(&weight.name) else { continue };
            let bytes = tensor.range.end - tensor.range.start;
            if self.set.holds(&weight.name) {
                tick(bytes);
            } else {
                self.upload_weight((component, files), weight, bytes, tick).await?;
            }
        }
        Ok(self.set.settle().await?)
    }

    /// Brings the program's matrices of these LoRAs to the device: those that are not there, or were made of something else.
    pub(crate) async fn upload_added(&mut self, program: &Program, loras: &Stack) -> Result<(), Error> {
        for weight in &program.weights {
            let Some(made_of) = loras.made_of(&weight.name).filter(|made_of| self.added.get(&weight.name) != Some(made_of)) else {
                continue;
            };
            self.added.remove(&weight.name);
            let set = &mut self.set;
            loras.read(weight, &mut |first, values| Ok(set.upload_rows(weight, first, values)?)).await?;
            self.added.insert(weight.name.clone(), made_of);
        }
        Ok(self.set.settle().await?)
    }

    /// Gives the memory of LoRAs' matrices back that these do not have, once no program is ready on them any more.
    pub(crate) fn retain_added(&mut self, loras: &Stack) {
        let same_loras = |name: &str, made_of: &MadeOf| {
            let same = |wanted: MadeOf| wanted.iter().map(|(id, _)| id).eq(made_of.iter().map(|(id, _)| id));
            loras.made_of(name).is_some_and(same)
        };
        let added = &mut self.added;
        self.set.retain(&mut |name| added.get(name).is_none_or(|made_of| same_loras(name, made_of)));
        added.retain(|name, made_of| same_loras(name, made_of));
    }

    async fn upload_weight(
        &mut self,
        (component, files): (&Component, &dyn Files),
        weight: &WeightUse,
        bytes: u64,
        tick: &mut dyn FnMut(u64),
    ) -> Result<(), Error> {
        let (all, align) = (weight.rows(), weight.row_alignment());
        let some = (AT_ONCE / weight.row_numbers().max(1) / align * align).max(align);
        let (mut first, mut ticked) = (0, 0);
        loop {
            let rows = first..all.min(first + some);
            let values = component.checkpoint().read_rows(files, &weight.name, rows.clone()).await?;
            self.set.upload_rows(weight, first, &values)?;
            let read = bytes * rows.end as u64 / all.max(1) as u64;
            tick(read - ticked);
            (first, ticked) = (rows.end, read);
            if first == all {
                return Ok(());
            }
        }
    }

    /// Gives the memory of all weights back that have none of these names, once no program is ready on them any more.
    pub(crate) fn keep(&mut self, names: &BTreeSet<&str>) {
        self.set.retain(&mut |name| names.contains(name));
        self.added.retain(|name, _| names.contains(name.as_str()));
    }

    /// Gives the memory back, once no program is ready on it any more; [`DeviceWeights::upload`] brings the weights again.
    pub fn clear(&mut self) {
        self.set.clear();
        self.added.clear();
    }

    /// Allocates what the program needs.
    pub async fn ready(&self, program: &Rc<Program>) -> Result<Box<dyn Executable>, Error> {
        Ok(self.set.ready(program.clone()).await?)
    }
}
