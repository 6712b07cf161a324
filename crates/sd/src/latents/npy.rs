//! NumPy's file of one array (format versions 1 to 3): a header that is a Python dict, then the numbers.

use super::{Latents, Level, count};

/// How every such file begins.
pub const MAGIC: &[u8] = b"\x93NUMPY";
/// The longest header that is read.
const LONGEST: usize = 64 << 10;

pub fn read(bytes: &[u8]) -> Result<Latents, String> {
    let cut = || "it ends too early".to_string();
    let &[major, _minor] = bytes.get(6..8).and_then(|v| v.as_array::<2>()).ok_or_else(cut)?;
    let (start, length) = match (major, bytes.get(8..12)) {
        (1, Some(&[a, b, ..])) => (10usize, u16::from_le_bytes([a, b]) as usize),
        (2 | 3, Some(&[a, b, c, d])) => (12, u32::from_le_bytes([a, b, c, d]) as usize),
        (_, None) => return Err(cut()),
        _ => return Err(format!("it is of NumPy's format version {major}, 1 to 3 are read")),
    };
    let header = bytes.get(start..start.saturating_add(length.min(LONGEST))).ok_or_else(cut)?;
    let header = std::str::from_utf8(header).map_err(|_| "its header is no text".to_string())?;
    if value(header, "fortran_order").is_some_and(|order| order.starts_with("True")) {
        return Err("its array lies in Fortran's order; save numpy.ascontiguousarray of it".into());
    }
    let shape = shape(header).ok_or("its header names no shape")?;
    let numbers = count(&shape).ok_or_else(|| format!("its shape {shape:?} is too large"))?;
    let kind = value(header, "descr").and_then(|text| text.strip_prefix(['\'', '"'])?.split(['\'', '"']).next()).unwrap_or_default();
    let rest = bytes.get(start + length..).ok_or_else(cut)?;
    Latents::of(&shape, decode(kind, rest, numbers)?, Level::Unknown)
}

fn decode(kind: &str, bytes: &[u8], numbers: usize) -> Result<Vec<f32>, String> {
    let size = match kind {
        "<f2" => 2,
        "<f4" => 4,
        "<f8" => 8,
        _ => return Err(format!("its numbers are of NumPy's type {kind:?}, little-endian floats (<f2, <f4, <f8) are read")),
    };
    if bytes.len() != numbers * size {
        return Err(format!("{} bytes of numbers are expected, {} are there", numbers * size, bytes.len()));
    }
    Ok(match size {
        2 => bytes.as_chunks::<2>().0.iter().map(|b| half::f16::from_le_bytes(*b).to_f32()).collect(),
        4 => bytes.as_chunks::<4>().0.iter().map(|b| f32::from_le_bytes(*b)).collect(),
        _ => bytes.as_chunks::<8>().0.iter().map(|b| f64::from_le_bytes(*b) as f32).collect(),
    })
}

/// What stands behind a key of the header.
fn value<'h>(header: &'h str, key: &str) -> Option<&'h str> {
    let (_, rest) = header.split_once(&format!("'{key}'"))?;
    rest.trim_start().strip_prefix(':').map(str::trim_start)
}

fn shape(header: &str) -> Option<Vec<usize>> {
    let sides = value(header, "shape")?.strip_prefix('(')?.split(')').next()?;
    sides.split(',').map(str::trim).filter(|side| !side.is_empty()).map(|side| side.parse().ok()).collect()
}

pub fn write(latents: &Latents) -> Vec<u8> {
    let [channels, height, width] = latents.shape;
    let header = format!("{{'descr': '<f4', 'fortran_order': False, 'shape': (1, {channels}, {height}, {width}), }}");
    let room = (10 + header.len() + 1).next_multiple_of(64) - 10; // NumPy wants the numbers aligned, and a line's end before them
    let header = format!("{header:<fill$}\n", fill = room - 1);
    let numbers = latents.values.iter().flat_map(|value| value.to_le_bytes());
    [MAGIC, &[1, 0], &(room as u16).to_le_bytes(), header.as_bytes()].concat().into_iter().chain(numbers).collect()
}
