//! What moves on a terminal: the bars of loading and sampling, and below them a line of what a server does. Into a file or a pipe goes nothing
//! of it.

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use std::sync::LazyLock;
use std::time::Duration;

static ALL: LazyLock<MultiProgress> = LazyLock::new(MultiProgress::new);

/// A bar that shares the terminal with the others; none where nobody wants any.
pub(crate) fn bar(quiet: bool, template: &str) -> ProgressBar {
    let bar = if quiet { ProgressBar::hidden() } else { ALL.add(ProgressBar::new(0)) };
    bar.with_style(ProgressStyle::with_template(template).expect("the templates are sound"))
}

/// A line of text that is shown while this lives.
pub(crate) struct Line(ProgressBar);

impl Line {
    /// Says it.
    pub fn say(text: String) -> Line {
        let bar = ALL.add(ProgressBar::new_spinner());
        bar.set_style(ProgressStyle::with_template("{spinner} {msg}").expect("the template is sound"));
        bar.enable_steady_tick(Duration::from_millis(200));
        bar.set_message(text);
        Line(bar)
    }

    /// Says something else.
    pub fn change(&self, text: String) {
        self.0.set_message(text);
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
