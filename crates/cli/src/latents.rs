//! Files of latents.

use crate::{Failure, output, reading};
use decant_sd::latents::Latents;
use std::path::Path;

/// The longest file of latents that is read: those of 16384 × 16384 pixels as doubles, and some.
const LONGEST: u64 = 1 << 30;

/// A file of latents.
pub(crate) fn read(path: &Path) -> Result<Latents, Failure> {
    let bytes = reading::file(path, LONGEST, "latents").map_err(|problem| format!("{}: {problem}", path.display()))?;
    Ok(Latents::read(&path.display().to_string(), &bytes)?)
}

/// Writes latents in the format that the file's name ends in.
pub(crate) fn write(path: &Path, latents: &Latents) -> Result<(), Failure> {
    let npy = path.extension().is_some_and(|end| end.eq_ignore_ascii_case("npy"));
    output::write(path, &if npy { latents.to_npy() } else { latents.to_safetensors() })
}
