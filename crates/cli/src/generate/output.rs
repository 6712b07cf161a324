//! Where things are written: checked before minutes of work, numbered where there are several pictures.

use crate::Failure;
use crate::arguments::Generate;
use crate::unfinished::Unfinished;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Refuses what could not be written afterwards.
pub(super) fn check(options: &Generate) -> Result<(), Failure> {
    let sidecar = options.records.sidecar.then(|| beside(&options.out));
    let all = [
        Some(&options.out),
        sidecar.as_ref(),
        options.trace.as_ref(),
        options.records.animate.as_ref(),
        options.images.save_latents.as_ref(),
    ];
    let paths: Vec<&PathBuf> = all.into_iter().flatten().collect();
    for (i, path) in paths.iter().enumerate() {
        let folder = path.parent().filter(|p| !p.as_os_str().is_empty());
        if folder.is_some_and(|folder| !folder.is_dir()) {
            return Err(format!("{}: the folder to write it to does not exist", path.display()).into());
        }
        if path.is_dir() {
            return Err(format!("{}: this is a folder; give a file's name", path.display()).into());
        }
        if paths[..i].contains(path) {
            return Err(format!("{}: two things would be written there; give each its own name", path.display()).into());
        }
    }
    written_as(&options.out, &["png"])?;
    options.images.save_latents.as_ref().map_or(Ok(()), |path| written_as(path, &["safetensors", "npy"]))?;
    Ok(())
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

/// The file of one picture of several: what tells it from the others, before the name's end.
pub(super) fn told_apart(path: &Path, by: &[Option<String>]) -> PathBuf {
    let by: String = by.iter().flatten().map(|part| format!("-{part}")).collect();
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let end = path.extension().map(|end| format!(".{}", end.to_string_lossy())).unwrap_or_default();
    path.with_file_name(format!("{stem}{by}{end}"))
}

/// The JSON beside a picture.
pub(super) fn beside(picture: &Path) -> PathBuf {
    picture.with_extension("json")
}

/// Writes a file as a whole, or says which could not be.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let written = Unfinished::at(path).and_then(|(unfinished, mut file)| {
        file.write_all(bytes)?;
        drop(file);
        unfinished.finish()
    });
    written.map_err(|error| format!("{} could not be written: {error}", path.display()).into())
}

#[cfg(test)]
mod tests {
    use super::written_as;
    use std::path::Path;

    #[test]
    fn a_name_does_not_lie_about_its_format() {
        for name in ["a.png", "a.PNG", "a", "a.b/c"] {
            assert!(written_as(Path::new(name), &["png"]).is_ok(), "{name}");
        }
        let error = written_as(Path::new("o/l.txt"), &["safetensors", "npy"]).expect_err("no text is written").to_string();
        assert_eq!(error, "o/l.txt: it would not be .txt that is written there; expected a name in .safetensors or .npy");
    }
}
