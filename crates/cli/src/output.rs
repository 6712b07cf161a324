//! Where things are written: looked at before minutes of work, numbered where there are several, and never half. Every file that the command
//! writes goes through here.

use crate::Failure;
use std::ffi::OsString;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use unfinished::Unfinished;

pub(crate) mod unfinished;

/// Refuses what could not be written afterwards, and what would be written over itself or over what is read.
pub(crate) fn check(written: &[&Path], read: &[&Path]) -> Result<(), Failure> {
    let read: Vec<PathBuf> = read.iter().filter_map(|path| path.canonicalize().ok()).collect();
    let mut places: Vec<PathBuf> = vec![];
    for path in written {
        let refused = |problem: &str| Err(format!("{}: {problem}", path.display()).into());
        let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        if !folder.is_dir() {
            return refused("the folder to write it to does not exist");
        }
        if path.is_dir() {
            return refused("this is a folder; give a file's name");
        }
        let place = folder.canonicalize()?.join(path.file_name().unwrap_or_default());
        if places.contains(&place) {
            return refused("two things would be written there; give each its own name");
        }
        if path.canonicalize().is_ok_and(|there| there.is_file() && read.contains(&there)) {
            return refused("this is also what is read; give what is written another name");
        }
        takes(path)?;
        places.push(place);
    }
    Ok(())
}

/// Whether a file can be made there: one is, and goes again. Pipes and devices are not opened before there is something to write.
fn takes(path: &Path) -> Result<(), Failure> {
    named(path)?;
    if std::fs::metadata(path).is_ok_and(|about| !about.is_file()) {
        return Ok(());
    }
    Unfinished::at(path).map(drop).map_err(|error| failed(path, &error))
}

/// Whether the system takes the name, which is too long for instance.
pub(crate) fn named(path: &Path) -> Result<(), Failure> {
    match std::fs::symlink_metadata(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(failed(path, &error)),
        _ => Ok(()),
    }
}

/// Refuses a name that says another format than what will be in the file; a name without an end says none.
pub(crate) fn written_as(path: &Path, ends: &[&str]) -> Result<(), Failure> {
    let end = path.extension().map(|end| end.to_string_lossy().to_lowercase());
    match end {
        Some(end) if !ends.contains(&end.as_str()) => {
            let known = ends.iter().map(|end| format!(".{end}")).collect::<Vec<_>>().join(" or ");
            Err(format!("{}: it would not be .{end} that is written there; expected a name in {known}", path.display()).into())
        }
        _ => Ok(()),
    }
}

/// The file of one picture of several: what tells it from the others, before the name's end. The rest of the name stays as it was given,
/// UTF-8 or not.
pub(crate) fn told_apart(path: &Path, by: &[Option<String>]) -> PathBuf {
    let mut name: OsString = path.file_stem().unwrap_or_default().into();
    by.iter().flatten().for_each(|part| name.push(format!("-{part}")));
    if let Some(end) = path.extension() {
        name.push(".");
        name.push(end);
    }
    path.with_file_name(name)
}

/// The JSON beside a picture.
pub(crate) fn beside(picture: &Path) -> PathBuf {
    picture.with_extension("json")
}

/// Writes a file as a whole, or says which could not be.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let written = Unfinished::at(path).and_then(|(unfinished, mut file)| {
        file.write_all(bytes)?;
        unfinished.finish(file)
    });
    written.map_err(|error| failed(path, &error))
}

/// The sentence about a file that could not be written.
pub(crate) fn failed(path: &Path, error: &std::io::Error) -> Failure {
    format!("{} could not be written: {error}", path.display()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_does_not_lie_about_its_format() {
        for name in ["a.png", "a.PNG", "a", "a.b/c"] {
            assert!(written_as(Path::new(name), &["png"]).is_ok(), "{name}");
        }
        let error = written_as(Path::new("o/l.txt"), &["safetensors", "npy"]).expect_err("no text is written").to_string();
        assert_eq!(error, "o/l.txt: it would not be .txt that is written there; expected a name in .safetensors or .npy");
    }

    #[test]
    fn pictures_are_told_apart_before_the_end_of_their_name() {
        let by = [Some("007".to_string()), None, Some("1".to_string())];
        assert_eq!(told_apart(Path::new("o/a.b.png"), &by), Path::new("o/a.b-007-1.png"));
        assert_eq!(told_apart(Path::new("o/a"), &by), Path::new("o/a-007-1"));
    }

    #[cfg(unix)]
    #[test]
    fn names_that_are_no_text_stay_what_they_are() {
        use std::os::unix::ffi::OsStrExt;
        let [one, two] = [b"\xff.png", b"\xfe.png"]
            .map(|name| told_apart(Path::new(std::ffi::OsStr::from_bytes(name)), &[Some("1".into())]).as_os_str().as_bytes().to_vec());
        assert_eq!((one, two), (b"\xff-1.png".to_vec(), b"\xfe-1.png".to_vec()));
    }
}
