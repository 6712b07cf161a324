//! Who watches a run: the bar, the trace, the animation, and what is said about the prompts.

use super::passing::Passing;
use crate::interrupt;
use decant_record::Animation;
use decant_sd::pipeline::{Event, Observer};
use decant_sd::trace::Trace;
use indicatif::ProgressBar;
use std::time::Instant;

/// Moves the bar, keeps what is to be written, and says what was cut from the prompts.
pub(super) struct Watcher {
    pub bar: ProgressBar,
    pub trace: Option<Trace>,
    /// When the run began.
    pub started: Instant,
    pub animation: Option<Animation>,
    pub passing: Passing,
}

/// A text that a prompt lost, its beginning where it is long.
fn shortened(text: &str) -> String {
    let mut letters = text.chars();
    let begin: String = letters.by_ref().take(MOST_CUT).collect();
    let rest = letters.count();
    if rest == 0 { begin } else { format!("{begin}… and {rest} characters more") }
}

/// Characters that are shown of what was cut.
const MOST_CUT: usize = 200;

impl Observer for Watcher {
    async fn event(&mut self, event: Event<'_>) -> Result<(), decant_sd::Error> {
        if interrupt::asked() {
            return Err(decant_sd::Error::Cancelled);
        }
        if let Some(trace) = &mut self.trace {
            trace.at(milliseconds(self.started));
            trace.note(&event);
        }
        self.passing.note(&event)?;
        match event {
            Event::Text { prompt, negative, .. } => {
                for (name, tokens) in [("prompt", Some(prompt)), ("negative prompt", negative)] {
                    if let Some(tokens) = tokens.filter(|tokens| tokens.dropped > 0) {
                        self.bar.suspend(|| {
                            note!("the {name} is {} tokens too long; cut: {}", tokens.dropped, shortened(&tokens.dropped_text))
                        });
                    }
                }
            }
            Event::Start { schedule, .. } => self.bar.set_length(schedule.timesteps.len() as u64),
            Event::Step { step, preview_noisy, preview_denoised, .. } => {
                self.bar.set_position(step.index as u64 + 1);
                if let (Some(animation), Some(noisy), Some(denoised)) = (&mut self.animation, preview_noisy, preview_denoised) {
                    animation.step(step.index, step.total, &noisy, &denoised);
                }
            }
            Event::Decoding => self.bar.set_prefix("decoding"),
            Event::Again { size: [width, height], .. } => {
                self.bar.set_prefix("once more");
                self.animation = self.animation.take().map(|_| Animation::new(width, height));
            }
        }
        Ok(())
    }
}

/// Since then, with fractions.
pub(super) fn milliseconds(started: Instant) -> f64 {
    started.elapsed().as_secs_f64() * 1000.0
}
