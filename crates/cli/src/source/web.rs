//! Model files on a web server: a folder, a single file, or a hub's repository; redirects are followed.

use decant_sd::Error;
use decant_sd::error::Sentence;
use decant_sd::files::{Files, LocalFuture};
use decant_sd::weights::is_weight_file;
use line::{Line, Patience};
use remote::Remote;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ops::Range;
use std::rc::Rc;

mod answer;
mod line;
mod remote;
mod spool;
mod trouble;
#[cfg(test)]
mod tests;

/// The most bytes of a file that holds no weights; the longest, CLIP's `tokenizer.json`, has 4 million.
const MOST_TEXT: u64 = 16_000_000;

/// Where a hub (Hugging Face's, and those that follow it) serves a repository's files.
const RESOLVE: &str = "resolve/main";

const INDEX: &str = "model_index.json";

/// A folder on a web server, or one file, read by ranges; a server that knows no ranges is asked once per file and its answer kept.
pub(super) struct Web {
    base: String,
    /// What follows a file's name: `?download=true`.
    query: String,
    /// The one file, where the address is a file's.
    only: Option<String>,
    line: Line,
    files: RefCell<BTreeMap<String, Rc<Remote>>>,
}

impl Web {
    /// What is at an address: a weight file, a folder, or a hub's page of a repository, `https://host/owner/name`.
    pub fn open(address: &str) -> Result<Web, Error> {
        let patience = Patience::of_environment().map_err(|problem| Error::Settings { problem: Sentence::english(problem) })?;
        Web::open_with(address, patience)
    }

    fn open_with(address: &str, patience: Patience) -> Result<Web, Error> {
        let address = address.split('#').next().unwrap_or(address);
        let (path, query) = address.split_once('?').map_or((address, String::new()), |(path, query)| (path, format!("?{query}")));
        // What a hub shows of a file and of a folder, as the file and the folder themselves.
        let path = path.trim_end_matches('/').replace("/blob/", "/resolve/").replace("/tree/", "/resolve/");
        let mut web = Web { base: path, query, only: None, line: Line::new(patience), files: RefCell::default() };
        let split = web.base.rsplit_once('/').map(|(folder, name)| (folder.to_string(), name.to_string()));
        match split {
            Some((folder, name)) if is_weight_file(&name) => (web.base, web.only) = (folder, Some(name)),
            _ if web.is_repository() && web.length(INDEX)?.is_none() => {
                let plain = std::mem::take(&mut web.base);
                web.base = format!("{plain}/{RESOLVE}");
                web.files.take();
                if web.length(INDEX)?.is_none() {
                    web.base = plain;
                    web.files.take();
                }
            }
            _ => {}
        }
        Ok(web)
    }

    /// Compares what was read with what the server gives now, where it shows nothing by which to notice a change.
    pub fn confirm(&self) -> Result<(), Error> {
        for (name, file) in &*self.files.borrow() {
            file.confirm(&self.line).map_err(|reason| self.failed(name, reason))?;
        }
        Ok(())
    }

    /// Whether the address has the form of a hub's repository.
    fn is_repository(&self) -> bool {
        let path = self.base.split_once("://").map_or(self.base.as_str(), |(_, rest)| rest);
        path.split('/').count() == 3
    }

    fn failed(&self, name: &str, reason: String) -> Error {
        Error::Read { place: self.base.clone(), name: name.into(), reason: Sentence::english(reason) }
    }

    fn file(&self, name: &str) -> Rc<Remote> {
        let address = format!("{}/{}{}", self.base, spelled(name), self.query);
        self.files.borrow_mut().entry(name.into()).or_insert_with(|| Rc::new(Remote::new(address, name))).clone()
    }

    fn length(&self, name: &str) -> Result<Option<u64>, Error> {
        self.file(name).size(&self.line).map_err(|reason| self.failed(name, reason))
    }
}

/// A name as an address takes it; what is spelled out already stays.
fn spelled(name: &str) -> String {
    let byte = |byte: u8| match byte {
        0..=b' ' | b'"' | b'<' | b'>' | b'\\' | b'^' | b'`' | b'{' | b'|' | b'}' | 0x7f.. => format!("%{byte:02X}"),
        byte => char::from(byte).to_string(),
    };
    name.bytes().map(byte).collect()
}

impl Files for Web {
    fn place(&self) -> String {
        match &self.only {
            Some(name) => format!("{}/{name}", self.base),
            None => self.base.clone(),
        }
    }

    fn size<'a>(&'a self, name: &'a str) -> LocalFuture<'a, Result<Option<u64>, Error>> {
        let hidden = self.only.as_ref().is_some_and(|only| only != name);
        Box::pin(async move { if hidden { Ok(None) } else { self.length(name) } })
    }

    fn read<'a>(&'a self, name: &'a str, range: Range<u64>) -> LocalFuture<'a, Result<Vec<u8>, Error>> {
        let read = move || if range.is_empty() { Ok(vec![]) } else { self.file(name).read(&self.line, range) };
        Box::pin(async move { read().map_err(|reason| self.failed(name, reason)) })
    }

    fn names<'a>(&'a self) -> LocalFuture<'a, Result<Option<Vec<String>>, Error>> {
        Box::pin(std::future::ready(Ok(self.only.clone().map(|only| vec![only]))))
    }
}
