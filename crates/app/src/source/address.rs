//! A model's folder on a web server, read in ranges, so that neither WebAssembly's memory nor the browser's holds a whole checkpoint.
//!
//! The first question for a file asks for its first [`WINDOW`] bytes. The answer tells all: whether there is such a file, how long it is,
//! whether the server knows ranges, and, for all files but the weights, every byte. A server that knows no ranges sends the whole file;
//! it is kept as a blob, which browsers put on disk when it is large.
//!
//! A folder whose `decant.json` lists its `files` is never asked for others.
//!
//! Windows are far larger than most tensors, because a request per tensor would cost a round trip each, many hundreds in all.

use super::picked::bytes_of;
use crate::js::{fetch, object, text_of};
use decant_sd::Error;
use decant_sd::files::{Files, LocalFuture};
use js_sys::{Array, JSON, Reflect, Uint8Array};
use std::cell::RefCell;
use std::collections::{HashMap, HashSet, VecDeque};
use std::ops::Range;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, Response};

/// Bytes asked for at once: a second on a slow line, a round trip hardly felt.
const WINDOW: u64 = 8 << 20;
/// Windows kept, over all files. Files are nearly in the order in which their tensors are read; a few windows bridge the rest.
const KEPT: usize = 8;
/// Where a folder may list what it holds.
const LIST: &str = "decant.json";

/// A folder below an address that ends in `/`.
pub struct Address {
    base: String,
    known: RefCell<HashMap<String, Known>>,
    /// The folder's own list, once it was asked for.
    list: RefCell<Option<List>>,
    /// The windows used last, the newest at the end.
    windows: RefCell<VecDeque<Window>>,
}

/// The names of a folder's files, where the folder tells.
type List = Option<HashSet<String>>;

/// What a server said about a file.
#[derive(Clone)]
enum Known {
    Absent,
    /// In full: the server knows no ranges.
    Whole(Blob),
    /// How many bytes there are to ask for.
    Ranges(u64),
}

#[derive(Clone)]
struct Window {
    file: String,
    index: u64,
    bytes: Uint8Array,
}

impl Address {
    /// The folder at `base`.
    pub fn new(base: String) -> Address {
        Address { base, known: RefCell::default(), list: RefCell::default(), windows: RefCell::default() }
    }

    async fn ask(&self, name: &str) -> Result<Known, Error> {
        let known = self.known.borrow().get(name).cloned();
        if let Some(known) = known {
            return Ok(known);
        }
        if name != LIST && !self.may_have(name).await? {
            return Ok(Known::Absent);
        }
        let response = self.request(name, 0).await?;
        let known = match response.status() {
            404 | 410 => Known::Absent,
            // A server's page for what it does not have: no file of a model is a web page.
            200 if header(&response, "content-type").starts_with("text/html") => Known::Absent,
            200 => Known::Whole(self.body(name, response.blob()).await?.unchecked_into()),
            206 => Known::Ranges(self.first_window(name, &response).await?),
            416 => Known::Whole(Blob::new().map_err(|e| self.unread(name, text_of(&e)))?), // an empty file has no first byte
            status => return Err(self.unread(name, format!("the server answers with status {status} {}", response.status_text()))),
        };
        self.known.borrow_mut().insert(name.into(), known.clone());
        Ok(known)
    }

    async fn may_have(&self, name: &str) -> Result<bool, Error> {
        let may = |list: &List| list.as_ref().is_none_or(|names| names.contains(name));
        if let Some(list) = &*self.list.borrow() {
            return Ok(may(list));
        }
        // Boxed, because asking for a file asks for the list of files, which is a file.
        let size = Box::pin(self.size(LIST)).await?;
        let list = match size {
            Some(size) => names(&self.read(LIST, 0..size).await?),
            None => None,
        };
        Ok(may(self.list.borrow_mut().insert(list)))
    }

    /// Keeps the first window and gives the file's length.
    async fn first_window(&self, name: &str, response: &Response) -> Result<u64, Error> {
        let said = header(response, "content-range").rsplit('/').next().and_then(|total| total.parse().ok());
        let bytes = self.keep(name, 0, response).await?;
        let got = u64::from(bytes.length());
        match said {
            Some(total) => Ok(total),
            // Another site's server may hide the header; a window that is not full says it, too.
            None if got < WINDOW => Ok(got),
            None => Err(self.unread(name, "the server hides how long the file is (its answer shows no Content-Range)".into())),
        }
    }

    /// A window's bytes, from here or from the server.
    async fn window(&self, name: &str, index: u64) -> Result<Uint8Array, Error> {
        let found = {
            let mut windows = self.windows.borrow_mut();
            let at = windows.iter().position(|w| w.index == index && w.file == name);
            at.and_then(|at| windows.remove(at)).inspect(|window| windows.push_back(window.clone()))
        };
        if let Some(window) = found {
            return Ok(window.bytes);
        }
        let response = self.request(name, index * WINDOW).await?;
        if response.status() != 206 {
            let reason = format!("asked for the bytes from {} on, the server answers with status {}", index * WINDOW, response.status());
            return Err(self.unread(name, reason));
        }
        self.keep(name, index, &response).await
    }

    async fn keep(&self, name: &str, index: u64, response: &Response) -> Result<Uint8Array, Error> {
        let bytes = Uint8Array::new(&self.body(name, response.array_buffer()).await?);
        let mut windows = self.windows.borrow_mut();
        if windows.len() >= KEPT {
            windows.pop_front();
        }
        windows.push_back(Window { file: name.into(), index, bytes: bytes.clone() });
        Ok(bytes)
    }

    /// Asks for the window that begins at `start`.
    async fn request(&self, name: &str, start: u64) -> Result<Response, Error> {
        let range = object([("range", format!("bytes={start}-{}", start + WINDOW - 1).into())]);
        let promise = fetch(&format!("{}{name}", self.base), &object([("headers", range)]));
        let response = match promise {
            Ok(promise) => JsFuture::from(promise).await,
            Err(thrown) => Err(thrown),
        };
        let reason = |thrown| format!("{}; the server is not there, or does not let this page read from it", text_of(&thrown));
        response.map(JsCast::unchecked_into).map_err(|thrown| self.unread(name, reason(thrown)))
    }

    async fn body(&self, name: &str, promise: Result<impl Into<JsFuture>, JsValue>) -> Result<JsValue, Error> {
        let body = match promise {
            Ok(promise) => promise.into().await,
            Err(thrown) => Err(thrown),
        };
        body.map_err(|thrown| self.unread(name, format!("the connection broke: {}", text_of(&thrown))))
    }

    fn unread(&self, name: &str, reason: String) -> Error {
        Error::Read { place: self.place(), name: name.into(), reason }
    }

    async fn read_windows(&self, name: &str, range: Range<u64>) -> Result<Vec<u8>, Error> {
        let mut bytes = vec![0; (range.end - range.start) as usize];
        for index in range.start / WINDOW..range.end.div_ceil(WINDOW) {
            let window = self.window(name, index).await?;
            let begins = index * WINDOW;
            let from = range.start.max(begins) - begins;
            let to = (range.end - begins).min(u64::from(window.length()));
            let place = (begins + from - range.start) as usize;
            let length = to.saturating_sub(from) as usize;
            if from + (length as u64) < (range.end - begins).min(WINDOW) {
                return Err(self.unread(name, format!("the server sent {} bytes of a window of {WINDOW}", window.length())));
            }
            window.subarray(from as u32, to as u32).copy_to(&mut bytes[place..place + length]);
        }
        Ok(bytes)
    }
}

/// `{ "files": [name, …] }`. Anything else lists nothing; what is wrong with it, the model's own reader says.
fn names(json: &[u8]) -> List {
    let parsed = JSON::parse(std::str::from_utf8(json).ok()?).ok()?;
    let files = Reflect::get(&parsed, &"files".into()).ok()?;
    Array::is_array(&files).then(|| Array::from(&files).iter().filter_map(|name| name.as_string()).collect())
}

fn header(response: &Response, name: &str) -> String {
    response.headers().get(name).ok().flatten().unwrap_or_default()
}

impl Files for Address {
    fn place(&self) -> String {
        self.base.trim_end_matches('/').into()
    }

    fn size<'a>(&'a self, name: &'a str) -> LocalFuture<'a, Result<Option<u64>, Error>> {
        Box::pin(async move {
            Ok(match self.ask(name).await? {
                Known::Absent => None,
                Known::Whole(blob) => Some(blob.size() as u64),
                Known::Ranges(size) => Some(size),
            })
        })
    }

    fn read<'a>(&'a self, name: &'a str, range: Range<u64>) -> LocalFuture<'a, Result<Vec<u8>, Error>> {
        Box::pin(async move {
            match self.ask(name).await? {
                Known::Absent => Err(self.unread(name, "there is no such file".into())),
                Known::Whole(blob) => bytes_of(&blob, range).await.map_err(|thrown| self.unread(name, text_of(&thrown))),
                Known::Ranges(_) => self.read_windows(name, range).await,
            }
        })
    }
}
