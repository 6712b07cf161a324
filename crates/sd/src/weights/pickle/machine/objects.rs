//! The objects of a pickle that PyTorch wrote: storages, tensors, parameters, modules and ordered dicts. Nothing else is made.

use super::super::globals::Global;
use super::super::{Node, Storage, Tensor};
use super::{MOST_VALUES, Machine, too_many};
use crate::weights::cursor::{Stop, wrong};

/// Longest name of a storage, in bytes; they are numbers.
const LONGEST_KEY: usize = 100;

/// Most axes of a tensor; models have four.
const MOST_AXES: usize = 16;

impl Machine<'_> {
    /// `("storage", type, key, where it was, numbers)`; old files add a view, which is `None`.
    pub(super) fn storage(&mut self) -> Result<(), Stop> {
        let id = self.pop()?;
        // Before PyTorch 1.6 a class of torch.nn was kept with its source text beside it.
        if let [kind, class, ..] = *self.items_of(id)
            && self.text_of(kind) == Some("module")
        {
            self.stack.push(class);
            return Ok(());
        }
        let storage = match *self.items_of(id) {
            [kind, of, key, _, numbers, ref view @ ..] if self.text_of(kind) == Some("storage") => {
                let plain = view.iter().all(|id| matches!(self.node(*id), Node::Nothing));
                match (self.node(of), self.text_of(key), self.count_of(numbers)) {
                    (Node::Global(Global::Storage(dtype, bytes)), Some(key), Some(numbers)) if plain && key.len() <= LONGEST_KEY => {
                        Some(Storage { key: key.into(), dtype: *dtype, bytes: *bytes, numbers })
                    }
                    _ => None,
                }
            }
            _ => None,
        };
        match storage {
            Some(storage) => self.push(Node::Storage(Box::new(storage))),
            None => wrong("has a storage that is not described as PyTorch describes them"),
        }
    }

    /// Calls a global, or makes an object of one.
    pub(super) fn call(&mut self) -> Result<(), Stop> {
        let ids = self.top(2)?;
        let (callee, arguments) = (ids[0], ids[1]);
        let Node::Global(global) = *self.node(callee) else { return wrong("has a pickle that calls what is not a name") };
        match global {
            Global::Tensor => match self.tensor(arguments) {
                Some(tensor) => self.push(Node::Tensor(Box::new(tensor))),
                None => wrong("has a tensor that is not described as PyTorch describes them"),
            },
            Global::Parameter => match self.items_of(arguments).first() {
                Some(&tensor) => {
                    self.stack.push(tensor);
                    Ok(())
                }
                None => wrong("has a parameter without a tensor"),
            },
            Global::Dict => {
                let pairs = self.items_of(arguments).first().map_or(&[][..], |pairs| self.items_of(*pairs));
                let pairs = pairs.iter().filter_map(|pair| <[u32; 2]>::try_from(self.items_of(*pair)).ok());
                let pairs: Vec<_> = pairs.map(|[key, value]| (key, value)).collect();
                // the same list could be given to a million calls
                self.copied += pairs.len();
                if self.copied > MOST_VALUES { too_many() } else { self.push(Node::Dict(pairs)) }
            }
            Global::Module => self.push(Node::Global(Global::Module)),
            Global::Storage(..) | Global::Inert => self.push(Node::Inert),
        }
    }

    /// Attributes of an object: an OrderedDict's versions and a callback's settings are dropped, a dict of parameters is its attributes.
    pub(super) fn build(&mut self) -> Result<(), Stop> {
        let items = self.top(2)?;
        let is_module = matches!(self.node(items[0]), Node::Global(Global::Module));
        self.stack.push(items[usize::from(is_module)]);
        Ok(())
    }

    /// `(storage, offset, size, stride, …)`.
    fn tensor(&self, arguments: u32) -> Option<Tensor> {
        let &[storage, offset, size, stride, ..] = self.items_of(arguments) else { return None };
        let axes = |id: u32| {
            let items = matches!(self.node(id), Node::List(items) if items.len() <= MOST_AXES).then(|| self.items_of(id))?;
            items.iter().map(|id| usize::try_from(self.count_of(*id)?).ok()).collect::<Option<Vec<usize>>>()
        };
        let Node::Storage(storage) = self.node(storage) else { return None };
        let (shape, strides) = (axes(size)?, axes(stride)?);
        (shape.len() == strides.len())
            .then(|| Some(Tensor { storage: (**storage).clone(), offset: self.count_of(offset)?, shape, strides }))?
    }
}
