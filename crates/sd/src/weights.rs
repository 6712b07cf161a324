//! A component's weight files as one index of named tensors, read one tensor at a time.
//!
//! Opening reads headers only; [`Checkpoint::read`] reads the bytes of one tensor, so that nothing ever holds a whole file.
//! It does not know what a tensor is for. Formats are told apart by their first bytes, not by their names.
//!
//! ```
//! use decant_sd::{files::Memory, weights::Checkpoint};
//!
//! let header = r#"{"scale":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#;
//! let file = [&(header.len() as u64).to_le_bytes()[..], header.as_bytes(), &2.5f32.to_le_bytes()[..]].concat();
//! let files = Memory::new("a test", [("vae/diffusion_pytorch_model.safetensors", file)]);
//! let vae = pollster::block_on(Checkpoint::open(&files, "vae"))?;
//! assert_eq!(vae.tensors()["scale"].shape, [1]);
//! assert_eq!(pollster::block_on(vae.read(&files, "scale"))?, [2.5]);
//! # Ok::<(), decant_sd::Error>(())
//! ```

use crate::Error;
use crate::error::{DOWNLOAD_AGAIN, Sentence};
use crate::files::{Files, LocalFuture, read_exactly};
use crate::sentence;
use std::collections::BTreeMap;
use std::ops::Range;

mod find;
mod read;
mod rearrange;
pub mod policy;
pub mod quantize;
mod safetensors;
mod gguf;
mod torch;
pub(crate) mod pickle;
mod zip;
mod cursor;
mod ranges;
mod scaled;
mod types;
mod blocks;
mod values;

pub use rearrange::Origin;
pub use types::FileType;

/// One tensor in a weight file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TensorInfo {
    /// Its shape as PyTorch has it: convolutions are `[out, in, kh, kw]`, whatever the order in the file.
    pub shape: Vec<usize>,
    /// How its numbers are stored.
    pub dtype: FileType,
    /// The file that holds it, as a path inside the model's folder.
    pub file: String,
    /// Its bytes in that file.
    pub range: Range<u64>,
    /// The order of its numbers in the file.
    pub order: Order,
    /// Numbers of its first block that are not its own, where it begins inside one.
    skip: usize,
}

/// The order in which a file stores a tensor's numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// The last axis of the shape runs fastest.
    AsShaped,
    /// A convolution `[out, in, kh, kw]` stored as `[out, kh, kw, in]`, so that blocks of 32 run along its input channels.
    InputsLast,
    /// A matrix `[rows, columns]` stored as `[columns, rows]`.
    Transposed,
    /// Any other: such a tensor is listed, but not read.
    Strided,
}

/// The names and places of a component's tensors.
#[derive(Debug, Clone, Default)]
pub struct Checkpoint {
    tensors: BTreeMap<String, TensorInfo>,
    notes: BTreeMap<String, String>,
    /// What the numbers of some tensors are multiplied by, by the names of these: one number, or one for each row (`scaled.rs`).
    scales: BTreeMap<String, TensorInfo>,
}

/// The tensors of one file.
type Tensors = Vec<(String, TensorInfo)>;

/// What a file's header says.
#[derive(Default)]
struct Indexed {
    tensors: Tensors,
    notes: BTreeMap<String, String>,
}

/// Lists the tensors of a file of the given size.
type Index = for<'a> fn(&'a dyn Files, &'a str, u64) -> LocalFuture<'a, Result<Indexed, Error>>;

/// One format of weight files.
pub struct FormatRow {
    /// Its name, for sentences.
    pub name: &'static str,
    /// How names of such files end.
    pub endings: &'static [&'static str],
    /// Whether a file that starts with these bytes (16, fewer if the file is shorter) is one.
    pub is: fn(&[u8]) -> bool,
    index: Index,
}

/// Every format that weights are read from.
pub const FORMATS: &[FormatRow] = &[
    FormatRow {
        name: "gguf",
        endings: &[".gguf"],
        is: |start| start.starts_with(b"GGUF"),
        index: |files, name, size| Box::pin(gguf::index(files, name, size)),
    },
    // No magic number: a length in 8 bytes, then JSON.
    FormatRow {
        name: "safetensors",
        endings: &[".safetensors", ".sft"],
        is: |start| start.get(8) == Some(&b'{'),
        index: |files, name, size| Box::pin(safetensors::index(files, name, size)),
    },
    FormatRow {
        name: "PyTorch's",
        endings: &[".ckpt", ".pt", ".pth", ".bin"],
        is: |start| start.starts_with(b"PK\x03\x04"),
        index: |files, name, size| Box::pin(torch::index(files, name, size)),
    },
    FormatRow {
        name: "PyTorch's before 1.6",
        endings: &[],
        is: |start| start.starts_with(torch::OLDER),
        index: |files, name, size| Box::pin(torch::index_older(files, name, size)),
    },
];

/// The end of a weight file's name, in small or capital letters; what it is, its content tells.
fn ending(name: &str) -> Option<&str> {
    let ends = |known: &&str| {
        let from = name.len().checked_sub(known.len()).filter(|from| *from > 0)?;
        name.get(from..).filter(|end| end.eq_ignore_ascii_case(known))
    };
    FORMATS.iter().flat_map(|format| format.endings).find_map(ends)
}

/// Whether a file is called as weight files are.
pub fn is_weight_file(name: &str) -> bool {
    ending(name).is_some()
}

/// A weight file's name without its end; any other as it is.
///
/// ```
/// use decant_sd::weights::without_ending;
///
/// assert_eq!(without_ending("ink.SafeTensors"), "ink");
/// assert_eq!(without_ending("ink-v1.5"), "ink-v1.5");
/// ```
pub fn without_ending(name: &str) -> &str {
    ending(name).map_or(name, |end| &name[..name.len() - end.len()])
}

/// What turns up in place of weights: how it starts, what it is, what to do.
const NOT_WEIGHTS: &[(&[u8], Sentence, Sentence)] = &[
    (b"PK\x05\x06", sentence!("is an empty zip archive"), DOWNLOAD_AGAIN),
    (b"\x80", sentence!("is a Python pickle, but not one of PyTorch's"), sentence!("use the model's .safetensors files")),
    (
        b"version https://",
        sentence!("is a Git LFS pointer, not the file itself"),
        sentence!("run `git lfs pull`, or download the file itself"),
    ),
    (b"<", sentence!("is a web page, not weights"), sentence!("the address is probably wrong, or needs a login")),
];

impl Checkpoint {
    /// Indexes one weight file of any of the [`FORMATS`].
    pub async fn open_file(files: &dyn Files, name: &str) -> Result<Checkpoint, Error> {
        let mut checkpoint = Checkpoint::default();
        checkpoint.add_file(files, name).await?;
        Ok(checkpoint)
    }

    /// This and another checkpoint as one; no two tensors may have the same name.
    pub fn with(mut self, other: Checkpoint) -> Result<Checkpoint, Error> {
        self.notes.extend(other.notes);
        self.scales.extend(other.scales);
        for (name, info) in other.tensors {
            if let Some(first) = self.tensors.get(&name) {
                return Err(Error::Tensor { problem: sentence!("is also in {other}", other = first.file), file: info.file, name });
            }
            self.tensors.insert(name, info);
        }
        Ok(self)
    }

    async fn add_file(&mut self, files: &dyn Files, name: &str) -> Result<(), Error> {
        let Some(size) = files.size(name).await? else {
            return Err(Error::Missing { place: files.place(), name: name.into(), hint: sentence!("it should hold weights") });
        };
        let start = read_exactly(files, name, 0..size.min(16)).await?;
        let Some(format) = FORMATS.iter().find(|format| (format.is)(&start)) else {
            return Err(not_weights(name, size, &start));
        };
        let indexed = (format.index)(files, name, size).await?;
        self.notes.extend(indexed.notes);
        for (tensor, info) in indexed.tensors {
            if let Some(other) = self.tensors.insert(tensor.clone(), info) {
                let problem = match other.file == name {
                    true => sentence!("is there twice"),
                    false => sentence!("is also in {other}", other = other.file),
                };
                return Err(Error::Tensor { file: name.into(), name: tensor, problem });
            }
        }
        self.take_scales(name)
    }

    /// The component's tensors by name.
    pub fn tensors(&self) -> &BTreeMap<String, TensorInfo> {
        &self.tensors
    }

    /// What the file says beside its tensors under that name, if anything: a text of a safetensors file's `__metadata__` or of a
    /// GGUF's metadata, a text or number beside a PyTorch checkpoint's `state_dict` (`global_step`).
    pub fn note(&self, name: &str) -> Option<&str> {
        self.notes.get(name).map(String::as_str)
    }

    /// All notes by name.
    pub fn notes(&self) -> &BTreeMap<String, String> {
        &self.notes
    }
}

fn not_weights(name: &str, size: u64, start: &[u8]) -> Error {
    let known = NOT_WEIGHTS.iter().find(|(magic, ..)| start.starts_with(magic));
    let (problem, hint) = match known {
        Some((_, what, hint)) => (what.clone(), hint.clone()),
        None if size == 0 => (sentence!("is empty"), DOWNLOAD_AGAIN),
        None => {
            let formats: Vec<&str> = FORMATS.iter().map(|format| format.name).collect();
            let start = format!("{:02x?}", &start[..start.len().min(9)]);
            (sentence!("starts with {start}, expected one of the formats {formats}", start, formats), DOWNLOAD_AGAIN)
        }
    };
    Error::Damaged { file: name.into(), problem, hint }
}

#[cfg(test)]
mod tests {
    use super::FORMATS;

    #[test]
    fn the_page_knows_how_weight_files_are_called() {
        let endings: Vec<String> = FORMATS.iter().flat_map(|format| format.endings).map(|end| format!("{end:?}")).collect();
        let line = format!("export const WEIGHT_ENDINGS = [{}];", endings.join(", "));
        assert!(include_str!("../../../web/api/endings.js").contains(&line), "web/api/endings.js should have the line {line}");
    }
}
