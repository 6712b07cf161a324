//! Where the command's model files come from: a folder, a web address, or the command itself.

use crate::Failure;
use decant_sd::Error;
use decant_sd::files::{Files, Folder, LocalFuture};
use std::cell::RefCell;
use std::collections::HashMap;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// The files that `model` names: `builtin:NAME`, `http(s)://…` or a folder.
pub(crate) fn open(model: &str) -> Result<Rc<dyn Files>, Failure> {
    if let Some(name) = model.strip_prefix("builtin:") {
        return Ok(Rc::new(Folder::open(builtin(name)?)?));
    }
    if model.starts_with("http://") || model.starts_with("https://") {
        return Ok(Rc::new(Web::new(model)));
    }
    if !Path::new(model).exists() {
        return Err(
            format!("{model}: there is no such file or folder; give a model's file or folder, an http address, or builtin:digits").into()
        );
    }
    Ok(Rc::new(Folder::open(model)?))
}

/// A model that comes with Decant: in `models/` beside the command, above it (a build in its own tree), or where `DECANT_MODELS` says.
fn builtin(name: &str) -> Result<PathBuf, Failure> {
    let beside = std::env::current_exe().unwrap_or_default();
    let mut places: Vec<PathBuf> = std::env::var_os("DECANT_MODELS").map(PathBuf::from).into_iter().collect();
    places.extend(beside.ancestors().skip(1).map(|folder| folder.join("models")));
    places.push(PathBuf::from("models"));
    let safe = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    let found = places.iter().map(|place| place.join(name)).find(|folder| safe && folder.join("model_index.json").is_file());
    found.ok_or_else(|| {
        format!("builtin:{name}: no such model comes with this command; set DECANT_MODELS to the folder that holds it").into()
    })
}

/// A folder on a web server, read by ranges; a server that knows no ranges is asked once per file and its answer kept.
struct Web {
    base: String,
    agent: ureq::Agent,
    whole: RefCell<HashMap<String, Vec<u8>>>,
}

impl Web {
    fn new(base: &str) -> Web {
        let config = ureq::Agent::config_builder().http_status_as_error(false).build();
        Web { base: base.trim_end_matches('/').into(), agent: config.into(), whole: RefCell::default() }
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
        let request = self.agent.get(format!("{}/{name}", self.base)).header("Range", format!("bytes={}-{last}", range.start));
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
        self.base.clone()
    }

    fn size<'a>(&'a self, name: &'a str) -> LocalFuture<'a, Result<Option<u64>, Error>> {
        Box::pin(async move { self.length(name) })
    }

    fn read<'a>(&'a self, name: &'a str, range: Range<u64>) -> LocalFuture<'a, Result<Vec<u8>, Error>> {
        Box::pin(async move { if range.is_empty() { Ok(vec![]) } else { self.range(name, range) } })
    }
}
