//! A file in the making: written beside its place, and put there when it is whole. Whatever ends the command, a file that is there is whole.

use std::fs::File;
use std::io::Error;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What is being written now; the command writes one file at a time.
static NOW: Mutex<Option<PathBuf>> = Mutex::new(None);

/// A file in the making. Dropped before it is finished, it goes.
pub(crate) struct Unfinished {
    place: PathBuf,
    part: PathBuf,
}

impl Unfinished {
    /// To be put in this place. Where there is something that is no file (a device, a pipe), it is written to as it is.
    pub fn at(place: &Path) -> Result<(Unfinished, File), Error> {
        let is_special = std::fs::metadata(place).is_ok_and(|about| !about.is_file());
        let part = if is_special { place.into() } else { PathBuf::from(format!("{}.part", place.display())) };
        let file = File::create(&part)?;
        *now() = Some(part.clone()).filter(|part| part != place);
        Ok((Unfinished { place: place.into(), part }, file))
    }

    /// It is whole.
    pub fn finish(self) -> Result<(), Error> {
        if self.part != self.place {
            std::fs::rename(&self.part, &self.place)?;
        }
        *now() = None;
        Ok(())
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        remove();
    }
}

/// Removes what is being written, if anything is.
pub(crate) fn remove() {
    if let Some(part) = now().take() {
        let _best_effort = std::fs::remove_file(part);
    }
}

fn now() -> MutexGuard<'static, Option<PathBuf>> {
    NOW.lock().unwrap_or_else(PoisonError::into_inner)
}
