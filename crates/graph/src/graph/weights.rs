//! Where a model is in a checkpoint's names: `w.at("mid_block").at("resnets").at(0)`.

use super::Graph;
use std::fmt::Display;

/// A path into the checkpoint's names; `Copy`, so that model code reads like the model.
#[derive(Clone, Copy)]
pub struct Weights<'g> {
    pub(super) graph: &'g Graph,
    pub(super) path: u32,
}

impl<'g> Weights<'g> {
    /// The path one step down: `w.at("resnets").at(0)` is `….resnets.0`.
    pub fn at(self, name: impl Display) -> Weights<'g> {
        Weights { graph: self.graph, path: self.graph.intern(self.path, &name.to_string()) }
    }

    /// Whether the checkpoint has anything under that name below this path: a tensor or a folder of them.
    pub fn has(self, name: impl Display) -> bool {
        let path = self.at(name).path();
        let below = format!("{path}.");
        self.graph.index().contains_key(&path)
            || self.graph.index().range(below.clone()..).next().is_some_and(|(key, _)| key.starts_with(&below))
    }

    /// The path as the file spells it.
    pub fn path(self) -> String {
        self.graph.path(self.path)
    }
}
