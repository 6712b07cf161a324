//! Model files on a web server: a folder, a single file, or a hub's repository; redirects are followed.

use decant_sd::Error;
use decant_sd::files::{Files, LocalFuture};
use std::cell::RefCell;
use std::collections::HashMap;
use std::ops::Range;

/// Ends of addresses that are files, not folders.
const WEIGHT_FILES: &[&str] = &[".safetensors", ".ckpt", ".gguf", ".bin", ".pt", ".pth"];

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
    agent: ureq::Agent,
    whole: RefCell<HashMap<String, Vec<u8>>>,
}

impl Web {
    /// What is at an address: a weight file, a folder, or a hub's page of a repository, `https://host/owner/name`.
    pub fn open(address: &str) -> Result<Web, Error> {
        let address = address.split('#').next().unwrap_or(address);
        let (path, query) = address.split_once('?').map_or((address, String::new()), |(path, query)| (path, format!("?{query}")));
        // What a hub shows of a file and of a folder, as the file and the folder themselves.
        let path = path.trim_end_matches('/').replace("/blob/", "/resolve/").replace("/tree/", "/resolve/");
        let config = ureq::Agent::config_builder().http_status_as_error(false).build();
        let mut web = Web { base: path, query, only: None, agent: config.into(), whole: RefCell::default() };
        let split = web.base.rsplit_once('/').map(|(folder, name)| (folder.to_string(), name.to_string()));
        match split {
            Some((folder, name)) if WEIGHT_FILES.iter().any(|end| name.ends_with(end)) => (web.base, web.only) = (folder, Some(name)),
            _ if web.is_repository() && web.length(INDEX)?.is_none() => {
                let resolved = Web { base: format!("{}/{RESOLVE}", web.base), ..Web::open_nothing(&web) };
                if resolved.length(INDEX)?.is_some() {
                    return Ok(resolved);
                }
            }
            _ => {}
        }
        Ok(web)
    }

    /// The same server, nothing fetched.
    fn open_nothing(web: &Web) -> Web {
        Web { base: String::new(), query: web.query.clone(), only: None, agent: web.agent.clone(), whole: RefCell::default() }
    }

    /// Whether the address has the form of a hub's repository.
    fn is_repository(&self) -> bool {
        let path = self.base.split_once("://").map_or(self.base.as_str(), |(_, rest)| rest);
        path.split('/').count() == 3
    }

    fn failed(&self, name: &str, reason: impl ToString) -> Error {
        Error::Read { place: self.base.clone(), name: name.into(), reason: reason.to_string() }
    }

    /// The file's length: a range request for its first byte says it, or brings the whole file.
    fn length(&self, name: &str) -> Result<Option<u64>, Error> {
        if let Some(bytes) = self.whole.borrow().get(name) {
            return Ok(Some(bytes.len() as u64));
        }
        let answer = self.get(name, 0..1)?;
        match answer.status().as_u16() {
            206 => {
                let range = answer.headers().get("content-range").and_then(|v| v.to_str().ok());
                let total = range.and_then(|r| r.rsplit('/').next()).and_then(|n| n.parse().ok());
                total.map(Some).ok_or_else(|| self.failed(name, "the server answered a range request without saying the file's length"))
            }
            200 => Ok(Some(self.keep(name, answer)?)),
            404 | 410 => Ok(None),
            416 => Ok(Some(0)),
            status => Err(self.failed(name, format!("the server answered with status {status}"))),
        }
    }

    fn range(&self, name: &str, range: Range<u64>) -> Result<Vec<u8>, Error> {
        if !self.whole.borrow().contains_key(name) {
            let mut answer = self.get(name, range.clone())?;
            match answer.status().as_u16() {
                206 => {
                    let want = range.end - range.start;
                    let bytes = answer.body_mut().with_config().limit(want + 1).read_to_vec().map_err(|e| self.failed(name, e))?;
                    let short = bytes.len() as u64 != want;
                    return if short { Err(self.failed(name, format!("expected {want} bytes, got {}", bytes.len()))) } else { Ok(bytes) };
                }
                200 => {
                    self.keep(name, answer)?;
                }
                status => return Err(self.failed(name, format!("the server answered with status {status}"))),
            }
        }
        let whole = self.whole.borrow();
        let bytes = whole.get(name).and_then(|bytes| bytes.get(range.start as usize..range.end as usize));
        bytes.map(<[u8]>::to_vec).ok_or_else(|| self.failed(name, format!("the file ends before byte {}", range.end)))
    }

    fn get(&self, name: &str, range: Range<u64>) -> Result<ureq::http::Response<ureq::Body>, Error> {
        let last = range.end.saturating_sub(1).max(range.start);
        let request =
            self.agent.get(format!("{}/{name}{}", self.base, self.query)).header("Range", format!("bytes={}-{last}", range.start));
        request.call().map_err(|e| self.failed(name, e))
    }

    fn keep(&self, name: &str, mut answer: ureq::http::Response<ureq::Body>) -> Result<u64, Error> {
        let bytes = answer.body_mut().with_config().limit(u64::MAX).read_to_vec().map_err(|e| self.failed(name, e))?;
        let length = bytes.len() as u64;
        self.whole.borrow_mut().insert(name.into(), bytes);
        Ok(length)
    }
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
        Box::pin(async move { if range.is_empty() { Ok(vec![]) } else { self.range(name, range) } })
    }

    fn names<'a>(&'a self) -> LocalFuture<'a, Result<Option<Vec<String>>, Error>> {
        Box::pin(std::future::ready(Ok(self.only.clone().map(|only| vec![only]))))
    }
}
