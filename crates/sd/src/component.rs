//! One of a model's networks: its checkpoint and the programs that run on its weights; and, apart from it, those weights on a device.

mod on_device;

pub use on_device::DeviceWeights;

use crate::error::Error;
use crate::files::Files;
use crate::lora::Stack;
use crate::weights::policy::stored_encoding;
use crate::weights::{Checkpoint, FileType, TensorInfo};
use decant_graph::{Encoding, Graph, Program, WeightIndex, WeightInfo};
use std::collections::BTreeSet;
use std::rc::Rc;

/// Buffers that some files carry and no model of ours computes with.
pub(crate) const NOT_COMPUTED: &[&str] = &["position_ids", "text_projection.weight", "logit_scale"];

/// A network's checkpoint, and how its weights are kept. Nothing of it is on a device.
pub struct Component {
    name: &'static str,
    checkpoint: Checkpoint,
    index: WeightIndex,
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
    pub async fn open(files: &dyn Files, name: &'static str, encoding: Option<Encoding>) -> Result<Component, Error> {
        Ok(Component::over(Checkpoint::open(files, name).await?, name, encoding))
    }

    /// Over a checkpoint whose headers were read before, under a name for messages.
    pub fn over(checkpoint: Checkpoint, name: &'static str, encoding: Option<Encoding>) -> Component {
        Component { name, index: index(name, &checkpoint, encoding), checkpoint }
    }

    /// Changes how weights are stored; those that are on a device already are of no use then.
    pub fn set_encoding(&mut self, encoding: Option<Encoding>) {
        self.index = index(self.name, &self.checkpoint, encoding);
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
        let encoding = encoding.map_or_else(|| encoding_of(t.dtype), |encoding| stored_encoding(name, tensor, &t.shape, encoding));
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
