//! Model files on this machine's disk: a folder, or one file of it.

use super::{Files, LocalFuture, stays_inside, unread};
use crate::Error;
use crate::error::Sentence;
use crate::sentence;
use std::collections::VecDeque;
use std::io::{self, ErrorKind, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::{Path, PathBuf};

/// The most files that are listed, so that somebody's whole disk is not walked through.
const MOST_NAMES: usize = 10_000;
/// A model's files lie this deep at most: `unet/diffusion_pytorch_model.safetensors`, and one level for luck.
const DEEPEST: usize = 3;

/// A folder on this machine's disk, or a single file.
#[derive(Debug, Clone)]
pub struct Folder {
    root: PathBuf,
    /// The one file that there is, where a file was given and not a folder.
    only: Option<String>,
}

impl Folder {
    /// The folder or the file at `path`; an error if there is nothing.
    pub fn open(path: impl Into<PathBuf>) -> Result<Folder, Error> {
        let path = path.into();
        if path.is_dir() {
            return Ok(Folder { root: path, only: None });
        }
        let name = path.file_name().and_then(|name| name.to_str()).filter(|_| path.is_file());
        match name {
            Some(name) => Ok(Folder { only: Some(name.into()), root: path.parent().unwrap_or(Path::new("")).into() }),
            None => Err(Error::Missing {
                place: path.display().to_string(),
                name: "model".into(),
                hint: sentence!("there is nothing at this path; give a weight file, or the folder that holds model_index.json"),
            }),
        }
    }

    /// Where a name lies on disk; a name that leaves the folder is refused, and beside a single file there is nothing.
    fn path(&self, name: &str) -> Result<Option<PathBuf>, Error> {
        if !stays_inside(name) {
            return Err(unread(self, name, sentence!("the name leads out of the model's folder")));
        }
        let hidden = self.only.as_ref().is_some_and(|only| only != name);
        Ok((!hidden).then(|| self.root.join(name)))
    }

    fn size_now(&self, name: &str) -> Result<Option<u64>, Error> {
        let Some(path) = self.path(name)? else { return Ok(None) };
        match std::fs::metadata(path) {
            Ok(metadata) if metadata.is_file() => Ok(Some(metadata.len())),
            Ok(_) => Ok(None),
            Err(error) if absent(&error) => Ok(None),
            Err(error) => Err(unread(self, name, of_system(&error))),
        }
    }

    fn read_now(&self, name: &str, range: Range<u64>) -> Result<Vec<u8>, Error> {
        let read = |path| -> io::Result<Vec<u8>> {
            let mut file = std::fs::File::open(path)?;
            let left = file.metadata()?.len().saturating_sub(range.start);
            let length = range.end.saturating_sub(range.start).min(left);
            file.seek(SeekFrom::Start(range.start))?;
            let mut bytes = Vec::with_capacity(length as usize);
            file.take(length).read_to_end(&mut bytes)?;
            Ok(bytes)
        };
        match self.path(name)? {
            Some(path) => read(path).map_err(|error| unread(self, name, of_system(&error))),
            None => Err(unread(self, name, sentence!("there is no such file"))),
        }
    }

    /// Names of files down to [`DEEPEST`]; hidden folders, and those that may not be read, are left out.
    fn names_now(&self) -> Result<Vec<String>, Error> {
        if let Some(only) = &self.only {
            return Ok(vec![only.clone()]);
        }
        let (mut names, mut open) = (Vec::new(), VecDeque::from([(String::new(), 1)]));
        while let Some((folder, depth)) = open.pop_front() {
            let entries = match std::fs::read_dir(self.root.join(&folder)) {
                Ok(entries) => entries,
                Err(error) if depth == 1 => return Err(unread(self, ".", of_system(&error))),
                Err(_) => continue,
            };
            for entry in entries.flatten() {
                let Some(name) = entry.file_name().to_str().map(|name| format!("{folder}{name}")) else { continue };
                let hidden = entry.file_name().to_string_lossy().starts_with('.');
                if entry.path().is_file() && names.len() < MOST_NAMES {
                    names.push(name);
                } else if entry.path().is_dir() && depth < DEEPEST && !hidden {
                    open.push_back((format!("{name}/"), depth + 1));
                }
            }
        }
        names.sort();
        Ok(names)
    }
}

/// Not there, or below something that is not a folder.
fn absent(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}

impl Files for Folder {
    fn place(&self) -> String {
        match &self.only {
            Some(only) => self.root.join(only).display().to_string(),
            None => self.root.display().to_string(),
        }
    }

    fn size<'a>(&'a self, name: &'a str) -> LocalFuture<'a, Result<Option<u64>, Error>> {
        Box::pin(std::future::ready(self.size_now(name)))
    }

    fn read<'a>(&'a self, name: &'a str, range: Range<u64>) -> LocalFuture<'a, Result<Vec<u8>, Error>> {
        Box::pin(std::future::ready(self.read_now(name, range)))
    }

    fn names<'a>(&'a self) -> LocalFuture<'a, Result<Option<Vec<String>>, Error>> {
        Box::pin(std::future::ready(self.names_now().map(Some)))
    }
}

/// What the system says, in whatever language that is.
fn of_system(error: &std::io::Error) -> Sentence {
    sentence!("{problem}", problem = error.to_string())
}
