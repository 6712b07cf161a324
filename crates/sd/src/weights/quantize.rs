//! Writing weights smaller: any checkpoints as one GGUF file that [`super::Checkpoint`] reads back, and ggml's own tools, too.
//!
//! The header comes first, then tensor by tensor, a million numbers at a time: no tensor is ever whole in memory.
//! What each tensor becomes is decided before (`policy.rs`, and whoever asks); this file only does it, and measures what it cost.

use super::gguf::write::{ALIGNMENT, Entry, header};
use super::policy::stored_encoding;
use super::{Checkpoint, FileType, TensorInfo, values};
use crate::Error;
use crate::files::Files;
use crate::sentence;
use decant_graph::Encoding;
use std::io::Write;

/// Numbers read, encoded and written at a time.
const AT_ONCE: usize = 1 << 20;

/// Another encoding for some tensors only.
#[derive(Debug, Clone, PartialEq)]
pub struct Override {
    /// What `COMPONENT.TENSOR` contains; `*` stands for anything.
    pub pattern: String,
    /// How those are stored.
    pub encoding: Encoding,
}

impl Override {
    /// Whether it means this tensor: the parts between the pattern's stars follow each other in `path`.
    pub fn fits(&self, path: &str) -> bool {
        let mut rest = Some(path);
        for part in self.pattern.split('*') {
            rest = rest.and_then(|rest| rest.split_once(part)).map(|(_, rest)| rest);
        }
        rest.is_some()
    }
}

/// A tensor that will be written.
#[derive(Clone)]
pub struct Planned<'a> {
    checkpoint: &'a Checkpoint,
    tensor: &'a str,
    info: &'a TensorInfo,
    /// The network that it is of.
    pub component: &'a str,
    /// Its name in the file.
    pub name: String,
    /// How its numbers will be stored.
    pub encoding: Encoding,
}

/// A tensor that was written.
pub struct Written<'p, 'a> {
    /// Which.
    pub planned: &'p Planned<'a>,
    /// Its bytes in the file.
    pub bytes: u64,
    /// The sum of its numbers' squares.
    pub signal: f64,
    /// The sum of the squares of what each number is now wrong by.
    pub noise: f64,
}

impl<'a> Planned<'a> {
    /// Its shape as PyTorch has it.
    pub fn shape(&self) -> &'a [usize] {
        &self.info.shape
    }

    /// `COMPONENT.TENSOR`.
    pub fn path(&self) -> String {
        format!("{}.{}", self.component, self.tensor)
    }

    /// How many numbers it holds.
    pub fn numbers(&self) -> usize {
        self.info.numbers()
    }

    /// Its bytes where it comes from.
    pub fn bytes_before(&self) -> u64 {
        self.info.range.end - self.info.range.start
    }
}

/// Signal to noise in decibels; infinite where nothing was lost.
pub fn decibels(signal: f64, noise: f64) -> f64 {
    if noise == 0.0 { f64::INFINITY } else { 10.0 * (signal / noise).log10() }
}

/// What becomes of a network's tensors: the first override that fits, else the encoding that is asked for but for sensitive layers. Vectors
/// stay f32, and what does not divide into blocks becomes f16. Tensors that are no numbers (`position_ids`) are left out. `prefixed` puts
/// `COMPONENT.` before the names.
pub fn plan<'a>(
    component: &'a str,
    checkpoint: &'a Checkpoint,
    encoding: Encoding,
    overrides: &[Override],
    prefixed: bool,
) -> Vec<Planned<'a>> {
    let tensors = checkpoint.tensors().iter().filter(|(name, _)| !name.ends_with("position_ids"));
    let planned = tensors.map(|(tensor, info)| {
        let path = format!("{component}.{tensor}");
        let encoding = match overrides.iter().find(|one| one.fits(&path)) {
            // no component: nothing is sensitive, but shapes still count
            Some(one) => stored_encoding("", tensor, &info.shape, one.encoding),
            None => stored_encoding(component, tensor, &info.shape, encoding),
        };
        Planned { checkpoint, tensor, info, component, name: if prefixed { path } else { tensor.clone() }, encoding }
    });
    planned.collect()
}

/// Writes the tensors as one GGUF file whose metadata has these notes. `told` hears of each tensor when it is written.
///
/// An error if a number does not fit its encoding, if a tensor cannot be read, or if writing fails.
pub async fn write(
    files: &dyn Files,
    plan: &[Planned<'_>],
    notes: &[(String, String)],
    out: &mut dyn Write,
    written: &mut dyn FnMut(Written),
) -> Result<(), Error> {
    let entries: Vec<Entry> =
        plan.iter().map(|p| Entry { name: &p.name, shape: stored_shape(p.shape()), dtype: file_type(p.encoding) }).collect();
    let (header, lengths) = header(notes, &entries)?;
    put(out, &header)?;
    for (planned, bytes) in plan.iter().zip(lengths) {
        let (signal, noise) = tensor(files, planned, out).await?;
        put(out, &[0; ALIGNMENT as usize][..(bytes.next_multiple_of(ALIGNMENT) - bytes) as usize])?;
        written(Written { planned, bytes, signal, noise });
    }
    Ok(())
}

/// Writes one tensor's bytes; returns its signal and noise.
async fn tensor(files: &dyn Files, planned: &Planned<'_>, out: &mut dyn Write) -> Result<(f64, f64), Error> {
    let info = planned.info;
    let step = (AT_ONCE / info.width().max(1)).max(1);
    let (mut signal, mut noise) = (0.0, 0.0);
    for first in (0..info.rows()).step_by(step) {
        let rows = first..info.rows().min(first + step);
        let mut numbers = planned.checkpoint.read_rows(files, planned.tensor, rows).await?;
        let row = planned.encoding.row();
        if let Some(number) = numbers.iter().find(|number| number.abs() > row.largest) {
            let problem = sentence!(
                "has {number}, too large for {encoding}, which ends at {largest}; keep it as f32",
                number,
                encoding = row.name,
                largest = row.largest
            );
            return Err(Error::Tensor { file: info.file.clone(), name: planned.tensor.into(), problem });
        }
        values::inputs_last(&mut numbers, &info.shape);
        let bytes = values::as_ggml(planned.encoding, &numbers);
        put(out, &bytes)?;
        let mut stored = Vec::with_capacity(numbers.len());
        file_type(planned.encoding).decode(&bytes, &mut stored);
        for (x, got) in numbers.iter().zip(&stored) {
            signal += f64::from(*x).powi(2);
            noise += f64::from(x - got).powi(2);
        }
    }
    Ok((signal, noise))
}

fn put(out: &mut dyn Write, bytes: &[u8]) -> Result<(), Error> {
    out.write_all(bytes).map_err(|error| Error::Write { reason: error.to_string() })
}

/// `[out, in, kh, kw]` as it lies in the file: `[out, kh, kw, in]`.
fn stored_shape(shape: &[usize]) -> Vec<usize> {
    match *shape {
        [out, inputs, height, width] => vec![out, height, width, inputs],
        _ => shape.to_vec(),
    }
}

fn file_type(encoding: Encoding) -> FileType {
    match encoding {
        Encoding::F32 => FileType::F32,
        Encoding::F16 => FileType::F16,
        Encoding::Q8_0 => FileType::Q8_0,
        Encoding::Q4_0 => FileType::Q4_0,
    }
}
