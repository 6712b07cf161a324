//! Where a model's files come from: a trait, and the two sources that need nothing from outside.
//!
//! It knows names, sizes and bytes; it does not know what the files mean. Other crates add a web address, the browser's
//! storage and files that the user picked. Names are paths inside the model's folder with `/` between parts.
//!
//! ```
//! use decant_sd::files::{Files, Memory, read_all};
//!
//! let files = Memory::new("a test", [("vae/config.json", b"{}".to_vec())]);
//! assert_eq!(pollster::block_on(read_all(&files, "vae/config.json", 100))?, b"{}");
//! assert_eq!(pollster::block_on(files.size("unet/config.json"))?, None);
//! # Ok::<(), decant_sd::Error>(())
//! ```

use crate::Error;
use crate::error::Sentence;
use crate::sentence;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

mod within;
pub use within::Within;
#[cfg(not(target_arch = "wasm32"))]
mod folder;
#[cfg(not(target_arch = "wasm32"))]
pub use folder::Folder;

/// A future that stays on its thread: everything here runs on one, natively and in the browser's worker.
pub type LocalFuture<'a, T> = std::pin::Pin<Box<dyn std::future::Future<Output = T> + 'a>>;

/// A folder of model files, wherever it lives: disk, memory, URL, files that the user picked.
///
/// `read` returns exactly the bytes of its range, never more and never fewer. A simple web server answers a request for a range
/// with the whole file (status 200 instead of 206): the source that asked cuts the range out, and keeps the rest for the next call
/// rather than fetching it again. A source that learns a file's size only by fetching it keeps those bytes, too.
pub trait Files {
    /// The folder's path, address or name, for messages.
    fn place(&self) -> String;

    /// The file's length in bytes; `None` if there is no such file.
    fn size<'a>(&'a self, name: &'a str) -> LocalFuture<'a, Result<Option<u64>, Error>>;

    /// The bytes of `range`, which lies inside the file.
    fn read<'a>(&'a self, name: &'a str, range: Range<u64>) -> LocalFuture<'a, Result<Vec<u8>, Error>>;

    /// The names of all files, sorted; `None` where nobody can list them, as on most web servers. A source that is one file lists that one.
    fn names<'a>(&'a self) -> LocalFuture<'a, Result<Option<Vec<String>>, Error>> {
        Box::pin(std::future::ready(Ok(None)))
    }
}

/// The whole file; an error if it is missing or longer than `limit` bytes.
pub async fn read_all(files: &dyn Files, name: &str, limit: u64) -> Result<Vec<u8>, Error> {
    match find(files, name, limit).await? {
        Some(bytes) => Ok(bytes),
        None => Err(Error::Missing {
            place: files.place(),
            name: name.into(),
            hint: sentence!("a model is a folder in diffusers' layout, with its tokenizer, text_encoder, unet, vae and scheduler"),
        }),
    }
}

/// The whole file, or `None` if there is none; an error if it is longer than `limit` bytes.
pub async fn find(files: &dyn Files, name: &str, limit: u64) -> Result<Option<Vec<u8>>, Error> {
    match files.size(name).await? {
        None => Ok(None),
        Some(size) if size > limit => Err(Error::Damaged {
            file: name.into(),
            problem: sentence!("is {size} bytes long, expected {limit} at most", size, limit),
            hint: sentence!("this cannot be the file that its name promises"),
        }),
        Some(size) => read_exactly(files, name, 0..size).await.map(|bytes| Some(if is_text(name) { unmarked(bytes) } else { bytes })),
    }
}

fn is_text(name: &str) -> bool {
    [".json", ".txt"].iter().any(|end| name.ends_with(end))
}

/// A text in UTF-8 without the byte-order mark that some editors put in front; a text that is marked as UTF-16, as UTF-8.
pub fn unmarked(bytes: Vec<u8>) -> Vec<u8> {
    let wide = |number: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = bytes[2..].as_chunks().0.iter().map(|pair| number(*pair)).collect();
        String::from_utf16_lossy(&units).into_bytes()
    };
    match &bytes[..] {
        [0xef, 0xbb, 0xbf, rest @ ..] => rest.to_vec(),
        [0xff, 0xfe, ..] => wide(u16::from_le_bytes),
        [0xfe, 0xff, ..] => wide(u16::from_be_bytes),
        _ => bytes,
    }
}

/// The bytes of `range`, checked: a source that returns more or fewer is told apart from a damaged file.
pub async fn read_exactly(files: &dyn Files, name: &str, range: Range<u64>) -> Result<Vec<u8>, Error> {
    let expected = range.end.saturating_sub(range.start);
    if expected == 0 {
        return Ok(Vec::new());
    }
    let bytes = files.read(name, range.clone()).await?;
    if bytes.len() as u64 != expected {
        let (at, got) = (range.start, bytes.len());
        let reason = sentence!("expected {expected} bytes from byte {at} on, got {got}", expected, at, got);
        return Err(unread(files, name, reason));
    }
    Ok(bytes)
}

/// Whether a name stays inside its folder: parts of ordinary characters, no `..`, no root, no drive, no backslash.
pub fn stays_inside(name: &str) -> bool {
    let plain = |part: &str| !matches!(part, "" | "." | "..");
    name.split('/').all(plain) && !name.contains(['\\', ':', '\0', '?', '#', '%'])
}

fn unread(files: &dyn Files, name: &str, reason: Sentence) -> Error {
    Error::Read { place: files.place(), name: name.into(), reason }
}

/// Files in memory: embedded models and tests.
#[derive(Debug, Clone, Default)]
pub struct Memory {
    /// What messages call it.
    pub name: String,
    /// The files' contents by name.
    pub files: BTreeMap<String, Cow<'static, [u8]>>,
}

impl Memory {
    /// A folder of these files.
    pub fn new<N: Into<String>, B: Into<Cow<'static, [u8]>>>(name: &str, files: impl IntoIterator<Item = (N, B)>) -> Memory {
        let files = files.into_iter().map(|(name, bytes)| (name.into(), bytes.into()));
        Memory { name: name.into(), files: files.collect() }
    }
}

impl Files for Memory {
    fn place(&self) -> String {
        self.name.clone()
    }

    fn size<'a>(&'a self, name: &'a str) -> LocalFuture<'a, Result<Option<u64>, Error>> {
        let size = self.files.get(name).map(|bytes| bytes.len() as u64);
        Box::pin(std::future::ready(Ok(size)))
    }

    fn read<'a>(&'a self, name: &'a str, range: Range<u64>) -> LocalFuture<'a, Result<Vec<u8>, Error>> {
        let inside = |bytes: &Cow<'static, [u8]>| {
            let range = usize::try_from(range.start).ok()?..usize::try_from(range.end).ok()?;
            bytes.get(range).map(<[u8]>::to_vec)
        };
        let bytes = self.files.get(name).and_then(inside);
        let reason = || Sentence::english(format!("there are no bytes {} to {} in memory", range.start, range.end));
        let result = bytes.ok_or_else(|| unread(self, name, reason()));
        Box::pin(std::future::ready(result))
    }

    fn names<'a>(&'a self) -> LocalFuture<'a, Result<Option<Vec<String>>, Error>> {
        Box::pin(std::future::ready(Ok(Some(self.files.keys().cloned().collect()))))
    }
}
