//! Where the command writes: nothing is followed, nothing is lost, nothing stays half, and what cannot work is said before the first step.

use super::common::{bytes, command, decant, refuses, repository, scratch, works};
use std::path::{Path, PathBuf};

const TINY: &str = "tests/models/sd1-tiny";
const RUN: [&str; 13] =
    ["generate", "--model", TINY, "--device", "cpu", "--steps", "1", "--width", "16", "--height", "16", "--quiet", "--prompt"];

/// A fresh folder of this test run's own.
fn folder(name: &str) -> PathBuf {
    let folder = PathBuf::from(scratch(name));
    let _there_may_be_none = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("there is room");
    folder
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("it is there").flatten();
    let mut names: Vec<String> = entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

#[cfg(unix)]
#[test]
fn a_link_under_a_name_that_could_be_guessed_is_not_followed() {
    let folder = folder("links");
    let (out, victim) = (folder.join("a.png"), folder.join("victim"));
    std::fs::write(&victim, "precious").expect("there is room");
    std::os::unix::fs::symlink(&victim, folder.join("a.png.part")).expect("links are known");
    std::os::unix::fs::symlink(&victim, folder.join("table.csv.part")).expect("links are known");
    works(&[&RUN[..], &["a cat", "--out", &text(&out)]].concat());
    works(&["quantize", TINY, "--out", &text(&folder.join("m.gguf")), "--table", &text(&folder.join("table.csv")), "--quiet"]);
    assert_eq!(bytes(&text(&victim)), b"precious");
    assert_eq!(names(&folder), ["a.png", "a.png.part", "m.gguf", "table.csv", "table.csv.part", "victim"]);
}

#[cfg(unix)]
#[test]
fn names_that_are_no_text_are_written_as_they_were_given() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let folder = folder("bytes");
    for name in [&b"\xff.png"[..], b"\xfe.png"] {
        let mut run = command(&[&RUN[..], &["a cat", "--seed", "4", "--count", "2", "--sidecar", "--animate"]].concat());
        let animation = [&name[..1], b"-film.png"].concat();
        let status = run.arg(folder.join(OsStr::from_bytes(&animation))).arg("--out").arg(folder.join(OsStr::from_bytes(name))).status();
        assert!(status.expect("the command was just built").success());
    }
    let mut names: Vec<Vec<u8>> =
        std::fs::read_dir(&folder).expect("it is there").flatten().map(|entry| entry.file_name().as_bytes().to_vec()).collect();
    names.sort();
    let expected =
        |first: u8| ["-4.json", "-4.png", "-5.json", "-5.png", "-film-4.png", "-film-5.png"].map(|end| [&[first], end.as_bytes()].concat());
    assert_eq!(names, [expected(0xfe), expected(0xff)].concat());
}

#[test]
fn what_cannot_be_written_is_found_before_the_first_step() {
    let folder = folder("checked");
    let path = |name: &str| text(&folder.join(name));
    std::fs::write(folder.join("file"), "x").expect("there is room");
    std::fs::copy(repository().join("tests/golden/pictures/plain.png"), folder.join("in.png")).expect("it is there");
    let long = format!("{}.png", "n".repeat(250));
    let run = |more: &[&str]| refuses(&[&RUN[..], &["a cat"], more].concat());
    let out = path("a.png");
    for (more, end) in [
        (&["--out", &path("no/a.png")][..], "the folder to write it to does not exist"),
        (&["--out", &path("file/a.png")], "the folder to write it to does not exist"),
        (&["--out", &out, "--trace", &text(&folder)], "this is a folder; give a file's name"),
        (&["--out", &out, "--trace", &path("./a.png")], "two things would be written there; give each its own name"),
        (&["--out", &path("in.png"), "--init-image", &path("in.png")], "this is also what is read; give what is written another name"),
        (&["--out", &path("in.png"), "--settings", &path("./in.png")], "this is also what is read; give what is written another name"),
        (&["--out", &path(&long), "--count", "9999"], "File name too long (os error 36)"),
    ] {
        if cfg!(not(target_os = "linux")) && end.contains("os error") {
            continue;
        }
        let sentence = run(more);
        assert!(sentence.ends_with(end), "{more:?}: {sentence}");
    }
    if cfg!(target_os = "linux") {
        // Nobody writes there, not even who may do everything.
        for command in [&["quantize", TINY, "--out", "/proc/m.gguf"][..], &["quantize", TINY, "--out", "/proc/m"]] {
            assert!(refuses(command).contains(" could not be written: "), "{command:?}");
        }
        assert!(run(&["--out", "/proc/a.png"]).starts_with("/proc/a.png could not be written: "));
        assert!(
            refuses(&["encode", &path("in.png"), "--model", TINY, "--out", "/proc/l.npy"])
                .starts_with("/proc/l.npy could not be written: ")
        );
    }
    assert!(refuses(&["encode", &path("in.png"), "--model", TINY, "--out", &path("no/l.npy")]).ends_with("does not exist"));
    assert!(
        refuses(&["decode", &path("in.png"), "--model", TINY, "--out", &path("in.png")]).ends_with("give what is written another name")
    );
    assert!(
        refuses(&["quantize", TINY, "--out", &path("file")]).ends_with("this is a file; give a folder's name, or one that ends in .gguf")
    );
    assert!(refuses(&["quantize", TINY, "--out", &path("m.gguf"), "--table", &path("no/t.csv")]).ends_with("does not exist"));
    assert_eq!(names(&folder), ["file", "in.png"]);
}

/// The command where no file may have more than so many blocks of 512 bytes: what a full disk is to a program.
#[cfg(unix)]
fn limited(blocks: usize, arguments: &[&str]) -> (Option<i32>, String) {
    let mut shell = std::process::Command::new("sh");
    // Without the trap, the system ends a program that writes more.
    shell.args(["-c", &format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$@\""), "sh", env!("CARGO_BIN_EXE_decant")]).args(arguments);
    let output = shell.current_dir(repository()).output().expect("there is a shell");
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[cfg(unix)]
#[test]
fn a_disk_that_fills_up_leaves_nothing_half() {
    let folder = folder("full");
    let before = folder.join("old.gguf");
    std::fs::write(&before, "what was there").expect("there is room");
    for out in ["old.gguf", "new.gguf", "model", "deep/er/model"] {
        let (code, stderr) = limited(16, &["quantize", TINY, "--out", &text(&folder.join(out)), "--quiet"]);
        assert_eq!(code, Some(1), "{out}: {stderr}");
        assert!(stderr.contains(out) && stderr.contains("File too large"), "{out}: {stderr}");
        assert_eq!(names(&folder), ["old.gguf"], "{out}");
    }
    assert_eq!(bytes(&text(&before)), b"what was there");
    let trace = text(&folder.join("trace.safetensors"));
    let (code, stderr) = limited(8, &[&RUN[..], &["a cat", "--out", &text(&folder.join("a.png")), "--trace", &trace]].concat());
    assert_eq!((code, stderr.contains("trace.safetensors could not be written")), (Some(1), true), "{stderr}");
    assert_eq!(names(&folder), ["a.png", "old.gguf"]);
}

#[test]
fn a_model_is_made_smaller_into_a_folder_that_is_there() {
    let folder = folder("again");
    let out = folder.join("model");
    for kind in ["q8_0", "q4_0"] {
        works(&["quantize", TINY, "--out", &text(&out), "--type", kind, "--quiet"]);
        std::fs::write(out.join("note"), "mine").expect("there is room");
    }
    assert!(works(&["inspect", &text(&out)]).contains("Q4_0"));
    assert_eq!(names(&folder), ["model"]);
    assert!(names(&out).contains(&"note".to_string()));
}

#[test]
fn a_prompt_of_megabytes_is_refused_before_the_model_is_read() {
    let settings = scratch("long.json");
    std::fs::write(&settings, format!("{{\"prompt\": \"{}\"}}", "cat ".repeat(500_000))).expect("there is room");
    let sentence = refuses(&["generate", "--model", "no/such/model", "--settings", &settings, "--out", &scratch("long.png")]);
    assert_eq!(sentence, "the prompt has 2000000 bytes, expected 65536 at most; shorten it");
    let endless = decant(&["generate", "--model", TINY, "--settings", "/dev/zero", "--out", &scratch("long.png")]);
    if cfg!(unix) {
        assert!(String::from_utf8_lossy(&endless.stderr).contains("it has more than 256 MB, which no picture has"));
    }
}
