//! Ctrl-C. Only where there are signals that a test can send.
#![cfg(unix)]

use super::common::{command, scratch};
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

#[test]
fn a_run_that_is_interrupted_leaves_nothing_half_written() {
    let folder = scratch("interrupted");
    std::fs::create_dir_all(&folder).expect("there is room");
    let (out, trace) = (format!("{folder}/never.png"), format!("{folder}/never.safetensors"));
    let run = ["generate", "--model", "tests/models/sd1-tiny", "--device", "cpu", "--steps", "500", "--sampler", "ddim"];
    // It is too long, which is said when the run begins.
    let long = "a cat ".repeat(60);
    let more = ["--prompt", &long, "--trace", &trace, "--count", "2", "--out", &out];
    let mut child = command(&[&run[..], &more].concat()).stderr(Stdio::piped()).spawn().expect("the command was just built");
    let mut stderr = BufReader::new(child.stderr.take().expect("it is piped")).lines().map(|line| line.expect("it is UTF-8"));
    let begun = stderr.find(|line| line.contains("too long; cut: "));
    assert!(begun.is_some(), "the run did not begin");
    let signal = Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("there is a kill");
    assert!(signal.success());
    let rest: Vec<String> = stderr.collect();
    assert_eq!(child.wait().expect("it ends").code(), Some(130), "{rest:?}");
    assert_eq!(
        rest,
        [
            "decant: the run ends after this step; Ctrl-C again ends it at once",
            "decant: interrupted; what was finished before is there, the picture that was being made is not written"
        ]
    );
    let left: Vec<_> = std::fs::read_dir(&folder).expect("it is there").flatten().map(|entry| entry.file_name()).collect();
    assert!(left.is_empty(), "{left:?}");
}
