//! Small files, read as a whole: no more of them than they can be, and of what never ends (a device, a pipe) no more than that either.

use std::fs::File;
use std::io::Read;
use std::path::Path;

/// The bytes of a file that is to be a picture, settings or the like, of at most so many; else the end of a sentence that begins with its name.
pub(crate) fn file(path: &Path, most: u64, what: &str) -> Result<Vec<u8>, String> {
    let unreadable = |error: std::io::Error| format!("could not be read: {error}");
    let file = File::open(path).map_err(unreadable)?;
    let (length, much) =
        (file.metadata().map_err(unreadable)?.len(), || format!("it has more than {} MB, which no {what} has", most >> 20));
    if length > most {
        return Err(much());
    }
    let mut bytes = Vec::with_capacity(length as usize);
    file.take(most + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > most { Err(much()) } else { Ok(bytes) }
}
