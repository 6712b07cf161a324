//! Running the command, and looking at what it wrote.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

pub fn repository() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The command, to be run in the repository's root with its own models.
pub fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_decant"));
    command.args(arguments).current_dir(repository()).env("DECANT_MODELS", repository().join("models"));
    command
}

pub fn decant(arguments: &[&str]) -> Output {
    command(arguments).output().expect("the command was just built")
}

/// Exit code 0, and what was printed.
pub fn works(arguments: &[&str]) -> String {
    let output = decant(arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Exit code 1, nothing on stdout, and the one sentence on stderr.
pub fn refuses(arguments: &[&str]) -> String {
    let output = decant(arguments);
    assert_eq!(output.status.code(), Some(1), "{arguments:?}");
    assert!(output.stdout.is_empty());
    let text = String::from_utf8(output.stderr).expect("sentences are UTF-8");
    assert_eq!(text.lines().count(), 1, "one sentence, got: {text}");
    text.trim().strip_prefix("decant: ").expect("it says who speaks").into()
}

/// `decant generate` with a tiny model: what it says on stderr.
pub fn generate(arguments: &[&str]) -> String {
    generate_with("tests/models/sd1-tiny", arguments)
}

pub fn generate_with(model: &str, arguments: &[&str]) -> String {
    let output = decant(&[&["generate", "--model", model, "--device", "cpu"], arguments].concat());
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{arguments:?}: {stderr}");
    stderr
}

/// The one sentence with which `decant generate` refuses.
pub fn refuses_to_generate(arguments: &[&str]) -> String {
    refuses(&[&["generate", "--model", "tests/models/sd1-tiny", "--device", "cpu"], arguments].concat())
}

/// A file of this test run's own.
pub fn scratch(name: &str) -> String {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(name).to_string_lossy().into_owned()
}

pub fn bytes(path: &str) -> Vec<u8> {
    std::fs::read(path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Width and the pixels, red green blue.
pub fn pixels(path: &str) -> (usize, Vec<[u8; 3]>) {
    let mut reader = png::Decoder::new(std::io::Cursor::new(bytes(path))).read_info().expect("it is a PNG");
    let mut rgb = vec![0; reader.output_buffer_size().expect("it is small")];
    reader.next_frame(&mut rgb).expect("it is whole");
    (reader.info().width as usize, rgb.as_chunks::<3>().0.to_vec())
}
