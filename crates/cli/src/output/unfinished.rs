//! A file or a folder in the making: written beside its place under a name that nobody can guess, and put there when it is whole. Whatever
//! ends the command, what is there is whole.

use std::ffi::OsString;
use std::fs::File;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io::{Error, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What is being written now: a file, or a folder and the file in it.
static NOW: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// A file in the making. Dropped before it is finished, it goes.
pub(crate) struct Unfinished {
    place: PathBuf,
    part: PathBuf,
}

impl Unfinished {
    /// To be put in this place. Where there is something that is no file (a device, a pipe), it is written to as it is.
    pub fn at(place: &Path) -> Result<(Unfinished, File), Error> {
        let before = std::fs::metadata(place).ok();
        if before.as_ref().is_some_and(|about| !about.is_file()) {
            return Ok((Unfinished { place: place.into(), part: place.into() }, File::options().write(true).open(place)?));
        }
        if before.as_ref().is_some_and(|about| about.permissions().readonly()) {
            return Err(Error::new(ErrorKind::PermissionDenied, "the file that is there is write-protected"));
        }
        let (part, file) = begun(folder_of(place), |part| File::options().write(true).create_new(true).open(part))?;
        if let Some(about) = before {
            // Whoever was not to read the old one is not to read the new one; where the system knows no such thing, nothing is lost.
            let _best_effort = file.set_permissions(about.permissions());
        }
        Ok((Unfinished { place: place.into(), part }, file))
    }

    /// Where it is meanwhile.
    pub fn part(&self) -> &Path {
        &self.part
    }

    /// It is whole: all of it goes to the disk, which may be full, and then to its place.
    pub fn finish(self, file: File) -> Result<(), Error> {
        if self.part == self.place {
            return Ok(());
        }
        file.sync_all()?;
        drop(file); // some systems rename no file that is open
        let mut now = now();
        std::fs::rename(&self.part, &self.place)?;
        now.retain(|part| *part != self.part);
        Ok(())
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        remove_one(&self.part);
    }
}

/// A folder in the making, in whose place there may be one already: then its files are put into that one. Dropped before, all of it goes.
pub(crate) struct UnfinishedFolder {
    place: PathBuf,
    part: PathBuf,
}

impl UnfinishedFolder {
    /// To be put in this place; it lies as near as there is a folder.
    pub fn at(place: &Path) -> Result<UnfinishedFolder, Error> {
        let near = place.ancestors().skip(1).find(|near| near.as_os_str().is_empty() || near.exists());
        let (part, ()) = begun(near.unwrap_or(Path::new("")), |part| std::fs::create_dir(part))?;
        Ok(UnfinishedFolder { place: place.into(), part })
    }

    /// Where to write meanwhile.
    pub fn path(&self) -> &Path {
        &self.part
    }

    /// It is whole.
    pub fn finish(self) -> Result<(), Error> {
        let mut now = now();
        if self.place.is_dir() {
            moved_into(&self.part, &self.place)?;
            std::fs::remove_dir_all(&self.part)?;
        } else {
            std::fs::create_dir_all(folder_of(&self.place))?;
            std::fs::rename(&self.part, &self.place)?;
        }
        now.retain(|part| *part != self.part);
        Ok(())
    }
}

impl Drop for UnfinishedFolder {
    fn drop(&mut self) {
        remove_one(&self.part);
    }
}

/// Removes what is being written, if anything is.
pub(crate) fn remove() {
    now().drain(..).rev().for_each(|part| gone(&part));
}

fn remove_one(part: &Path) {
    let mut now = now();
    if let Some(at) = now.iter().position(|other| other == part) {
        gone(&now.remove(at));
    }
}

fn gone(part: &Path) {
    let _best_effort = if part.is_dir() { std::fs::remove_dir_all(part) } else { std::fs::remove_file(part) };
}

/// Makes something under a fresh name. It is noted before anybody can interrupt, and a name that exists, a link's included, is not followed:
/// `create_new` (`O_EXCL`) and `create_dir` refuse it.
fn begun<T>(folder: &Path, make: impl FnOnce(&Path) -> Result<T, Error>) -> Result<(PathBuf, T), Error> {
    let mut now = now();
    let part = folder.join(format!(".decant-{:016x}.part", unguessable()));
    let made = make(&part)?;
    now.push(part.clone());
    Ok((part, made))
}

/// The system's own randomness, which std takes for the keys of its hash tables.
fn unguessable() -> u64 {
    RandomState::new().build_hasher().finish()
}

fn folder_of(place: &Path) -> &Path {
    place.parent().unwrap_or(Path::new(""))
}

/// All files of a folder, into another of the same disk.
fn moved_into(from: &Path, to: &Path) -> Result<(), Error> {
    for entry in std::fs::read_dir(from)? {
        let (path, name): (PathBuf, OsString) = entry.map(|entry| (entry.path(), entry.file_name()))?;
        if path.is_dir() {
            std::fs::create_dir_all(to.join(&name))?;
            moved_into(&path, &to.join(&name))?;
        } else {
            std::fs::rename(&path, to.join(&name))?;
        }
    }
    Ok(())
}

fn now() -> MutexGuard<'static, Vec<PathBuf>> {
    NOW.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("decant-unfinished-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("there is room");
        folder
    }

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> =
            std::fs::read_dir(folder).expect("it is there").flatten().map(|entry| entry.file_name().to_string_lossy().into()).collect();
        names.sort();
        names
    }

    #[test]
    fn what_is_dropped_goes_and_what_is_finished_stays() {
        let folder = folder("drop");
        let place = folder.join("a.png");
        let (unfinished, mut file) = Unfinished::at(&place).expect("it can be made");
        file.write_all(b"half").expect("there is room");
        let [part] = &names(&folder)[..] else { panic!("one file is being written") };
        assert!(part.starts_with(".decant-") && part.ends_with(".part"), "{part}");
        drop(unfinished);
        assert!(names(&folder).is_empty());
        let (unfinished, mut file) = Unfinished::at(&place).expect("it can be made");
        file.write_all(b"whole").expect("there is room");
        unfinished.finish(file).expect("it can be put there");
        assert_eq!(std::fs::read(&place).expect("it is there"), b"whole");
        assert_eq!(names(&folder), ["a.png"]);
        std::fs::remove_dir_all(&folder).expect("it is ours");
    }

    #[test]
    fn a_folder_is_put_in_its_place_as_a_whole_or_into_one_that_is_there() {
        let folder = folder("folder");
        let place = folder.join("new/model");
        for content in ["one", "two"] {
            let unfinished = UnfinishedFolder::at(&place).expect("it can be made");
            std::fs::create_dir(unfinished.path().join("unet")).expect("it is fresh");
            std::fs::write(unfinished.path().join("unet/config.json"), content).expect("there is room");
            unfinished.finish().expect("it can be put there");
            assert_eq!(std::fs::read_to_string(place.join("unet/config.json")).expect("it is there"), content);
        }
        drop(UnfinishedFolder::at(&folder.join("never")).expect("it can be made"));
        assert_eq!((names(&folder), names(&place)), (vec!["new".into()], vec!["unet".into()]));
        std::fs::remove_dir_all(&folder).expect("it is ours");
    }

    #[cfg(unix)]
    #[test]
    fn rights_are_kept_and_a_protected_file_is_left_alone() {
        use std::os::unix::fs::PermissionsExt;
        let folder = folder("rights");
        let place = folder.join("a.png");
        for (mode, works) in [(0o600, true), (0o444, false)] {
            std::fs::write(&place, "old").expect("there is room");
            std::fs::set_permissions(&place, std::fs::Permissions::from_mode(mode)).expect("it is ours");
            let written = Unfinished::at(&place).and_then(|(unfinished, file)| unfinished.finish(file));
            assert_eq!(written.is_ok(), works, "{mode:o}");
            assert_eq!(std::fs::metadata(&place).expect("it is there").permissions().mode() & 0o777, mode);
        }
        assert_eq!(names(&folder), ["a.png"]);
        std::fs::remove_dir_all(&folder).expect("it is ours");
    }
}
