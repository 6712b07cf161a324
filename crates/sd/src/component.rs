//! One of a model's three networks: its weights on a device, and the programs that run on them.

use crate::error::Error;
use crate::files::Files;
use crate::lora::{MadeOf, Stack};
use crate::weights::policy::kept_as;
use crate::weights::{Checkpoint, FileType, TensorInfo};
use decant_graph::{Device, Encoding, Executable, Graph, Program, WeightIndex, WeightInfo, WeightSet, WeightUse};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// Buffers that some files carry and no model of ours computes with.
pub(crate) const NOT_COMPUTED: &[&str] = &["position_ids", "text_projection.weight", "logit_scale"];

/// Numbers that are read and uploaded at once: 16 MB as f32.
const AT_ONCE: usize = 4 << 20;

/// A network's checkpoint and its weights on the device.
pub struct Component {
    name: &'static str,
    checkpoint: Checkpoint,
    index: WeightIndex,
    set: Box<dyn WeightSet>,
    /// What is on the device beside the file's weights, and what each was made of.
    added: BTreeMap<String, MadeOf>,
}

/// Where loading has got to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Which network: `text_encoder`, `unet` or `vae`.
    pub component: &'static str,
    /// Bytes of the model's files read so far, over all networks.
    pub bytes: u64,
    /// Bytes to read in all.
    pub total: u64,
}

impl Component {
    /// Reads the headers of the network's files. `encoding` overrides how weights are stored; otherwise f16 files stay f16 and so on.
    pub async fn open(files: &dyn Files, name: &'static str, encoding: Option<Encoding>, device: &dyn Device) -> Result<Component, Error> {
        Ok(Component::over(Checkpoint::open(files, name).await?, name, encoding, device))
    }

    /// Over a checkpoint whose headers were read before, under a name for messages.
    pub fn over(checkpoint: Checkpoint, name: &'static str, encoding: Option<Encoding>, device: &dyn Device) -> Component {
        Component { name, index: index(name, &checkpoint, encoding), checkpoint, set: device.weight_set(), added: BTreeMap::new() }
    }

    /// Changes how weights are stored; those that are on the device already are dropped.
    pub fn set_encoding(&mut self, encoding: Option<Encoding>, device: &dyn Device) {
        self.index = index(self.name, &self.checkpoint, encoding);
        self.set = device.weight_set();
        self.added.clear();
    }

    /// The program that another encoding would give.
    pub fn program_as(&self, encoding: Option<Encoding>, build: impl FnOnce(&Graph)) -> Result<Rc<Program>, Error> {
        self.finish(index(self.name, &self.checkpoint, encoding), build)
    }

    /// The same with LoRAs beside the weights.
    pub(crate) fn program_with(&self, encoding: Option<Encoding>, loras: &Stack, build: impl FnOnce(&Graph)) -> Result<Rc<Program>, Error> {
        let mut index = index(self.name, &self.checkpoint, encoding);
        index.extend(loras.index());
        self.finish(index, build)
    }

    /// Builds one of the network's programs.
    pub fn program(&self, build: impl FnOnce(&Graph)) -> Result<Rc<Program>, Error> {
        self.finish(self.index.clone(), build)
    }

    fn finish(&self, index: WeightIndex, build: impl FnOnce(&Graph)) -> Result<Rc<Program>, Error> {
        let graph = Graph::new(index);
        build(&graph);
        Ok(Rc::new(graph.finish().map_err(|problem| Error::Model { component: self.name, problem })?))
    }

    /// Every weight of the file is used by one of these programs; else one error lists the others.
    pub fn nothing_left_over(&self, programs: &[&Program]) -> Result<(), Error> {
        let used: BTreeSet<&str> = programs.iter().flat_map(|p| p.weights.iter().map(|w| w.name.as_str())).collect();
        let left = self.index.keys().filter(|name| !used.contains(name.as_str()));
        let left: Vec<String> = left.filter(|name| !NOT_COMPUTED.iter().any(|end| name.ends_with(end))).cloned().collect();
        if left.is_empty() { Ok(()) } else { Err(Error::LeftOver { component: self.name, names: left }) }
    }

    /// Bytes of the file that the program's weights take.
    pub fn file_bytes(&self, program: &Program) -> u64 {
        program.weights.iter().filter_map(|w| self.checkpoint.tensors().get(&w.name)).map(|t| t.range.end - t.range.start).sum()
    }

    /// Brings the program's weights to the device, some rows of a tensor at a time, so that no tensor is ever whole in memory. `tick` hears
    /// the file's bytes of each. What is not in the file, [`Component::upload_added`] brings.
    pub async fn upload(&mut self, files: &dyn Files, program: &Program, tick: &mut dyn FnMut(u64)) -> Result<(), Error> {
        for weight in &program.weights {
            let Some(bytes) = self.checkpoint.tensors().get(&weight.name).map(|t| t.range.end - t.range.start) else { continue };
            if self.set.holds(&weight.name) {
                tick(bytes);
            } else {
                self.upload_weight(files, weight, bytes, tick).await?;
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
    pub(crate) fn keep_added(&mut self, loras: &Stack) {
        let set = &mut self.set;
        self.added.retain(|name, made_of| {
            let same = |wanted: MadeOf| wanted.iter().map(|(id, _)| id).eq(made_of.iter().map(|(id, _)| id));
            let keep = loras.made_of(name).is_some_and(same);
            if !keep {
                set.forget(name);
            }
            keep
        });
    }

    async fn upload_weight(&mut self, files: &dyn Files, weight: &WeightUse, bytes: u64, tick: &mut dyn FnMut(u64)) -> Result<(), Error> {
        let (all, align) = (weight.rows(), weight.row_alignment());
        let some = (AT_ONCE / weight.row_numbers().max(1) / align * align).max(align);
        let (mut first, mut told) = (0, 0);
        loop {
            let rows = first..all.min(first + some);
            let values = self.checkpoint.read_rows(files, &weight.name, rows.clone()).await?;
            self.set.upload_rows(weight, first, &values)?;
            let read = bytes * rows.end as u64 / all.max(1) as u64;
            tick(read - told);
            (first, told) = (rows.end, read);
            if first == all {
                return Ok(());
            }
        }
    }

    /// Gives the memory of the network's weights back, once no program is ready on them any more; [`Component::upload`] brings them again.
    pub fn clear(&mut self) {
        self.set.clear();
        self.added.clear();
    }

    /// Allocates what the program needs.
    pub async fn ready(&self, program: &Rc<Program>) -> Result<Box<dyn Executable>, Error> {
        Ok(self.set.ready(program.clone()).await?)
    }

    /// The network's folder: `unet`.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The file's tensors.
    pub fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }
}

/// The checkpoint's weights as a graph sees them: all as chosen but for the sensitive ones, or as the file has them.
fn index(name: &str, checkpoint: &Checkpoint, encoding: Option<Encoding>) -> WeightIndex {
    let info = |(tensor, t): (&String, &TensorInfo)| {
        let encoding = encoding.map_or_else(|| encoding_of(t.dtype), |encoding| kept_as(name, tensor, &t.shape, encoding));
        (tensor.clone(), WeightInfo { shape: t.shape.clone(), encoding })
    };
    checkpoint.tensors().iter().map(info).collect()
}

/// How a file's numbers are kept by default. Nothing is lost that the file has (bf16's few digits fit into f16's, and so do those of 8-bit floats; its range is checked), but
/// for types of four to six bits that no kernel reads: what q8_0 rounds them by is a tenth of what their own rounding was.
fn encoding_of(file_type: FileType) -> Encoding {
    match file_type {
        FileType::F16 | FileType::BF16 | FileType::F8E4M3 | FileType::F8E5M2 => Encoding::F16,
        FileType::Q4_0 => Encoding::Q4_0,
        FileType::Q8_0 | FileType::Q4_1 | FileType::Q5_0 | FileType::Q5_1 | FileType::Q4K | FileType::Q6K => Encoding::Q8_0,
        _ => Encoding::F32,
    }
}
