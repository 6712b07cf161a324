//! A folder inside of a model's folder, as a source of its own: `tiny_decoder/` of a model that brings its small decoder along.

use super::{Files, LocalFuture};
use crate::Error;
use std::ops::Range;
use std::rc::Rc;

/// The files below `folder` of another source, called by the rest of their names.
pub struct Within {
    files: Rc<dyn Files>,
    /// With `/` at its end.
    folder: String,
}

impl Within {
    /// `folder` is a path inside of the source, without `/` at its end.
    pub fn new(files: Rc<dyn Files>, folder: &str) -> Within {
        Within { files, folder: format!("{folder}/") }
    }

    fn whole(&self, name: &str) -> String {
        format!("{}{name}", self.folder)
    }
}

impl Files for Within {
    fn place(&self) -> String {
        format!("{}/{}", self.files.place().trim_end_matches('/'), self.folder.trim_end_matches('/'))
    }

    fn size<'a>(&'a self, name: &'a str) -> LocalFuture<'a, Result<Option<u64>, Error>> {
        Box::pin(async move { self.files.size(&self.whole(name)).await })
    }

    fn read<'a>(&'a self, name: &'a str, range: Range<u64>) -> LocalFuture<'a, Result<Vec<u8>, Error>> {
        Box::pin(async move { self.files.read(&self.whole(name), range).await })
    }

    fn names<'a>(&'a self) -> LocalFuture<'a, Result<Option<Vec<String>>, Error>> {
        Box::pin(async move {
            let inside = |names: Vec<String>| names.iter().filter_map(|name| Some(name.strip_prefix(&self.folder)?.to_string())).collect();
            Ok(self.files.names().await?.map(inside))
        })
    }
}
