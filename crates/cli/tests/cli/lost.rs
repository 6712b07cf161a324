//! A GPU that is lost in the middle of a run, by a driver that loses its device when it is told to (`tests/rig/lost_shim.c`).
#![cfg(target_os = "linux")]

use super::common::{repository, scratch};
use std::path::PathBuf;
use std::process::{Command, Output};

/// What runs a program on the software driver.
fn rig() -> PathBuf {
    let runner = std::env::var_os("CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUNNER").map(PathBuf::from);
    runner.unwrap_or_else(|| repository().join(".tools/vulkan/run-lvp"))
}

fn shim() -> String {
    let shim = scratch("lost_shim.so");
    let source = repository().join("tests/rig/lost_shim.c");
    let compiled = Command::new("cc").args(["-shared", "-fPIC", "-O1", "-o", &shim]).arg(source).arg("-ldl").status();
    assert!(compiled.expect("there is a C compiler").success());
    shim
}

fn generate(shim: &str, how: &str, at: usize, out: &str, more: &[&str]) -> Output {
    let mut command = Command::new(rig());
    command.arg(env!("CARGO_BIN_EXE_decant")).args([
        "generate",
        "--model",
        "tests/models/sd1-tiny",
        "--device",
        "gpu",
        "--prompt",
        "a cat",
    ]);
    command.args(["--steps", "2", "--width", "16", "--height", "16", "--quiet", "--out", out]).args(more);
    command.current_dir(repository()).env("LD_PRELOAD", shim).env("DECANT_LOSE_AT", at.to_string()).env("DECANT_LOSE_HOW", how);
    command.output().expect("tests/rig/setup_vulkan.sh has set it up")
}

#[test]
fn a_gpu_that_is_lost_ends_the_run_in_a_sentence_and_keeps_the_pictures_before_it() {
    let shim = shim();
    for how in ["submit", "wait", "memory"] {
        // While the weights go up, and before the first picture.
        for at in [0, 3] {
            let (stderr, code) = ended(&generate(&shim, how, at, &scratch("lost.png"), &[]));
            assert_eq!(code, Some(1), "{how} at {at}: {stderr}");
            assert!(
                stderr.starts_with("decant: ") && stderr.contains("open the model again to go on, or compute on the CPU"),
                "{how}: {stderr}"
            );
            assert_eq!(stderr.lines().count(), 1, "{how}: {stderr}");
        }
    }
    // Somewhere between the first picture and the fifth: how many submissions a picture takes is nobody's promise.
    let out = scratch("lost-many.png");
    let pictures = |at: usize| {
        (0..5).for_each(|seed| drop(std::fs::remove_file(out.replace(".png", &format!("-{seed}.png")))));
        let (stderr, code) = ended(&generate(&shim, "wait", at, &out, &["--seed", "0", "--count", "5"]));
        let made = (0..5).filter(|seed| std::fs::exists(out.replace(".png", &format!("-{seed}.png"))).expect("it can be asked")).count();
        (made, stderr, code)
    };
    let (mut few, mut many) = (0, 4096_usize);
    let (made, stderr, code) = loop {
        assert!(many > few + 1, "no place was found between {few} and {many} submissions");
        let half = few.midpoint(many);
        match pictures(half) {
            (0, ..) => few = half,
            (5, ..) => many = half,
            some => break some,
        }
    };
    assert!(made < 5 && code == Some(1), "{made} made: {stderr}");
    let before = if made == 1 { "the picture before it is written".into() } else { format!("the {made} pictures before it are written") };
    assert!(stderr.trim_end().ends_with(&before), "{stderr}");
}

fn ended(output: &Output) -> (String, Option<i32>) {
    (String::from_utf8_lossy(&output.stderr).into_owned(), output.status.code())
}
