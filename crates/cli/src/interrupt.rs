//! Ctrl-C: a run ends after the step that it is in, and no file stays half-written. A second one ends the command at once, as the first one
//! does where no run is on: while a model is read, for instance.

use crate::output::unfinished;
use std::sync::atomic::{AtomicBool, Ordering};

/// The exit code of a command that was interrupted, as shells count: 128 and the signal's number.
const CODE: i32 = 130;

static RUNNING: AtomicBool = AtomicBool::new(false);
static ASKED: AtomicBool = AtomicBool::new(false);

/// Begins to listen. Where that is impossible, Ctrl-C ends the command as it always does.
pub(crate) fn listen() {
    let _as_always = ctrlc::set_handler(|| {
        if !RUNNING.load(Ordering::SeqCst) || ASKED.swap(true, Ordering::SeqCst) {
            end("interrupted");
        }
        eprintln!("decant: the run ends after this step; Ctrl-C again ends it at once");
    });
}

/// Whether the run that is on is to end.
pub(crate) fn asked() -> bool {
    ASKED.load(Ordering::SeqCst)
}

/// Ends the command; what is being written goes.
pub(crate) fn end(sentence: &str) -> ! {
    unfinished::remove();
    eprintln!("decant: {sentence}");
    std::process::exit(CODE)
}

/// A run is on for as long as this lives.
pub(crate) struct Run;

impl Run {
    pub fn begin() -> Run {
        RUNNING.store(true, Ordering::SeqCst);
        Run
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        RUNNING.store(false, Ordering::SeqCst);
    }
}
